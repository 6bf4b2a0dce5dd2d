/* What a change sees, and what becomes of it. */
#include "engines.h"

#include <sched.h>
#include <stdatomic.h>

#include "committer.h"
#include "store.h"

/* A change that notes how often it ran and what it saw. */
struct observer {
    unsigned runs;
    char seen[VALUE_MAX];
    int64_t count;
};

static struct bytes text(const char *value)
{
    return bytes_of_text(value);
}

/* ------------------------------------------------------------------ atomicity */

static enum status put_then_fail(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    store_put(txn, STORE_RESOURCE, text("ada"), text("1815"));
    store_add(txn, text("people"), 1);
    store_journal(txn, text("created"));
    return problem_set(problem, STATUS_UNIQUENESS, "no room for ada");
}

static void a_change_that_fails_leaves_nothing(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(store_update(given.store, ORGANIZATION, put_then_fail, NULL, &problem),
                     STATUS_UNIQUENESS);

    assert_string_equal(problem.detail, "no room for ada");
    assert_string_equal(value_at("ada"), "");
    assert_int_equal(count_at("people"), 0);
}

struct rehearsal {
    char put[VALUE_MAX];
    int64_t added;
    unsigned writes;
};

static void note_write(void *context, const struct store_write *write)
{
    struct rehearsal *rehearsal = context;

    rehearsal->writes++;
    if (write->table == STORE_COUNTER)
        rehearsal->added = write->added;
    else
        (void)snprintf(rehearsal->put, sizeof(rehearsal->put), "%.*s", (int)write->value.size,
                       (const char *)write->value.data);
}

static enum status see_own(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct observer *observer = argument;

    (void)problem;
    assert_string_equal(value_in(txn, "ada"), "1815");
    store_delete(txn, STORE_RESOURCE, text("ada"));
    assert_string_equal(value_in(txn, "ada"), "");
    store_put(txn, STORE_RESOURCE, text("ada"), text("1852"));
    (void)snprintf(observer->seen, sizeof(observer->seen), "%s", value_in(txn, "ada"));
    store_add(txn, text("people"), 3);
    store_add(txn, text("people"), -1);
    observer->count = store_count(txn, text("people"));
    assert_int_equal(store_organization(txn), ORGANIZATION);
    return STATUS_OK;
}

static void a_change_sees_what_it_has_put_itself(void **state)
{
    struct observer observer = {0};

    (void)state;
    assert_int_equal(put("ada", "1815"), STATUS_OK);

    assert_int_equal(store_update(given.store, ORGANIZATION, see_own, &observer, NULL), STATUS_OK);

    assert_string_equal(observer.seen, "1852");
    assert_int_equal(observer.count, 2);
    assert_string_equal(value_at("ada"), "1852");
    assert_int_equal(count_at("people"), 2);
}

static void a_change_that_is_rehearsed_shows_what_it_would_write_and_writes_nothing(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct observer observer = {0};
    struct rehearsal rehearsal = {0};

    (void)state;
    assert_int_equal(put("ada", "1815"), STATUS_OK);
    assert_int_equal(store_begin(given.store, ORGANIZATION, &txn, NULL), STATUS_OK);

    assert_int_equal(store_rehearse(txn, see_own, &observer, note_write, &rehearsal, NULL),
                     STATUS_OK);
    assert_int_equal(rehearsal.writes, 2);
    assert_string_equal(rehearsal.put, "1852");
    assert_int_equal(rehearsal.added, 2);

    rehearsal.writes = 0;
    assert_int_equal(store_rehearse(txn, put_then_fail, NULL, note_write, &rehearsal, NULL),
                     STATUS_UNIQUENESS);
    assert_int_equal(rehearsal.writes, 0);
    assert_string_equal(value_at("ada"), "1815");
    assert_int_equal(count_at("people"), 0);
}

static enum status delete_ada(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)problem;
    store_delete(txn, STORE_RESOURCE, text("ada"));
    store_delete(txn, STORE_RESOURCE, text("never there"));
    return STATUS_OK;
}

