#ifndef CORE_INSERT_H
#define CORE_INSERT_H

#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/outbox.h"
#include "bridge/core/site.h"
#include "bridge/core/user.h"

/*
 * What a request to create a connection comes to, its number and time left out.
 * Failures are those of connection_create.
 */
enum status connection_judge(struct store_txn *txn, struct connection_request *request,
                             struct problem *problem);

/*
 * Put all that leads to a record that is new: id, names, counts. Not the record and
 * not its document. What a store must have besides its records is what these put.
 */
void user_enter(struct store_txn *txn, const struct account *account, const json_t *resource,
                struct arena *arena);
void assertion_enter(struct store_txn *txn, uint64_t row, uint32_t owner);
void group_enter(struct store_txn *txn, const struct group *group, const json_t *resource,
                 struct arena *arena);
void site_enter(struct store_txn *txn, const struct site *site, struct arena *arena);
void connection_enter(struct store_txn *txn, const struct connection *connection);
void outbox_enter(struct store_txn *txn, const struct outbox_line *line, struct arena *arena);
void link_enter(struct store_txn *txn, enum outbox_kind kind, uint64_t row,
                const struct link *link);

/*
 * Put what is new with all that leads to it: record, document, id, names, counts,
 * and the work for the directory. No journal, no judgement. `resource` has its id;
 * the rows and numbers are the caller's.
 */
void connection_insert(struct store_txn *txn, const struct connection *connection,
                       struct arena *arena);
void site_insert(struct store_txn *txn, struct site *site, const json_t *resource,
                 const struct actor *actor, struct arena *arena);
void group_insert(struct store_txn *txn, struct group *group, const json_t *resource,
                  const struct actor *actor, struct arena *arena);
void membership_insert(struct store_txn *txn, uint64_t group_row, uint64_t user_row);

#endif
