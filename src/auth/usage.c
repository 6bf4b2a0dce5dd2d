#include "bridge/auth/usage.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "token_record.h"

enum { SLOTS = 2 * TOKEN_USAGE_MAX };

struct use {
    unsigned char id[TOKEN_ID_SIZE];
    int64_t at; /* 0: the slot is free */
};

/* By the id, which is random; the next free slot when that one is taken. */
struct uses {
    struct use slots[SLOTS];
    size_t count;
};

/* What is noted goes to one of the two while the other is saved. */
struct token_usage {
    pthread_mutex_t lock;
    struct uses *noted;
    struct uses *saved;
    struct uses both[2];
};

struct token_usage *token_usage_new(void)
{
    struct token_usage *usage = calloc(1, sizeof(*usage));

    if (!usage || pthread_mutex_init(&usage->lock, NULL))
        abort();
    usage->noted = &usage->both[0];
    usage->saved = &usage->both[1];
    return usage;
}

void token_usage_free(struct token_usage *usage)
{
    if (usage)
        (void)pthread_mutex_destroy(&usage->lock);
    free(usage);
}

/* Where this token is, or would be. */
static struct use *slot_of(struct uses *uses, const unsigned char *id)
{
    uint32_t start;
    struct use *use;

    memcpy(&start, id, sizeof(start));
    for (size_t i = start % SLOTS;; i = (i + 1) % SLOTS) {
        use = &uses->slots[i];
        if (!use->at || memcmp(use->id, id, TOKEN_ID_SIZE) == 0)
            return use;
    }
}

static void note(struct uses *uses, const unsigned char *id, int64_t now)
{
    struct use *use = slot_of(uses, id);

    if (!use->at && uses->count == TOKEN_USAGE_MAX)
        return;
    uses->count += !use->at;
    memcpy(use->id, id, TOKEN_ID_SIZE);
    if (now > use->at)
        use->at = now;
}

void token_usage_note(struct token_usage *usage, const unsigned char id[TOKEN_ID_SIZE], int64_t now)
{
    (void)pthread_mutex_lock(&usage->lock);
    note(usage->noted, id, now);
    (void)pthread_mutex_unlock(&usage->lock);
}

int64_t token_usage_last(struct token_usage *usage, const unsigned char id[TOKEN_ID_SIZE])
{
    int64_t noted;
    int64_t saved;

    (void)pthread_mutex_lock(&usage->lock);
    noted = slot_of(usage->noted, id)->at;
    saved = slot_of(usage->saved, id)->at;
    (void)pthread_mutex_unlock(&usage->lock);
    return noted > saved ? noted : saved;
}

/* ----------------------------------------------------------------------------- saving */

/* What was noted until now. */
static struct uses *take(struct token_usage *usage)
{
    struct uses *taken;

    (void)pthread_mutex_lock(&usage->lock);
    taken = usage->noted;
    usage->noted = usage->saved;
    usage->saved = taken;
    (void)pthread_mutex_unlock(&usage->lock);
    return taken;
}

static void give_back(struct token_usage *usage, struct uses *taken, bool is_saved)
{
    (void)pthread_mutex_lock(&usage->lock);
    for (size_t i = 0; i < SLOTS && !is_saved; i++)
        if (taken->slots[i].at)
            note(usage->noted, taken->slots[i].id, taken->slots[i].at);
    memset(taken, 0, sizeof(*taken));
    (void)pthread_mutex_unlock(&usage->lock);
}

static enum status put_uses(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct uses *uses = argument;
    struct token_record record;

    for (size_t i = 0; i < SLOTS; i++) {
        const struct use *use = &uses->slots[i];

        if (use->at && token_record_load(txn, use->id, arena, &record) &&
            use->at > token_use_load(txn, use->id))
            token_use_save(txn, use->id, use->at);
    }
    return store_status(txn, problem);
}

enum status token_usage_save(struct token_usage *usage, struct store *store,
                             struct problem *problem)
{
    struct uses *taken = take(usage);
    /* Tokens are of no organization: they lead to it. */
    enum status status =
        taken->count ? store_update(store, 0, put_uses, taken, problem) : STATUS_OK;

    give_back(usage, taken, !status);
    return status;
}
