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
    const char *carrier;        /* "extension" */
    unsigned grants;            /* a bit (1u << role) for each role that it may give */
    const char *const *domains; /* of mail that it may adopt from, as domain_fold has them */
    size_t domain_count;
    int64_t created_at;
};

enum { CONNECTION_DOMAINS_MAX = 100 };

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
    bool sets_grants;                  /* edit: the next is meant */
    unsigned grants;                   /* create */
    bool sets_domains;                 /* edit: the next are meant */
    const char *const *domains;        /* create; in any form */
    size_t domain_count;               /* create */
    enum connection_disposal disposal; /* delete */
    struct connection connection;      /* the result */
};

/*
 * store_changes whose argument is a connection_request.
 *
 * What an edit does not set stays. A right that is taken away takes nothing from
 * anybody: roles that were given and accounts that were adopted stay as they are.
 *
 * STATUS_INVALID_VALUE  the name, the carrier or a domain
 * STATUS_UNIQUENESS     there is a connection of this name, or one that has this domain
 * STATUS_NOT_FOUND      edit, delete: there is none
 * STATUS_CONFLICT       delete: it owns accounts and nothing was said of them
 * STATUS_FORBIDDEN      delete: an organization would lose its last administrator
 */
enum status connection_create(struct store_txn *txn, void *argument, struct problem *problem);
enum status connection_edit(struct store_txn *txn, void *argument, struct problem *problem);
enum status connection_delete(struct store_txn *txn, void *argument, struct problem *problem);

bool connection_load(struct store_txn *txn, uint32_t number, struct arena *arena,
                     struct connection *connection);
bool connection_find(struct store_txn *txn, const char *name, struct arena *arena,
                     struct connection *connection);

/* The number of the one that may adopt from this domain, folded; 0: none may. */
uint32_t connection_of_domain(struct store_txn *txn, const char *domain);

/* How many accounts it owns. */
int64_t connection_accounts(struct store_txn *txn, uint32_t number);

/* In the order in which they were made. Return false to stop. */
typedef bool connection_visit(void *context, const struct connection *connection);
void connection_each(struct store_txn *txn, struct arena *arena, connection_visit *visit,
                     void *context);

#endif
