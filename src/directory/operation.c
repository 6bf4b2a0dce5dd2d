#include <ldap.h>
#include <string.h>

#include "array.h"
#include "bridge/base/text.h"
#include "call.h"

enum { PAGE_SIZE = 500, SEARCH_ENTRIES_MAX = 1024 * 1024 };

static void release_text(char **text)
{
    ldap_memfree(*text);
}

static void release_values(struct berval ***values)
{
    ldap_value_free_len(*values);
}

static void release_element(BerElement **element)
{
    ber_free(*element, 0);
}

static void release_control(LDAPControl **control)
{
    ldap_control_free(*control);
}

static void release_controls(LDAPControl ***controls)
{
    ldap_controls_free(*controls);
}

static void release_cookie(struct berval *cookie)
{
    ldap_memfree(cookie->bv_val);
}

/* ------------------------------------------------------------------ reading */

/*
 * Values with options (RFC 4512 section 2.5) are those of another attribute,
 * such as cn;lang-de, except that ;binary only says how they travel.
 */
static bool is_plain(const char *name)
{
    const char *options = strchr(name, ';');

    return !options || text_equal_ascii(options, ";binary");
}

/* Part of the values: see range retrieval in MS-ADTS 3.1.1.3.1.3.3. */
static bool is_cut(const char *name)
{
    return strstr(name, ";range=") != NULL;
}

static void read_values(struct call *call, LDAPMessage *message, const char *name,
                        struct arena *arena, struct entry *entry)
{
    SCOPED(release_values)
    struct berval **values = ldap_get_values_len(call->directory->ld, message, name);
    char *base_name = arena_text(arena, bytes_of(name, strcspn(name, ";")));

    for (size_t i = 0; values && values[i]; i++)
        entry_add_bytes(arena, entry, base_name, bytes_of(values[i]->bv_val, values[i]->bv_len));
}

static enum status read_attributes(struct call *call, LDAPMessage *message, struct arena *arena,
                                   struct entry *entry)
{
    LDAP *ld = call->directory->ld;
    SCOPED(release_element) BerElement *position = NULL;
    char *next;

    for (next = ldap_first_attribute(ld, message, &position); next;
         next = ldap_next_attribute(ld, message, position)) {
        SCOPED(release_text) char *name = next;

        if (is_cut(name))
            return call_give_up(call, STATUS_DIRECTORY_REFUSED,
                                "the server cut the values of an attribute");
        if (is_plain(name))
            read_values(call, message, name, arena, entry);
    }
    return STATUS_OK;
}

static enum status read_entry(struct call *call, LDAPMessage *message, struct arena *arena,
                              struct entry_list *found)
{
    SCOPED(release_text) char *dn = ldap_get_dn(call->directory->ld, message);
    struct entry *entry;

    if (!dn)
        return call_give_up(call, STATUS_DIRECTORY_REFUSED, "the server sent an entry without DN");
    if (found->count == SEARCH_ENTRIES_MAX)
        return call_give_up(call, STATUS_DIRECTORY_REFUSED, "more than 1048576 entries");
    entry = entry_new(arena, dn);
    found->entries = array_room(arena, found->entries, found->count, sizeof(struct entry *));
    found->entries[found->count++] = entry;
    return read_attributes(call, message, arena, entry);
}

static enum status read_part(struct call *call, LDAPMessage *message, struct arena *arena,
                             struct entry_list *found)
{
    switch (ldap_msgtype(message)) {
    case LDAP_RES_SEARCH_ENTRY:
        return read_entry(call, message, arena, found);
    case LDAP_RES_SEARCH_REFERENCE:
        return call_give_up(call, STATUS_DIRECTORY_REFUSED,
                            "a part of the answer is on another server");
    default:
        return call_give_up(call, STATUS_DIRECTORY_REFUSED,
                            "the answer has a part of an unknown kind");
    }
}

/* A page's entries, until its result has come, which the caller judges. */
static enum status read_page(struct call *call, struct arena *arena, struct entry_list *found,
                             LDAPMessage **result)
{
    for (;;) {
        SCOPED(message_release) LDAPMessage *message = NULL;
        enum status status = call_next(call, &message);

        if (status)
            return status;
        if (ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT) {
            *result = message;
            message = NULL;
            return STATUS_OK;
        }
        if ((status = read_part(call, message, arena, found)))
            return status;
    }
}

/* Where the next page begins; an empty cookie after the last, and from servers without pages. */
static void read_cookie(struct call *call, LDAPControl **controls, struct berval *cookie)
{
    LDAPControl *control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
    ber_int_t estimate = 0;

    release_cookie(cookie);
    *cookie = (struct berval){0, NULL};
    if (control)
        (void)ldap_parse_pageresponse_control(call->directory->ld, control, &estimate, cookie);
}

struct question {
    const char *base;
    int scope;
    const char *filter;
    char **attributes;
};

static enum status ask_page(struct call *call, const struct question *question,
                            struct berval *cookie, struct arena *arena, struct entry_list *found)
{
    LDAP *ld = call->directory->ld;
    SCOPED(release_control) LDAPControl *page = NULL;
    SCOPED(message_release) LDAPMessage *result = NULL;
    SCOPED(release_controls) LDAPControl **answered = NULL;
    LDAPControl *controls[] = {NULL, NULL};
    enum status status;
    int code = ldap_create_page_control(ld, PAGE_SIZE, cookie, 0, &page);

