#ifndef BRIDGE_CORE_JOURNAL_H
#define BRIDGE_CORE_JOURNAL_H

#include "bridge/base/text.h"
#include "bridge/core/actor.h"
#include "bridge/store/store.h"

/*
 * One record a change, in the same transaction: who, from where, what, of which
 * resource, and what became of the values that rules depend on. What people are
 * called does not go in; of their other attributes only the names.
 *
 *   {"at":1769846400,"actor":"entra","peer":"127.0.0.1","request":"...",
 *    "event":"user.update","id":"...","changed":["displayName"],
 *    "role":["user","admin"],"site":["...",null],"active":[true,true]}
 */
struct journal {
    struct text text;
};

struct journal journal_begin(struct arena *arena, const struct actor *actor, const char *event,
                             const char *id);

/* Before and after, finished JSON. Left out when they are the same. */
void journal_changed(struct journal *journal, const char *name, const char *before,
                     const char *after);

/* A member of finished JSON. */
void journal_add(struct journal *journal, const char *name, const char *json);

void journal_end(struct journal *journal, struct store_txn *txn);

/* A text as finished JSON; "null" for NULL. */
const char *journal_text(struct arena *arena, const char *text);

#endif
