#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bridge/base/crypt.h"
#include "bridge/base/keyring.h"
#include "bridge/core/connection.h"
#include "bridge/core/organization.h"
#include "bridge/scim/patch.h"
#include "bridge/scim/resource.h"

enum { STORE_SIZE = 64 << 20, NOON = 1700000000 };

static uint64_t make_site(struct world *world, const char *name)
{
    json_auto_t *resource = json_pack("{s:s}", "displayName", name);
    struct site_request request = {
        .actor = &world->admin, .arena = world->arena, .resource = resource};

    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, site_create, &request, NULL),
                     STATUS_OK);
    return request.site.row;
}

static struct actor make_connection(struct world *world, const char *name, unsigned grants)
{
    struct connection_request request = {
        .actor = &world->admin, .arena = world->arena, .name = name, .grants = grants};

    assert_int_equal(
        store_update(world->store, ORGANIZATION_DEFAULT, connection_create, &request, NULL),
        STATUS_OK);
    return (struct actor){.kind = ACTOR_CONNECTION,
                          .connection = request.connection.number,
                          .name = name,
                          .now = NOON};
}

static void open_store(struct world *world)
{
    enum status status =
        world->memory
            ? store_open_memory(world->memory, &world->failing, &world->store, &world->problem)
            : store_open(world->path, STORE_SIZE, &world->store, &world->problem);

    if (status)
        fail_msg("%s", world->problem.detail);
}

static void populate(struct world *world)
{
    assert_int_equal(core_init(world->store, NOON, NULL), STATUS_OK);
    world->arena = arena_new();
    world->admin = (struct actor){.kind = ACTOR_CONTROL, .name = "control", .now = NOON};
    world->north = make_site(world, "North Plant");
    world->harbour = make_site(world, "Harbour");
    world->provider = make_connection(world, "entra", 1u << ROLE_USER | 1u << ROLE_ADMIN);
    world->other = make_connection(world, "okta", 1u << ROLE_USER);
}

static int set_up(struct world *world, void **state)
{
    assert_true(crypt_init());
    assert_int_equal(scim_load(NULL), STATUS_OK);
    keyring_make();
    open_store(world);
    populate(world);
    *state = world;
    return 0;
}

int world_set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));

    world->memory = memory_new();
    return set_up(world, state);
}

int world_set_up_on_disk(void **state)
{
    struct world *world = calloc(1, sizeof(*world));

    (void)snprintf(world->folder, sizeof(world->folder), "/tmp/rolebridge-unit-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(world->path, sizeof(world->path), "%s/store", world->folder);
    assert_int_equal(store_create(world->path, STORE_SIZE, NULL), STATUS_OK);
    return set_up(world, state);
}

static void remove_folder(const struct world *world)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", world->folder);
    assert_int_equal(system(command), 0);
}

int world_tear_down(void **state)
{
    struct world *world = *state;

    store_close(world->store);
    arena_free(world->arena);
    keyring_unload();
    scim_unload();
    if (!world->memory)
        remove_folder(world);
    memory_free(world->memory);
    free(world);
    return 0;
}

void world_restart(struct world *world)
{
    store_close(world->store);
    open_store(world);
}

json_t *world_json(struct world *world, const char *text)
{
    char *json = arena_strdup(world->arena, text);
    json_error_t error;
    json_t *value;

    for (char *at = json; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    value = json_loads(json, 0, &error);
    if (!value)
        fail_msg("%s in %s", error.text, json);
    return value;
}

static enum status submit(struct world *world, store_change *change, struct user_request *request)
{
    enum status status;

    world->problem = (struct problem){0};
    request->password_size_min = world->takes_passwords ? 12 : 0;
    status = store_update(world->store, ORGANIZATION_DEFAULT, change, request, &world->problem);
    if (!status)
        world->user = request->user;
    return status;
}

enum status world_create_json(struct world *world, const struct actor *actor, json_t *body)
{
    json_auto_t *resource = NULL;
    struct user_request request = {.actor = actor, .arena = world->arena};

    assert_int_equal(resource_read(body, scim_resource_type(SCIM_USER), &resource, NULL),
                     STATUS_OK);
    request.resource = resource;
    return submit(world, user_create, &request);
}

enum status world_create(struct world *world, const struct actor *actor, const char *json)
{
    json_auto_t *body = world_json(world, json);

    return world_create_json(world, actor, body);
}

enum status world_patch_json(struct world *world, const struct actor *actor, const char *id,
                             json_t *body)
{
    struct patch *patch = NULL;
    struct user_request request = {.actor = actor, .arena = world->arena, .id = id};

    assert_int_equal(
        patch_parse(body, scim_resource_type(SCIM_USER), world->arena, &patch, &world->problem),
        STATUS_OK);
    request.patch = patch;
    return submit(world, user_patch, &request);
}

enum status world_patch(struct world *world, const struct actor *actor, const char *id,
                        const char *operations)
{
    json_auto_t *body = json_pack("{s:o}", "Operations", world_json(world, operations));

    return world_patch_json(world, actor, id, body);
}

enum status world_delete(struct world *world, const struct actor *actor, const char *id)
{
    struct user_request request = {.actor = actor, .arena = world->arena, .id = id};

    return submit(world, user_delete, &request);
}

struct store_txn *world_begin(struct world *world)
{
    struct store_txn *txn = NULL;

    assert_int_equal(store_begin(world->store, ORGANIZATION_DEFAULT, &txn, NULL), STATUS_OK);
    return txn;
}

static bool note_row(void *context, uint64_t row)
{
    struct world_list *list = context;

    list->rows[list->shown++] = row;
    return true;
}

struct world_list world_list(struct world *world, enum scim_kind kind, const struct actor *actor,
                             const char *filter, struct page page)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct selection_query query = {
        .kind = kind, .actor = actor, .page = page, .base = "http://host/scim/v2"};
    struct world_list list = {0};
    const struct selection_step step = {.visit = note_row, .context = &list};
    struct selection *selection;

    if (filter && filter_parse(filter, scim_resource_type(kind), world->arena, &query.filter,
                               &world->problem))
        fail_msg("%s: %s", filter, world->problem.detail);
    selection = selection_begin(txn, &query, world->arena);
    assert_true(selection_go_on(selection, txn, &step));
    assert_int_equal(store_status(txn, NULL), STATUS_OK);
    list.total = selection_total(selection);
    return list;
}

struct account world_account(struct world *world, const char *id)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct user user = {0};

    assert_true(user_find(txn, &world->admin, id, world->arena, &user));
    return user.account;
}

json_t *world_resource(struct world *world, const char *id)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct user user = {0};

    assert_true(user_find(txn, &world->admin, id, world->arena, &user));
    return user_json(txn, &user, &world->admin, "http://host/scim/v2", world->arena);
}

bool world_waits(struct world *world, const char *id, struct outbox_line *line)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct user user = {0};

    assert_true(user_find(txn, &world->admin, id, world->arena, &user));
    return outbox_find(txn, OUTBOX_USER, user.account.row, world->arena, line);
}