    if ((status = call_sent(call, code)))
        return status;
    controls[0] = page;
    code =
        ldap_search_ext(ld, question->base, question->scope, question->filter, question->attributes,
                        0, controls, NULL, NULL, LDAP_NO_LIMIT, &call->message_id);
    if ((status = call_sent(call, code)))
        return status;
    if ((status = read_page(call, arena, found, &result)))
        return status;
    if ((status = call_judge(call, result, &answered)))
        return status;
    read_cookie(call, answered, cookie);
    return STATUS_OK;
}

static enum status ask(struct call *call, const struct question *question, struct arena *arena,
                       struct entry_list *found)
{
    SCOPED(release_cookie) struct berval cookie = {0, NULL};
    enum status status;

    do {
        status = ask_page(call, question, &cookie, arena, found);
    } while (!status && cookie.bv_len > 0);
    return status;
}

/* libldap wants what it will not change as if it would: it gets copies. */
static char **copy_names(struct arena *arena, const char *const *names)
{
    size_t count = 0;
    char **copies;

    while (names[count])
        count++;
    copies = arena_alloc(arena, (count + 1) * sizeof(*copies));
    for (size_t i = 0; i < count; i++)
        copies[i] = arena_strdup(arena, names[i]);
    return copies;
}

enum status directory_read(struct directory *directory, const char *dn,
                           const char *const *attributes, struct arena *arena, struct entry **entry,
                           struct problem *problem)
{
    struct call call = call_begin(directory, OPERATION_READ, dn, problem);
    struct question question = {dn, LDAP_SCOPE_BASE, "(objectClass=*)",
                                copy_names(arena, attributes)};
    struct entry_list found = {NULL, 0};
    enum status status = ask(&call, &question, arena, &found);

    if (status)
        return status;
    if (found.count != 1)
        return problem_set(problem, STATUS_DIRECTORY_REFUSED,
                           "read %s: the server does not show the entry; give the bridge's account "
                           "the right to read it",
                           dn);
    *entry = found.entries[0];
    return STATUS_OK;
}

enum status directory_search(struct directory *directory, const char *base, const char *filter,
                             const char *const *attributes, struct arena *arena,
                             struct entry_list *found, struct problem *problem)
{
    struct call call = call_begin(directory, OPERATION_SEARCH, base, problem);
    struct question question = {base, LDAP_SCOPE_SUBTREE, filter, copy_names(arena, attributes)};
    struct entry_list complete = {NULL, 0};
    enum status status = ask(&call, &question, arena, &complete);

    *found = status ? (struct entry_list){NULL, 0} : complete;
    return status;
}

/* ------------------------------------------------------------------ writing */

static const int verbs[] = {
    [MODIFICATION_ADD] = LDAP_MOD_ADD,
    [MODIFICATION_DELETE] = LDAP_MOD_DELETE,
    [MODIFICATION_REPLACE] = LDAP_MOD_REPLACE,
};

static struct berval **copy_values(struct arena *arena, const struct bytes *values, size_t count)
{
    struct berval **copies = arena_alloc(arena, (count + 1) * sizeof(*copies));

    for (size_t i = 0; i < count; i++) {
        copies[i] = arena_alloc(arena, sizeof(**copies));
        copies[i]->bv_len = values[i].size;
        copies[i]->bv_val = arena_text(arena, values[i]);
    }
    return copies;
}

static LDAPMod *copy_modification(struct arena *arena, int verb, const char *attribute,
                                  const struct bytes *values, size_t count)
{
    LDAPMod *copy = arena_alloc(arena, sizeof(*copy));

    copy->mod_op = verb | LDAP_MOD_BVALUES;
    copy->mod_type = arena_strdup(arena, attribute);
    copy->mod_bvalues = count ? copy_values(arena, values, count) : NULL;
    return copy;
}

enum status directory_add(struct directory *directory, const struct entry *entry,
                          struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct call call = call_begin(directory, OPERATION_ADD, entry->dn, problem);
    LDAPMod **attributes = arena_alloc(arena, (entry->count + 1) * sizeof(*attributes));

    for (size_t i = 0; i < entry->count; i++)
        attributes[i] = copy_modification(arena, LDAP_MOD_ADD, entry->attributes[i].name,
                                          entry->attributes[i].values, entry->attributes[i].count);
    return call_finish(
        &call, ldap_add_ext(directory->ld, entry->dn, attributes, NULL, NULL, &call.message_id));
}

enum status directory_modify(struct directory *directory, const char *dn,
                             const struct modification *modifications, size_t count,
                             struct problem *problem)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct call call = call_begin(directory, OPERATION_MODIFY, dn, problem);
    LDAPMod **copies = arena_alloc(arena, (count + 1) * sizeof(*copies));

    for (size_t i = 0; i < count; i++)
        copies[i] =
            copy_modification(arena, verbs[modifications[i].verb], modifications[i].attribute,
                              modifications[i].values, modifications[i].count);
    return call_finish(&call,
                       ldap_modify_ext(directory->ld, dn, copies, NULL, NULL, &call.message_id));
}

enum status directory_rename(struct directory *directory, const char *dn, const char *rdn,
                             struct problem *problem)
{
    struct call call = call_begin(directory, OPERATION_RENAME, dn, problem);
    const int delete_old = 1;

    return call_finish(
        &call, ldap_rename(directory->ld, dn, rdn, NULL, delete_old, NULL, NULL, &call.message_id));
}

enum status directory_delete(struct directory *directory, const char *dn, struct problem *problem)
{
    struct call call = call_begin(directory, OPERATION_DELETE, dn, problem);

    return call_finish(&call, ldap_delete_ext(directory->ld, dn, NULL, NULL, &call.message_id));
}
