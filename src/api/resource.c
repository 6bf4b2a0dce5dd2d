#include "resource.h"

#include <stdlib.h>
#include <string.h>

#include "bridge/scim/patch.h"
#include "bridge/scim/resource.h"
#include "handlers.h"

static const struct kind *const kinds[] = {&user_kind, &group_kind, &site_kind};

static const char root[] = "/scim/v2";

/* A group with more members is shown by a work thread: they take some milliseconds. */
enum { SHOW_MEMBERS_MAX = 1000 };

const struct kind *resource_kind(const struct exchange *exchange)
{
    const char *path = exchange_path(exchange);

    if (strncmp(path, root, strlen(root)) != 0)
        return NULL;
    path += strlen(root);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *endpoint = scim_resource_type(kinds[i]->type)->endpoint;
        size_t size = strlen(endpoint);

        if (strncmp(path, endpoint, size) == 0 && (path[size] == '/' || path[size] == '\0'))
            return kinds[i];
    }
    return NULL;
}

static const struct scim_resource_type *type_of(const struct exchange *exchange)
{
    return scim_resource_type(resource_kind(exchange)->type);
}

struct look resource_look(struct exchange *exchange, const struct projection *projection)
{
    return (struct look){
        .actor = request_actor(exchange),
        .arena = exchange_arena(exchange),
        .base = request_scim_base(exchange),
        .projection = projection,
        .members_max = SIZE_MAX,
    };
}

/* ------------------------------------------------------------------------------ reading */

static void answer(struct exchange *exchange, int http, const struct look *look,
                   const struct view *view)
{
    query_answer(exchange, http, type_of(exchange), look->projection, view->id, view->version,
                 view->document, view->tail);
}

/* Whether it is too large to be shown with `members_max` is the only thing that may be left. */
static enum status show(struct exchange *exchange, const struct projection *projection,
                        size_t members_max, bool *is_too_large, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    const struct kind *kind = resource_kind(exchange);
    const char *id = exchange_segment(exchange, "id");
    struct look look = resource_look(exchange, projection);
    struct view view = {0};
    enum status status = request_snapshot(exchange, &txn, problem);

    if (status)
        return status;
    look.txn = txn;
    look.members_max = members_max;
    if (!kind->find(&look, id, &view))
        return store_missing(txn, problem, kind->word, id);
    if ((status = store_status(txn, problem)))
        return status;
    *is_too_large = view.is_too_large;
    if (!view.is_too_large)
        answer(exchange, 200, &look, &view);
    return STATUS_OK;
}

static enum status show_elsewhere(struct exchange *exchange, void *projection,
                                  struct problem *problem)
{
    bool is_too_large = false;

    return show(exchange, projection, SIZE_MAX, &is_too_large, problem);
}

enum status resource_show(struct exchange *exchange, struct problem *problem)
{
    struct projection *projection = NULL;
    bool is_too_large = false;
    enum status status = query_projection(exchange, type_of(exchange), &projection, problem);

    if (!status)
        status = show(exchange, projection, SHOW_MEMBERS_MAX, &is_too_large, problem);
    if (status || !is_too_large)
        return status;
    return work_submit(request_api(exchange)->work, WORK_ORDINARY, exchange, show_elsewhere,
                       projection, problem);
}

/* ----------------------------------------------------------------------------- changing */

struct aim resource_aim(struct exchange *exchange)
{
    return (struct aim){
        .exchange = exchange,
        .actor = request_actor(exchange),
        .arena = exchange_arena(exchange),
        .if_match = exchange_header(exchange, "If-Match"),
    };
}

static void note_committed(struct exchange *exchange)
{
    const struct kind *kind = resource_kind(exchange);

    if (kind->committed)
        kind->committed(exchange, request_argument(exchange));
}

/* What came of a change. Whether it is too large to be shown here is all that may be left. */
static enum status answer_with(struct exchange *exchange, int http, const void *request,
                               size_t members_max, bool *is_too_large, struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct projection *projection = NULL;
    struct look look;
    struct view view = {0};
    enum status status;

    if ((status = query_projection(exchange, type_of(exchange), &projection, problem)) ||
        (status = request_snapshot(exchange, &txn, problem)))
        return status;
    look = resource_look(exchange, projection);
    look.txn = txn;
    look.members_max = members_max;
    resource_kind(exchange)->result(&look, request, &view);
    if ((status = store_status(txn, problem)))
        return status;
    *is_too_large = view.is_too_large;
    if (!view.is_too_large)
        answer(exchange, http, &look, &view);
    return STATUS_OK;
}

static enum status answer_whole(struct exchange *exchange, int http, const void *request,
                                struct problem *problem)
{
    bool is_too_large = false;

    return answer_with(exchange, http, request, SIZE_MAX, &is_too_large, problem);
}

static enum status created_elsewhere(struct exchange *exchange, void *request,
                                     struct problem *problem)
{
    return answer_whole(exchange, 201, request, problem);
}

static enum status changed_elsewhere(struct exchange *exchange, void *request,
                                     struct problem *problem)
{
    return answer_whole(exchange, 200, request, problem);
}

