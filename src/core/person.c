#include "bridge/core/person.h"

#include "bridge/core/journal.h"
#include "layout.h"
#include "person_key.h"

enum status person_erase(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct person_request *request = argument;
    struct journal journal;
    uint64_t row;

    if (id_find(txn, SCIM_USER, request->id, &row))
        return problem_set(problem, STATUS_CONFLICT,
                           "the account %s is still there; delete it first, and erase the person "
                           "then",
                           request->id);
    if (!person_key_exists(txn, request->id))
        return store_missing(txn, problem, "person to erase with the id", request->id);
    store_use_reserve(txn);
    person_key_drop(txn, request->id);
    journal = journal_begin(request->arena, request->actor, "person.erase", request->id);
    journal_end(&journal, txn);
    return store_status(txn, problem);
}
