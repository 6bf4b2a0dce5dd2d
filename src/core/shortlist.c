#include "shortlist.h"

#include <string.h>

#include "adoption.h"
#include "bridge/core/group.h"
#include "bridge/core/site.h"
#include "group_index.h"
#include "layout.h"
#include "membership.h"
#include "user_index.h"

/* The rows of one term of the filter, as an index gives them. */
struct gathering {
    struct store_txn *txn;
    const struct selection_query *query;
    struct arena *arena;
    const struct filter *conjunction; /* the term, or all that `and` joins it with */
    size_t limit;
    struct shortlist found;
};

static bool add(void *context, uint64_t row)
{
    struct gathering *gathering = context;
    struct rows *rows = &gathering->found.rows;

    gathering->found.is_cut = rows->count >= gathering->limit;
    if (!gathering->found.is_cut)
        rows_add(rows, row);
    return !gathering->found.is_cut;
}

static void add_one(struct gathering *gathering, uint64_t row)
{
    if (row)
        (void)add(gathering, row);
}

/* ------------------------------------------------------------------- what indexes answer */

static void by_id(struct gathering *gathering, const char *value)
{
    uint64_t row;

    if (id_find(gathering->txn, gathering->query->kind, value, &row))
        add_one(gathering, row);
}

/*
 * A userName is found as it is kept unique, which is a little coarser than the
 * filter's own comparison: who looks before creating must find whatever would be
 * in the way.
 */
static void by_user_name(struct gathering *gathering, const char *value)
{
    add_one(gathering, user_by_name(gathering->txn, value, gathering->arena));
}

static void by_user_name_start(struct gathering *gathering, const char *value)
{
    user_by_name_start(gathering->txn, value, gathering->arena, add, gathering);
}

static void by_display_name(struct gathering *gathering, const char *value)
{
    user_by_display_name(gathering->txn, value, gathering->arena, add, gathering);
}

static void by_display_name_start(struct gathering *gathering, const char *value)
{
    user_by_display_name_start(gathering->txn, value, gathering->arena, add, gathering);
}

static void by_external_id(struct gathering *gathering, const char *value)
{
    add_one(gathering,
            user_by_external_id(gathering->txn, gathering->query->actor->connection, value));
}

static void by_email(struct gathering *gathering, const char *value)
{
    user_by_email(gathering->txn, value, gathering->arena, add, gathering);
}

static void by_email_start(struct gathering *gathering, const char *value)
{
    user_by_email_start(gathering->txn, value, gathering->arena, add, gathering);
}

static void by_group(struct gathering *gathering, const char *value)
{
    struct group group;

    if (group_find(gathering->txn, gathering->query->actor, value, gathering->arena, &group))
        group_members(gathering->txn, group.row, add, gathering);
}

static void by_active(struct gathering *gathering, const char *value)
{
    user_by_active(gathering->txn, strcmp(value, "true") == 0, add, gathering);
}

static void by_status(struct gathering *gathering, const char *value)
{
    if (text_equal_folded(value, "active"))
        user_by_active(gathering->txn, true, add, gathering);
    else if (text_equal_folded(value, "inactive"))
        user_by_active(gathering->txn, false, add, gathering);
}

static void by_role(struct gathering *gathering, const char *value)
{
    struct association association = {0};

    if (role_parse(value, &association.role))
        user_by_association(gathering->txn, &association, add, gathering);
}

/* A site is also found by its key and former names, which the filter does not match. */
static void by_site(struct gathering *gathering, const char *value)
{
    struct association association = {ROLE_USER,
                                      site_resolve(gathering->txn, value, gathering->arena)};

    if (association.site_row)
        user_by_association(gathering->txn, &association, add, gathering);
}

static void by_group_name(struct gathering *gathering, const char *value)
{
    add_one(gathering, group_by_name(gathering->txn, value, gathering->arena));
}

static void by_group_name_start(struct gathering *gathering, const char *value)
{
    group_by_name_start(gathering->txn, value, gathering->arena, add, gathering);
}

static void by_group_external_id(struct gathering *gathering, const char *value)
{
    add_one(gathering,
            group_by_external_id(gathering->txn, gathering->query->actor->connection, value));
}