static void what_is_deleted_is_gone(void **state)
{
    (void)state;
    assert_int_equal(put("ada", "1815"), STATUS_OK);

    assert_int_equal(store_update(given.store, ORGANIZATION, delete_ada, NULL, NULL), STATUS_OK);

    assert_string_equal(value_at("ada"), "");
}

static enum status put_thousands(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct bytes value;

    (void)argument;
    (void)problem;
    for (uint32_t i = 0; i < 5000; i++) {
        struct store_key key = key_of(i);

        store_put(txn, STORE_SITE, key_bytes(&key), key_bytes(&key));
        assert_true(store_get(txn, STORE_SITE, key_bytes(&key), &value));
        assert_false(store_get(txn, STORE_LINK, key_bytes(&key), &value));
    }
    return STATUS_OK;
}

static void a_change_may_touch_thousands_of_keys(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct bytes value;

    (void)state;
    assert_int_equal(store_update(given.store, ORGANIZATION, put_thousands, NULL, NULL), STATUS_OK);

    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    for (uint32_t i = 0; i < 5000; i++) {
        struct store_key key = key_of(i);

        assert_true(store_get(txn, STORE_SITE, key_bytes(&key), &value));
        assert_true(bytes_equal(value, key_bytes(&key)));
    }
}

static enum status put_what_changes_nothing(struct store_txn *txn, void *argument,
                                            struct problem *problem)
{
    (void)argument;
    (void)problem;
    (void)value_in(txn, "ada");
    store_add(txn, text("people"), 1);
    store_add(txn, text("people"), -1);
    return STATUS_OK;
}

static void a_change_that_puts_nothing_waits_for_no_commit(void **state)
{
    struct ending ending = {0};

    (void)state;
    hold_committer();

    submit(put_what_changes_nothing, NULL, &ending);

    assert_int_equal(status_of(&ending), STATUS_OK); /* while the committer is held */
    release_committer();
}

/* ------------------------------------------------------------------ staleness */

/* The first run is overtaken by another change; every later one is not. */
static enum status be_overtaken(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct observer *observer = argument;

    (void)problem;
    observer->runs++;
    (void)snprintf(observer->seen, sizeof(observer->seen), "%s", value_in(txn, "ada"));
    if (observer->runs == 1)
        assert_int_equal(put("ada", "overtaken"), STATUS_OK);
    store_put(txn, STORE_RESOURCE, text("copy"), text(observer->seen));
    return STATUS_OK;
}

static void a_change_whose_reads_went_stale_runs_again_on_the_new_state(void **state)
{
    struct observer observer = {0};

    (void)state;
    assert_int_equal(put("ada", "first"), STATUS_OK);

    assert_int_equal(store_update(given.store, ORGANIZATION, be_overtaken, &observer, NULL),
                     STATUS_OK);

    assert_int_equal(observer.runs, 2);
    assert_string_equal(value_at("copy"), "overtaken");
}

static void a_change_that_found_nothing_runs_again_when_there_is_something(void **state)
{
    struct observer observer = {0};

    (void)state;
    assert_int_equal(store_update(given.store, ORGANIZATION, be_overtaken, &observer, NULL),
                     STATUS_OK);

    assert_int_equal(observer.runs, 2);
    assert_string_equal(value_at("copy"), "overtaken");
}

/* Says whether ada was there. */
static enum status look_for_ada(struct store_txn *txn, void *argument, struct problem *problem)
{
    bool is_there = value_in(txn, "ada")[0] != '\0';

    (void)argument;
    (void)problem;
    store_put(txn, STORE_RESOURCE, text("found"), text(is_there ? "some" : "none"));
    return STATUS_OK;
}

