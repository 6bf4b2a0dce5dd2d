#include "puts.h"
#include "world.h"

/*
 * The benchmark compares a POST with the puts in tests/bench/puts.h. They are what a
 * new person costs, or the comparison says nothing.
 */

/* As the benchmark makes people. */
static const char person[] =
    "{'externalId':'ext-0000001','userName':'person-9e3779b1@example.com','active':true,"
    "'displayName':'person-9e3779b1 Family0000001','title':'Engineer',"
    "'name':{'givenName':'person-9e3779b1','familyName':'Family0000001'},"
    "'emails':[{'primary':true,'type':'work','value':'person-9e3779b1@example.com'}],"
    "'urn:ietf:params:scim:schemas:extension:bridge:2.0:User':"
    "{'role':'user','site':'North Plant'}}";

/* Names of sites and connections differ by a few bytes; a journal also says who asked for it. */
enum { VALUE_SLACK = 8, JOURNAL_SLACK = 128, NUMBER_SIZE = 8 };

/* The rows of the table that nothing has matched yet. */
struct ticking {
    bool is_matched[PUTS_OF_USER];
};

static bool is_near(size_t left, size_t right, size_t slack)
{
    return left <= right + slack && right <= left + slack;
}

static void tick(struct ticking *ticking, enum store_table table, size_t key_size,
                 size_t value_size, size_t slack)
{
    for (size_t i = 0; i < PUTS_OF_USER; i++) {
        const struct put *put = &puts_of_user[i];

        if (ticking->is_matched[i] || put->table != table || put->key_size != key_size ||
            !is_near(put->value_size, value_size, slack))
            continue;
        ticking->is_matched[i] = true;
        return;
    }
    fail_msg("no row of puts.h is for a put to table %d of a key of %zu bytes and a value of %zu",
             (int)table, key_size, value_size);
}

static void tick_write(void *context, const struct store_write *write)
{
    size_t value_size = write->added ? NUMBER_SIZE : write->value.size;

    tick(context, write->table, write->key.size, value_size, VALUE_SLACK);
}

/* The last one stays. */
static bool keep_size(void *context, const struct journal_mark *mark, struct bytes record)
{
    size_t *size = context;

    (void)mark;
    *size = record.size;
    return true;
}

/* The store's own: the line with its number and its link, and the new end of the chain. */
static void tick_journal(struct ticking *ticking, struct world *world)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    size_t size = 0;

    store_journal_read(txn, 0, keep_size, &size);
    tick(ticking, STORE_JOURNAL, sizeof(uint32_t) + NUMBER_SIZE, DIGEST_SIZE + size, JOURNAL_SLACK);
    tick(ticking, STORE_META, sizeof("journal") - 1 + sizeof(uint32_t), NUMBER_SIZE + DIGEST_SIZE,
         0);
}

static void the_yardstick_puts_what_a_new_person_costs(void **state)
{
    struct world *world = *state;
    struct ticking ticking = {0};
    struct actor provider = world->provider;
    json_auto_t *body = world_json(world, person);
    struct user_request request = {.actor = &provider, .arena = world->arena, .resource = body};
    struct store_txn *txn = world_begin(world);

    provider.request_id = "01a210ee-bc78-7018-b1cd-c563e072b67f";
    assert_int_equal(store_rehearse(txn, user_create, &request, tick_write, &ticking, NULL),
                     STATUS_OK);
    store_end(txn);
    assert_int_equal(world_create(world, &provider, person), STATUS_OK);
    tick_journal(&ticking, world);
    for (size_t i = 0; i < PUTS_OF_USER; i++)
        if (!ticking.is_matched[i])
            fail_msg("row %zu of puts.h is put by nothing", i + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_yardstick_puts_what_a_new_person_costs, world_set_up,
                                        world_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
