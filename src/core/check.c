/*
 * The layout of the store is written down once, in the functions that put what leads
 * to a new record. The check lets these put everything again, for one record after the
 * other and to no effect, and holds what they would put against what is there. As many
 * entries were found as an index has, or it has some that nobody put: only then are
 * they looked for.
 */
#include "bridge/core/check.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "account.h"
#include "bridge/base/crypt.h"
#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/site.h"
#include "person_key.h"
#include "restate.h"
#include "rows.h"
#include "tally.h"

enum { JOURNAL_AT_ONCE = 1000 };

static const char rebuild[] =
    "all that leads to records and counts them is made anew by an export and an import into a new "
    "store: rolebridge store export, rolebridge store import FILE";
static const char restore[] = "put the folder of the store back from a backup";
static const char import_again[] = "run the import again: rolebridge store import FILE";
static const char new_password[] =
    "put the keys back from their backup if they are lost; else set a new password for this person "
    "at the provider, which takes the place of this one";
static const char put_keys_back[] =
    "put the keys back from their backup; if there is none, the journal can no longer show what it "
    "says of this person: rolebridge journal erase ID, once the account is deleted";
static const char take_lease[] = "nothing: the worker takes a new one when the daemon starts";
static const char look_at_journal[] =
    "somebody or something altered the journal: keep a copy of the store, and compare it with the "
    "last export and its anchor: rolebridge journal verify --file FILE";

/* ----------------------------------------------------------------------- what there is */

#define NOT_COUNTED   SIZE_MAX
#define COUNTED(what) offsetof(struct check_counts, what)

/* The records, what puts again what leads to them, and what to do about one that is wrong. */
static const struct source {
    enum store_table table;
    enum index index; /* 0: the whole table */
    size_t key_size;
    restate *restate;
    size_t counted;
    const char *advice;
} sources[] = {
    {STORE_CONNECTION, 0, 8, restate_connection, COUNTED(connections), restore},
    {STORE_SITE, 0, 12, restate_site, COUNTED(sites), restore},
    {STORE_ACCOUNT, 0, 12, restate_user, COUNTED(users), restore},
    {STORE_GROUP, 0, 12, restate_group, COUNTED(groups), restore},
    {STORE_RESOURCE, 0, 13, restate_document, NOT_COUNTED, restore},
    {STORE_ASSERTION, 0, 16, restate_assertion, NOT_COUNTED, restore},
    {STORE_PERSON, 0, 20, restate_person, NOT_COUNTED, put_keys_back},
    {STORE_PASSWORD, 0, 12, restate_password, NOT_COUNTED, new_password},
    {STORE_OUTBOX, 0, 13, restate_outbox_line, NOT_COUNTED, restore},
    {STORE_LINK, 0, 13, restate_link, NOT_COUNTED, restore},
    {STORE_LEASE, 0, 4, restate_lease, NOT_COUNTED, take_lease},
    {STORE_INDEX, INDEX_MEMBER, 21, restate_member, NOT_COUNTED, restore},
    {STORE_INDEX, INDEX_LEFT, 41, restate_left, NOT_COUNTED, restore},
};

/* What leads to them. */
static const struct lead {
    enum store_table table;
    enum index index; /* 0: the whole table */
    const char *name;
} leads[] = {
    {STORE_INDEX, INDEX_ID, "index of ids"},
    {STORE_INDEX, INDEX_USER_NAME, "index of user names"},
    {STORE_INDEX, INDEX_DISPLAY_NAME, "index of display names"},
    {STORE_INDEX, INDEX_EXTERNAL_ID, "index of external ids"},
    {STORE_INDEX, INDEX_EMAIL, "index of e-mail addresses"},
    {STORE_INDEX, INDEX_OWNER, "index of owners"},
    {STORE_INDEX, INDEX_ASSOCIATION, "index of roles and sites"},
    {STORE_INDEX, INDEX_MODIFIED, "index of times of change"},
    {STORE_INDEX, INDEX_LEFT, "index of entries left by deleted users"},
    {STORE_INDEX, INDEX_GROUP_NAME, "index of group names"},
    {STORE_INDEX, INDEX_GROUP_EXTERNAL_ID, "index of groups' external ids"},
    {STORE_INDEX, INDEX_MEMBER, "index of members"},
    {STORE_INDEX, INDEX_MEMBER_OF, "index of memberships"},
    {STORE_INDEX, INDEX_SITE_NAME, "index of site names"},
    {STORE_INDEX, INDEX_CONNECTION_NAME, "index of connection names"},
    {STORE_INDEX, INDEX_CONNECTION_DOMAIN, "index of connections' domains"},
    {STORE_INDEX, INDEX_LINKED, "index of directory entries"},
    {STORE_OUTBOX, 0, "outbox"},
    {STORE_DUE, 0, "order of the outbox"},
};

