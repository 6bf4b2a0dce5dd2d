#ifndef DIRECTORY_CALL_H
#define DIRECTORY_CALL_H

#include <ldap.h>
#include <stdint.h>
#include <sys/time.h>

#include "result.h"

struct directory {
    LDAP *ld;
    int socket; /* -1: none. Ours, beside libldap's own descriptor, which it may close any time */
    struct interrupt *interrupt;
    char *uri; /* for messages */
    int operation_seconds;
    int last_code;
    enum { TRANSACTIONS_ABSENT, TRANSACTIONS_UNKNOWN, TRANSACTIONS_OFFERED } transactions;
};

/* Shut the connection down; nothing is sent any more, not even a goodbye. */
void directory_cut(const struct directory *directory);

/*
 * One operation: sent without waiting, then awaited until its deadline. libldap
 * waits without end in its synchronous calls unless every option is right, so
 * none of these is used. An operation that is given up is abandoned; one that has
 * no answer in time ends the connection.
 */
struct call {
    struct directory *directory;
    enum operation operation;
    const char *dn;   /* NULL: it is about no entry */
    int64_t deadline; /* by clock_boot_ms */
    int64_t began_us; /* by clock_boot_us */
    int message_id;
    struct problem *problem;
};

struct call call_begin(struct directory *directory, enum operation operation, const char *dn,
                       struct problem *problem);

/* What libldap said when the request was sent. */
enum status call_sent(struct call *call, int code);

/* The next message of the answer; the caller's to ldap_msgfree. */
enum status call_next(struct call *call, LDAPMessage **message);

/* There will be no answer: ldap_result said `type`, 0 at the deadline, which ends the connection.
 */
enum status call_lost(struct call *call, int type);

/* Until the deadline; nothing after it. */
struct timeval call_time_left(const struct call *call);

/* Judge the last message of an answer. `controls` may be NULL; else ldap_controls_free them. */
enum status call_judge(struct call *call, LDAPMessage *message, LDAPControl ***controls);

/* call_sent, then the whole answer of an operation that has but one message. */
enum status call_finish(struct call *call, int code);

/* End with a status of one's own: why, the other side's words and advice, both of which may be
 * NULL. */
enum status call_explain(struct call *call, enum status status, const char *why, const char *words,
                         const char *advice);

/* The answer is not to be used; says why. */
enum status call_give_up(struct call *call, enum status status, const char *why);

void message_release(LDAPMessage **message);

#endif
