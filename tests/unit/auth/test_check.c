#include "world.h"

#include "bridge/auth/check.h"
#include "bridge/auth/token.h"
#include "bridge/auth/usage.h"
#include "bridge/core/connection.h"
#include "bridge/core/organization.h"
#include "token_record.h"

/* A world with a token of the connection "entra", which is damaged and looked at. */
static struct token_record given;

struct findings {
    size_t count;
    char last[512]; /* "subject detail" */
};

static void note(void *context, const struct check_finding *finding)
{
    struct findings *findings = context;

    findings->count++;
    (void)snprintf(findings->last, sizeof(findings->last), "%s %s", finding->subject,
                   finding->detail);
    assert_true(strlen(finding->advice) > 20);
}

static struct findings check(const struct world *world)
{
    struct findings findings = {0};
    uint64_t count;

    assert_int_equal(check_tokens(world->store, note, &findings, &count, NULL), STATUS_OK);
    return findings;
}

static enum status take_record(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct token_request *request = argument;

    assert_true(token_record_load(txn, request->token.id, request->arena, &given));
    return store_status(txn, problem);
}

static enum status save(struct store_txn *txn, void *argument, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    token_record_save(txn, argument, arena);
    return store_status(txn, problem);
}

static void change(const struct world *world, store_change *function, void *argument)
{
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, function, argument, NULL),
                     STATUS_OK);
}

static int set_up(void **state)
{
    int failed = world_set_up(state);
    struct world *world = *state;
    struct connection entra = {.number = world->provider.connection, .name = "entra"};
    struct token_request request = {
        .actor = &world->admin, .arena = world->arena, .connection = &entra};

    change(world, token_issue, &request);
    change(world, take_record, &request);
    return failed;
}

static void a_token_that_goes_together_with_the_rest_is_counted(void **state)
{
    const struct world *world = *state;
    struct findings findings = {0};
    struct token_usage *usage = token_usage_new();
    uint64_t count;

    token_usage_note(usage, given.token.id, 1700000001);
    assert_int_equal(token_usage_save(usage, world->store, NULL), STATUS_OK);
    token_usage_free(usage);
    assert_int_equal(check_tokens(world->store, note, &findings, &count, NULL), STATUS_OK);
    assert_int_equal(findings.count, 0);
    assert_int_equal(count, 1);
}

static void a_token_that_leads_nowhere_is_named_with_why(void **state)
{
    const struct world *world = *state;
    struct token_record wrong[5];
    static const char *const words[5] = {
        "is of an organization that is not there", "is of a connection that is not there",
        "is of a connection or of an administrator, and says both",
        "has a number that is yet to be given out", "has a name that it cannot have"};

    for (size_t i = 0; i < 5; i++)
        wrong[i] = given;
    wrong[0].organization = 77;
    wrong[1].token.connection = 987654;
    wrong[2].token.kind = PRINCIPAL_ADMINISTRATOR;
    wrong[3].token.number = 987654;
    wrong[4].token.kind = PRINCIPAL_ADMINISTRATOR;
    wrong[4].token.connection = 0;
    wrong[4].token.name = "No Label";
    for (size_t i = 0; i < 5; i++) {
        struct findings findings;

        change(world, save, &wrong[i]);
        findings = check(world);
        assert_int_equal(findings.count, 1);
        assert_non_null(strstr(findings.last, words[i]));
        assert_non_null(strstr(findings.last, given.token.id_text));
    }
    change(world, save, &given);
    assert_int_equal(check(world).count, 0);
}

static enum status damage(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    store_put(txn, STORE_TOKEN, bytes_of(given.token.id, TOKEN_ID_SIZE), bytes_of_text("x"));
    return store_status(txn, problem);
}

static enum status leave_use(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    token_record_drop(txn, given.token.id);
    token_use_save(txn, given.token.id, 1700000001);
    return store_status(txn, problem);
}

static void a_damaged_token_and_the_use_of_one_that_is_gone_are_named(void **state)
{
    const struct world *world = *state;
    struct findings findings;

    change(world, damage, NULL);
    findings = check(world);
    assert_int_equal(findings.count, 1);
    assert_non_null(strstr(findings.last, "is damaged"));
    change(world, leave_use, NULL);
    findings = check(world);
    assert_int_equal(findings.count, 1);
    assert_string_equal(findings.last, "table of tokens has a use of a token that is gone");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_that_goes_together_with_the_rest_is_counted),
        TEST(a_token_that_leads_nowhere_is_named_with_why),
        TEST(a_damaged_token_and_the_use_of_one_that_is_gone_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
