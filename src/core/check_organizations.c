/* What is of no organization, or of one that is not there. */
#include <inttypes.h>
#include <string.h>

#include "bridge/base/text.h"
#include "bridge/core/check.h"
#include "bridge/core/hold.h"
#include "bridge/core/organization.h"
#include "bridge/store/key.h"
#include "check_tables.h"

static const char restore[] = "put the folder of the store back from a backup";
static const char unknown_word[] = "nothing reads it; put the folder of the store back from a "
                                   "backup if an organization is missing";

const struct check_table check_tables[STORE_TABLE_COUNT] = {
    [STORE_META] = {"own records", false, false},
    [STORE_ORGANIZATION] = {"organizations", false, false},
    [STORE_RESOURCE] = {"documents", true, false},
    [STORE_ACCOUNT] = {"accounts", true, false},
    [STORE_PERSON] = {"keys of people", true, false},
    [STORE_ASSERTION] = {"assertions", true, false},
    [STORE_INDEX] = {"indexes", true, false},
    [STORE_GROUP] = {"groups", true, false},
    [STORE_SITE] = {"sites", true, false},
    [STORE_CONNECTION] = {"connections", true, false},
    [STORE_TOKEN] = {"tokens", false, false},
    [STORE_OUTBOX] = {"outbox", true, false},
    [STORE_DUE] = {"order of the outbox", true, false},
    [STORE_LINK] = {"directory entries", true, false},
    [STORE_PASSWORD] = {"passwords", true, false},
    [STORE_LEASE] = {"leases", true, false},
    [STORE_HOLD] = {"holds", true, true},
    [STORE_JOURNAL] = {"journal", true, false},
    [STORE_COUNTER] = {"counts", true, false},
};

struct check {
    struct store_txn *txn;
    struct arena *arena;
    check_report *report;
    void *context;
    const char *names[ORGANIZATIONS_MAX]; /* that were seen until now */
    size_t count;
    uint64_t last_number;
};

static void tell(const struct check *check, const char *subject, const char *detail,
                 const char *advice)
{
    const struct check_finding finding = {subject, detail, advice};

    check->report(check->context, &finding);
}

/* ------------------------------------------------------------------------- the organizations */

/* Among those before it. */
static bool has_namesake(const struct check *check, const char *name)
{
    for (size_t i = 0; i < check->count; i++)
        if (strcmp(check->names[i], name) == 0)
            return true;
    return false;
}

/* NULL: it is as it must be. */
static const char *judge(const struct check *check, const struct organization *organization)
{
    bool is_default = strcmp(organization->name, "default") == 0;

    if (!text_is_label(organization->name) ||
        is_default != (organization->number == ORGANIZATION_DEFAULT))
        return "has a name that it cannot have";
    if (has_namesake(check, organization->name))
        return "has the name of another one";
    if (organization->number > check->last_number && !is_default)
        return "has a number that is yet to be given out";
    return check->count == ORGANIZATIONS_MAX ? "is one more than there can be" : NULL;
}

static bool visit_organization(void *context, struct bytes key, struct bytes value)
{
    struct check *check = context;
    struct organization organization;
    uint32_t number = key.size == sizeof(number) ? key_organization(key) : 0;
    const char *subject = arena_printf(check->arena, "organization %" PRIu32, number);
    const char *wrong = "is damaged";

    (void)value;
    if (number && organization_load(check->txn, number, check->arena, &organization))
        wrong = judge(check, &organization);
    if (wrong)
        tell(check, subject, wrong, restore);
    else
        check->names[check->count++] = organization.name;
    return true;
}

static void check_records(struct check *check)
{
    struct organization first;

    store_scan(check->txn, STORE_ORGANIZATION, (struct bytes){0}, (struct bytes){0},
               visit_organization, check);
    if (!organization_load(check->txn, ORGANIZATION_DEFAULT, check->arena, &first))
        tell(check, "organization default", "is not there", restore);
}

/* ------------------------------------------------------------------------------ holds */

static bool visit_hold(void *context, struct bytes key, struct bytes value)
{
    struct check *check = context;

    if (!hold_is_whole(key, value))
        tell(check, "hold", "is damaged, and no longer seen", restore);
    else if (key_last_u64(key) > check->last_number)
        tell(check, "hold", "has a number that is yet to be given out", restore);
    return true;
}

static void check_holds(struct check *check)
{
    store_scan(check->txn, STORE_HOLD, (struct bytes){0}, (struct bytes){0}, visit_hold, check);
}

/* ----------------------------------------------------------------------- what is of none */

struct first_key {
    bool is_there;
    uint32_t organization; /* 0: the key is too short for one */
};

static bool take_first(void *context, struct bytes key, struct bytes value)
{
    struct first_key *first = context;

    (void)value;
    first->is_there = true;
    first->organization = key.size >= sizeof(uint32_t) ? key_organization(key) : 0;
    return false;
}

static bool is_known(const struct check *check, enum store_table table, uint32_t organization)
{
    struct store_key key = key_of(organization);
    struct bytes value;

    return (organization == 0 && check_tables[table].is_of_daemon) ||
           store_get(check->txn, STORE_ORGANIZATION, key_bytes(&key), &value);
}

/* From the first key of one organization to that of the next. */
static void check_owners(const struct check *check, enum store_table table)
{
    struct first_key first = {.is_there = true};
    struct store_key from = {.size = 0};

    while (first.is_there) {
        first.is_there = false;
        store_scan(check->txn, table, (struct bytes){0}, key_bytes(&from), take_first, &first);
        if (first.is_there && !is_known(check, table, first.organization))
            tell(check, arena_printf(check->arena, "table of %s", check_tables[table].name),
                 arena_printf(check->arena,
                              "has records of the organization %" PRIu32 ", which is not there",
                              first.organization),
                 unknown_word);
        if (first.organization == UINT32_MAX)
            return;
        from = key_of(first.organization + 1);
    }
}

/* --------------------------------------------------------------------------------- face */

enum status check_organizations(struct store *store, check_report *report, void *context,
                                struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct check check = {.arena = arena, .report = report, .context = context};
    enum status status = store_begin(store, ORGANIZATION_DEFAULT, &txn, problem);

    if (status)
        return status;
    check.txn = txn;
    check.last_number = store_last_number(txn);
    check_records(&check);
    check_holds(&check);
    for (int table = 0; table < STORE_TABLE_COUNT; table++)
        if (check_tables[table].is_of_organizations)
            check_owners(&check, (enum store_table)table);
    return store_status(txn, problem);
}