static void by_member(struct gathering *gathering, const char *value)
{
    uint64_t row;

    if (id_find(gathering->txn, SCIM_USER, value, &row))
        user_groups(gathering->txn, row, add, gathering);
}

/* ------------------------------------------------------------------- meta.lastModified */

/* Seconds, both included. A filter speaks of microseconds, of which those around are looked at. */
struct interval {
    int64_t from;
    int64_t to;
};

enum { MICROSECONDS = 1000000 };

static bool is_named(const struct scim_attribute *attribute, const char *name)
{
    if (!attribute || !name)
        return !attribute && !name;
    return strcmp(attribute->name, name) == 0;
}

static void narrow_by_term(struct interval *interval, const struct filter *term)
{
    int64_t second = json_integer_value(term->value) / MICROSECONDS;
    bool is_lower = term->op == FILTER_GT || term->op == FILTER_GE || term->op == FILTER_EQ;
    bool is_upper = term->op == FILTER_LT || term->op == FILTER_LE || term->op == FILTER_EQ;

    if (is_lower && second - 1 > interval->from)
        interval->from = second - 1;
    if (is_upper && second + 1 < interval->to)
        interval->to = second + 1;
}

/* By all that is demanded of it at once. */
static void narrow(struct interval *interval, const struct filter *filter)
{
    if (filter->kind == FILTER_AND) {
        narrow(interval, filter->left);
        narrow(interval, filter->right);
    }
    if (filter->kind == FILTER_COMPARE && is_named(filter->path.attribute, "meta") &&
        is_named(filter->path.sub, "lastModified") && json_is_integer(filter->value))
        narrow_by_term(interval, filter);
}

static void by_last_modified(struct gathering *gathering, const char *value)
{
    struct interval interval = {0, INT64_MAX};

    (void)value;
    narrow(&interval, gathering->conjunction);
    if (interval.from <= interval.to)
        user_by_modified(gathering->txn, interval.from, interval.to, add, gathering);
}

/* --------------------------------------------------------------------------- the table */

#define EQ    (1u << FILTER_EQ)
#define SW    (1u << FILTER_SW)
#define ORDER (EQ | 1u << FILTER_GT | 1u << FILTER_GE | 1u << FILTER_LT | 1u << FILTER_LE)

/* Which attribute, with which operators, is answered by which index. */
static const struct {
    enum scim_kind kind;
    const char *attribute;
    const char *sub;
    unsigned operators;
    bool is_exact;          /* it gives no row that the term does not match */
    bool is_per_connection; /* an externalId is known within its connection only */
    void (*gather)(struct gathering *gathering, const char *value);
} indexes[] = {
    {SCIM_USER, "id", NULL, EQ, true, false, by_id},
    {SCIM_USER, "userName", NULL, EQ, true, false, by_user_name},
    {SCIM_USER, "userName", NULL, SW, false, false, by_user_name_start},
    {SCIM_USER, "externalId", NULL, EQ, true, true, by_external_id},
    {SCIM_USER, "displayName", NULL, EQ, true, false, by_display_name},
    {SCIM_USER, "displayName", NULL, SW, false, false, by_display_name_start},
    {SCIM_USER, "emails", "value", EQ, true, false, by_email},
    {SCIM_USER, "emails", "value", SW, false, false, by_email_start},
    {SCIM_USER, "groups", "value", EQ, true, false, by_group},
    {SCIM_USER, "active", NULL, EQ, true, false, by_active},
    {SCIM_USER, "status", NULL, EQ, true, false, by_status},
    {SCIM_USER, "role", NULL, EQ, true, false, by_role},
    {SCIM_USER, "site", NULL, EQ, false, false, by_site},
    {SCIM_USER, "meta", "lastModified", ORDER, false, false, by_last_modified},

    {SCIM_GROUP, "id", NULL, EQ, true, false, by_id},
    {SCIM_GROUP, "displayName", NULL, EQ, true, false, by_group_name},
    {SCIM_GROUP, "displayName", NULL, SW, false, false, by_group_name_start},
    {SCIM_GROUP, "externalId", NULL, EQ, true, true, by_group_external_id},
    {SCIM_GROUP, "members", "value", EQ, true, false, by_member},
};

