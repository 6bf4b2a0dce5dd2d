/*
 * Both engines side by side: whatever is done to the one is done to the other,
 * and whoever asks the one gets the same answer from the other. What is done is
 * random, from a seed that is printed; a seed as argument repeats it.
 */
#include "fixture.h"

#include <inttypes.h>

#include "bridge/base/random.h"
#include "bridge/base/text.h"

enum {
    OPERATIONS = 10000,
    OPERATIONS_MAX = 40, /* in one change */
    KEY_MAX = 5,
    VALUE_SIZE_MAX = 400,
    SNAPSHOTS = 6,
    SIDES = 2
};

static struct store *sides[SIDES];
static struct store_txn *snapshots[SNAPSHOTS][SIDES];
static uint64_t seed;

/* ---------------------------------------------------------------------- chance */

/* SplitMix64: small, and the same everywhere. */
static uint64_t chance(void)
{
    static uint64_t state;
    uint64_t mixed;

    if (!state)
        state = seed;
    mixed = state += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
    return mixed ^ mixed >> 31;
}

static size_t below(size_t bound)
{
    return (size_t)(chance() % bound);
}

/* Of few different bytes, so that keys meet, and begin with each other. */
static struct bytes some_key(struct arena *arena, size_t size_min)
{
    static const unsigned char letters[] = {0x00, 0x01, 'a', 0xFF};
    size_t size = size_min + below(KEY_MAX);
    unsigned char *key = arena_alloc(arena, size + 1);

    for (size_t i = 0; i < size; i++)
        key[i] = letters[below(sizeof(letters))];
    return bytes_of(key, size);
}

static struct bytes some_value(struct arena *arena)
{
    size_t size = below(VALUE_SIZE_MAX);
    unsigned char *value = arena_alloc(arena, size + 1);

    memset(value, (int)below(256), size);
    return bytes_of(value, size);
}

static enum store_table some_table(void)
{
    static const enum store_table tables[] = {STORE_RESOURCE, STORE_INDEX, STORE_DUE};

    return tables[below(sizeof(tables) / sizeof(tables[0]))];
}

/* ------------------------------------------------------------------ operations */

struct operation {
    void (*perform)(struct store_txn *txn, const struct operation *operation, struct text *answer);
    enum store_table table;
    struct bytes key;
    struct bytes prefix;
    struct bytes value;
    int64_t amount;
};

static void put_value(struct store_txn *txn, const struct operation *operation, struct text *answer)
{
    (void)answer;
    store_put(txn, operation->table, operation->key, operation->value);
}

static void delete_key(struct store_txn *txn, const struct operation *operation,
                       struct text *answer)
{
    (void)answer;
    store_delete(txn, operation->table, operation->key);
}

static void get_value(struct store_txn *txn, const struct operation *operation, struct text *answer)
{
    struct bytes value = {0};
    bool is_there = store_get(txn, operation->table, operation->key, &value);

    text_add(answer, is_there ? "there:" : "absent:");
    text_add_bytes(answer, value);
}

static void add_amount(struct store_txn *txn, const struct operation *operation,
                       struct text *answer)
{
    (void)answer;
    store_add(txn, operation->key, operation->amount);
}

static void count(struct store_txn *txn, const struct operation *operation, struct text *answer)
{
    text_add_format(answer, "count:%" PRId64, store_count(txn, operation->key));
}

static void write_line(struct store_txn *txn, const struct operation *operation,
                       struct text *answer)
{
    (void)answer;
    store_journal(txn, operation->value);
}

struct showing {
    struct text *answer;
    int64_t left;
};

static bool show(void *context, struct bytes key, struct bytes value)
{
    struct showing *showing = context;

    text_add_format(showing->answer, "%zu:%zu:", key.size, value.size);
    text_add_bytes(showing->answer, key);
    text_add_bytes(showing->answer, value);
    return --showing->left != 0;
}

static void scan(struct store_txn *txn, const struct operation *operation, struct text *answer)
{
    struct showing showing = {answer, operation->amount};

    text_add(answer, "scan:");
    store_scan(txn, operation->table, operation->prefix, operation->key, show, &showing);
}