enum { LEAD_COUNT = sizeof(leads) / sizeof(leads[0]) };

static const char *const counters[] = {
    [COUNT_USERS] = "users",
    [COUNT_ACTIVE] = "active users",
    [COUNT_ADMINS] = "administrators",
    [COUNT_OWNED] = "users of a connection",
    [COUNT_AT_SITE] = "users at a site",
    [COUNT_ASSERTED_AT] = "users for whom a site was asserted",
    [COUNT_SITES] = "sites",
    [COUNT_GROUPS] = "groups",
    [COUNT_OUTBOX] = "lines of the outbox",
    [COUNT_PARKED] = "parked lines of the outbox",
    [COUNT_ROWS] = "a block of rows",
    [COUNT_MEMBERS] = "members of a group",
};

struct check {
    struct store_txn *txn;
    struct arena *arena;       /* of the record at hand */
    struct record record;      /* that is at hand */
    const struct source *from; /* of which it is one */
    const char *words;         /* what is wrong with it */
    struct tally tally;        /* of what is counted */
    int64_t found[LEAD_COUNT]; /* entries that are there as they must be */
    bool is_suspect[LEAD_COUNT];
    uint64_t last_number; /* that was given out */
    struct rows due;      /* digests of the entries that must be in the suspects */
    check_report *report;
    void *context;
    struct check_counts *counts;
    struct problem *problem;
    enum status status; /* the first failure; nothing is checked after it */
};

static void tell(struct check *check, const char *subject, const char *detail, const char *advice)
{
    const struct check_finding finding = {subject, detail, advice};

    check->report(check->context, &finding);
}

/* What a person would call it: rows and connections' numbers are of one sequence. */
static const char *subject_of(struct store_txn *txn, uint64_t row, struct arena *arena)
{
    struct account account = {0};
    struct group group = {0};
    struct site site = {0};
    struct connection connection = {0};

    if (account_load(txn, row, arena, &account))
        return arena_printf(arena, "user %s", account.id);
    if (group_load(txn, row, arena, &group))
        return arena_printf(arena, "group %s", group.id);
    if (site_load(txn, row, arena, &site))
        return arena_printf(arena, "site %s", site.id);
    if (row <= UINT32_MAX && connection_load(txn, (uint32_t)row, arena, &connection))
        return arena_printf(arena, "connection %s", connection.name);
    return arena_printf(arena, "row %" PRIu64, row);
}

/* ------------------------------------------------------------------ every record */

/* The row of the record at hand, or a connection's number; 0: it has none. */
static uint64_t record_row(const struct check *check)
{
    struct bytes key = check->record.key;

    switch (check->from->table) {
    case STORE_LEASE:
        return 0;
    case STORE_CONNECTION:
        return (uint32_t)key_last_u64(key);
    case STORE_RESOURCE:
        return key_last_u64(bytes_of(key.data, key.size - 1)); /* the kind stands behind it */
    case STORE_PERSON:
        return person_key_row(check->record.value);
    case STORE_ASSERTION:
        return key_last_u64(bytes_of(key.data, key.size - sizeof(uint32_t)));
    default:
        return check->from->index == INDEX_LEFT ? key_last_u64(check->record.value)
                                                : key_last_u64(key);
    }
}

static const char *record_subject(const struct check *check)
{
    return check->from->table == STORE_LEASE
               ? "lease of the directory"
               : subject_of(check->txn, record_row(check), check->arena);
}

static size_t lead_of(enum store_table table, struct bytes key)
{
    unsigned char index = ((const unsigned char *)key.data)[sizeof(uint32_t)];
    size_t i = 0;

    while (i < LEAD_COUNT &&
           (leads[i].table != table || (leads[i].index && leads[i].index != index)))
        i++;
    return i;
}

/* NULL: it is there as it must be. */
static const char *compare(struct check *check, const struct store_write *write)
{
    struct bytes value;

    if (!store_get(check->txn, write->table, write->key, &value))
        return "is missing in the";
    return bytes_equal(value, write->value) ? NULL : "is not what its entry leads to in the";
}

static void check_put(struct check *check, const struct store_write *write)
{
    size_t lead = lead_of(write->table, write->key);
    const char *wrong = compare(check, write);

    if (wrong)
        tell(check, record_subject(check),
             arena_printf(check->arena, "%s %s", wrong, leads[lead].name), rebuild);
    else
        check->found[lead]++;
}

static void hold_against_store(void *context, const struct store_write *write)
{
    struct check *check = context;

    if (write->table == STORE_COUNTER)
        tally_add(&check->tally, write->key, write->added);
    else
        check_put(check, write);
}

static enum status put_again(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct check *check = argument;

    check->words = check->from->restate(txn, &check->record);
    return store_status(txn, problem);
}

