/*
 * The rules of a person's account. A request becomes a revision: the account as
 * it was, the resource as it should be, what the owner asserts of role and site.
 * The revision is judged as a whole and then written as a whole.
 */
#include "bridge/core/user.h"
#include "bridge/base/json.h"

#include "account.h"
#include "adoption.h"
#include "bridge/base/random.h"
#include "bridge/core/connection.h"
#include "bridge/core/site.h"
#include "layout.h"
#include "membership.h"
#include "revision.h"
#include "user_index.h"
#include "user_judge.h"
#include "version.h"

static void json_release(json_t **json)
{
    json_decref(*json);
    *json = NULL;
}

static void revision_clear(struct revision *revision)
{
    json_release(&revision->old_resource);
    json_release(&revision->resource);
    json_release(&revision->password);
}

/* ---------------------------------------------------------------- who may what */

static bool is_of_another(const struct actor *actor, const struct account *account)
{
    return actor->kind == ACTOR_CONNECTION && actor->connection != account->owner;
}

/* A connection owns what it made; administrators own the rest, and only that. */
static enum status check_owner(struct store_txn *txn, const struct user_request *request,
                               const struct account *account, struct problem *problem)
{
    struct connection owner;

    if (request->actor->kind == ACTOR_CONNECTION || request->actor->kind == ACTOR_SYSTEM ||
        account->owner == 0)
        return STATUS_OK;
    if (!connection_load(txn, account->owner, request->arena, &owner))
        owner.name = "that is gone";
    return problem_set(problem, STATUS_FORBIDDEN,
                       "this account is managed by the connection %s; change it at the identity "
                       "provider (here it can be blocked, or moved to another owner)",
                       owner.name);
}

static enum status check_version(const struct user_request *request, const struct account *account,
                                 struct problem *problem)
{
    if (version_matches(request->if_match, account->version))
        return STATUS_OK;
    return problem_set(problem, STATUS_VERSION_MISMATCH,
                       "the resource is at version W/\"%" PRIu64 "\"; read it again before "
                       "changing it",
                       account->version);
}

/* ------------------------------------------------------------- what a request says */

static unsigned stated(bool is_role_stated, bool is_site_stated, bool is_active_stated)
{
    return (is_role_stated ? STATED_ROLE : 0u) | (is_site_stated ? STATED_SITE : 0u) |
           (is_active_stated ? STATED_ACTIVE : 0u);
}

/* Take role and site out of the resource, where the request put them, into what is asserted. */
static void assert_from_extension(struct revision *revision)
{
    struct arena *arena = revision->request->arena;
    const json_t *extension = json_object_get(revision->resource, SCIM_URN_BRIDGE);
    const char *role = user_text(extension, "role");
    const char *site = user_text(extension, "site");

    if (revision->stated & STATED_ROLE)
        revision->assertion.role = role ? arena_strdup(arena, role) : NULL;
    if (revision->stated & STATED_SITE) {
        revision->assertion.site = site ? arena_strdup(arena, site) : NULL;
        revision->assertion.site_row = site ? site_resolve(revision->txn, site, arena) : 0;
    }
    (void)json_object_del(revision->resource, SCIM_URN_BRIDGE);
}

/* ----------------------------------------------------------------------- requests */

/*
 * What another owner called it means nothing to the one that it has now, and what
 * that could not give comes into effect for this one neither.
 */
static void change_owner(struct revision *revision, uint32_t owner, const char *event)
{
    revision->event = event;
    revision->account.owner = owner;
    user_forget_ungiven(revision);
    if (owner && revision->resource)
        (void)json_object_del(revision->resource, "externalId");
}

static enum status load_revision(struct store_txn *txn, struct user_request *request,
                                 struct revision *revision, struct problem *problem)
{
    struct user user;
    enum status status;