static struct operation some_operation(struct arena *arena)
{
    static void (*const kinds[])(struct store_txn *, const struct operation *, struct text *) = {
        put_value, put_value, put_value,  delete_key, delete_key,
        get_value, scan,      add_amount, count,      write_line,
    };

    return (struct operation){
        .perform = kinds[below(sizeof(kinds) / sizeof(kinds[0]))],
        .table = some_table(),
        .key = some_key(arena, 1),
        .prefix = some_key(arena, 0),
        .value = some_value(arena),
        .amount = (int64_t)below(7) - 1,
    };
}

/* ---------------------------------------------------------------------- changes */

/* Operations that are one change, and what they answered. */
struct round {
    struct arena *arena;
    struct operation operations[OPERATIONS_MAX];
    size_t count;
    struct text answer;
};

static enum status perform(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct round *round = argument;

    (void)problem;
    round->answer = (struct text){.arena = round->arena};
    for (size_t i = 0; i < round->count; i++)
        round->operations[i].perform(txn, &round->operations[i], &round->answer);
    return STATUS_OK;
}

static struct bytes answer_of(const struct text *text)
{
    return bytes_of(text->data, text->size);
}

static void assert_same(struct bytes left, struct bytes right, const char *what)
{
    if (!bytes_equal(left, right))
        fail_msg("%s differs, with seed %" PRIu64, what, seed);
}

/* One change on either side; how many operations it had. */
static size_t play_round(void)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct round round = {.arena = arena, .count = 1 + below(OPERATIONS_MAX)};
    struct text answers[SIDES];

    for (size_t i = 0; i < round.count; i++)
        round.operations[i] = some_operation(arena);
    for (int side = 0; side < SIDES; side++) {
        assert_int_equal(store_update(sides[side], ORGANIZATION, perform, &round, NULL), STATUS_OK);
        answers[side] = round.answer;
    }
    assert_same(answer_of(&answers[0]), answer_of(&answers[1]), "what a change saw");
    return round.count;
}

/* -------------------------------------------------------------------- snapshots */

static struct text everything_in(struct store_txn *txn, struct arena *arena)
{
    struct text text = {.arena = arena};
    struct showing showing = {.answer = &text};

    for (int table = STORE_META + 1; table < STORE_TABLE_COUNT; table++) {
        text_add_format(&text, "table %d:", table);
        store_scan(txn, (enum store_table)table, (struct bytes){0}, (struct bytes){0}, show,
                   &showing);
    }
    assert_int_equal(store_status(txn, NULL), STATUS_OK);
    return text;
}

static void end_snapshot(struct store_txn **pair)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct text left = everything_in(pair[0], arena);
    struct text right = everything_in(pair[1], arena);

    assert_same(answer_of(&left), answer_of(&right), "a snapshot");
    for (int side = 0; side < SIDES; side++)
        store_release(&pair[side]);
}

/* Of two snapshots of the same moment, the older the more has happened since. */
static void turn_over_a_snapshot(void)
{
    struct store_txn **pair = snapshots[below(SNAPSHOTS)];

    if (pair[0])
        end_snapshot(pair);
    for (int side = 0; side < SIDES; side++)
        assert_int_equal(store_begin(sides[side], ORGANIZATION, &pair[side], NULL), STATUS_OK);
}

static void both_engines_give_the_same_answers(void **state)
{
    (void)state;
    for (size_t done = 0; done < OPERATIONS;) {
        done += play_round();
        if (below(3) == 0)
            turn_over_a_snapshot();
    }

    for (int i = 0; i < SNAPSHOTS; i++) {
        if (snapshots[i][0])
            end_snapshot(snapshots[i]);
    }
}

static int make_sides(void **state)
{
    if (make_store(state))
        return -1;
    sides[0] = given.store;
    given.memory = memory_new();
    return store_open_memory(given.memory, NULL, &sides[1], NULL) ? -1 : 0;
}

static int remove_sides(void **state)
{
    store_close(sides[1]);
    memory_free(given.memory);
    return remove_folder(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_engines_give_the_same_answers, make_sides,
                                        remove_sides),
    };

    if (argc > 1)
        seed = strtoull(argv[1], NULL, 10);
    else
        random_bytes(&seed, sizeof(seed));
    (void)printf("seed %" PRIu64 "\n", seed);
    (void)fflush(stdout);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
