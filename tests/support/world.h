#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "failing.h"
#include "memory.h"
#include "unit.h"

#include "bridge/base/arena.h"
#include "bridge/core/outbox.h"
#include "bridge/core/selection.h"
#include "bridge/core/site.h"
#include "bridge/core/user.h"

/*
 * A store with the default organization, the sites "North Plant" and "Harbour",
 * and a connection that may give both roles: what the tests of rules start from.
 * Time is a number that a test may set.
 */
struct world {
    struct memory *memory;  /* NULL: on the disk */
    struct failing failing; /* how the store in memory is to fail */
    char folder[64];        /* of the store on the disk */
    char path[80];
    struct store *store;
    struct arena *arena;
    struct actor provider; /* the connection "entra" */
    struct actor other;    /* the connection "okta", which may give only user */
    struct actor admin;
    uint64_t north;
    uint64_t harbour;
    bool takes_passwords;   /* whether requests find a directory for passwords to go to */
    struct problem problem; /* of the last request */
    struct user user;       /* result of the last request */
};

/* cmocka fixtures: *state is the world. The store is in memory, or in a folder of its own. */
int world_set_up(void **state);
int world_set_up_on_disk(void **state);
int world_tear_down(void **state);

/* Close the store and open it again, as after a restart. */
void world_restart(struct world *world);

/* JSON text with ' for "; new, the caller's to json_decref. Fails the test when it is none. */
json_t *world_json(struct world *world, const char *text);

/* Requests as a provider sends them, in such text. */
enum status world_create(struct world *world, const struct actor *actor, const char *json);
enum status world_patch(struct world *world, const struct actor *actor, const char *id,
                        const char *operations);
enum status world_delete(struct world *world, const struct actor *actor, const char *id);

/* The same with the body at hand. */
enum status world_create_json(struct world *world, const struct actor *actor, json_t *body);
enum status world_patch_json(struct world *world, const struct actor *actor, const char *id,
                             json_t *body);

/* What is in effect now. Fails the test when there is no such person. */
struct account world_account(struct world *world, const char *id);

/* The whole resource as it is answered; the caller's to json_decref. */
json_t *world_resource(struct world *world, const char *id);

/* What a list shows: how many match, and the rows of those on the page. */
struct world_list {
    uint64_t total;
    size_t shown;
    uint64_t rows[PAGE_COUNT_MAX];
};

/* filter - NULL: all. Fails the test when it is none. */
struct world_list world_list(struct world *world, enum scim_kind kind, const struct actor *actor,
                             const char *filter, struct page page);

/* A snapshot; the caller ends it. */
struct store_txn *world_begin(struct world *world);

/* The work that waits for a person; false when none does. */
bool world_waits(struct world *world, const char *id, struct outbox_line *line);

#endif
