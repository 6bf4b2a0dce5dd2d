#include <stdio.h>
#include <stdlib.h>

#include "bridge/base/log.h"
#include "service.h"

/* How large a body may be, and what becomes of a large one. */

enum { MIB = 1 << 20, MEMBERS = 1500 };

static struct service service;

/* A JSON object of exactly `size` bytes: `start`, then `filler` again and again, then `end`. */
static char *body_of(const char *start, char filler, const char *end, size_t size)
{
    char *body = malloc(size + 1);

    memset(body, filler, size);
    memcpy(body, start, strlen(start));
    memcpy(body + size - strlen(end), end, strlen(end) + 1);
    return body;
}

static struct reply ask(const char *token, const char *method, const char *target, const char *body)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(service.server));
    char head[512];

    (void)snprintf(head, sizeof(head),
                   "%s %s HTTP/1.1\r\nHost: bridge.example\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/scim+json\r\nContent-Length: %zu\r\n\r\n",
                   method, target, token, strlen(body));
    wire_send(&wire, head);
    wire_send(&wire, body);
    return wire_read(&wire, true);
}

/* The status of a request whose body is announced and not sent. */
static int announced(const char *method, const char *target, size_t size)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(service.server));
    SCOPED(reply_clear) struct reply reply = {0};
    char head[512];

    (void)snprintf(head, sizeof(head),
                   "%s %s HTTP/1.1\r\nHost: bridge.example\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/scim+json\r\nContent-Length: %zu\r\n\r\n",
                   method, target, service.provider, size);
    wire_send(&wire, head);
    reply = wire_read(&wire, true);
    return reply.status;
}

/* ------------------------------------------------------------------------------ sizes */

static const struct {
    const char *method;
    const char *target;
    size_t most;
} bodies[] = {
    {"POST", "/scim/v2/Users", MIB},
    {"PATCH", "/scim/v2/Users/018bcfe5-6800-7fa7-9370-df1c675dbe97", MIB},
    {"POST", "/scim/v2/Groups", 8 * MIB},
    {"PUT", "/scim/v2/Groups/018bcfe5-6800-7fa7-9370-df1c675dbe97", 8 * MIB},
    {"PATCH", "/scim/v2/Groups/018bcfe5-6800-7fa7-9370-df1c675dbe97", 8 * MIB},
};

static void a_body_is_as_large_as_its_resource_may_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        for (size_t size = bodies[i].most - 1; size <= bodies[i].most; size++) {
            char *body = body_of("{", ' ', "}", size);
            SCOPED(reply_clear)
            struct reply reply = ask(service.provider, bodies[i].method, bodies[i].target, body);

            free(body);
            assert_int_equal(reply.status, 400); /* it was read, and says nothing */
        }
        assert_int_equal(announced(bodies[i].method, bodies[i].target, bodies[i].most + 1), 413);
    }
}

static void a_group_may_have_more_values_than_a_person(void **state)
{
    static const struct {
        const char *target;
        size_t most;
    } rows[] = {{"/scim/v2/Users", 100000}, {"/scim/v2/Groups", 500000}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t values = rows[i].most - 1; values <= rows[i].most + 1; values++) {
            /* The object, the list, and what stands in it. */
            char *body = body_of("{\"x\":[0", '0', "]}", 7 + 2 * (values - 3) + 2);
            bool is_too_much = values > rows[i].most;
            struct reply reply;

            for (size_t at = 7; body[at + 1] != '}'; at += 2)
                body[at] = ',';
            reply = ask(service.provider, "POST", rows[i].target, body);
            free(body);
            assert_int_equal(reply.status, 400);
            assert_int_equal(strstr(reply.body, "000 values, at column") != NULL, is_too_much);
            reply_clear(&reply);
        }
    }
}

/* ------------------------------------------------------------------------ large groups */

static char *group_body(char (*ids)[UUID_TEXT_SIZE], size_t count)
{
    char *body = malloc(100 + count * (UUID_TEXT_SIZE + 16));
    size_t size = (size_t)sprintf(body, "{\"displayName\":\"Everybody\",\"members\":[");

    for (size_t i = 0; i < count; i++)
        size += (size_t)sprintf(body + size, "%s{\"value\":\"%s\"}", i ? "," : "", ids[i]);
    (void)sprintf(body + size, "]}");
    return body;
}

