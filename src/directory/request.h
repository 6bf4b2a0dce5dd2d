#ifndef DIRECTORY_REQUEST_H
#define DIRECTORY_REQUEST_H

#include "call.h"

/* One operation on entries, as a value: what is asked and, once it is over, what came of it. */
struct request {
    enum operation operation; /* READ, SEARCH, ADD, MODIFY, RENAME, DELETE */
    const char *dn;           /* of the entry; SEARCH: of the base */

    const char *filter;            /* SEARCH */
    const char *const *attributes; /* READ, SEARCH; ended by NULL */
    struct arena *arena;           /* of what is found */

    const struct entry *entry;                /* ADD */
    const struct modification *modifications; /* MODIFY */
    size_t count;
    const char *rdn; /* RENAME */

    const LDAPControl *control; /* to go with a write; NULL: none */

    enum status status;
    int code;                /* of the result, or libldap's */
    struct problem problem;  /* when it failed */
    struct entry_list found; /* READ, SEARCH: all of it, or nothing */
    struct call call;        /* under way */
};

/*
 * Send it. False when libldap cannot take it yet, since a part of an earlier one
 * has still to leave: nothing has happened then. `status` tells otherwise.
 */
bool request_launch(struct directory *directory, struct request *request);

/*
 * Take a message of its answer. True when that was the last one. What is wrong
 * with a part of an answer spoils all of it, and the parts behind are passed by.
 */
bool request_take(struct request *request, LDAPMessage *message);

/* The server answered with success and without the entry, for problem_set with its DN. */
#define REQUEST_NOT_SHOWN                                                     \
    "read %s: the server does not show the entry; give the bridge's account " \
    "the right to read it"

/* There will be no answer; `type` is what ldap_result said instead. */
void request_lose(struct request *request, int type);

#endif