/* With the record at hand, show what its source puts. */
static bool rehearse(struct check *check, struct bytes key, struct bytes value,
                     store_write_visit *visit)
{
    check->record = (struct record){.key = key, .value = value, .arena = check->arena};
    check->status = store_rehearse(check->txn, put_again, check, visit, check, check->problem);
    return !check->status;
}

/* What is left of a key, or of a row beside it, could not be read as one. */
static bool has_right_size(const struct check *check, struct bytes key, struct bytes value)
{
    return key.size == check->from->key_size &&
           (check->from->index != INDEX_LEFT || value.size == sizeof(uint64_t));
}

static void count_record(struct check *check)
{
    char *counts = (char *)check->counts;

    if (check->from->counted != NOT_COUNTED)
        ++*(uint64_t *)(void *)(counts + check->from->counted);
}

/* What is of the future was not written by this store. */
static void check_number(struct check *check)
{
    uint64_t row = record_row(check);
    uint64_t number = row > check->record.number ? row : check->record.number;

    if (number > check->last_number)
        tell(check, record_subject(check),
             arena_printf(check->arena,
                          "has the number %" PRIu64 ", and the last one given out is %" PRIu64,
                          number, check->last_number),
             restore);
}

static bool check_record(void *context, struct bytes key, struct bytes value)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct check *check = context;

    check->arena = arena;
    count_record(check);
    if (!has_right_size(check, key, value)) {
        tell(check, "a record", "is under a key that is none", restore);
        return true;
    }
    if (!rehearse(check, key, value, hold_against_store))
        return false;
    if (check->words)
        tell(check, record_subject(check), check->words, check->from->advice);
    check_number(check);
    return true;
}

static struct store_key prefix_of(struct store_txn *txn, enum index index)
{
    return index ? key_index(txn, index) : key_of(store_organization(txn));
}

static void walk_sources(struct check *check, store_visit *visit)
{
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]) && !check->status; i++) {
        struct store_key prefix = prefix_of(check->txn, sources[i].index);

        check->from = &sources[i];
        store_scan(check->txn, sources[i].table, key_bytes(&prefix), (struct bytes){0}, visit,
                   check);
    }
}

static void check_records(struct check *check)
{
    walk_sources(check, check_record);
}

/* ------------------------------------------------------- what leads to nothing any more */

static uint64_t entry_digest(enum store_table table, struct bytes key)
{
    unsigned char digest[DIGEST_SIZE];

    digest_of(key, digest);
    return key_last_u64(bytes_of(digest, sizeof(digest))) + (uint64_t)table;
}

static void note_due(void *context, const struct store_write *write)
{
    struct check *check = context;
    size_t lead = write->table == STORE_COUNTER ? LEAD_COUNT : lead_of(write->table, write->key);

    if (lead < LEAD_COUNT && check->is_suspect[lead])
        rows_add(&check->due, entry_digest(write->table, write->key));
}

static bool note_record(void *context, struct bytes key, struct bytes value)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct check *check = context;

    check->arena = arena;
    return !has_right_size(check, key, value) || rehearse(check, key, value, note_due);
}

struct stale_walk {
    struct check *check;
    const struct lead *lead;
};

static bool check_entry(void *context, struct bytes key, struct bytes value)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const struct stale_walk *walk = context;
    struct check *check = walk->check;
    struct bytes end = value.size >= sizeof(uint64_t) ? value : key;
    uint64_t row = end.size >= sizeof(row) ? key_last_u64(end) : 0;

    if (!rows_have(&check->due, entry_digest(walk->lead->table, key)))
        tell(check, subject_of(check->txn, row, arena),
             arena_printf(arena, "has an entry in the %s that should not be there",
                          walk->lead->name),
             rebuild);
    return true;
}

static bool count_entry(void *context, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    ++*(int64_t *)context;
    return true;
}

static void scan_lead(struct check *check, size_t i, store_visit *visit, void *context)
{
    struct store_key prefix = prefix_of(check->txn, leads[i].index);

    store_scan(check->txn, leads[i].table, key_bytes(&prefix), (struct bytes){0}, visit, context);
}

/* Whether there are more than belong there. */
static bool find_suspects(struct check *check)
{
    bool is_any = false;

    for (size_t i = 0; i < LEAD_COUNT; i++) {
        int64_t count = 0;

        scan_lead(check, i, count_entry, &count);
        check->is_suspect[i] = count != check->found[i];
        is_any |= check->is_suspect[i];
    }
    return is_any;
}

static void check_leads(struct check *check)
{
    if (!find_suspects(check))
        return;
    walk_sources(check, note_record);
    rows_sort(&check->due);
    for (size_t i = 0; i < LEAD_COUNT && !check->status; i++) {
        struct stale_walk walk = {check, &leads[i]};

        if (check->is_suspect[i])
            scan_lead(check, i, check_entry, &walk);
    }
}