static void a_change_that_found_something_runs_again_when_it_is_gone(void **state)
{
    struct ending endings[2] = {0};

    (void)state;
    assert_int_equal(put("ada", "1815"), STATUS_OK);
    hold_committer();
    submit(delete_ada, NULL, &endings[0]);
    submit(look_for_ada, NULL, &endings[1]);

    release_committer();

    assert_int_equal(status_of(&endings[0]), STATUS_OK);
    assert_int_equal(status_of(&endings[1]), STATUS_OK);
    assert_string_equal(value_at("found"), "none");
}

static void forget(void *context, enum status status, const struct problem *problem)
{
    (void)context;
    (void)status;
    (void)problem;
}

/* Every run but the third puts another change in front of itself. */
static enum status be_overtaken_always(struct store_txn *txn, void *argument,
                                       struct problem *problem)
{
    static struct pair pairs[] = {{"ada", "one"}, {"ada", "two"}};
    struct observer *observer = argument;

    (void)problem;
    (void)snprintf(observer->seen, sizeof(observer->seen), "%s", value_in(txn, "ada"));
    if (observer->runs < 2)
        store_submit(given.store, ORGANIZATION, put_pair, &pairs[observer->runs], forget, NULL);
    observer->runs++;
    store_put(txn, STORE_RESOURCE, text("copy"), text(observer->seen));
    return STATUS_OK;
}

static void the_third_run_is_the_last_for_nothing_can_overtake_it(void **state)
{
    struct observer observer = {0};
    struct ending ending = {0};

    (void)state;
    hold_committer();
    submit(be_overtaken_always, &observer, &ending);

    release_committer();

    assert_int_equal(status_of(&ending), STATUS_OK);
    assert_int_equal(observer.runs, 3);
    assert_string_equal(value_at("copy"), "two");
}

static enum status fail_inside(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct observer *observer = argument;
    enum status status = be_overtaken_always(txn, argument, problem);

    return observer->runs == 3 ? problem_set(problem, STATUS_UNIQUENESS, "too late") : status;
}

static void a_change_that_fails_in_its_last_run_costs_the_others_nothing(void **state)
{
    struct observer observer = {0};
    struct ending ending = {0};

    (void)state;
    hold_committer();
    submit(fail_inside, &observer, &ending);

    release_committer();

    assert_int_equal(status_of(&ending), STATUS_UNIQUENESS);
    assert_string_equal(ending.problem.detail, "too late");
    assert_string_equal(value_at("copy"), "");
    assert_string_equal(value_at("ada"), "two"); /* of the same batch */
}

static enum status demote(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    if (store_count(txn, text("administrators")) <= 1)
        return problem_set(problem, STATUS_CONFLICT, "the last administrator stays");
    store_add(txn, text("administrators"), -1);
    return STATUS_OK;
}

static enum status add_two(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)problem;
    store_add(txn, text("administrators"), 2);
    return STATUS_OK;
}

static void of_two_demotions_one_finds_itself_the_last(void **state)
{
    struct ending endings[2] = {0};

    (void)state;
    assert_int_equal(store_update(given.store, ORGANIZATION, add_two, NULL, NULL), STATUS_OK);
    hold_committer();
    submit(demote, NULL, &endings[0]);
    submit(demote, NULL, &endings[1]);

    release_committer();

    assert_int_equal(status_of(&endings[0]), STATUS_OK);
    assert_int_equal(status_of(&endings[1]), STATUS_CONFLICT);
    assert_int_equal(count_at("administrators"), 1);
}

struct counting {
    unsigned runs;
    const char *name;
};

static enum status count_up(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct counting *counting = argument;

    (void)problem;
    counting->runs++;
    store_add(txn, text("people"), 1);
    return STATUS_OK;
}

static void changes_that_only_count_never_run_again(void **state)
{
    struct counting countings[3] = {0};
    struct ending endings[3] = {0};

    (void)state;
    hold_committer();
    for (int i = 0; i < 3; i++)
        submit(count_up, &countings[i], &endings[i]);

    release_committer();

    for (int i = 0; i < 3; i++) {
        assert_int_equal(status_of(&endings[i]), STATUS_OK);
        assert_int_equal(countings[i].runs, 1);
    }
    assert_int_equal(count_at("people"), 3);
}

