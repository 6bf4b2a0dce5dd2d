#include "world.h"

#include "bridge/auth/token.h"
#include "bridge/core/connection.h"

enum { NOON = 1700000000 };

static enum status issue(struct world *world, uint32_t connection, const char *name, int64_t now,
                         struct token_request *request)
{
    struct actor *actor = arena_alloc(world->arena, sizeof(*actor));

    *actor = world->admin;
    actor->now = now;
    *request = (struct token_request){
        .actor = actor, .arena = world->arena, .connection = connection, .name = name};
    world->problem = (struct problem){0};
    return store_update(world->store, 1, token_issue, request, &world->problem);
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

    assert_int_equal(issue(world, world->provider.connection, NULL, NOON, &request), STATUS_OK);

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

    (void)issue(world, world->provider.connection, NULL, NOON, &request);
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
        assert_int_equal(issue(world, world->provider.connection, NULL, NOON, &tokens[i]),
                         STATUS_OK);

    assert_int_equal(opens(world, tokens[0].secret, NOON, &principal), STATUS_UNAUTHORIZED);
    assert_int_equal(opens(world, tokens[1].secret, NOON, &principal), STATUS_OK);
    assert_int_equal(opens(world, tokens[2].secret, NOON, &principal), STATUS_OK);
}

static void the_tokens_of_a_connection_that_is_gone_open_nothing(void **state)
{
    struct world *world = *state;
    struct token_request request;
    struct principal principal;
    struct connection_request gone = {
        .actor = &world->admin, .arena = world->arena, .name = "entra"};

    (void)issue(world, world->provider.connection, NULL, NOON, &request);
    assert_int_equal(store_update(world->store, 1, connection_delete, &gone, NULL), STATUS_OK);

    assert_int_equal(opens(world, request.secret, NOON, &principal), STATUS_UNAUTHORIZED);
}

static void an_administrators_token_has_a_name_of_its_own_and_ends_when_revoked(void **state)
{
    struct world *world = *state;
    struct token_request request;
    struct token_request other;
    struct principal principal;

    assert_int_equal(issue(world, 0, "backup-job", NOON, &request), STATUS_OK);
    assert_int_equal(issue(world, 0, "backup-job", NOON, &other), STATUS_UNIQUENESS);
    assert_int_equal(issue(world, 0, "no spaces", NOON, &other), STATUS_INVALID_VALUE);
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

    (void)issue(world, 0, "backup-job", NOON, &request);
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
        WORLD_TEST(the_tokens_of_a_connection_that_is_gone_open_nothing),
        WORLD_TEST(an_administrators_token_has_a_name_of_its_own_and_ends_when_revoked),
        WORLD_TEST(a_change_that_races_with_a_revocation_is_judged_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