/* ----------------------------------------------------------------- what nobody knows of */

static bool is_known_index(unsigned char index)
{
    return index >= INDEX_ID && index <= INDEX_UNFINISHED;
}

static bool take_index(void *context, struct bytes key, struct bytes value)
{
    (void)value;
    *(int *)context =
        key.size > sizeof(uint32_t) ? ((const unsigned char *)key.data)[sizeof(uint32_t)] : 0;
    return false;
}

/* From the first entry of one index to that of the next: there are few indexes. */
static void check_indexes(struct check *check)
{
    struct store_key all = key_of(store_organization(check->txn)), from = all;
    int index = 0;

    for (int next = 0; next <= UINT8_MAX && index >= 0; next = index + 1) {
        from.size = all.size;
        key_add_u8(&from, (uint8_t)next);
        index = -1;
        store_scan(check->txn, STORE_INDEX, key_bytes(&all), key_bytes(&from), take_index, &index);
        if (index >= 0 && !is_known_index((unsigned char)index))
            tell(check, "index", "has entries of a kind that there is not", rebuild);
    }
}

/* ------------------------------------------------------------------------- counts */

static void check_count(struct check *check, struct bytes key, int64_t there, int64_t due)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    unsigned char counter = ((const unsigned char *)key.data)[sizeof(uint32_t)];
    bool is_known = counter < sizeof(counters) / sizeof(counters[0]) && counters[counter];

    if (there != due)
        tell(check, arena_printf(arena, "count of %s", is_known ? counters[counter] : "nothing"),
             arena_printf(arena, "is %" PRId64 ", and counting again gives %" PRId64, there, due),
             rebuild);
}

static bool check_counter(void *context, struct bytes key, struct bytes value)
{
    struct check *check = context;

    check_count(check, key, store_number(value), tally_take(&check->tally, key));
    return true;
}

static void check_counters(struct check *check)
{
    struct store_key prefix = key_of(store_organization(check->txn));

    store_scan(check->txn, STORE_COUNTER, key_bytes(&prefix), (struct bytes){0}, check_counter,
               check);
    for (size_t i = 0; i < check->tally.count; i++)
        if (!check->tally.sums[i].is_taken)
            check_count(check, check->tally.sums[i].key, 0, check->tally.sums[i].sum);
}

/* ----------------------------------------------------------- the journal and an import */

static bool take_number(void *context, struct bytes key, struct bytes value)
{
    (void)value;
    *(uint64_t *)context = key_last_u64(key);
    return false;
}

/* What was pruned is gone. */
static void check_journal_start(struct check *check, const struct journal_mark *start)
{
    struct store_key all = key_of(store_organization(check->txn));
    uint64_t first = UINT64_MAX;

    store_scan(check->txn, STORE_JOURNAL, key_bytes(&all), (struct bytes){0}, take_number, &first);
    if (first <= start->number)
        tell(check, "journal", "has lines from before its beginning", look_at_journal);
}

static void check_journal(struct check *check)
{
    struct journal_mark mark, end;
    struct problem words = {0};
    bool is_at_end = false;
    enum status status = store_journal_ends(check->txn, &mark, &end, &words);
    uint64_t first = mark.number;

    if (!status)
        check_journal_start(check, &mark);
    while (!status && !is_at_end)
        status = store_journal_verify(check->txn, &mark, JOURNAL_AT_ONCE, &is_at_end, &words);
    check->counts->journal_lines = mark.number - first;
    if (status == STATUS_CONFLICT)
        tell(check, "journal", words.detail, look_at_journal);
    else if (status)
        check->status = problem_set(check->problem, status, "%s", words.detail);
}

static void check_import(struct check *check)
{
    struct store_key mark = key_index(check->txn, INDEX_UNFINISHED);
    struct bytes value;

    if (store_get(check->txn, STORE_INDEX, key_bytes(&mark), &value))
        tell(check, "organization", "an import did not finish", import_again);
}

/* --------------------------------------------------------------------------- face */

static void (*const checks[])(struct check *check) = {
    check_import, check_records, check_leads, check_indexes, check_counters, check_journal,
};

enum status check_organization(struct store *store, uint32_t organization, check_report *report,
                               void *context, struct check_counts *counts, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct check check = {
        .tally.arena = arena,
        .due.arena = arena,
        .report = report,
        .context = context,
        .counts = counts,
        .problem = problem,
        .status = store_begin(store, organization, &txn, problem),
    };

    *counts = (struct check_counts){0};
    check.txn = txn;
    if (!check.status)
        check.last_number = store_last_number(txn);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && !check.status; i++) {
        checks[i](&check);
        if (!check.status)
            check.status = store_status(txn, problem);
    }
    return check.status;
}