    if (!user_find(txn, request->actor, request->id, request->arena, &user))
        return store_missing(txn, problem, "user", request->id);
    if ((status = check_version(request, &user.account, problem)))
        return status;
    revision->txn = txn;
    revision->request = request;
    revision->is_there = true;
    revision->before = user.account;
    revision->account = user.account;
    revision->old_document = user.document;
    revision->old_resource = json_stored(user.document);
    if (!revision->old_resource)
        return problem_set(problem, STATUS_INTERNAL,
                           "the stored document of user %s is damaged; restore a backup",
                           request->id);
    revision->old_assertion =
        assertion_load(txn, user.account.row, user.account.owner, request->arena);
    revision->assertion = revision->old_assertion;
    revision->resource = revision->is_deletion ? NULL : json_deep_copy(revision->old_resource);
    if (is_of_another(request->actor, &user.account)) /* it was found: it is to be had */
        change_owner(revision, request->actor->connection, "user.adopt");
    return STATUS_OK;
}

static enum status check_id(const struct user_request *request, const struct account *account,
                            struct problem *problem)
{
    const char *id = request->patch->id;

    if (!id || strcmp(id, account->id) == 0)
        return STATUS_OK;
    return problem_set(problem, STATUS_MUTABILITY, "an id cannot be changed; leave it out");
}

static enum status check_kind(const struct revision *revision, struct problem *problem)
{
    const json_t *extension = json_object_get(revision->resource, SCIM_URN_BRIDGE);
    const json_t *stated = json_object_get(extension, "breakGlass");

    if (!stated || json_is_true(stated) == revision->account.is_break_glass)
        return STATUS_OK;
    return problem_set(problem, STATUS_MUTABILITY,
                       "whether an account is break-glass is said when it is created");
}

enum status user_patch(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct user_request *request = argument;
    SCOPED(revision_clear) struct revision revision = {0};
    enum status status = load_revision(txn, request, &revision, problem);

    if (status || (status = check_owner(txn, request, &revision.account, problem)) ||
        (status = check_id(request, &revision.account, problem)) ||
        (status = patch_apply(request->patch, revision.resource, scim_resource_type(SCIM_USER),
                              problem)) ||
        (status = check_kind(&revision, problem)))
        return status;
    revision.stated = stated(patch_touches(request->patch, SCIM_URN_BRIDGE, "role"),
                             patch_touches(request->patch, SCIM_URN_BRIDGE, "site"),
                             patch_touches(request->patch, SCIM_URN_USER, "active"));
    assert_from_extension(&revision);
    if ((status = user_judge(&revision, problem)))
        return status;
    if ((status = revision_write(&revision, problem)))
        return status;
    return store_status(txn, problem);
}

static void new_account(struct store_txn *txn, const struct actor *actor, struct account *account)
{
    unsigned char uuid[UUID_SIZE];

    uuid_new(actor->now * 1000, uuid);
    uuid_format(uuid, account->id);
    account->row = store_sequence(txn);
    account->owner = actor->connection;
    account->asserts_active = true;
    account->created_at = actor->now;
}

enum status user_create(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct user_request *request = argument;
    SCOPED(revision_clear) struct revision revision = {.txn = txn, .request = request};
    const json_t *extension = json_object_get(request->resource, SCIM_URN_BRIDGE);
    enum status status;

    new_account(txn, request->actor, &revision.account);
    revision.account.is_break_glass = json_is_true(json_object_get(extension, "breakGlass"));
    revision.resource = json_deep_copy(request->resource);
    (void)json_object_set_new(revision.resource, "id", json_string(revision.account.id));
    revision.stated = stated(json_object_get(extension, "role") != NULL,
                             json_object_get(extension, "site") != NULL,
                             json_object_get(request->resource, "active") != NULL);
    assert_from_extension(&revision);
    if ((status = user_judge(&revision, problem)))
        return status;
    if ((status = revision_write(&revision, problem)))
        return status;
    return store_status(txn, problem);
}

/*
 * A provider that deletes somebody and creates them again would lift the block that
 * an administrator has put on them. So the account is gone for the provider alone.
 */
static enum status delete_blocked(struct store_txn *txn, struct user_request *request,
                                  struct problem *problem)
{
    const struct actor *actor = request->actor;
    enum status status = user_release(txn, request, true, problem);

    if (status)
        return status;
    membership_leave(txn, request->user.account.row, actor->connection, actor);
    return store_status(txn, problem);
}

