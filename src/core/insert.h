#ifndef CORE_INSERT_H
#define CORE_INSERT_H

#include "bridge/core/connection.h"
#include "bridge/core/group.h"
#include "bridge/core/site.h"
#include "bridge/core/user.h"

/*
 * What a request to create a connection comes to, its number and time left out.
 * Failures are those of connection_create.
 */
enum status connection_judge(struct store_txn *txn, struct connection_request *request,
                             struct problem *problem);

/*
 * Put what is new with all that leads to it: record, document, id, names, counts,
 * and the work for the directory. No journal, no judgement. `resource` has its id;
 * the rows and numbers are the caller's.
 */
void connection_insert(struct store_txn *txn, const struct connection *connection,
                       struct arena *arena);
void site_insert(struct store_txn *txn, struct site *site, const json_t *resource, int64_t now,
                 struct arena *arena);
void group_insert(struct store_txn *txn, struct group *group, const json_t *resource, int64_t now,
                  struct arena *arena);
void membership_insert(struct store_txn *txn, uint64_t group_row, uint64_t user_row);

#endif
