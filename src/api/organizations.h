#ifndef API_ORGANIZATIONS_H
#define API_ORGANIZATIONS_H

#include "bridge/core/organization.h"
#include "request.h"

/*
 * How many bytes a password needs to be set in the directory of the caller's
 * organization; 0 when there is no directory.
 */
enum status password_size_min(struct exchange *exchange, size_t *size, struct problem *problem);

/* False: the configuration does not name the organization. */
bool directory_find(const struct api *api, const char *organization,
                    struct api_directory *directory);

/* The state of the directory of an organization, in one word: of the one that has this name. */
const char *directory_state(const struct api *api, const char *organization);

/* How that directory is. */
json_t *directory_json(const struct api *api, const char *organization);

/* What waits for the directory of the transaction's organization. */
json_t *outbox_json(struct store_txn *txn, struct arena *arena);

/*
 * All organizations, and behind them those that the configuration names and nobody has
 * made: these have the number 0, under which nothing is stored.
 */
void organizations_each(struct store_txn *txn, const struct api *api, struct arena *arena,
                        organization_visit *visit, void *context);

/* The same with the state of their directories, and their alarms. */
json_t *organizations_json(struct store_txn *txn, const struct api *api, struct arena *arena);

#endif
