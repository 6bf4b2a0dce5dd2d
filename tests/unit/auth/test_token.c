#include "world.h"

#include "journal_walk.h"

#include "bridge/auth/token.h"
#include "bridge/auth/usage.h"
#include "bridge/core/connection.h"

enum { NOON = 1700000000, HOUR = 3600, DAY = 24 * HOUR, ORGANIZATION = 1 };

/* A request of administrators, for the connection "entra" or (name) for a program. */
static struct token_request wanted(struct world *world, const char *name, int64_t now)
{
    struct actor *actor = arena_alloc(world->arena, sizeof(*actor));
    struct connection *entra = arena_alloc(world->arena, sizeof(*entra));

    *actor = world->admin;
    actor->now = now;
    *entra = (struct connection){.number = world->provider.connection, .name = "entra"};
    return (struct token_request){
        .actor = actor, .arena = world->arena, .connection = name ? NULL : entra, .name = name};
}

static enum status change(struct world *world, store_change *function,
                          struct token_request *request)
{
    world->problem = (struct problem){0};
    return store_update(world->store, ORGANIZATION, function, request, &world->problem);
}

static enum status issue(struct world *world, const char *name, int64_t now,
                         struct token_request *request)
{
    *request = wanted(world, name, now);
    return change(world, token_issue, request);
}

static enum status opens(struct world *world, const char *token, int64_t now,
                         struct principal *principal)
{
    SCOPED(store_release) struct store_txn *txn = NULL;

    world->problem = (struct problem){0};
    assert_int_equal(store_begin(world->store, 0, &txn, NULL), STATUS_OK);
    return principal_of_token(txn, token, now, world->arena, principal, &world->problem);
}

static void a_token_opens_its_connection_until_it_expires(void **state)
{
    struct world *world = *state;
    struct token_request request;
    struct principal principal;

    assert_int_equal(issue(world, NULL, NOON, &request), STATUS_OK);

    assert_int_equal(opens(world, request.secret, NOON, &principal), STATUS_OK);
    assert_int_equal(principal.kind, PRINCIPAL_CONNECTION);
    assert_int_equal(principal.connection, world->provider.connection);
    assert_string_equal(principal.name, "entra");
    assert_int_equal(opens(world, request.secret, NOON + TOKEN_LIFE_SECONDS - 1, &principal),
                     STATUS_OK);
    assert_int_equal(opens(world, request.secret, NOON + TOKEN_LIFE_SECONDS, &principal),
                     STATUS_UNAUTHORIZED);
}

static void every_wrong_token_is_refused_with_the_same_words(void **state)
{
    struct world *world = *state;
    struct token_request request;
    struct principal principal;
    char wrong[TOKEN_TEXT_SIZE];
    char words[PROBLEM_DETAIL_MAX];

    (void)issue(world, NULL, NOON, &request);
    assert_int_equal(opens(world, "", NOON, &principal), STATUS_UNAUTHORIZED);
    memcpy(words, world->problem.detail, sizeof(words));

    for (size_t i = 0; request.secret[i]; i++) {
        memcpy(wrong, request.secret, sizeof(wrong));
        wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
        /* The last character of each part carries bits that the decoder must not ignore. */
        assert_int_equal(opens(world, wrong, NOON, &principal), STATUS_UNAUTHORIZED);
        assert_string_equal(world->problem.detail, words);
        wrong[i] = '\0';
        assert_int_equal(opens(world, wrong, NOON, &principal), STATUS_UNAUTHORIZED);
    }
}

static void a_third_token_ends_the_oldest(void **state)
{
    struct world *world = *state;
    struct token_request tokens[3];
    struct principal principal;

    for (int i = 0; i < 3; i++)
        assert_int_equal(issue(world, NULL, NOON, &tokens[i]), STATUS_OK);

    assert_int_equal(opens(world, tokens[0].secret, NOON, &principal), STATUS_UNAUTHORIZED);
    assert_int_equal(opens(world, tokens[1].secret, NOON, &principal), STATUS_OK);
    assert_int_equal(opens(world, tokens[2].secret, NOON, &principal), STATUS_OK);
}

