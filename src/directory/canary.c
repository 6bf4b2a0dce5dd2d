#include "bridge/directory/canary.h"

#include <ldap.h>
#include <string.h>

#include "array.h"
#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "bridge/base/random.h"
#include "dn.h"
#include "result.h"

enum { PASSWORD_BYTES = 32, PASSWORD_TEXT_SIZE = 48 };

/* Nobody gets to know it, and after the check it opens nothing. */
struct password {
    char text[PASSWORD_TEXT_SIZE];
};

static void password_clear(struct password *password)
{
    explicit_bzero(password, sizeof(*password));
}

static void password_make(struct password *password)
{
    unsigned char bytes[PASSWORD_BYTES];

    random_bytes(bytes, sizeof(bytes));
    base64url_encode(bytes_of(bytes, sizeof(bytes)), password->text, sizeof(password->text));
    explicit_bzero(bytes, sizeof(bytes));
}

struct canary {
    struct directory *directory;
    const struct directory_settings *settings;
    const struct projection_settings *projection;
    const char *dn;
    const char *password;
    struct arena *arena;
};

/* ------------------------------------------------------------------ entries */

static enum status check_base(const struct canary *canary, const char *setting, const char *dn,
                              struct problem *problem)
{
    static const char *const no_attributes[] = {LDAP_NO_ATTRS, NULL};
    struct problem missing = {0};
    struct entry *entry = NULL;
    enum status status =
        directory_read(canary->directory, dn, no_attributes, canary->arena, &entry, &missing);

    if (status == STATUS_NOT_FOUND)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "there is no entry %s: create it or change %s", dn, setting);
    if (status)
        return problem_set(problem, status, "%s", missing.detail);
    return STATUS_OK;
}

static enum status add_placeholder(const struct canary *canary, struct problem *problem)
{
    struct entry *entry = entry_new(canary->arena, canary->dn);
    struct problem answer = {0};
    enum status status;

    entry_add(canary->arena, entry, "objectClass", "top");
    entry_add(canary->arena, entry, "objectClass", "applicationProcess");
    entry_add(canary->arena, entry, "objectClass", "simpleSecurityObject");
    entry_add(canary->arena, entry, "cn", dn_rdn_value(canary->arena, canary->dn, "cn"));
    entry_add(canary->arena, entry, "description",
              "Stands in every group, since none may be empty. Locked; keep it so.");
    entry_add(canary->arena, entry, "userPassword", canary->password);
    status = directory_add(canary->directory, entry, &answer);
    if (status == STATUS_OK || status == STATUS_CONFLICT)
        return STATUS_OK;
    return problem_set(problem, status, "%s", answer.detail);
}

/* ------------------------------------------------------------------- proofs */

struct changes {
    struct modification *list;
    size_t count;
};

static void add_change(const struct canary *canary, struct changes *changes,
                       struct modification change)
{
    changes->list = array_room(canary->arena, changes->list, changes->count, sizeof(change));
    changes->list[changes->count++] = change;
}

static void add_password(const struct canary *canary, struct changes *changes)
{
    struct bytes *password = arena_alloc(canary->arena, sizeof(*password));

    *password = bytes_of_text(canary->password);
    add_change(canary, changes,
               (struct modification){MODIFICATION_REPLACE, "userPassword", password, 1});
}

typedef void account_change(const struct account_profile *profile, struct arena *arena,
                            const struct modification **modifications, size_t *count);

static void add_marks(const struct canary *canary, struct changes *changes, account_change *change)
{
    const struct modification *marks = NULL;
    size_t count = 0;

    change(canary->projection->profile, canary->arena, &marks, &count);
    for (size_t i = 0; i < count; i++)
        add_change(canary, changes, marks[i]);
}

static enum status write_changes(const struct canary *canary, const struct changes *changes,
                                 struct problem *problem)
{
    struct problem answer = {0};
    enum status status =
        directory_modify(canary->directory, canary->dn, changes->list, changes->count, &answer);