/* ---------------------------------------------------------------------- scans */

static bool count_entry(void *context, struct bytes key, struct bytes value)
{
    unsigned *count = context;

    (void)key;
    (void)value;
    (*count)++;
    return true;
}

static bool stop_at_first(void *context, struct bytes key, struct bytes value)
{
    (void)count_entry(context, key, value);
    return false;
}

/* At most one key may begin with "guest/". */
static enum status put_only_guest(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct counting *counting = argument;
    unsigned count = 0;

    counting->runs++;
    store_scan(txn, STORE_RESOURCE, text("guest/"), (struct bytes){0}, count_entry, &count);
    if (count > 0)
        return problem_set(problem, STATUS_UNIQUENESS, "there is a guest");
    store_put(txn, STORE_RESOURCE, text(counting->name), text("here"));
    return STATUS_OK;
}

static void a_scan_conflicts_with_a_key_that_would_have_been_in_it(void **state)
{
    struct counting countings[2] = {{0, "guest/ada"}, {0, "guest/bob"}};
    struct ending endings[2] = {0};

    (void)state;
    hold_committer();
    for (int i = 0; i < 2; i++)
        submit(put_only_guest, &countings[i], &endings[i]);

    release_committer();

    assert_int_equal(status_of(&endings[0]), STATUS_OK);
    assert_int_equal(status_of(&endings[1]), STATUS_UNIQUENESS);
    assert_int_equal(countings[1].runs, 2);
    assert_string_equal(value_at("guest/bob"), "");
}

/* Look whether there is any, and no further. */
static enum status look_at_first(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct counting *counting = argument;
    unsigned count = 0;

    (void)problem;
    counting->runs++;
    store_scan(txn, STORE_RESOURCE, text("guest/"), (struct bytes){0}, stop_at_first, &count);
    store_put(txn, STORE_RESOURCE, text("found"), text(count ? "some" : "none"));
    return STATUS_OK;
}

static enum status look_at_all(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct counting *counting = argument;
    unsigned count = 0;

    (void)problem;
    counting->runs++;
    store_scan(txn, STORE_RESOURCE, text("guest/"), (struct bytes){0}, count_entry, &count);
    store_put(txn, STORE_RESOURCE, text("found"), text(count ? "some" : "none"));
    return STATUS_OK;
}

static unsigned runs_beside(store_change *change, const char *key, const char *value)
{
    struct counting counting = {0};
    struct pair pair = {key, value};
    struct ending endings[2] = {0};

    hold_committer();
    submit(put_pair, &pair, &endings[0]);
    submit(change, &counting, &endings[1]);
    release_committer();
    assert_int_equal(status_of(&endings[0]), STATUS_OK);
    assert_int_equal(status_of(&endings[1]), STATUS_OK);
    return counting.runs;
}

static void a_scan_conflicts_only_with_what_it_has_seen(void **state)
{
    (void)state;
    assert_int_equal(put("guest/bob", "here"), STATUS_OK);

    /* behind where it stopped, of another prefix, another value, another first */
    assert_int_equal(runs_beside(look_at_first, "guest/carl", "here"), 1);
    assert_int_equal(runs_beside(look_at_first, "guesu", "here"), 1);
    assert_int_equal(runs_beside(look_at_first, "guest/bob", "gone"), 2);
    assert_int_equal(runs_beside(look_at_first, "guest/ada", "here"), 2);
    /* one more at the end, of another prefix */
    assert_int_equal(runs_beside(look_at_all, "guest/dora", "here"), 2);
    assert_int_equal(runs_beside(look_at_all, "guesu", "still here"), 1);
}

static bool append_key(void *context, struct bytes key, struct bytes value)
{
    char *seen = context;

    (void)value;
    (void)snprintf(seen + strlen(seen), VALUE_MAX - strlen(seen), "%.*s ", (int)key.size,
                   (const char *)key.data);
    return true;
}