static void a_token_lives_as_long_as_was_asked_for_and_no_longer_than_a_year(void **state)
{
    struct world *world = *state;
    struct token_request request = wanted(world, NULL, NOON);
    struct principal principal;

    request.life = 90 * DAY;
    assert_int_equal(change(world, token_issue, &request), STATUS_OK);
    assert_int_equal(request.token.expires_at, NOON + 90 * DAY);
    assert_int_equal(opens(world, request.secret, NOON + 90 * DAY - 1, &principal), STATUS_OK);
    assert_int_equal(opens(world, request.secret, NOON + 90 * DAY, &principal),
                     STATUS_UNAUTHORIZED);

    request.life = TOKEN_LIFE_SECONDS;
    assert_int_equal(change(world, token_issue, &request), STATUS_OK);
    request.life = TOKEN_LIFE_SECONDS + 1;
    assert_int_equal(change(world, token_issue, &request), STATUS_INVALID_VALUE);
    request.life = -1;
    assert_int_equal(change(world, token_issue, &request), STATUS_INVALID_VALUE);
}

static void the_token_before_a_new_one_may_be_given_an_earlier_end(void **state)
{
    struct world *world = *state;
    struct token_request first, next = wanted(world, NULL, NOON);
    struct principal principal;

    (void)issue(world, NULL, NOON, &first);
    next.ends_other = true;
    next.grace = DAY;
    assert_int_equal(change(world, token_issue, &next), STATUS_OK);

    assert_int_equal(opens(world, first.secret, NOON + DAY - 1, &principal), STATUS_OK);
    assert_int_equal(opens(world, first.secret, NOON + DAY, &principal), STATUS_UNAUTHORIZED);
    assert_int_equal(opens(world, next.secret, NOON + DAY, &principal), STATUS_OK);
}

static void an_early_end_makes_no_life_longer(void **state)
{
    struct world *world = *state;
    struct token_request first = wanted(world, NULL, NOON), next = first;
    struct principal principal;

    first.life = HOUR;
    (void)change(world, token_issue, &first);
    next.ends_other = true;
    next.grace = DAY;
    assert_int_equal(change(world, token_issue, &next), STATUS_OK);

    assert_int_equal(opens(world, first.secret, NOON + HOUR, &principal), STATUS_UNAUTHORIZED);
}

static void without_a_grace_nothing_but_the_new_token_is_left(void **state)
{
    struct world *world = *state;
    struct token_request tokens[3];
    struct principal principal;

    (void)issue(world, NULL, NOON, &tokens[0]);
    (void)issue(world, NULL, NOON, &tokens[1]);
    tokens[2] = wanted(world, NULL, NOON);
    tokens[2].ends_other = true;
    assert_int_equal(change(world, token_issue, &tokens[2]), STATUS_OK);

    assert_int_equal(opens(world, tokens[0].secret, NOON, &principal), STATUS_UNAUTHORIZED);
    assert_int_equal(opens(world, tokens[1].secret, NOON, &principal), STATUS_UNAUTHORIZED);
    assert_int_equal(opens(world, tokens[2].secret, NOON, &principal), STATUS_OK);
}

/* --------------------------------------------------------------------- what is left */

static bool count_token(void *context, const struct token *token)
{
    (void)token;
    ++*(int *)context;
    return true;
}

static int tokens_of(struct world *world, uint32_t connection)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    int count = 0;

    token_each(txn, connection, world->arena, count_token, &count);
    return count;
}

static void what_has_expired_is_tidied_away_by_the_next_token(void **state)
{
    struct world *world = *state;
    int64_t later = NOON + TOKEN_LIFE_SECONDS;
    struct token_request request;

    (void)issue(world, NULL, NOON, &request);
    (void)issue(world, NULL, NOON, &request);
    (void)issue(world, "backup-job", NOON, &request);
    assert_int_equal(tokens_of(world, world->provider.connection), 2);

    assert_int_equal(issue(world, NULL, later, &request), STATUS_OK);
    assert_int_equal(issue(world, "backup-job", later, &request), STATUS_OK);

    assert_int_equal(tokens_of(world, world->provider.connection), 1);
    assert_int_equal(tokens_of(world, 0), 1);
}

/* ------------------------------------------------------------------------ journal */

struct records {
    struct text all;
};

static bool add_record(void *context, const struct journal_mark *mark, struct bytes record)
{
    struct records *records = context;
    char *text = strndup(record.data, record.size);
    json_auto_t *json = json_loads(text, 0, NULL);

    (void)mark;
    text_add_format(&records->all, "%s %s%s\n", json_string_value(json_object_get(json, "event")),
                    json_is_string(json_object_get(json, "connection")) ? "of " : "",
                    json_is_string(json_object_get(json, "connection"))
                        ? json_string_value(json_object_get(json, "connection"))
                        : json_string_value(json_object_get(json, "token")));
    free(text);
    return true;
}

