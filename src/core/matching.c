#include "matching.h"

#include <string.h>

#include "bridge/base/json.h"
#include "bridge/core/group.h"
#include "bridge/core/site.h"
#include "bridge/core/user.h"
#include "layout.h"
#include "membership.h"

/* ------------------------------------------------------------ what a filter looks at */

typedef bool path_test(const struct scim_path *path);

static bool looks_at(const struct filter *filter, path_test *test)
{
    switch (filter->kind) {
    case FILTER_AND:
    case FILTER_OR:
        return looks_at(filter->left, test) || looks_at(filter->right, test);
    case FILTER_NOT:
        return looks_at(filter->left, test);
    case FILTER_VALUE_PATH:
    case FILTER_COMPARE:
        break;
    }
    return test(&filter->path);
}

static bool is_members(const struct scim_path *path)
{
    return strcmp(path->attribute->name, "members") == 0;
}

/* What resource_encode leaves out of the document. */
static bool is_composed(const struct scim_path *path)
{
    return strcmp(path->schema->id, SCIM_URN_BRIDGE) == 0 || is_members(path) ||
           (path->attribute->mutability == SCIM_READ_ONLY &&
            strcmp(path->attribute->name, "id") != 0);
}

/* What of it takes looking around in the store. */
static bool is_gathered(const struct scim_path *path)
{
    return is_composed(path) && strcmp(path->attribute->name, "meta") != 0;
}

/* -------------------------------------------------------------------------- resources */

static json_t *joined(struct bytes document, struct bytes tail, struct arena *scratch)
{
    struct text whole = {.arena = scratch};

    text_add_bytes(&whole, bytes_of(document.data, document.size - 1));
    text_add_bytes(&whole, tail);
    return json_stored(bytes_of(whole.data, whole.size));
}

static json_t *user_resource(struct store_txn *txn, const struct selection_query *query,
                             uint64_t row, struct arena *scratch)
{
    struct user user;

    if (!user_load(txn, row, scratch, &user))
        return NULL;
    if (!looks_at(query->filter, is_gathered))
        return joined(user.document, user_meta(&user, query->base, scratch), scratch);
    return user_json(txn, &user, query->actor, query->base, scratch);
}

/*
 * A member that the filter demands is the only one that is looked at: a group may
 * have many.
 */
static json_t *group_resource(struct store_txn *txn, const struct selection_query *query,
                              uint64_t row, struct arena *scratch)
{
    const char *member = filter_demands(query->filter, "members", "value");
    bool wants_all = !member && looks_at(query->filter, is_members);
    struct group group;
    uint64_t user_row;
    json_t *resource;

    if (!group_load(txn, row, scratch, &group))
        return NULL;
    resource =
        joined(group.document,
               group_tail(txn, &group, query->base, wants_all ? SIZE_MAX : 0, scratch), scratch);
    if (resource && member && id_find(txn, SCIM_USER, member, &user_row) &&
        membership_is_there(txn, row, user_row))
        (void)json_object_set_new(resource, "members", json_pack("[{s:s}]", "value", member));
    return resource;
}

static json_t *site_resource(struct store_txn *txn, const struct selection_query *query,
                             uint64_t row, struct arena *scratch)
{
    struct site site;

    if (!site_load(txn, row, scratch, &site))
        return NULL;
    return joined(site.document, site_tail(txn, &site, query->base, scratch), scratch);
}

static json_t *document_of(struct store_txn *txn, enum scim_kind kind, uint64_t row)
{
    struct store_key key = key_resource(txn, kind, row);
    struct bytes document;

    if (!store_get(txn, STORE_RESOURCE, key_bytes(&key), &document))
        return NULL;
    return json_stored(document);
}

bool row_matches(struct store_txn *txn, const struct selection_query *query, uint64_t row)
{
    static json_t *(*const composers[])(struct store_txn *, const struct selection_query *,
                                        uint64_t, struct arena *) = {
        [SCIM_USER] = user_resource,
        [SCIM_GROUP] = group_resource,
        [SCIM_SITE] = site_resource,
    };
    SCOPED(arena_release) struct arena *scratch = arena_new();
    json_auto_t *resource = looks_at(query->filter, is_composed)
                                ? composers[query->kind](txn, query, row, scratch)
                                : document_of(txn, query->kind, row);

    return resource && filter_matches(query->filter, resource);
}
