#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "alarm.h"
#include "bridge/api/alarm.h"
#include "bridge/auth/token.h"
#include "bridge/core/hold.h"
#include "bridge/core/organization.h"
#include "bridge/store/key.h"

enum { NOON = 1700000000, DAY = 24 * 3600, NOTICE_DAYS = 14, SAID_SIZE = 1 << 14 };

static void describe(void *context, size_t index, struct api_directory *directory)
{
    const struct api_directory *directories = context;

    *directory = directories[index];
}

/* An api of one directory, as it is given. */
static struct api api_of(struct world *world, struct api_directory *directory)
{
    return (struct api){
        .store = world->store, .directory = describe, .directory_count = 1, .context = directory};
}

static struct api_directory works(void)
{
    return (struct api_directory){.organization = "default", .state = "connected"};
}

/* All open alarms, a line each: organization, kind, subject, since, what is wrong, next step. */
static void add_line(void *context, const struct alarm *alarm)
{
    text_add_format(context, "%s %s %s %lld %s; %s\n",
                    alarm->organization ? alarm->organization : "-", alarm->name,
                    alarm->subject ? alarm->subject : "-", (long long)alarm->since, alarm->detail,
                    alarm->advice);
}

static const char *open_with(struct world *world, struct api *api, int64_t now,
                             struct clock_state clock)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct text lines = {.arena = world->arena};
    struct lookout lookout = {.api = api,
                              .txn = txn,
                              .arena = world->arena,
                              .now = now,
                              .clock = clock,
                              .visit = add_line,
                              .context = &lines};

    text_add(&lines, "");
    alarms_each(&lookout);
    return lines.data;
}

static const char *open_at(struct world *world, struct api *api, int64_t now)
{
    return open_with(world, api, now, (struct clock_state){0});
}

static void given_tokens(struct world *world)
{
    const char *names[] = {"entra", "okta"};
    const struct actor *actors[] = {&world->provider, &world->other};

    for (size_t i = 0; i < 2; i++) {
        struct connection connection = {.number = actors[i]->connection, .name = names[i]};
        struct token_request request = {
            .actor = &world->admin, .arena = world->arena, .connection = &connection};

        assert_int_equal(
            store_update(world->store, ORGANIZATION_DEFAULT, token_issue, &request, NULL),
            STATUS_OK);
    }
}

static void nothing_is_open_where_all_is_well(void **state)
{
    struct world *world = *state;
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);

    given_tokens(world);

    assert_string_equal(open_at(world, &api, NOON), "");
}

static struct hold held(struct world *world)
{
    struct hold_request request = {.actor = &world->admin,
                                   .arena = world->arena,
                                   .kind = HOLD_CLOCK_JUMP,
                                   .detail = "a day ahead"};

    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, hold_open, &request, NULL),
                     STATUS_OK);
    return request.hold;
}

static void decide(struct world *world, const struct hold *hold)
{
    struct hold_request request = {
        .actor = &world->admin, .arena = world->arena, .id = hold->id, .reason = "off"};

    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, hold_allow, &request, NULL),
                     STATUS_OK);
}

static void what_is_held_is_open_until_somebody_decides(void **state)
{
    struct world *world = *state;
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);
    struct hold hold;
    const char *lines;

    given_tokens(world);
    hold = held(world);
    lines = open_at(world, &api, NOON + 60);

    assert_int_equal(
        strncmp(lines, arena_printf(world->arena, "- hold %s %d a day ahead; ", hold.id, NOON),
                strlen("- hold ") + strlen(hold.id)),
        0);
    assert_non_null(strstr(lines, arena_printf(world->arena, "rolebridge hold allow %s", hold.id)));
    decide(world, &hold);
    assert_string_equal(open_at(world, &api, NOON + 60), "");
}

static void a_clock_that_is_wrong_is_open_unless_it_is_held_already(void **state)
{
    static const struct {
        struct clock_state clock;
        const char *words; /* NULL: nothing is open */
    } cases[] = {
        {{.behind = 299}, NULL},
        {{.behind = 300}, "- clock - 0 the clock of this machine is 300 seconds behind"},
        {{.ahead = 86401}, "- clock - 0 the clock of this machine is 86401 seconds ahead"},
    };
    struct world *world = *state;
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);

    given_tokens(world);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *lines = open_with(world, &api, NOON, cases[i].clock);

        if (cases[i].words)
            assert_non_null(strstr(lines, cases[i].words));
        else
            assert_string_equal(lines, "");
    }
    (void)held(world);
    assert_null(strstr(open_with(world, &api, NOON, cases[2].clock), "- clock "));
}

