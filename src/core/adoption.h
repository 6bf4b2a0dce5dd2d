#ifndef CORE_ADOPTION_H
#define CORE_ADOPTION_H

#include "bridge/core/user.h"
#include "bridge/scim/filter.h"

/*
 * Adoption: the first write of a connection to a local account makes it the
 * account's owner, when the account's primary e-mail address is in one of the
 * connection's domains. Until then such an account is shown to the connection, so
 * that a provider which looks before it creates finds it, but only when it asks
 * for that very person.
 */

/*
 * Whether this actor may adopt this account: a connection, a local account that is
 * no administrator's, neither in effect nor as asserted, no break-glass account,
 * and a domain that is this connection's.
 */
bool adoption_is_open(struct store_txn *txn, const struct actor *actor, const struct user *user,
                      struct arena *arena);

/* Whether a filter asks for one person: it demands an id, a userName or an address. */
bool adoption_is_asked_for(const struct filter *filter);

#endif
