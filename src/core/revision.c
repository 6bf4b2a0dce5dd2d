#include "revision.h"

#include "account.h"
#include "bridge/core/outbox.h"
#include "bridge/core/password.h"
#include "bridge/scim/resource.h"
#include "insert.h"
#include "layout.h"
#include "membership.h"
#include "user_index.h"
#include "user_journal.h"

/* -------------------------------------------------------------------- what changed */

static bool same_text(const char *left, const char *right)
{
    return left == right || (left && right && strcmp(left, right) == 0);
}

static bool same_assertion(const struct assertion *left, const struct assertion *right)
{
    return same_text(left->role, right->role) && same_text(left->site, right->site) &&
           left->site_row == right->site_row;
}

static bool same_association(const struct association *left, const struct association *right)
{
    return left->role == right->role && left->site_row == right->site_row;
}

static bool is_same(const struct revision *revision, struct bytes document)
{
    return revision->is_there && !revision->password &&
           bytes_equal(revision->old_document, document) &&
           revision->before.owner == revision->account.owner &&
           same_association(&revision->before.association, &revision->account.association) &&
           revision->before.asserts_active == revision->account.asserts_active &&
           same_text(revision->before.blocked_by, revision->account.blocked_by) &&
           same_assertion(&revision->old_assertion, &revision->assertion);
}

/* Who may not sign in any more, or had an association and has another one, loses access. */
static bool is_losing(const struct revision *revision)
{
    const struct account *before = &revision->before;
    const struct account *after = &revision->account;

    return (before->is_active && !after->is_active) ||
           (before->association.role != ROLE_NONE &&
            !same_association(&before->association, &after->association));
}

/* The same, now or at the next chance: of somebody who is inactive it is what was said that counts.
 */
static bool takes_access(const struct revision *revision)
{
    const struct account *before = &revision->before;
    const struct account *after = &revision->account;

    return is_losing(revision) || (before->asserts_active && !after->asserts_active) ||
           (!before->blocked_by && after->blocked_by);
}

static bool changes_owner(const struct revision *revision)
{
    return revision->is_there && revision->before.owner != revision->account.owner;
}

/* ---------------------------------------------------------------------------- writing */

/* The work that waits for one row waits for the other, as urgently. */
static void move_work(const struct revision *revision, uint64_t from, uint64_t to)
{
    struct store_txn *txn = revision->txn;
    struct arena *arena = revision->request->arena;
    struct outbox_line line;

    if (!outbox_find(txn, OUTBOX_USER, from, arena, &line))
        return;
    outbox_drop(txn, OUTBOX_USER, from, arena);
    outbox_add(txn, OUTBOX_USER, to, line.urgency, revision->request->actor, arena);
}

static bool keeps_name(const struct revision *revision)
{
    return same_text(user_text(revision->old_resource, "userName"),
                     user_text(revision->resource, "userName"));
}

/*
 * An entry that this owner's deleted account of the same name left behind goes
 * to the account that has the name now, with the work that still waited for it. Not
 * to a break-glass account, which has none: the entry stays locked.
 */
static void take_up_entry(const struct revision *revision)
{
    struct store_txn *txn = revision->txn;
    struct arena *arena = revision->request->arena;
    const struct account *account = &revision->account;
    const char *user_name = user_text(revision->resource, "userName");
    uint64_t left = user_left_find(txn, account->owner, user_name, arena);
    struct link link;

    if (!left || account->is_break_glass || link_find(txn, OUTBOX_USER, account->row, arena, &link))
        return;
    user_left_drop(txn, account->owner, user_name, arena);
    move_work(revision, left, account->row);
    if (!link_find(txn, OUTBOX_USER, left, arena, &link))
        return;
    link_drop(txn, OUTBOX_USER, left);
    link_save(txn, OUTBOX_USER, account->row, &link, arena);
}

/* Whether the directory's groups must show this person differently. */
static bool moves_groups(const struct revision *revision)
{
    return revision->is_there && (revision->before.is_active != revision->account.is_active ||
                                  !same_text(user_text(revision->old_resource, "userName"),
                                             user_text(revision->resource, "userName")));
}

static void write_assertion(const struct revision *revision)
{
    struct store_txn *txn = revision->txn;
    const struct account *account = &revision->account;

    if (changes_owner(revision))
        assertion_drop(txn, account->row, revision->before.owner);
    else if (revision->is_there && same_assertion(&revision->old_assertion, &revision->assertion))
        return;
    assertion_save(txn, account->row, account->owner, &revision->assertion,
                   revision->request->arena);
}

