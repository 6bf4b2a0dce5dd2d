#include "call.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "bridge/base/clock.h"
#include "tally.h"

enum { MS_PER_SECOND = 1000, US_PER_MS = 1000, DN_SHOWN_MAX = 160 };

static void release_text(char **text)
{
    ldap_memfree(*text);
}

void message_release(LDAPMessage **message)
{
    if (*message)
        (void)ldap_msgfree(*message);
    *message = NULL;
}

int directory_last_code(const struct directory *directory)
{
    return directory->last_code;
}

void directory_cut(const struct directory *directory)
{
    if (directory->socket >= 0)
        (void)shutdown(directory->socket, SHUT_RDWR);
}

struct call call_begin(struct directory *directory, enum operation operation, const char *dn,
                       struct problem *problem)
{
    return (struct call){
        .directory = directory,
        .operation = operation,
        .dn = dn,
        .deadline = clock_boot_ms() + (int64_t)directory->operation_seconds * MS_PER_SECOND,
        .began_us = clock_boot_us(),
        .problem = problem,
    };
}

/* How much of a DN a message shows, so that the reason behind it has room: whole characters. */
static int shown_size(const char *dn)
{
    size_t size = strlen(dn);

    if (size <= DN_SHOWN_MAX)
        return (int)size;
    size = DN_SHOWN_MAX;
    while (size > 0 && ((unsigned char)dn[size] & 0xC0) == 0x80)
        size--;
    return (int)size;
}

enum status call_explain(struct call *call, enum status status, const char *why, const char *words,
                         const char *advice)
{
    bool has_words = words && *words;
    const char *dn = call->dn ? call->dn : "";

    return problem_set(call->problem, status, "%s%s%.*s at %s: %s%s%s%s%s%s",
                       operation_name(call->operation), call->dn ? " " : "", shown_size(dn), dn,
                       call->directory->uri, why, has_words ? " (" : "", has_words ? words : "",
                       has_words ? ")" : "", advice ? "; " : "", advice ? advice : "");
}

static enum status fail(struct call *call, int code, const char *words)
{
    enum status status = status_from_ldap(code, call->operation);

    call->directory->last_code = code;
    tally_call(call, status);
    return call_explain(call, status, ldap_err2string(code), words,
                        advice_from_ldap(code, call->operation));
}

enum status call_sent(struct call *call, int code)
{
    return code == LDAP_SUCCESS ? STATUS_OK : fail(call, code, NULL);
}

/*
 * The request may be half sent. Over TLS nothing else may be sent then, neither
 * an Abandon nor an Unbind, or libldap reads beyond the end of what it sends.
 */
static enum status timed_out(struct call *call)
{
    directory_cut(call->directory);
    call->directory->last_code = LDAP_TIMEOUT;
    tally_call(call, STATUS_DIRECTORY_UNAVAILABLE);
    return call_explain(call, STATUS_DIRECTORY_UNAVAILABLE, "no answer in time", NULL, NULL);
}

struct timeval call_time_left(const struct call *call)
{
    int64_t left = call->deadline - clock_boot_ms();

    if (left < 0)
        left = 0;
    return (struct timeval){.tv_sec = (time_t)(left / MS_PER_SECOND),
                            .tv_usec = (suseconds_t)(left % MS_PER_SECOND * US_PER_MS)};
}

static int code_of_connection(LDAP *ld)
{
    int code = LDAP_SERVER_DOWN;

    (void)ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &code);
    return code < 0 ? code : LDAP_SERVER_DOWN; /* a server's code is of some earlier answer */
}

enum status call_lost(struct call *call, int type)
{
    return type == 0 ? timed_out(call) : fail(call, code_of_connection(call->directory->ld), NULL);
}

enum status call_next(struct call *call, LDAPMessage **message)
{
    struct timeval left = call_time_left(call);
    int type = ldap_result(call->directory->ld, call->message_id, LDAP_MSG_ONE, &left, message);

    return type > 0 ? STATUS_OK : call_lost(call, type);
}

enum status call_judge(struct call *call, LDAPMessage *message, LDAPControl ***controls)
{
    SCOPED(release_text) char *words = NULL;
    int code = LDAP_OTHER;
    int parsed =
        ldap_parse_result(call->directory->ld, message, &code, NULL, &words, NULL, controls, 0);

    if (parsed != LDAP_SUCCESS)
        return fail(call, parsed, NULL);
    if (status_from_ldap(code, call->operation))
        return fail(call, code, words);
    call->directory->last_code = code;
    tally_call(call, STATUS_OK);
    return STATUS_OK;
}

enum status call_finish(struct call *call, int code)
{
    SCOPED(message_release) LDAPMessage *message = NULL;
    enum status status;

    if ((status = call_sent(call, code)))
        return status;
    if ((status = call_next(call, &message)))
        return status;
    return call_judge(call, message, NULL);
}

enum status call_give_up(struct call *call, enum status status, const char *why)
{
    (void)ldap_abandon_ext(call->directory->ld, call->message_id, NULL, NULL);
    return call_explain(call, status, why, NULL, NULL);
}