enum status user_delete(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct user_request *request = argument;
    SCOPED(revision_clear) struct revision revision = {.is_deletion = true};
    enum status status = load_revision(txn, request, &revision, problem);

    if (status || (status = check_owner(txn, request, &revision.account, problem)) ||
        (status = user_check_last_administrator(&revision, problem)))
        return status;
    if (revision.before.blocked_by && request->actor->kind == ACTOR_CONNECTION)
        return delete_blocked(txn, request, problem);
    revision.account.is_active = false;
    revision.account.association = (struct association){0};
    revision_delete(&revision);
    return store_status(txn, problem);
}

static void set_block(const struct user_request *request, struct account *account, bool is_blocked)
{
    if (is_blocked == (account->blocked_by != NULL))
        return; /* the first who blocked it stays, with their reason */
    account->blocked_by = is_blocked ? request->actor->name : NULL;
    account->block_reason = is_blocked && request->reason ? request->reason : "";
    account->blocked_at = is_blocked ? request->actor->now : 0;
}

/* The same document, judged anew. */
static enum status change_block(struct store_txn *txn, struct user_request *request,
                                bool is_blocked, struct problem *problem)
{
    SCOPED(revision_clear) struct revision revision = {0};
    enum status status = load_revision(txn, request, &revision, problem);

    if (status)
        return status;
    set_block(request, &revision.account, is_blocked);
    if ((status = user_judge(&revision, problem)) || (status = revision_write(&revision, problem)))
        return status;
    return store_status(txn, problem);
}

enum status user_block(struct store_txn *txn, void *argument, struct problem *problem)
{
    return change_block(txn, argument, true, problem);
}

enum status user_unblock(struct store_txn *txn, void *argument, struct problem *problem)
{
    return change_block(txn, argument, false, problem);
}

/* "local" is what belongs to none, and no connection's name. */
static enum status read_owner(struct store_txn *txn, const struct user_request *request,
                              uint32_t *owner, struct problem *problem)
{
    struct connection connection = {0};

    if (strcmp(request->to, "local") != 0 &&
        !connection_find(txn, request->to, request->arena, &connection))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "there is no connection %s; see: rolebridge connection list",
                           request->to);
    *owner = connection.number;
    return STATUS_OK;
}

enum status user_move(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct user_request *request = argument;
    SCOPED(revision_clear) struct revision revision = {0};
    enum status status = load_revision(txn, request, &revision, problem);
    uint32_t owner = 0;

    if (status || (status = read_owner(txn, request, &owner, problem)))
        return status;
    if (owner != revision.before.owner)
        change_owner(&revision, owner, "user.move");
    if ((status = user_judge(&revision, problem)) || (status = revision_write(&revision, problem)))
        return status;
    if (owner != revision.before.owner && revision.before.owner)
        membership_leave(txn, revision.account.row, revision.before.owner, request->actor);
    return store_status(txn, problem);
}

enum status user_release(struct store_txn *txn, struct user_request *request, bool is_ended,
                         struct problem *problem)
{
    SCOPED(revision_clear) struct revision revision = {0};
    enum status status = load_revision(txn, request, &revision, problem);

    if (status)
        return status;
    change_owner(&revision, 0, "user.release");
    if (is_ended) {
        revision.stated = STATED_ACTIVE;
        (void)json_object_set_new(revision.resource, "active", json_false());
    }
    if ((status = user_settle(&revision, problem)) ||
        (status = user_check_last_administrator(&revision, problem)))
        return status;
    return revision_write(&revision, problem);
}

/* ------------------------------------------------------------------------ reading */

bool user_load(struct store_txn *txn, uint64_t row, struct arena *arena, struct user *user)
{
    struct store_key key = key_resource(txn, SCIM_USER, row);
    struct bytes document;

    if (!account_load(txn, row, arena, &user->account) ||
        !store_get(txn, STORE_RESOURCE, key_bytes(&key), &document))
        return false;
    user->document = arena_copy(arena, document);
    return true;
}

bool user_find(struct store_txn *txn, const struct actor *actor, const char *id,
               struct arena *arena, struct user *user)
{
    uint64_t row;

    return id_find(txn, SCIM_USER, id, &row) && user_load(txn, row, arena, user) &&
           (!is_of_another(actor, &user->account) || adoption_is_open(txn, actor, user, arena));
}
