#ifndef BRIDGE_CORE_SITE_H
#define BRIDGE_CORE_SITE_H

#include <jansson.h>

#include "bridge/core/actor.h"
#include "bridge/scim/filter.h"
#include "bridge/scim/list.h"
#include "bridge/scim/patch.h"
#include "bridge/store/store.h"

/*
 * A named place within the organization. Its key is made from its first name
 * unless given, never changes, and names its group in the directory.
 */
struct site {
    uint64_t row;
    char id[UUID_TEXT_SIZE];
    const char *key;
    const char *name;
    const char **former; /* names that it had; providers go on sending them */
    uint32_t former_count;
    int64_t created_at;
    int64_t modified_at;
    uint64_t version;
    struct bytes document; /* finished JSON, to be followed by site_tail */
};

/* A request to change a site, and what comes of it. `arena` owns the result. */
struct site_request {
    const struct actor *actor;
    struct arena *arena;
    const char *id;            /* patch, delete */
    json_t *resource;          /* create: as resource_read made it; borrowed */
    const struct patch *patch; /* patch */
    const char *if_match;      /* patch, delete: the version that the caller expects; NULL: any */
    struct site site;          /* the result */
};

/*
 * store_changes whose argument is a site_request. Making a site makes its group
 * in the directory. A renamed site goes on being found by its former names. A
 * site that anybody is at, or that was asserted for anybody, is not deleted; the
 * group of one that is stays in the directory, empty.
 *
 * STATUS_UNIQUENESS        another site has this name or key, or had this name
 * STATUS_INVALID_VALUE     no displayName, or a key that is no slug
 * STATUS_MUTABILITY        another key, or another id
 * STATUS_CONFLICT          delete: somebody refers to it; says how many
 * STATUS_NOT_FOUND         no such site
 * STATUS_VERSION_MISMATCH  it is not the version that was expected
 */
enum status site_create(struct store_txn *txn, void *argument, struct problem *problem);
enum status site_patch(struct store_txn *txn, void *argument, struct problem *problem);
enum status site_delete(struct store_txn *txn, void *argument, struct problem *problem);

bool site_load(struct store_txn *txn, uint64_t row, struct arena *arena, struct site *site);

/* By id. */
bool site_find(struct store_txn *txn, const char *id, struct arena *arena, struct site *site);

/* By display name, key or former name, folded and without surrounding space; 0 when there is none.
 */
uint64_t site_resolve(struct store_txn *txn, const char *name, struct arena *arena);

bool site_exists(struct store_txn *txn, uint64_t row);

/* Its display name, without looking at more; NULL where there is none. */
const char *site_name(struct store_txn *txn, uint64_t row, struct arena *arena);

/* What follows the document: meta, userCount, and the end of the object. */
struct bytes site_tail(struct store_txn *txn, const struct site *site, const char *base,
                       struct arena *arena);

/* In the order in which they were made. Return false to stop. */
typedef bool site_visit(void *context, const struct site *site);
void site_each(struct store_txn *txn, struct arena *arena, site_visit *visit, void *context);

int64_t site_count(struct store_txn *txn);

#endif