    if (status == STATUS_OK)
        return STATUS_OK;
    if (status == STATUS_DIRECTORY_UNAVAILABLE)
        return problem_set(problem, status, "%s", answer.detail);
    if (directory_last_code(canary->directory) == LDAP_UNDEFINED_TYPE)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "the directory has no attributes to lock accounts with: load the "
                           "ppolicy overlay and set ppolicy_default to a policy entry (%s)",
                           answer.detail);
    return problem_set(
        problem, STATUS_CONFIGURATION,
        "accounts cannot be locked here: let the bridge's account write userPassword, "
        "pwdAccountLockedTime and pwdEndTime (%s)",
        answer.detail);
}

/*
 * In two changes: slapd takes a lock away with a new password by itself, and
 * fails (16) when the same change has taken it away already.
 */
static enum status unlock(const struct canary *canary, struct problem *problem)
{
    struct changes marks = {NULL, 0};
    struct changes password = {NULL, 0};
    enum status status;

    add_marks(canary, &marks, account_unlock);
    add_password(canary, &password);
    if ((status = write_changes(canary, &marks, problem)))
        return status;
    return write_changes(canary, &password, problem);
}

/* In one change, and the password first: a later one would take the lock away. */
static enum status lock(const struct canary *canary, struct problem *problem)
{
    struct changes changes = {NULL, 0};

    add_password(canary, &changes);
    add_marks(canary, &changes, account_lock);
    return write_changes(canary, &changes, problem);
}

/*
 * That a locked account is refused proves the lock only if the same account gets
 * in without it. Rules may keep anybody from binding below roles_base, which is
 * no fault; but then the lock stays unproven, and somebody should know.
 */
static enum status check_unlocked(const struct canary *canary, struct problem *problem)
{
    struct problem answer = {0};
    enum status status = unlock(canary, problem);

    if (status)
        return status;
    status = directory_try_bind(canary->settings, canary->dn, canary->password, &answer);
    if (status == STATUS_UNAUTHORIZED)
        log_write(LOG_WARNING, "the lock could not be proven: the placeholder cannot bind unlocked",
                  "dn", canary->dn, "next", "let anonymous authenticate with its userPassword",
                  NULL);
    if (status == STATUS_OK || status == STATUS_UNAUTHORIZED)
        return STATUS_OK;
    return problem_set(problem, status, "%s", answer.detail);
}

static enum status check_locked(const struct canary *canary, struct problem *problem)
{
    struct problem answer = {0};
    enum status status = lock(canary, problem);

    if (status)
        return status;
    status = directory_try_bind(canary->settings, canary->dn, canary->password, &answer);
    if (status == STATUS_UNAUTHORIZED)
        return STATUS_OK;
    if (status)
        return problem_set(problem, status, "%s", answer.detail);
    return problem_set(problem, STATUS_CONFIGURATION,
                       "a locked account can bind here: no password policy applies to %s; make a "
                       "pwdPolicy entry with pwdLockout TRUE and set ppolicy_default to it",
                       canary->dn);
}

enum status canary_check(struct directory *directory, const struct directory_settings *settings,
                         const struct projection_settings *projection, struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(password_clear) struct password password = {{0}};
    struct canary canary = {directory,     settings,
                            projection,    projection_placeholder_dn(projection, arena),
                            password.text, arena};
    enum status status;

    password_make(&password);
    if ((status = check_base(&canary, "directory.people_base", projection->people_base, problem)))
        return status;
    if ((status = check_base(&canary, "directory.roles_base", projection->roles_base, problem)))
        return status;
    if (projection->groups_base &&
        (status = check_base(&canary, "directory.groups_base", projection->groups_base, problem)))
        return status;
    if ((status = add_placeholder(&canary, problem)))
        return status;
    if ((status = check_unlocked(&canary, problem)))
        return status;
    return check_locked(&canary, problem);
}
