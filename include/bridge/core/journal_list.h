#ifndef BRIDGE_CORE_JOURNAL_LIST_H
#define BRIDGE_CORE_JOURNAL_LIST_H

#include <jansson.h>

#include "bridge/base/arena.h"
#include "bridge/core/actor.h"
#include "bridge/store/store.h"

/* A page is of so many lines at most, and comes of looking at so many at most. */
enum { JOURNAL_PAGE_MAX = 1000, JOURNAL_LOOK_MAX = 2000 };

/* Which lines of the journal somebody wants to see. */
struct journal_query {
    bool goes_back;    /* the last ones below `from`, not the first ones above it */
    uint64_t from;     /* a number; 0: the beginning, or the end when it goes back */
    unsigned count;    /* of lines, at most JOURNAL_PAGE_MAX */
    const char *id;    /* of the resource that they are about; NULL: any */
    const char *event; /* "user.create", or "user" for all that begins so; NULL: any */
    int64_t since;     /* seconds since the epoch */
    int64_t until;     /* the first second that is too late; 0: none is */
};

struct journal_page {
    json_t *lines; /* oldest first; the caller's to json_decref */
    uint64_t next; /* `from` for the page that follows; 0: there is none */
};

/*
 * Lines as people read them: the record with its number, its link and the time as
 * text. In the place of "sealed" are the members that were sealed, or
 * `"erased":true` when the person has been erased, or `"unreadable"` with the reason.
 * The chain is not checked.
 */
enum status journal_list(struct store_txn *txn, const struct journal_query *query,
                         struct arena *arena, struct journal_page *page, struct problem *problem);

/* Take lines away whose content somebody else has. */
struct journal_pruning {
    const struct actor *actor;
    struct arena *arena;
    uint64_t after;             /* number of the line before the first that they have */
    struct journal_mark mark;   /* the last line to go */
    struct journal_mark pruned; /* the last one that went: a large journal goes in pieces */
};

/*
 * A store_change whose argument is a journal_pruning. Failures are those of
 * store_journal_prune, and STATUS_CONFLICT when the journal begins before `after`:
 * some lines would be nobody's.
 */
enum status journal_prune(struct store_txn *txn, void *argument, struct problem *problem);

/* A link as text: base64url, 43 characters. False when it is none. */
enum { JOURNAL_LINK_TEXT_SIZE = 48 };
void journal_link_format(const struct journal_mark *mark, char text[JOURNAL_LINK_TEXT_SIZE]);
bool journal_link_parse(const char *text, struct journal_mark *mark);

#endif
