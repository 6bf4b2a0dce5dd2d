/*
 * slapd 2.5.13 answers a change of a transaction before it has done with it
 * (fe_op_modify and its like): it may still write to the last one, and crash, while
 * the end of the transaction carries it out or frees it. It does so within a
 * minute when it is busy, and nothing that a client may send keeps it from it. So
 * transactions are for whoever asks for them.
 */
#include "transaction.h"

#include <string.h>

#include "window.h"

static void release_value(struct berval **value)
{
    ber_bvfree(*value);
}

static void release_element(BerElement **element)
{
    ber_free(*element, 1);
}

/* ---------------------------------------------------------------------- offers */

static bool has_value(const struct entry *entry, const char *name, const char *value)
{
    const struct entry_attribute *attribute = entry_find(entry, name);

    for (size_t i = 0; attribute && i < attribute->count; i++) {
        if (bytes_equal(attribute->values[i], bytes_of_text(value)))
            return true;
    }
    return false;
}

static bool is_listed(struct directory *directory)
{
    static const char *const attributes[] = {"supportedExtension", NULL};
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct entry *root = NULL;

    return directory_read(directory, "", attributes, arena, &root, NULL) == STATUS_OK &&
           has_value(root, attributes[0], LDAP_EXOP_TXN_START);
}

bool transaction_is_offered(struct directory *directory)
{
    if (directory->transactions == TRANSACTIONS_UNKNOWN)
        directory->transactions = is_listed(directory) ? TRANSACTIONS_OFFERED : TRANSACTIONS_ABSENT;
    return directory->transactions == TRANSACTIONS_OFFERED;
}

/* ----------------------------------------------------------------- start and end */

static enum status start(struct directory *directory, struct berval **identifier,
                         struct problem *problem)
{
    struct call call = call_begin(directory, OPERATION_START_TRANSACTION, NULL, problem);
    SCOPED(message_release) LDAPMessage *message = NULL;
    enum status status;

    if ((status = call_sent(&call, ldap_txn_start(directory->ld, NULL, NULL, &call.message_id))))
        return status;
    if ((status = call_next(&call, &message)))
        return status;
    if ((status = call_judge(&call, message, NULL)))
        return status;
    if (ldap_parse_extended_result(directory->ld, message, NULL, identifier, 0) != LDAP_SUCCESS ||
        !*identifier)
        return call_explain(&call, STATUS_DIRECTORY_REFUSED, "the answer names no transaction",
                            NULL, NULL);
    return STATUS_OK;
}

/* The message of the request that failed (RFC 5805 section 2.4); 0: none is named. */
static int named_message(struct directory *directory, LDAPMessage *message)
{
    SCOPED(release_value) struct berval *value = NULL;
    SCOPED(release_element) BerElement *element = NULL;
    ber_int_t message_id = 0;

    (void)ldap_parse_extended_result(directory->ld, message, NULL, &value, 0);
    element = value ? ber_init(value) : NULL;
    if (!element || ber_scanf(element, "{i", &message_id) == LBER_ERROR)
        return 0;
    return message_id;
}

static enum status end(struct directory *directory, struct berval *identifier, bool commits,
                       int *named, struct problem *problem)
{
    struct call call = call_begin(directory, OPERATION_END_TRANSACTION, NULL, problem);
    SCOPED(message_release) LDAPMessage *message = NULL;
    int code = ldap_txn_end(directory->ld, commits, identifier, NULL, NULL, &call.message_id);
    enum status status;

    if ((status = call_sent(&call, code)))
        return status;
    if ((status = call_next(&call, &message)))
        return status;
    if ((status = call_judge(&call, message, NULL)))
        *named = named_message(directory, message);
    return status;
}

/* ------------------------------------------------------------------ in between */

static bool has_failures(const struct request *requests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (requests[i].status)
            return true;
    }
    return false;
}

static void blame(struct request *requests, size_t count, int message_id,
                  const struct problem *problem)
{
    for (size_t i = 0; message_id && i < count; i++) {
        if (requests[i].call.message_id != message_id)
            continue;
        requests[i].status = STATUS_DIRECTORY_REFUSED;
        requests[i].problem = *problem;
    }
}

/*
 * The server takes note of each, and what it finds wrong at once would fail the
 * whole. One after the other, as slapd notes them in the order in which its threads
 * come to them.
 */
static enum status send_all(struct directory *directory, struct berval *identifier,
                            struct request *requests, size_t count, struct problem *problem)
{
    const LDAPControl control = {.ldctl_oid = (char[]){LDAP_CONTROL_TXN_SPEC},
                                 .ldctl_value = *identifier,
                                 .ldctl_iscritical = 1};

    for (size_t i = 0; i < count; i++)
        requests[i].control = &control;
    return window_run(directory, requests, count, 1, problem);
}

static enum status refused(enum status status)
{
    return status && status != STATUS_DIRECTORY_UNAVAILABLE ? STATUS_DIRECTORY_REFUSED : status;
}

enum status transaction_run(struct directory *directory, struct request *requests, size_t count,
                            struct problem *problem)
{
    SCOPED(release_value) struct berval *identifier = NULL;
    struct problem answer = {0};
    enum status status = start(directory, &identifier, problem);
    bool commits;
    int named = 0;

    if (status)
        return refused(status);
    if ((status = send_all(directory, identifier, requests, count, problem)))
        return status;
    commits = !has_failures(requests, count);
    status = end(directory, identifier, commits, &named, &answer);
    if (status)
        blame(requests, count, named, &answer);
    else if (!commits)
        status = STATUS_DIRECTORY_REFUSED;
    return status ? problem_set(problem, refused(status), "%s", answer.detail) : STATUS_OK;
}