static size_t members_in(const struct reply *reply)
{
    json_auto_t *group = json_loadb(reply->body, reply->body_size, 0, NULL);

    return json_array_size(json_object_get(group, "members"));
}

static void a_group_is_pushed_with_all_its_members(void **state)
{
    static char ids[MEMBERS][UUID_TEXT_SIZE];
    struct world *world = *state;
    struct reply reply;
    char target[128];
    char *body;

    for (int i = 0; i < MEMBERS; i++) {
        json_auto_t *person = json_pack("{s:o}", "userName", json_sprintf("person%d", i));

        assert_int_equal(world_create_json(world, &world->provider, person), STATUS_OK);
        memcpy(ids[i], world->user.account.id, UUID_TEXT_SIZE);
    }
    body = group_body(ids, MEMBERS);
    reply = ask(service.provider, "POST", "/scim/v2/Groups", body);
    free(body);
    assert_int_equal(reply.status, 201);
    assert_int_equal(members_in(&reply), MEMBERS);
    (void)snprintf(target, sizeof(target), "%s", strstr(reply_header(&reply, "Location"), "/scim"));
    reply_clear(&reply);

    body = group_body(ids + 1, MEMBERS - 2);
    reply = ask(service.provider, "PUT", target, body);
    free(body);
    assert_int_equal(reply.status, 200);
    assert_int_equal(members_in(&reply), MEMBERS - 2);
    reply_clear(&reply);

    service.api.limits.group_members = MEMBERS - 1;
    body = group_body(ids, MEMBERS);
    reply = ask(service.provider, "PUT", target, body);
    free(body);
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "tooMany"));
    reply_clear(&reply);
}

/* Before its body is read; the token of somebody else is not held to it. */
static void who_asks_too_often_is_told_to_come_back(void **state)
{
    SCOPED(reply_clear) struct reply reply = {0};
    SCOPED(reply_clear) struct reply other = {0};
    int asked;

    (void)state;
    token_rate_free(service.api.rate);
    service.api.rate = token_rate_new(1, 3);
    for (asked = 1; asked < 100; asked++) { /* a machine that is slow has more of them */
        reply_clear(&reply);
        reply = service_ask(&service, service.provider, "GET", "/scim/v2/Users", NULL);
        if (reply.status != 200)
            break;
    }
    assert_true(asked > 3);
    assert_int_equal(reply.status, 429);
    assert_string_equal(reply_header(&reply, "Retry-After"), "1");
    assert_non_null(strstr(reply.body, "urn:ietf:params:scim:api:messages:2.0:Error"));
    other = service_ask(&service, service.admin, "GET", "/scim/v2/Users", NULL);
    assert_int_equal(other.status, 200);
}

/* Behind a large body like behind a short one. */
static void who_was_revoked_while_a_large_body_came_changes_nothing(void **state)
{
    SCOPED(wire_close) struct wire wire = wire_open(http_port(service.server));
    SCOPED(reply_clear) struct reply revoked = {0};
    SCOPED(reply_clear) struct reply reply = {0};
    char *body = body_of("{\"displayName\":\"Late\"", ' ', "}", MIB);
    char head[512];

    (void)state;
    (void)snprintf(head, sizeof(head),
                   "POST /scim/v2/Groups HTTP/1.1\r\nHost: bridge.example\r\n"
                   "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                   "Content-Length: %d\r\n\r\n",
                   service.provider, MIB);
    wire_send(&wire, head);
    wire_send_bytes(&wire, body, MIB - 1);
    revoked = service_ask(&service, service.admin, "DELETE", "/admin/v1/connections/entra", NULL);
    assert_int_equal(revoked.status, 204);

    wire_send(&wire, "}");
    reply = wire_read(&wire, true);
    free(body);
    assert_int_equal(reply.status, 401);
}

static int set_up(void **state)
{
    int code = world_set_up(state);

    service_start(&service, *state, &service_limits, &service_work);
    return code;
}

static int tear_down(void **state)
{
    service_stop(&service);
    return world_tear_down(state);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(a_body_is_as_large_as_its_resource_may_be),
        SERVED(a_group_may_have_more_values_than_a_person),
        SERVED(a_group_is_pushed_with_all_its_members),
        SERVED(who_asks_too_often_is_told_to_come_back),
        SERVED(who_was_revoked_while_a_large_body_came_changes_nothing),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
