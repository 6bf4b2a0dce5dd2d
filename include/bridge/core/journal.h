#ifndef BRIDGE_CORE_JOURNAL_H
#define BRIDGE_CORE_JOURNAL_H

#include "bridge/base/text.h"
#include "bridge/core/actor.h"
#include "bridge/store/store.h"

/*
 * One record a change, in the same transaction: who, from where, what, of which
 * resource, and what became of it.
 *
 *   {"at":1769846400,"actor":"entra","peer":"127.0.0.1","request":"...",
 *    "event":"user.update","id":"...","changed":["title","active"],
 *    "active":[true,false],"role":["user",null],"site":["harbour",null],
 *    "sealed":"..."}
 *
 * What rules depend on stands in the clear, before and after: active, role, site,
 * owner, block. So do the names of attributes that changed. Their values, and what
 * the person is called, are sealed with a key that is this person's own and goes
 * when the person is erased: the record then stays as it is, and the chain with it.
 * A password or a token is never in it. A record is of some KiB at most: values that
 * are longer are noted by size and digest.
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

/*
 * What is a person's, as one JSON object: sealed with the key of the account with
 * this id and row, which is made if need be. The record says `"sealed":null` when the
 * key cannot be used, for what is done must not fail on that.
 */
void journal_seal(struct journal *journal, struct store_txn *txn, const char *id, uint64_t row,
                  const char *json);

void journal_end(struct journal *journal, struct store_txn *txn);

/* A text as finished JSON; "null" for NULL. */
const char *journal_text(struct arena *arena, const char *text);

#endif