/* The change is made: where no work thread is to be had it is answered here all the same. */
static enum status answer_committed(struct exchange *exchange, int http, work_function *elsewhere,
                                    struct problem *problem)
{
    void *request = request_argument(exchange);
    bool is_too_large = false;
    enum status status;

    note_committed(exchange);
    status = answer_with(exchange, http, request, SHOW_MEMBERS_MAX, &is_too_large, problem);
    if (status || !is_too_large ||
        !work_submit(request_api(exchange)->work, WORK_ORDINARY, exchange, elsewhere, request,
                     NULL))
        return status;
    return answer_whole(exchange, http, request, problem);
}

static enum status answer_created(struct exchange *exchange, struct problem *problem)
{
    return answer_committed(exchange, 201, created_elsewhere, problem);
}

static enum status answer_changed(struct exchange *exchange, struct problem *problem)
{
    return answer_committed(exchange, 200, changed_elsewhere, problem);
}

static enum status answer_nothing(struct exchange *exchange, struct problem *problem)
{
    note_committed(exchange);
    return request_answer_nothing(exchange, problem);
}

void resource_act(struct exchange *exchange, store_change *change, void *request)
{
    request_commit(exchange, change, request, answer_changed);
}

static enum status commit(const struct aim *aim, store_change *change, route_handler *then,
                          struct problem *problem)
{
    void *request = NULL;
    enum status status = resource_kind(aim->exchange)->request(aim, &request, problem);

    if (!status)
        request_commit(aim->exchange, change, request, then);
    return status;
}

/*
 * What comes with a body is read here while it is short, and by a work thread where
 * that takes more than a few milliseconds.
 */
enum { READ_HERE_MAX = 64 * 1024 };

static enum status read_body(struct exchange *exchange, work_function *function,
                             struct problem *problem)
{
    if (exchange_body(exchange).size <= READ_HERE_MAX)
        return function(exchange, NULL, problem);
    return work_submit(request_api(exchange)->work, WORK_LARGE, exchange, function, NULL, problem);
}

static enum status read_json(struct exchange *exchange, json_t **body, struct problem *problem)
{
    enum status status = query_check(exchange, type_of(exchange), problem);

    if (status)
        return status;
    return resource_kind(exchange)->apart
               ? request_json_up_to(exchange, LARGE_BODY_VALUES, body, problem)
               : request_json(exchange, body, problem);
}

static enum status create(struct exchange *exchange, void *nothing, struct problem *problem)
{
    struct aim aim = resource_aim(exchange);
    json_t *body = NULL;
    enum status status = read_json(exchange, &body, problem);

    (void)nothing;
    if (status || (status = resource_read(body, type_of(exchange), &aim.resource, problem)))
        return status;
    (void)request_own(exchange, aim.resource);
    return commit(&aim, resource_kind(exchange)->create, answer_created, problem);
}

enum status resource_create(struct exchange *exchange, struct problem *problem)
{
    return read_body(exchange, create, problem);
}

static enum status commit_patch(struct aim *aim, const struct patch *patch, route_handler *then,
                                struct problem *problem)
{
    aim->id = exchange_segment(aim->exchange, "id");
    aim->patch = patch;
    return commit(aim, resource_kind(aim->exchange)->patch, then, problem);
}

static enum status patch(struct exchange *exchange, void *nothing, struct problem *problem)
{
    struct aim aim = resource_aim(exchange);
    struct patch *patch = NULL;
    json_t *body = NULL;
    enum status status = read_json(exchange, &body, problem);

    (void)nothing;
    if (status || (status = patch_parse(body, type_of(exchange), aim.arena, &patch, problem)))
        return status;
    return commit_patch(&aim, patch,
                        resource_kind(exchange)->apart ? answer_nothing : answer_changed, problem);
}

enum status resource_patch(struct exchange *exchange, struct problem *problem)
{
    return read_body(exchange, patch, problem);
}

/* Of what stands apart the change itself knows how much it may be. */
static enum status check_whole(const json_t *body, const struct kind *kind, struct problem *problem)
{
    const struct scim_resource_type *type = scim_resource_type(kind->type);
    json_t *resource = NULL;
    enum status status = resource_read(body, type, &resource, problem);

    if (kind->apart)
        (void)json_object_del(resource, kind->apart);
    if (!status)
        status = resource_check(resource, type, problem);
    json_decref(resource);
    return status;
}

static enum status replace(struct exchange *exchange, void *nothing, struct problem *problem)
{
    struct aim aim = resource_aim(exchange);
    struct patch *patch = NULL;
    json_t *body = NULL;
    enum status status = read_json(exchange, &body, problem);

    (void)nothing;
    if (status || (status = check_whole(body, resource_kind(exchange), problem)) ||
        (status = patch_replace(body, type_of(exchange), aim.arena, &patch, problem)))
        return status;
    return commit_patch(&aim, patch, answer_changed, problem);
}

enum status resource_replace(struct exchange *exchange, struct problem *problem)
{
    return read_body(exchange, replace, problem);
}

enum status resource_delete(struct exchange *exchange, struct problem *problem)
{
    const struct kind *kind = resource_kind(exchange);
    struct aim aim = resource_aim(exchange);

    aim.id = exchange_segment(exchange, "id");
    return commit(&aim, kind->remove, request_answer_nothing, problem);
}