static const char *keys_seen(const char *prefix, const char *from)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    static char seen[VALUE_MAX];

    seen[0] = '\0';
    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    store_scan(txn, STORE_RESOURCE, text(prefix), text(from), append_key, seen);
    assert_int_equal(store_status(txn, NULL), STATUS_OK);
    return seen;
}

static void a_scan_walks_a_prefix_in_order_from_where_it_is_told(void **state)
{
    (void)state;
    assert_int_equal(put("b2", ""), STATUS_OK);
    assert_int_equal(put("a1", ""), STATUS_OK);
    assert_int_equal(put("b1", ""), STATUS_OK);
    assert_int_equal(put("c1", ""), STATUS_OK);

    assert_string_equal(keys_seen("", ""), "a1 b1 b2 c1 ");
    assert_string_equal(keys_seen("b", ""), "b1 b2 ");
    assert_string_equal(keys_seen("b", "b1x"), "b2 ");
    assert_string_equal(keys_seen("b", "a"), "b1 b2 "); /* below the prefix */
    assert_string_equal(keys_seen("b", "c"), "");       /* above it */
    assert_string_equal(keys_seen("d", ""), "");
}

/* ------------------------------------------------------------------- snapshots */

static void a_snapshot_stays_as_it_was(void **state)
{
    SCOPED(store_release) struct store_txn *before = NULL;

    (void)state;
    assert_int_equal(put("ada", "first"), STATUS_OK);
    assert_int_equal(store_begin(given.store, 1, &before, NULL), STATUS_OK);

    assert_int_equal(put("ada", "second"), STATUS_OK);

    assert_string_equal(value_in(before, "ada"), "first");
    assert_string_equal(value_at("ada"), "second");
}

static void too_many_snapshots_at_once_are_refused_until_some_end(void **state)
{
    static struct store_txn *txns[1024];
    struct problem problem = {0};
    size_t count = 0;
    enum status status;

    (void)state;
    while (!(status = store_begin(given.store, 1, &txns[count], &problem)))
        count++;
    assert_int_equal(status, STATUS_BUSY);
    assert_true(count >= 256);
    assert_non_null(strstr(problem.detail, "too many readers"));
    assert_int_equal(put("ada", "first"), STATUS_BUSY); /* it has no snapshot to run in */

    while (count > 0)
        store_end(txns[--count]);

    assert_int_equal(put("ada", "first"), STATUS_OK);
    assert_string_equal(value_at("ada"), "first");
}

static void what_is_missing_is_named(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);

    assert_int_equal(store_missing(txn, &problem, "user", "42"), STATUS_NOT_FOUND);

    assert_string_equal(problem.detail, "there is no user 42");
}

/* -------------------------------------------------------------- a damaged store */

static void damage_counter(const char *key)
{
    struct engine_txn *txn = NULL;

    assert_int_equal(engine_begin(given.store->engine, true, &txn, NULL), STATUS_OK);
    assert_int_equal(engine_put(txn, STORE_COUNTER, text(key), text("seven"), NULL), STATUS_OK);
    assert_int_equal(engine_commit(txn, NULL), STATUS_OK);
}

static enum status ignore_failure(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)store_count(txn, text("people"));
    store_put(txn, STORE_RESOURCE, text("ada"), text("1815"));
    return store_missing(txn, problem, "counter", "people") ? STATUS_OK : STATUS_INTERNAL;
}

static void the_first_failed_look_fails_the_change_whatever_it_returns(void **state)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct problem problem = {0};
    struct bytes value;

    (void)state;
    damage_counter("people");

    assert_int_equal(store_update(given.store, ORGANIZATION, ignore_failure, NULL, &problem),
                     STATUS_INTERNAL);

    assert_non_null(strstr(problem.detail, "counter"));
    assert_string_equal(value_at("ada"), "");
    assert_int_equal(store_begin(given.store, 1, &txn, NULL), STATUS_OK);
    assert_int_equal(store_count(txn, text("people")), 0);
    assert_int_equal(store_status(txn, NULL), STATUS_INTERNAL);
    assert_false(store_get(txn, STORE_RESOURCE, text("held"), &value)); /* later calls do nothing */
}

