#include "request.h"

#include <string.h>

#include "array.h"
#include "bridge/base/text.h"

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

/* ------------------------------------------------------------------ sending */

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

static LDAPMod **copy_attributes(struct arena *arena, const struct entry *entry)
{
    LDAPMod **copies = arena_alloc(arena, (entry->count + 1) * sizeof(*copies));

    for (size_t i = 0; i < entry->count; i++)
        copies[i] = copy_modification(arena, LDAP_MOD_ADD, entry->attributes[i].name,
                                      entry->attributes[i].values, entry->attributes[i].count);
    return copies;
}

static LDAPMod **copy_modifications(struct arena *arena, const struct modification *modifications,
                                    size_t count)
{
    static const int verbs[] = {
        [MODIFICATION_ADD] = LDAP_MOD_ADD,
        [MODIFICATION_DELETE] = LDAP_MOD_DELETE,
        [MODIFICATION_REPLACE] = LDAP_MOD_REPLACE,
    };
    LDAPMod **copies = arena_alloc(arena, (count + 1) * sizeof(*copies));

    for (size_t i = 0; i < count; i++)
        copies[i] =
            copy_modification(arena, verbs[modifications[i].verb], modifications[i].attribute,
                              modifications[i].values, modifications[i].count);
    return copies;
}

/* Whole entries of the base alone, or of all that is below it, page by page. */
static int send_search(LDAP *ld, struct request *request, struct berval *cookie, int *message_id)
{
    SCOPED(release_control) LDAPControl *page = NULL;
    SCOPED(arena_release) struct arena *arena = arena_new();
    bool is_search = request->operation == OPERATION_SEARCH;
    LDAPControl *controls[] = {NULL, NULL};
    int code = ldap_create_page_control(ld, PAGE_SIZE, cookie, 0, &page);

    if (code != LDAP_SUCCESS)
        return code;
    controls[0] = page;
    return ldap_search_ext(ld, request->dn, is_search ? LDAP_SCOPE_SUBTREE : LDAP_SCOPE_BASE,
                           is_search ? request->filter : "(objectClass=*)",
                           copy_names(arena, request->attributes), 0, controls, NULL, NULL,
                           LDAP_NO_LIMIT, message_id);
}

static int send_write(LDAP *ld, const struct request *request, int *message_id)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const int delete_old = 1;
    LDAPControl control;
    LDAPControl *controls[] = {NULL, NULL};

    if (request->control) {
        control = *request->control;
        controls[0] = &control;
    }
    if (request->operation == OPERATION_ADD)
        return ldap_add_ext(ld, request->dn, copy_attributes(arena, request->entry), controls, NULL,
                            message_id);
    if (request->operation == OPERATION_RENAME)
        return ldap_rename(ld, request->dn, request->rdn, NULL, delete_old, controls, NULL,
                           message_id);
    if (request->operation == OPERATION_DELETE)
        return ldap_delete_ext(ld, request->dn, controls, NULL, message_id);
    return ldap_modify_ext(ld, request->dn,
                           copy_modifications(arena, request->modifications, request->count),
                           controls, NULL, message_id);
}

static bool is_reading(const struct request *request)
{
    return request->operation == OPERATION_READ || request->operation == OPERATION_SEARCH;
}

static int send(struct request *request, struct berval *cookie)
{
    LDAP *ld = request->call.directory->ld;

    return is_reading(request) ? send_search(ld, request, cookie, &request->call.message_id)
                               : send_write(ld, request, &request->call.message_id);
}