static void a_directory_that_does_not_work_is_open_since_it_does_not(void **state)
{
    static const struct {
        const char *state, *detail, *line;
    } cases[] = {
        {"none", "", ""},
        {"connecting", "", ""},
        {"connected", "", ""},
        {"unavailable", "refused", "default directory - 5 the directory is unavailable: refused; "},
        {"unusable", "", "default directory - 5 the directory is unusable; "},
        {"refusing", "", "default directory - 5 the directory is refusing; "},
    };
    struct world *world = *state;

    given_tokens(world);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct api_directory directory = {
            .organization = "default", .state = cases[i].state, .since = 5};
        struct api api = api_of(world, &directory);
        const char *lines;

        (void)snprintf(directory.detail, sizeof(directory.detail), "%s", cases[i].detail);
        lines = open_at(world, &api, NOON);
        assert_int_equal(strncmp(lines, cases[i].line, strlen(cases[i].line)), 0);
        assert_int_equal(*lines == '\0', *cases[i].line == '\0');
    }
}

static void an_organization_that_nobody_has_made_is_open_by_its_name(void **state)
{
    struct world *world = *state;
    struct api_directory directory = {.organization = "acme", .state = "absent"};
    struct api api = api_of(world, &directory);

    given_tokens(world);

    assert_string_equal(open_at(world, &api, NOON),
                        "acme directory - 0 the directory is absent; make the organization, or "
                        "take it out of the configuration\n");
}

static enum status park(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct world *world = argument;
    struct outbox_line line;

    assert_true(outbox_find(txn, OUTBOX_SITE, world->north, world->arena, &line));
    outbox_refused(txn, &line, "no", NOON + 5, world->arena);
    return store_status(txn, problem);
}

static void what_the_directory_refused_is_open_since_it_was_written(void **state)
{
    struct world *world = *state;
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);

    given_tokens(world);
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, park, world, NULL),
                     STATUS_OK);

    assert_non_null(strstr(open_at(world, &api, NOON + 60),
                           "default parked - 1700000000 the directory refused 1 of the changes; "));
}

static void a_token_is_open_from_fourteen_days_before_its_end(void **state)
{
    struct world *world = *state;
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);
    int64_t end = NOON + TOKEN_LIFE_SECONDS, notice = end - NOTICE_DAYS * DAY;
    const char *lines;

    given_tokens(world);

    assert_string_equal(open_at(world, &api, notice - 1), "");
    lines = open_at(world, &api, notice);
    assert_non_null(strstr(lines, arena_printf(world->arena,
                                               "default expiring entra %lld the last token of the "
                                               "connection entra ends at ",
                                               (long long)notice)));
    assert_non_null(strstr(lines, "; rolebridge connection rotate okta\n"));
    assert_non_null(strstr(open_at(world, &api, end), "connection entra ended at "));
}

static void a_certificate_is_open_from_fourteen_days_before_its_end(void **state)
{
    struct world *world = *state;
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);

    given_tokens(world);
    api.certificate_ends_at = NOON + NOTICE_DAYS * DAY + 1;

    assert_string_equal(open_at(world, &api, NOON), "");
    assert_non_null(strstr(open_at(world, &api, NOON + 1),
                           "- certificate - 1700000001 the certificate ends at "));
    assert_non_null(
        strstr(open_at(world, &api, api.certificate_ends_at), "the certificate ended at "));
}

/* Put pieces of 1 MiB, from one number to below another. */
static enum status fill(struct store_txn *txn, void *argument, struct problem *problem)
{
    static char piece[1 << 20];
    const int *ends = argument;

    for (int i = ends[0]; i < ends[1]; i++) {
        struct store_key key = key_of(ORGANIZATION_DEFAULT);

        key_add_u64(&key, (uint64_t)i);
        store_put(txn, STORE_PASSWORD, key_bytes(&key), bytes_of(piece, sizeof(piece)));
    }
    return store_status(txn, problem);
}