static void a_change_that_cannot_be_written_costs_the_others_nothing(void **state)
{
    struct pair pair = {"ada", "1815"};
    struct counting counting = {0};
    struct ending endings[2] = {0};

    (void)state;
    damage_counter("people");
    hold_committer();
    submit(count_up, &counting, &endings[0]);
    submit(put_pair, &pair, &endings[1]);

    release_committer();

    assert_int_equal(status_of(&endings[0]), STATUS_INTERNAL);
    assert_int_equal(status_of(&endings[1]), STATUS_OK);
    assert_string_equal(value_at("ada"), "1815");
}

/* -------------------------------------------------------------------- sequence */

static enum status take_number(struct store_txn *txn, void *argument, struct problem *problem)
{
    uint64_t *number = argument;

    (void)problem;
    *number = store_sequence(txn);
    store_put(txn, STORE_RESOURCE, text("row"), bytes_of(number, sizeof(*number)));
    return STATUS_OK;
}

static void numbers_go_on_where_they_were_when_the_store_is_opened_again(void **state)
{
    uint64_t first = 0, second = 0, third = 0;

    (void)state;
    assert_int_equal(store_update(given.store, ORGANIZATION, take_number, &first, NULL), STATUS_OK);
    assert_int_equal(store_update(given.store, ORGANIZATION, take_number, &second, NULL),
                     STATUS_OK);
    reopen_given();

    assert_int_equal(store_update(given.store, ORGANIZATION, take_number, &third, NULL), STATUS_OK);

    assert_true(first > 0 && second > first && third > second);
}

/* ----------------------------------------------------------- waiting and closing */

struct tally {
    atomic_uint ok;
    atomic_uint busy;
    sem_t told;
};

static void count_ending(void *context, enum status status, const struct problem *problem)
{
    struct tally *tally = context;

    (void)problem;
    if (status == STATUS_OK)
        atomic_fetch_add(&tally->ok, 1);
    else if (status == STATUS_BUSY)
        atomic_fetch_add(&tally->busy, 1);
    (void)sem_post(&tally->told);
}

static enum status count_one(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)problem;
    store_add(txn, text("people"), 1);
    return STATUS_OK;
}

static void a_queue_that_is_full_turns_changes_away(void **state)
{
    struct tally tally = {0};

    (void)state;
    (void)sem_init(&tally.told, 0, 0);
    hold_committer(); /* its own change is not answered yet */
    for (int i = 0; i < CHANGES_MAX; i++)
        store_submit(given.store, ORGANIZATION, count_one, NULL, count_ending, &tally);
    assert_int_equal(put("ada", "1815"), STATUS_BUSY);

    release_committer();

    for (int i = 0; i < CHANGES_MAX; i++)
        wait_for(&tally.told);
    assert_int_equal(tally.ok, CHANGES_MAX - 1);
    assert_int_equal(tally.busy, 1);
    assert_int_equal(count_at("people"), CHANGES_MAX - 1);
    (void)sem_destroy(&tally.told);
}

static void *close_the_store(void *argument)
{
    store_close(argument);
    return NULL;
}

static bool is_closing(struct store *store)
{
    bool is_closing;

    (void)pthread_mutex_lock(&store->committer.lock);
    is_closing = store->committer.is_closing;
    (void)pthread_mutex_unlock(&store->committer.lock);
    return is_closing;
}

