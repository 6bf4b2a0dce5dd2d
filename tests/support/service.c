#include "service.h"

#include "bridge/base/clock.h"
#include "bridge/core/organization.h"
#include "ordinary_limits.h"

enum { STOP_MS = 5000, BODY_MAX = 1 << 20, REQUEST_SIZE = 1 << 17 };

const struct api_limits service_limits = {.list_ms = 10000, .snapshot_ms = 500};
const struct work_settings service_work = {
    .threads = 4, .at_once = {[WORK_ORDINARY] = 64, [WORK_LARGE] = 8, [WORK_SCAN] = 2}};

static void do_nothing(void *context, uint32_t organization)
{
    (void)context;
    (void)organization;
}

static void issue(const struct service *service, struct token_request *request, int64_t now,
                  char token[TOKEN_TEXT_SIZE])
{
    struct actor actor = service->world->admin;

    actor.now = now;
    request->actor = &actor;
    request->arena = service->world->arena;
    assert_int_equal(
        store_update(service->world->store, ORGANIZATION_DEFAULT, token_issue, request, NULL),
        STATUS_OK);
    memcpy(token, request->secret, TOKEN_TEXT_SIZE);
}

void service_issue(const struct service *service, const char *name, int64_t now, int64_t life,
                   char token[TOKEN_TEXT_SIZE])
{
    struct token_request request = {.name = name, .life = life};

    issue(service, &request, now, token);
}

static void issue_tokens(struct service *service)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(service->world);
    struct connection connection;

    assert_true(connection_load(txn, service->world->provider.connection, service->world->arena,
                                &connection));
    issue(service, &(struct token_request){.connection = &connection}, clock_now(),
          service->provider);
    service_issue(service, "tests", clock_now(), 0, service->admin);
}

void service_start(struct service *service, struct world *world, const struct api_limits *limits,
                   const struct work_settings *work)
{
    struct http_settings settings = {
        .address = "127.0.0.1",
        .control_group = (gid_t)-1,
        .limits = ORDINARY_LIMITS(BODY_MAX),
        .gate = api_gate,
        .context = &service->api,
    };

    settings.routes = api_routes(&settings.route_count);
    service->world = world;
    issue_tokens(service);
    service->api = (struct api){
        .store = world->store,
        .limits = *limits,
        .usage = token_usage_new(),
        .rate = token_rate_new(0, 1),
        .changed = do_nothing,
    };
    assert_int_equal(work_start(work, &service->api.work, NULL), STATUS_OK);
    assert_int_equal(http_start(&settings, &service->server, NULL), STATUS_OK);
}

void service_stop(struct service *service)
{
    http_stop(service->server, STOP_MS);
    work_stop(service->api.work);
    token_usage_free(service->api.usage);
    token_rate_free(service->api.rate);
    *service = (struct service){0};
}

struct reply service_ask(const struct service *service, const char *token, const char *method,
                         const char *target, const char *body)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(service->server));
    char *request = malloc(REQUEST_SIZE);
    struct reply reply;

    (void)snprintf(request, REQUEST_SIZE,
                   "%s %s HTTP/1.1\r\nHost: bridge.example\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/scim+json\r\nContent-Length: %zu\r\n\r\n%s",
                   method, target, token, body ? strlen(body) : 0, body ? body : "");
    reply = wire_ask(&wire, request);
    free(request);
    return reply;
}
