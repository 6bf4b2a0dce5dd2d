#include "adoption.h"

#include "account.h"
#include "bridge/base/domain.h"
#include "bridge/base/json.h"
#include "bridge/core/connection.h"
#include "user_index.h"

static bool is_administrator(struct store_txn *txn, const struct account *account,
                             struct arena *arena)
{
    struct assertion assertion = assertion_load(txn, account->row, account->owner, arena);
    enum role asserted = ROLE_NONE;

    return account->association.role == ROLE_ADMIN ||
           (assertion.role && role_parse(assertion.role, &asserted) && asserted == ROLE_ADMIN);
}

static bool is_in_domain_of(struct store_txn *txn, const struct user *user, uint32_t connection,
                            struct arena *arena)
{
    json_auto_t *resource = json_stored(user->document);
    const char *address = user_primary_email(resource);
    const char *domain;

    return address && domain_of_address(address, arena, &domain) &&
           connection_of_domain(txn, domain) == connection;
}

bool adoption_is_open(struct store_txn *txn, const struct actor *actor, const struct user *user,
                      struct arena *arena)
{
    const struct account *account = &user->account;

    return actor->kind == ACTOR_CONNECTION && account->owner == 0 && !account->is_break_glass &&
           !is_administrator(txn, account, arena) &&
           is_in_domain_of(txn, user, actor->connection, arena);
}

bool adoption_is_asked_for(const struct filter *filter)
{
    return filter &&
           (filter_demands(filter, "id", NULL) || filter_demands(filter, "userName", NULL) ||
            filter_demands(filter, "emails", "value"));
}