/* The value to look up, as text; NULL when there is none, or none that is looked up by. */
static const char *value_of(const struct filter *term)
{
    if (json_is_boolean(term->value))
        return json_is_true(term->value) ? "true" : "false";
    if (json_is_integer(term->value)) /* a moment: narrow() reads it */
        return "";
    return json_string_value(term->value);
}

/*
 * What an owner keeps for itself leads to its own people only. It is no use to
 * others, nor to a connection that asks for somebody whom it might adopt.
 */
static bool is_kept_from(const struct selection_query *query)
{
    return query->actor->kind != ACTOR_CONNECTION || adoption_is_asked_for(query->filter);
}

/* Within a value filter a term names the sub-attribute of `outer`. */
static void gather(struct gathering *gathering, const struct filter *term,
                   const struct scim_attribute *outer)
{
    const struct selection_query *query = gathering->query;
    const struct scim_attribute *attribute = outer ? outer : term->path.attribute;
    const struct scim_attribute *sub = outer ? term->path.attribute : term->path.sub;
    const char *value = value_of(term);

    for (size_t i = 0; value && i < sizeof(indexes) / sizeof(indexes[0]); i++) {
        if (indexes[i].kind != query->kind || !(indexes[i].operators & 1u << term->op) ||
            !is_named(attribute, indexes[i].attribute) || !is_named(sub, indexes[i].sub) ||
            (indexes[i].is_per_connection && is_kept_from(query)))
            continue;
        gathering->found.is_there = true;
        gathering->found.is_exact = indexes[i].is_exact && !term->path.value_filter && !outer;
        indexes[i].gather(gathering, value);
        return;
    }
}

/* ----------------------------------------------------------------------- the whole filter */

static struct shortlist smaller(const struct shortlist *left, const struct shortlist *right)
{
    const struct shortlist *chosen = left;

    if (!left->is_there || (right->is_there && left->is_cut) ||
        (right->is_there && !right->is_cut && right->rows.count < left->rows.count))
        chosen = right;
    return (struct shortlist){
        .is_there = chosen->is_there, .is_cut = chosen->is_cut, .rows = chosen->rows};
}

static struct shortlist joined(const struct shortlist *left, const struct shortlist *right)
{
    struct shortlist both = {
        .is_there = left->is_there && right->is_there,
        .is_cut = left->is_cut || right->is_cut,
        .rows = left->rows,
    };

    for (size_t i = 0; both.is_there && !both.is_cut && i < right->rows.count; i++)
        rows_add(&both.rows, right->rows.data[i]);
    return both;
}

static struct shortlist make(const struct gathering *whole, const struct filter *filter,
                             const struct scim_attribute *outer)
{
    struct gathering gathering = *whole;
    struct shortlist left;
    struct shortlist right;

    switch (filter->kind) {
    case FILTER_AND:
        left = make(&gathering, filter->left, outer);
        right = make(&gathering, filter->right, outer);
        return smaller(&left, &right);
    case FILTER_OR:
        gathering.conjunction = filter->left;
        left = make(&gathering, filter->left, outer);
        gathering.conjunction = filter->right;
        right = make(&gathering, filter->right, outer);
        return joined(&left, &right);
    case FILTER_VALUE_PATH:
        return make(&gathering, filter->path.value_filter, filter->path.attribute);
    case FILTER_COMPARE:
        gather(&gathering, filter, outer);
        break;
    case FILTER_NOT:
        break;
    }
    return gathering.found;
}

struct shortlist shortlist_make(struct store_txn *txn, const struct selection_query *query,
                                size_t limit, struct arena *arena)
{
    struct gathering gathering = {
        .txn = txn,
        .query = query,
        .arena = arena,
        .conjunction = query->filter,
        .limit = limit,
        .found = {.rows = {.arena = arena}},
    };
    struct shortlist shortlist = {0};

    if (query->filter)
        shortlist = make(&gathering, query->filter, NULL);
    if (!shortlist.is_cut)
        rows_sort(&shortlist.rows);
    return shortlist;
}