/* Some are kept by owner: another one finds nothing where the one before did. */
static void write_indexes(const struct revision *revision)
{
    struct store_txn *txn = revision->txn;
    struct arena *arena = revision->request->arena;
    const struct account *account = &revision->account;

    if (!revision->is_there) {
        user_enter(txn, account, revision->resource, arena);
        return;
    }
    account_register(txn, &revision->before, account);
    if (!changes_owner(revision)) {
        user_reindex(txn, account, revision->old_resource, revision->resource, arena);
        return;
    }
    user_reindex(txn, &revision->before, revision->old_resource, NULL, arena);
    user_reindex(txn, account, NULL, revision->resource, arena);
}

static void write_records(const struct revision *revision, struct bytes document)
{
    struct store_txn *txn = revision->txn;
    struct arena *arena = revision->request->arena;
    const struct account *account = &revision->account;
    struct store_key key = key_resource(txn, SCIM_USER, account->row);

    if (!keeps_name(revision) || changes_owner(revision))
        take_up_entry(revision);
    if (!revision->is_there || !bytes_equal(revision->old_document, document))
        store_put(txn, STORE_RESOURCE, key_bytes(&key), document);
    account_save(txn, account, arena);
    write_assertion(revision);
    write_indexes(revision);
}

/* Who may not bind has no use for a password, and comes back with a new one. */
static void write_password(const struct revision *revision)
{
    const struct user_request *request = revision->request;
    const json_t *password = revision->password;

    if (!revision->account.is_active)
        password_drop(revision->txn, revision->account.row);
    else if (password)
        password_save(revision->txn, revision->account.row,
                      bytes_of(json_string_value(password), json_string_length(password)),
                      request->actor->now, request->arena);
}

/* Whoever is to lose access does so, however large the rest is. */
static enum status check_size(const struct revision *revision, struct bytes document,
                              struct problem *problem)
{
    if (document.size <= RESOURCE_SIZE_MAX || !revision->account.is_active)
        return STATUS_OK;
    return problem_set(problem, STATUS_TOO_LARGE,
                       "with this change the user would be larger than %d bytes; take values away "
                       "first",
                       RESOURCE_SIZE_MAX);
}

/* Another owner alone is nothing to the directory, and neither is a break-glass account. */
static bool has_work(const struct revision *revision, struct bytes document)
{
    const struct account *account = &revision->account;
    bool is_only_owner = changes_owner(revision) && !revision->password &&
                         bytes_equal(revision->old_document, document) &&
                         same_association(&revision->before.association, &account->association);

    return !account->is_break_glass && !is_only_owner;
}

enum status revision_write(struct revision *revision, struct problem *problem)
{
    struct user_request *request = revision->request;
    struct account *account = &revision->account;
    struct bytes document =
        resource_encode(revision->resource, scim_resource_type(SCIM_USER), request->arena);
    enum status status = check_size(revision, document, problem);

    if (status)
        return status;
    if (!is_same(revision, document)) {
        account->modified_at = request->actor->now;
        account->version++;
        if (takes_access(revision))
            store_use_reserve(revision->txn);
        write_records(revision, document);
        write_password(revision);
        user_journal(revision);
        if (has_work(revision, document))
            outbox_add(revision->txn, OUTBOX_USER, account->row,
                       is_losing(revision) ? OUTBOX_LOSING : OUTBOX_ORDINARY, request->actor,
                       request->arena);
        if (moves_groups(revision))
            user_groups_touch(revision->txn, account->row,
                              account->is_active ? OUTBOX_ORDINARY : OUTBOX_LOSING, request->actor);
    }
    request->user = (struct user){.account = *account, .document = document};
    return STATUS_OK;
}

void revision_delete(struct revision *revision)
{
    struct store_txn *txn = revision->txn;
    struct arena *arena = revision->request->arena;
    const struct account *account = &revision->account;
    struct store_key document = key_resource(txn, SCIM_USER, account->row);
    struct store_key id;
    struct link link;
    unsigned char uuid[UUID_SIZE];

    store_use_reserve(txn);
    (void)uuid_parse(account->id, uuid);
    id = key_id(txn, uuid);
    store_delete(txn, STORE_INDEX, key_bytes(&id));
    store_delete(txn, STORE_RESOURCE, key_bytes(&document));
    account_drop(txn, account->row);
    password_drop(txn, account->row);
    assertion_drop(txn, account->row, revision->before.owner);
    user_reindex(txn, &revision->before, revision->old_resource, NULL, arena);
    account_register(txn, &revision->before, NULL);
    user_journal(revision);
    user_groups_touch(txn, account->row, OUTBOX_LOSING, revision->request->actor);
    membership_forget_user(txn, account->row);
    if (link_find(txn, OUTBOX_USER, account->row, arena, &link)) {
        user_left_put(txn, account->owner, user_text(revision->old_resource, "userName"),
                      account->row, arena);
        outbox_add(txn, OUTBOX_USER, account->row, OUTBOX_LOSING, revision->request->actor, arena);
    } else {
        outbox_drop(txn, OUTBOX_USER, account->row, arena);
    }
}
