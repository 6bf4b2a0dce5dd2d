#include "step_request.h"

static const enum operation operations[] = {
    [PLAN_ADD_ENTRY] = OPERATION_ADD,         [PLAN_RENAME] = OPERATION_RENAME,
    [PLAN_MODIFY] = OPERATION_MODIFY,         [PLAN_LOCK] = OPERATION_MODIFY,
    [PLAN_UNLOCK] = OPERATION_MODIFY,         [PLAN_CREATE_GROUP] = OPERATION_ADD,
    [PLAN_ADD_MEMBER] = OPERATION_MODIFY,     [PLAN_REMOVE_MEMBER] = OPERATION_MODIFY,
    [PLAN_CHANGE_MEMBERS] = OPERATION_MODIFY, [PLAN_DELETE_ENTRY] = OPERATION_DELETE,
};

struct request step_request(const struct plan_step *step)
{
    return (struct request){
        .operation = operations[step->verb],
        .dn = step->dn,
        .entry = step->entry,
        .modifications = step->modifications,
        .count = step->count,
        .rdn = step->rdn,
    };
}