static const char *journal_since(struct world *world, size_t *start)
{
    struct records records = {.all.arena = world->arena};
    const char *fresh;

    assert_int_equal(journal_walk(world->store, ORGANIZATION, add_record, &records, NULL),
                     STATUS_OK);
    fresh = records.all.data + *start;
    *start = records.all.size;
    return fresh;
}

static void every_token_that_comes_or_goes_has_one_record(void **state)
{
    struct world *world = *state;
    struct token_request request;
    size_t start = 0;

    (void)journal_since(world, &start);
    (void)issue(world, "backup-job", NOON, &request);
    assert_string_equal(journal_since(world, &start), "token.create backup-job\n");
    (void)change(world, token_revoke, &request);
    assert_string_equal(journal_since(world, &start), "token.revoke backup-job\n");

    (void)issue(world, NULL, NOON, &request);
    (void)issue(world, NULL, NOON, &request);
    assert_string_equal(journal_since(world, &start),
                        "token.create of entra\ntoken.create of entra\n");
    (void)issue(world, NULL, NOON, &request); /* the oldest goes */
    assert_string_equal(journal_since(world, &start),
                        "token.revoke of entra\ntoken.create of entra\n");
    request.ends_other = true; /* one goes, one is given an earlier end */
    request.grace = HOUR;
    (void)change(world, token_issue, &request);
    assert_string_equal(journal_since(world, &start),
                        "token.revoke of entra\ntoken.update of entra\ntoken.create of entra\n");
    (void)change(world, token_revoke_all, &request);
    assert_string_equal(journal_since(world, &start),
                        "token.revoke of entra\ntoken.revoke of entra\n");
}

/* ----------------------------------------------------------------------- last use */

static bool take_token(void *context, const struct token *token)
{
    *(struct token *)context = *token;
    return false;
}

static bool count_key(void *context, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    ++*(int *)context;
    return true;
}

static int tokens_in_store(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    int count = 0;

    store_scan(txn, STORE_TOKEN, (struct bytes){0}, (struct bytes){0}, count_key, &count);
    return count;
}

static int64_t used_at(struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct token token = {0};

    token_each(txn, world->provider.connection, world->arena, take_token, &token);
    return token.used_at;
}

static void a_use_is_known_at_once_and_stored_when_it_is_saved(void **state)
{
    struct world *world = *state;
    struct token_usage *usage = token_usage_new();
    struct token_request request;

    (void)issue(world, NULL, NOON, &request);
    assert_int_equal(token_usage_last(usage, request.token.id), 0);
    token_usage_note(usage, request.token.id, NOON + 5);
    token_usage_note(usage, request.token.id, NOON + 3); /* a thread that was late */
    assert_int_equal(token_usage_last(usage, request.token.id), NOON + 5);
    assert_int_equal(used_at(world), 0);

    assert_int_equal(token_usage_save(usage, world->store, NULL), STATUS_OK);

    assert_int_equal(used_at(world), NOON + 5);
    token_usage_free(usage);
}

static void a_use_that_could_not_be_saved_stays_noted(void **state)
{
    struct world *world = *state;
    struct token_usage *usage = token_usage_new();
    struct token_request request;

    (void)issue(world, NULL, NOON, &request);
    token_usage_note(usage, request.token.id, NOON + 5);
    world->failing =
        (struct failing){.calls = FAILING_WRITES, .countdown = 1, .status = STATUS_STORE_FULL};
    assert_int_not_equal(token_usage_save(usage, world->store, NULL), STATUS_OK);
    assert_int_equal(token_usage_last(usage, request.token.id), NOON + 5);

    assert_int_equal(token_usage_save(usage, world->store, NULL), STATUS_OK);

    assert_int_equal(used_at(world), NOON + 5);
    token_usage_free(usage);
}

/* As when the clock was set back before a restart. */
static void an_older_use_does_not_replace_a_newer_one(void **state)
{
    struct world *world = *state;
    struct token_usage *usage = token_usage_new();
    struct token_request request;

    (void)issue(world, NULL, NOON, &request);
    token_usage_note(usage, request.token.id, NOON + 5);
    (void)token_usage_save(usage, world->store, NULL);
    token_usage_note(usage, request.token.id, NOON + 2);
    (void)token_usage_save(usage, world->store, NULL);

    assert_int_equal(used_at(world), NOON + 5);
    token_usage_free(usage);
}

static void nothing_is_kept_of_a_token_that_has_ended(void **state)
{
    struct world *world = *state;
    struct token_usage *usage = token_usage_new();
    struct token_request request;

    (void)issue(world, NULL, NOON, &request);
    token_usage_note(usage, request.token.id, NOON + 5);
    (void)token_usage_save(usage, world->store, NULL);
    token_usage_note(usage, request.token.id, NOON + 7);
    (void)change(world, token_revoke_all, &request);
    assert_int_equal(token_usage_save(usage, world->store, NULL), STATUS_OK);

    assert_int_equal(tokens_in_store(world), 0);
    token_usage_free(usage);
}