static void a_store_that_closes_finishes_what_it_has_and_takes_no_more(void **state)
{
    struct tally tally = {0};
    pthread_t closer;

    (void)state;
    (void)sem_init(&tally.told, 0, 0);
    hold_committer();
    for (int i = 0; i < 100; i++)
        store_submit(given.store, ORGANIZATION, count_one, NULL, count_ending, &tally);
    assert_int_equal(pthread_create(&closer, NULL, close_the_store, given.store), 0);
    while (!is_closing(given.store))
        (void)sched_yield();

    assert_int_equal(put("ada", "1815"), STATUS_BUSY);
    release_committer();

    assert_int_equal(pthread_join(closer, NULL), 0);
    assert_int_equal(tally.ok, 100);
    open_given();
    assert_int_equal(count_at("people"), 100);
    assert_string_equal(value_at("ada"), "");
    (void)sem_destroy(&tally.told);
}

/* Runs until the store has begun to close. */
static enum status take_until_closing(struct store_txn *txn, void *argument,
                                      struct problem *problem)
{
    sem_t *has_begun = argument;

    (void)sem_post(has_begun);
    while (!is_closing(given.store))
        (void)sched_yield();
    return put_pair(txn, &(struct pair){"ada", "1815"}, problem);
}

static void *update_until_closing(void *argument)
{
    enum status status =
        store_update(given.store, ORGANIZATION, take_until_closing, argument, NULL);

    return status ? argument : NULL;
}

static void a_store_that_closes_waits_for_a_change_that_is_being_prepared(void **state)
{
    sem_t has_begun;
    pthread_t updater;
    void *failure = NULL;

    (void)state;
    (void)sem_init(&has_begun, 0, 0);
    assert_int_equal(pthread_create(&updater, NULL, update_until_closing, &has_begun), 0);
    wait_for(&has_begun);

    close_given();

    assert_int_equal(pthread_join(updater, &failure), 0);
    assert_null(failure);
    open_given();
    assert_string_equal(value_at("ada"), "1815");
    (void)sem_destroy(&has_begun);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_given, discard_given)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_change_that_fails_leaves_nothing),
        STORE_TEST(a_change_sees_what_it_has_put_itself),
        STORE_TEST(a_change_that_is_rehearsed_shows_what_it_would_write_and_writes_nothing),
        STORE_TEST(what_is_deleted_is_gone),
        STORE_TEST(a_change_may_touch_thousands_of_keys),
        STORE_TEST(a_change_that_puts_nothing_waits_for_no_commit),
        STORE_TEST(a_change_whose_reads_went_stale_runs_again_on_the_new_state),
        STORE_TEST(a_change_that_found_nothing_runs_again_when_there_is_something),
        STORE_TEST(a_change_that_found_something_runs_again_when_it_is_gone),
        STORE_TEST(the_third_run_is_the_last_for_nothing_can_overtake_it),
        STORE_TEST(a_change_that_fails_in_its_last_run_costs_the_others_nothing),
        STORE_TEST(of_two_demotions_one_finds_itself_the_last),
        STORE_TEST(changes_that_only_count_never_run_again),
        STORE_TEST(a_scan_conflicts_with_a_key_that_would_have_been_in_it),
        STORE_TEST(a_scan_conflicts_only_with_what_it_has_seen),
        STORE_TEST(a_scan_walks_a_prefix_in_order_from_where_it_is_told),
        STORE_TEST(a_snapshot_stays_as_it_was),
        STORE_TEST(too_many_snapshots_at_once_are_refused_until_some_end),
        STORE_TEST(what_is_missing_is_named),
        STORE_TEST(the_first_failed_look_fails_the_change_whatever_it_returns),
        STORE_TEST(a_change_that_cannot_be_written_costs_the_others_nothing),
        STORE_TEST(numbers_go_on_where_they_were_when_the_store_is_opened_again),
        STORE_TEST(a_queue_that_is_full_turns_changes_away),
        STORE_TEST(a_store_that_closes_finishes_what_it_has_and_takes_no_more),
        STORE_TEST(a_store_that_closes_waits_for_a_change_that_is_being_prepared),
    };

    return engine_choose(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