static void a_store_is_open_once_four_fifths_of_it_are_full(void **state)
{
    struct world *world = *state; /* of 64 MiB */
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);
    int some[] = {0, 48}, more[] = {48, 52}, most[] = {52, 58};

    given_tokens(world);
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, fill, some, NULL), STATUS_OK);
    assert_string_equal(open_at(world, &api, NOON), "");

    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, fill, more, NULL), STATUS_OK);
    assert_non_null(strstr(open_at(world, &api, NOON), "- store - 0 the store is 8"));

    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, fill, most, NULL), STATUS_OK);
    assert_non_null(strstr(open_at(world, &api, NOON), "full: only what takes access away is "));
}

/* ---------------------------------------------------------------------------- the log */

/* What a look puts on standard error. */
static const char *said(struct alarm_watch *watch, const struct api *api, struct arena *arena)
{
    char *text = arena_alloc(arena, SAID_SIZE);
    int ends[2], before = dup(STDERR_FILENO);
    ssize_t size;

    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    alarm_watch_look(watch, api, NOON);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    assert_int_equal(close(ends[1]) | close(before), 0);
    size = read(ends[0], text, SAID_SIZE - 1);
    assert_int_equal(close(ends[0]), 0);
    assert_true(size >= 0);
    text[size] = '\0';
    return text;
}

static void the_log_says_once_that_an_alarm_begins_and_once_that_it_ends(void **state)
{
    struct world *world = *state;
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);
    struct alarm_watch *watch = alarm_watch_new();
    const char *text;

    given_tokens(world);
    assert_string_equal(said(watch, &api, world->arena), "");

    directory.state = "unavailable";
    text = said(watch, &api, world->arena);
    assert_non_null(strstr(text, " warning \"alarm\" alarm=\"directory\" organization=\"default\" "
                                 "detail=\"the directory is unavailable\" next=\"see that"));

    (void)snprintf(directory.detail, sizeof(directory.detail), "in other words");
    assert_string_equal(said(watch, &api, world->arena), "");

    directory.state = "connected";
    text = said(watch, &api, world->arena);
    assert_non_null(strstr(text, " info \"alarm ended\" alarm=\"directory\""));
    assert_string_equal(said(watch, &api, world->arena), "");
    alarm_watch_free(watch);
}

static void a_look_that_fails_ends_no_alarm(void **state)
{
    struct world *world = *state;
    struct api_directory directory = works();
    struct api api = api_of(world, &directory);
    struct alarm_watch *watch = alarm_watch_new();

    given_tokens(world);
    (void)held(world);
    assert_non_null(strstr(said(watch, &api, world->arena), "alarm=\"hold\""));

    for (int nth = 1; nth < 10; nth++) {
        world->failing.calls = FAILING_LOOKS;
        world->failing.status = STATUS_INTERNAL;
        atomic_store(&world->failing.countdown, nth);
        assert_string_equal(said(watch, &api, world->arena), "");
        world->failing.calls = 0;
    }
    alarm_watch_free(watch);
}

#define ALARM_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
#define DISK_TEST(name)  cmocka_unit_test_setup_teardown(name, world_set_up_on_disk, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALARM_TEST(nothing_is_open_where_all_is_well),
        ALARM_TEST(what_is_held_is_open_until_somebody_decides),
        ALARM_TEST(a_clock_that_is_wrong_is_open_unless_it_is_held_already),
        ALARM_TEST(a_directory_that_does_not_work_is_open_since_it_does_not),
        ALARM_TEST(an_organization_that_nobody_has_made_is_open_by_its_name),
        ALARM_TEST(what_the_directory_refused_is_open_since_it_was_written),
        ALARM_TEST(a_token_is_open_from_fourteen_days_before_its_end),
        ALARM_TEST(a_certificate_is_open_from_fourteen_days_before_its_end),
        DISK_TEST(a_store_is_open_once_four_fifths_of_it_are_full),
        ALARM_TEST(the_log_says_once_that_an_alarm_begins_and_once_that_it_ends),
        ALARM_TEST(a_look_that_fails_ends_no_alarm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