static void more_uses_than_there_is_room_for_are_left_out(void **state)
{
    struct token_usage *usage = token_usage_new();
    unsigned char id[TOKEN_ID_SIZE] = {0};

    (void)state;
    for (uint32_t i = 1; i <= TOKEN_USAGE_MAX + 10; i++) {
        memcpy(id, &i, sizeof(i));
        token_usage_note(usage, id, NOON);
        assert_int_equal(token_usage_last(usage, id), i <= TOKEN_USAGE_MAX ? NOON : 0);
    }
    token_usage_free(usage);
}

static void the_tokens_of_a_connection_that_is_gone_open_nothing(void **state)
{
    struct world *world = *state;
    struct token_request request;
    struct principal principal;
    struct connection_request gone = {
        .actor = &world->admin, .arena = world->arena, .name = "entra"};

    (void)issue(world, NULL, NOON, &request);
    assert_int_equal(store_update(world->store, 1, connection_delete, &gone, NULL), STATUS_OK);

    assert_int_equal(opens(world, request.secret, NOON, &principal), STATUS_UNAUTHORIZED);
}

static void an_administrators_token_has_a_name_of_its_own_and_ends_when_revoked(void **state)
{
    struct world *world = *state;
    struct token_request request;
    struct token_request other;
    struct principal principal;

    assert_int_equal(issue(world, "backup-job", NOON, &request), STATUS_OK);
    assert_int_equal(issue(world, "backup-job", NOON, &other), STATUS_UNIQUENESS);
    assert_int_equal(issue(world, "no spaces", NOON, &other), STATUS_INVALID_VALUE);
    assert_int_equal(opens(world, request.secret, NOON, &principal), STATUS_OK);
    assert_int_equal(principal.kind, PRINCIPAL_ADMINISTRATOR);

    assert_int_equal(store_update(world->store, 1, token_revoke, &request, NULL), STATUS_OK);

    assert_int_equal(opens(world, request.secret, NOON, &principal), STATUS_UNAUTHORIZED);
    assert_int_equal(store_update(world->store, 1, token_revoke, &request, NULL), STATUS_NOT_FOUND);
}

static enum status verify(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct principal *principal = argument;
    SCOPED(arena_release) struct arena *arena = arena_new();

    return principal_verify(txn, principal, NOON, arena, problem);
}

static void a_change_that_races_with_a_revocation_is_judged_again(void **state)
{
    struct world *world = *state;
    struct token_request request;
    struct principal principal;

    (void)issue(world, "backup-job", NOON, &request);
    (void)opens(world, request.secret, NOON, &principal);
    assert_int_equal(store_update(world->store, 1, verify, &principal, NULL), STATUS_OK);
    (void)store_update(world->store, 1, token_revoke, &request, NULL);

    assert_int_equal(store_update(world->store, 1, verify, &principal, NULL), STATUS_UNAUTHORIZED);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_token_opens_its_connection_until_it_expires),
        WORLD_TEST(every_wrong_token_is_refused_with_the_same_words),
        WORLD_TEST(a_third_token_ends_the_oldest),
        WORLD_TEST(a_token_lives_as_long_as_was_asked_for_and_no_longer_than_a_year),
        WORLD_TEST(the_token_before_a_new_one_may_be_given_an_earlier_end),
        WORLD_TEST(an_early_end_makes_no_life_longer),
        WORLD_TEST(without_a_grace_nothing_but_the_new_token_is_left),
        WORLD_TEST(what_has_expired_is_tidied_away_by_the_next_token),
        WORLD_TEST(every_token_that_comes_or_goes_has_one_record),
        WORLD_TEST(a_use_is_known_at_once_and_stored_when_it_is_saved),
        WORLD_TEST(a_use_that_could_not_be_saved_stays_noted),
        WORLD_TEST(an_older_use_does_not_replace_a_newer_one),
        WORLD_TEST(nothing_is_kept_of_a_token_that_has_ended),
        cmocka_unit_test(more_uses_than_there_is_room_for_are_left_out),
        WORLD_TEST(the_tokens_of_a_connection_that_is_gone_open_nothing),
        WORLD_TEST(an_administrators_token_has_a_name_of_its_own_and_ends_when_revoked),
        WORLD_TEST(a_change_that_races_with_a_revocation_is_judged_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
