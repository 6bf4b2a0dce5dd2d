#include "bridge/core/journal.h"

#include <inttypes.h>

#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "person_key.h"

static void add_text(struct journal *journal, const char *name, const char *value)
{
    if (value)
        journal_add(journal, name, journal_text(journal->text.arena, value));
}

const char *journal_text(struct arena *arena, const char *text)
{
    struct text json = {.arena = arena};

    if (!text)
        return "null";
    text_add_json(&json, text);
    return json.data;
}

struct journal journal_begin(struct arena *arena, const struct actor *actor, const char *event,
                             const char *id)
{
    struct journal journal = {.text.arena = arena};

    text_add_format(&journal.text, "{\"at\":%" PRId64, actor->now);
    add_text(&journal, "actor", actor->name);
    add_text(&journal, "peer", actor->peer);
    add_text(&journal, "request", actor->request_id);
    add_text(&journal, "event", event);
    add_text(&journal, "id", id);
    return journal;
}

void journal_add(struct journal *journal, const char *name, const char *json)
{
    text_add(&journal->text, ",\"");
    text_add(&journal->text, name);
    text_add(&journal->text, "\":");
    text_add(&journal->text, json);
}

void journal_changed(struct journal *journal, const char *name, const char *before,
                     const char *after)
{
    if (strcmp(before, after) == 0)
        return;
    journal_add(journal, name, arena_printf(journal->text.arena, "[%s,%s]", before, after));
}

void journal_seal(struct journal *journal, struct store_txn *txn, const char *id, uint64_t row,
                  const char *json)
{
    SCOPED(person_key_clear) struct person_key person = {0};
    struct arena *arena = journal->text.arena;
    struct seal_place place = {"journal", store_organization(txn), row};
    struct problem problem = {0};
    struct bytes sealed;
    char *text;

    if (person_key_take(txn, id, row, arena, &person, &problem)) {
        log_write(LOG_ERROR, "journal values not sealed", "id", id, "reason", problem.detail, NULL);
        journal_add(journal, "sealed", "null");
        return;
    }
    sealed = seal(&person.key, &place, bytes_of_text(json), arena);
    text = arena_alloc(arena, sealed.size * 4 / 3 + 4);
    base64url_encode(sealed, text, sealed.size * 4 / 3 + 4);
    journal_add(journal, "sealed", arena_printf(arena, "\"%s\"", text));
}

void journal_end(struct journal *journal, struct store_txn *txn)
{
    text_add(&journal->text, "}");
    store_journal(txn, bytes_of(journal->text.data, journal->text.size));
}
