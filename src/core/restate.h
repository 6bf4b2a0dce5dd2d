#ifndef CORE_RESTATE_H
#define CORE_RESTATE_H

#include "layout.h"

/* One record as it is in the store. */
struct record {
    struct bytes key;
    struct bytes value;
    struct arena *arena;
    uint64_t number; /* the largest in it that was given out by store_sequence, besides its row */
};

/*
 * In a change: put again all that leads to this record, by the functions that put it
 * when the record was new, so that it can be held against what is there. NULL, or
 * what is wrong with the record itself.
 */
typedef const char *restate(struct store_txn *txn, struct record *record);

restate restate_user;
restate restate_group;
restate restate_site;
restate restate_connection;
restate restate_document;
restate restate_assertion;
restate restate_password;
restate restate_member;
restate restate_outbox_line;
restate restate_link;
restate restate_left;
restate restate_person;
restate restate_lease;

#endif
