#ifndef BRIDGE_CORE_DUMP_H
#define BRIDGE_CORE_DUMP_H

#include <stdint.h>
#include <stdio.h>

#include "bridge/store/store.h"

/*
 * An organization as JSON lines, to be read and moved by others, and to be put
 * into another store. The first line is a header with the format's version, the
 * last one says how many lines of each type there are, so that a file that was
 * cut is refused. In between, what a line names is in a line before it:
 *
 *   connection  what it may; not its tokens, of which only digests are known
 *   site        the resource, and its former names
 *   user        the resource, the account (owner, role and site in effect, block),
 *               what was asserted, the entry in the directory
 *   group       the resource, its owner, its entry
 *   members     of a group, some at a time, by their ids
 *   entry       one that the bridge keeps in the directory for nobody any more
 *
 * ids, versions and times stay. What is left out: tokens, passwords on their way,
 * the journal, and the outbox, since after an import everything is looked at.
 * contrib/doc/dump.md has every member.
 */
enum dump_kind {
    DUMP_CONNECTION,
    DUMP_SITE,
    DUMP_USER,
    DUMP_GROUP,
    DUMP_MEMBERS,
    DUMP_ENTRY,
    DUMP_KIND_COUNT
};

/* Lines of each type. */
struct dump_counts {
    uint64_t of[DUMP_KIND_COUNT];
};

/*
 * Write one organization. Two exports of the same content, from whatever store,
 * differ in nothing but the time in the header.
 *
 * STATUS_NOT_FOUND  there is no organization of this name
 * STATUS_INTERNAL   the store cannot be read, or `out` not be written
 */
enum status dump_export(struct store *store, const char *organization, int64_t now, FILE *out,
                        struct dump_counts *counts, struct problem *problem);

/*
 * Read such lines into an organization that is there and has nothing in it. `in`
 * is read twice, so it is a file and no pipe: once to see that it is whole, before
 * anything is written, then a few lines at a time. What has been written of an
 * import that fails is taken away again; what one leaves that is cut off is taken
 * away by the next, and organizations_are_whole says so until then. Nobody else
 * may change the organization meanwhile.
 *
 * STATUS_NOT_FOUND      there is no organization of this name
 * STATUS_CONFLICT       there is something in it
 * STATUS_INVALID_VALUE  "line N: what is wrong"
 */
enum status dump_import(struct store *store, const char *organization, int64_t now, FILE *in,
                        struct dump_counts *counts, struct problem *problem);

/* STATUS_CONFLICT: names an organization into which an import did not finish. */
enum status organizations_are_whole(struct store_txn *txn, struct problem *problem);

#endif
