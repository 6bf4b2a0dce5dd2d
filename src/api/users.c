#include "bridge/core/user.h"

#include "handlers.h"
#include "organizations.h"
#include "resource.h"

static struct view view_of(const struct look *look, const struct user *user)
{
    return (struct view){
        .id = arena_strdup(look->arena, user->account.id),
        .version = user->account.version,
        .document = user->document,
        .tail = user_tail(look->txn, user, look->actor, look->base, look->facts, look->arena),
    };
}

static bool find(const struct look *look, const char *id, struct view *view)
{
    struct user user;

    if (!user_find(look->txn, look->actor, id, look->arena, &user))
        return false;
    *view = view_of(look, &user);
    return true;
}

static bool at(const struct look *look, uint64_t row, struct view *view)
{
    struct user user;

    if (!user_load(look->txn, row, look->arena, &user))
        return false;
    *view = view_of(look, &user);
    return true;
}

static bool has_password(const struct aim *aim)
{
    if (aim->patch)
        return patch_touches(aim->patch, SCIM_URN_USER, "password");
    return json_object_get(aim->resource, "password") != NULL;
}

static struct user_request *request_of(const struct aim *aim)
{
    struct user_request *request = arena_alloc(aim->arena, sizeof(*request));

    *request = (struct user_request){
        .actor = aim->actor,
        .arena = aim->arena,
        .id = aim->id,
        .resource = aim->resource,
        .patch = aim->patch,
        .if_match = aim->if_match,
    };
    return request;
}

static enum status new_request(const struct aim *aim, void **made, struct problem *problem)
{
    struct user_request *request = *made = request_of(aim);

    return has_password(aim)
               ? password_size_min(aim->exchange, &request->password_size_min, problem)
               : STATUS_OK;
}

static void result(const struct look *look, const void *argument, struct view *view)
{
    const struct user_request *request = argument;

    *view = view_of(look, &request->user);
}

const struct kind user_kind = {
    .type = SCIM_USER,
    .word = "user",
    .find = find,
    .at = at,
    .request = new_request,
    .result = result,
    .create = user_create,
    .patch = user_patch,
    .remove = user_delete,
};

/* ------------------------------------------------------------------------------- blocks */

/* {"reason"} may be left out, and so may the body. */
static enum status read_reason(struct exchange *exchange, const char **reason,
                               struct problem *problem)
{
    json_t *body = NULL;
    enum status status;

    if (exchange_body(exchange).size == 0)
        return STATUS_OK;
    if ((status = request_json(exchange, &body, problem)))
        return status;
    return request_text(body, "reason", reason, problem);
}

static enum status change_block(struct exchange *exchange, store_change *change,
                                struct problem *problem)
{
    struct aim aim = resource_aim(exchange);
    struct user_request *request = request_of(&aim);
    enum status status = read_reason(exchange, &request->reason, problem);

    if (status)
        return status;
    request->id = exchange_segment(exchange, "id");
    resource_act(exchange, change, request);
    return STATUS_OK;
}

enum status users_block(struct exchange *exchange, struct problem *problem)
{
    return change_block(exchange, user_block, problem);
}

enum status users_unblock(struct exchange *exchange, struct problem *problem)
{
    return change_block(exchange, user_unblock, problem);
}

/* -------------------------------------------------------------------------------- moves */

/* {"to"}: a connection's name, or "local". */
enum status users_move(struct exchange *exchange, struct problem *problem)
{
    struct aim aim = resource_aim(exchange);
    struct user_request *request = request_of(&aim);
    json_t *body = NULL;
    enum status status = request_json(exchange, &body, problem);

    if (status || (status = request_text(body, "to", &request->to, problem)))
        return status;
    if (!request->to)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "say where to: \"to\" is the name of a connection, or \"local\"");
    request->id = exchange_segment(exchange, "id");
    resource_act(exchange, user_move, request);
    return STATUS_OK;
}