bool request_launch(struct directory *directory, struct request *request)
{
    struct berval beginning = {0, NULL};
    int code;

    request->problem = (struct problem){0};
    request->call = call_begin(directory, request->operation, request->dn, &request->problem);
    if ((code = send(request, &beginning)) == LDAP_BUSY)
        return false;
    request->code = code;
    request->status = call_sent(&request->call, code);
    return true;
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

static void read_values(struct request *request, LDAPMessage *message, const char *name,
                        struct entry *entry)
{
    SCOPED(release_values)
    struct berval **values = ldap_get_values_len(request->call.directory->ld, message, name);
    char *base_name = arena_text(request->arena, bytes_of(name, strcspn(name, ";")));

    for (size_t i = 0; values && values[i]; i++)
        entry_add_bytes(request->arena, entry, base_name,
                        bytes_of(values[i]->bv_val, values[i]->bv_len));
}

static enum status spoil(struct request *request, const char *why)
{
    return call_explain(&request->call, STATUS_DIRECTORY_REFUSED, why, NULL, NULL);
}

static enum status read_attributes(struct request *request, LDAPMessage *message,
                                   struct entry *entry)
{
    LDAP *ld = request->call.directory->ld;
    SCOPED(release_element) BerElement *position = NULL;
    char *next;

    for (next = ldap_first_attribute(ld, message, &position); next;
         next = ldap_next_attribute(ld, message, position)) {
        SCOPED(release_text) char *name = next;

        if (is_cut(name))
            return spoil(request, "the server cut the values of an attribute");
        if (is_plain(name))
            read_values(request, message, name, entry);
    }
    return STATUS_OK;
}

static enum status read_entry(struct request *request, LDAPMessage *message)
{
    SCOPED(release_text) char *dn = ldap_get_dn(request->call.directory->ld, message);
    struct entry_list *found = &request->found;
    struct entry *entry;

    if (!dn)
        return spoil(request, "the server sent an entry without DN");
    if (found->count == SEARCH_ENTRIES_MAX)
        return spoil(request, "more than 1048576 entries");
    entry = entry_new(request->arena, dn);
    found->entries =
        array_room(request->arena, found->entries, found->count, sizeof(struct entry *));
    found->entries[found->count++] = entry;
    return read_attributes(request, message, entry);
}

static enum status read_part(struct request *request, LDAPMessage *message)
{
    switch (ldap_msgtype(message)) {
    case LDAP_RES_SEARCH_ENTRY:
        return read_entry(request, message);
    case LDAP_RES_SEARCH_REFERENCE:
        return spoil(request, "a part of the answer is on another server");
    default:
        return spoil(request, "the answer has a part of an unknown kind");
    }
}

/* Where the next page begins; an empty cookie after the last, and from servers without pages. */
static void read_cookie(struct request *request, LDAPControl **controls, struct berval *cookie)
{
    LDAPControl *control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
    ber_int_t estimate = 0;

    if (control)
        (void)ldap_parse_pageresponse_control(request->call.directory->ld, control, &estimate,
                                              cookie);
}

/* True when there is nothing more to come. */
static bool end_page(struct request *request, LDAPMessage *message)
{
    SCOPED(release_controls) LDAPControl **answered = NULL;
    SCOPED(release_cookie) struct berval cookie = {0, NULL};
    struct problem spoiled = request->problem;
    enum status status;

    status = call_judge(&request->call, message, &answered);
    request->code = request->call.directory->last_code;
    if (request->status)
        request->problem = spoiled;
    else
        request->status = status;
    if (request->status || !is_reading(request))
        return true;
    read_cookie(request, answered, &cookie);
    if (cookie.bv_len == 0)
        return true;
    request->code = send(request, &cookie);
    request->status = call_sent(&request->call, request->code);
    return request->status != STATUS_OK;
}

static bool is_result(const struct request *request, int type)
{
    return is_reading(request) ? type == LDAP_RES_SEARCH_RESULT
                               : type != LDAP_RES_INTERMEDIATE; /* call_judge knows the others */
}

static bool end(struct request *request)
{
    if (request->status)
        request->found = (struct entry_list){NULL, 0};
    return true;
}

bool request_take(struct request *request, LDAPMessage *message)
{
    if (is_result(request, ldap_msgtype(message)))
        return end_page(request, message) && end(request);
    if (!request->status)
        request->status = read_part(request, message);
    return false;
}

void request_lose(struct request *request, int type)
{
    struct problem problem = {0};

    request->call.problem = &problem;
    request->status = call_lost(&request->call, type);
    request->code = request->call.directory->last_code;
    request->problem = problem;
    (void)end(request);
}
