#ifndef BRIDGE_CORE_CONNECTION_H
#define BRIDGE_CORE_CONNECTION_H

#include "bridge/core/actor.h"
#include "bridge/core/association.h"
#include "bridge/store/store.h"

/*
 * One identity provider as configured here. What it owns is invisible to all
 * other connections. Its tokens are auth's.
 */
struct connection {
    uint32_t number; /* never used again; 0 means "local" wherever an owner is named */
    const char *name;
    const char *carrier; /* "extension" */
    unsigned grants;     /* a bit (1u << role) for each role that it may give */
    int64_t created_at;
};

/* What happens to the accounts that a connection owns when it is deleted. Its groups become local.
 */
enum connection_disposal {
    CONNECTION_KEEP_NONE,  /* refuse if there are any */
    CONNECTION_RELEASE,    /* they become local, as they are */
    CONNECTION_DEACTIVATE, /* they become local and inactive */
};

struct connection_request {
    const struct actor *actor;
    struct arena *arena;
    const char *name;
    const char *carrier;               /* create; NULL: "extension" */
    unsigned grants;                   /* create */
    enum connection_disposal disposal; /* delete */
    struct connection connection;      /* the result */
};

/*
 * store_changes whose argument is a connection_request.
 *
 * STATUS_INVALID_VALUE  the name or the carrier
 * STATUS_UNIQUENESS     there is a connection of this name
 * STATUS_NOT_FOUND      delete: there is none
 * STATUS_CONFLICT       delete: it owns accounts and nothing was said of them
 * STATUS_FORBIDDEN      delete: an organization would lose its last administrator
 */
enum status connection_create(struct store_txn *txn, void *argument, struct problem *problem);
enum status connection_delete(struct store_txn *txn, void *argument, struct problem *problem);

bool connection_load(struct store_txn *txn, uint32_t number, struct arena *arena,
                     struct connection *connection);
bool connection_find(struct store_txn *txn, const char *name, struct arena *arena,
                     struct connection *connection);

/* How many accounts it owns. */
int64_t connection_accounts(struct store_txn *txn, uint32_t number);

/* In the order in which they were made. Return false to stop. */
typedef bool connection_visit(void *context, const struct connection *connection);
void connection_each(struct store_txn *txn, struct arena *arena, connection_visit *visit,
                     void *context);

#endif
