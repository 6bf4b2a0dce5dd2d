#include "user_judge.h"

#include "bridge/core/connection.h"
#include "bridge/core/password.h"
#include "bridge/scim/resource.h"
#include "layout.h"
#include "user_index.h"

/* ------------------------------------------------------------------------ what follows */

/*
 * Silence about `active` is no statement: as it was, and true for a new account.
 * A block outranks whatever is said.
 */
static void settle_active(struct revision *revision)
{
    const json_t *active = json_object_get(revision->resource, "active");
    struct account *account = &revision->account;

    if (revision->stated & STATED_ACTIVE && json_is_boolean(active))
        account->asserts_active = json_is_true(active);
    account->is_active = account->asserts_active && !account->blocked_by;
    (void)json_object_set_new(revision->resource, "active", json_boolean(account->is_active));
}

static enum status settle_association(struct revision *revision, struct problem *problem)
{
    struct account *account = &revision->account;
    unsigned says = revision->stated & (STATED_ROLE | STATED_SITE);

    if (!account->is_active) {
        account->association = (struct association){0};
        return STATUS_OK;
    }
    if (!says && revision->before.is_active)
        return STATUS_OK; /* as it was */
    return association_derive(&revision->assertion, says, &account->association, problem);
}

enum status user_settle(struct revision *revision, struct problem *problem)
{
    settle_active(revision);
    return settle_association(revision, problem);
}

/* ------------------------------------------------------------------------ what may be */

/* It is kept for getting in and setting right, which takes an administrator. */
static enum status check_break_glass(const struct revision *revision, struct problem *problem)
{
    const struct account *account = &revision->account;

    if (!account->is_break_glass)
        return STATUS_OK;
    if (account->owner)
        return problem_set(problem, STATUS_FORBIDDEN,
                           "a break-glass account belongs to no connection; it stays local");
    if (account->is_active && account->association.role != ROLE_ADMIN)
        return problem_set(
            problem, STATUS_INVALID_VALUE,
            "a break-glass account has the role \"admin\"; no other helps when nobody "
            "else gets in");
    return STATUS_OK;
}

/* Whether an account's owner may give a role: administrators any, a connection what it was granted.
 */
static bool may_give(const struct revision *revision, uint32_t owner, enum role role,
                     struct connection *connection)
{
    *connection = (struct connection){.name = "that is gone"};
    if (owner)
        (void)connection_load(revision->txn, owner, revision->request->arena, connection);
    return !owner || connection->grants & 1u << role;
}

/*
 * What a connection has given before stays, whatever it may give today. That is
 * looked up here, within the change, so that nothing is given any more once a
 * right was taken away. Who asks does not matter: when an administrator lifts a
 * block, what the connection asserted meanwhile comes into effect.
 */
static enum status check_grant(const struct revision *revision, struct problem *problem)
{
    enum role role = revision->account.association.role;
    struct connection owner;

    if (role == ROLE_NONE || role == revision->before.association.role ||
        may_give(revision, revision->account.owner, role, &owner))
        return STATUS_OK;
    return problem_set(problem, STATUS_FORBIDDEN,
                       "the connection %s may not give the role \"%s\"; an administrator allows it "
                       "with: rolebridge connection edit %s --grant %s",
                       owner.name, role_name(role), owner.name, role_name(role));
}

void user_forget_ungiven(struct revision *revision)
{
    const char *asserted = revision->assertion.role;
    enum role role = ROLE_NONE;
    struct connection owner;

    if (asserted && role_parse(asserted, &role) && role != revision->before.association.role &&
        !may_give(revision, revision->before.owner, role, &owner))
        revision->assertion.role = NULL;
}

/* Reading the count makes two such changes at once exclude each other. */
enum status user_check_last_administrator(const struct revision *revision, struct problem *problem)
{
    struct store_key key = key_counter(revision->txn, COUNT_ADMINS);

    if (revision->before.association.role != ROLE_ADMIN || revision->before.is_break_glass ||
        (!revision->is_deletion && revision->account.association.role == ROLE_ADMIN) ||
        store_count(revision->txn, key_bytes(&key)) > 1)
        return STATUS_OK;
    return problem_set(problem, STATUS_FORBIDDEN,
                       "%s is the last active administrator of the organization; make somebody "
                       "else an administrator first",
                       user_text(revision->old_resource, "userName"));
}

static enum status check_unique(const struct revision *revision, struct problem *problem)
{
    const char *user_name = user_text(revision->resource, "userName");
    const char *external_id = user_text(revision->resource, "externalId");
    uint64_t row = revision->account.row;
    uint64_t other = user_by_name(revision->txn, user_name, revision->request->arena);

    if (other && other != row)
        return problem_set(problem, STATUS_UNIQUENESS, "userName \"%s\" belongs to another account",
                           user_name);
    if (!external_id || !revision->account.owner)
        return STATUS_OK;
    other = user_by_external_id(revision->txn, revision->account.owner, external_id);
    if (other && other != row)
        return problem_set(problem, STATUS_UNIQUENESS,
                           "externalId \"%s\" belongs to another account of this connection",
                           external_id);
    return STATUS_OK;
}

/* Taken out of the resource, where the request put it. Where it can go nowhere it is ignored. */
static enum status settle_password(struct revision *revision, struct problem *problem)
{
    const struct account *account = &revision->account;
    json_t *password = json_object_get(revision->resource, "password");
    size_t size_min = revision->request->password_size_min;
    bool is_wanted = size_min && account->is_active && !account->is_break_glass;

    if (!password)
        return STATUS_OK;
    if (is_wanted)
        revision->password = json_incref(password);
    (void)json_object_del(revision->resource, "password");
    if (!is_wanted)
        return STATUS_OK;
    return password_check(bytes_of(json_string_value(password), json_string_length(password)),
                          size_min, problem);
}

enum status user_judge(struct revision *revision, struct problem *problem)
{
    const struct scim_resource_type *type = scim_resource_type(SCIM_USER);
    enum status status;

    settle_active(revision);
    if ((status = settle_password(revision, problem)) ||
        (status = resource_check(revision->resource, type, problem)) ||
        (status = settle_association(revision, problem)) ||
        (status = check_break_glass(revision, problem)) ||
        (status = check_grant(revision, problem)) ||
        (status = user_check_last_administrator(revision, problem)))
        return status;
    return check_unique(revision, problem);
}
