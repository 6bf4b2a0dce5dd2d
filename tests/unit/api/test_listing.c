#include <stdio.h>
#include <stdlib.h>

#include "bridge/base/log.h"
#include "service.h"

/* Lists as they are asked for: what an index answers, what is looked for, what is too much. */

enum { PEOPLE = 300, MEMBERS = 1100 };

static struct service service;

static void given_people(struct world *world, int count)
{
    for (int i = 0; i < count; i++) {
        json_auto_t *person = json_pack("{s:o, s:s}", "userName", json_sprintf("person%d", i),
                                        "title", i % 3 ? "Engineer" : "Chief of everything");

        assert_int_equal(world_create_json(world, &world->provider, person), STATUS_OK);
    }
}

static json_t *shown_to(const char *token, const char *target)
{
    SCOPED(reply_clear) struct reply reply = service_ask(&service, token, "GET", target, NULL);

    assert_int_equal(reply.status, 200);
    return json_loadb(reply.body, reply.body_size, 0, NULL);
}

static json_t *listed(const char *target)
{
    return shown_to(service.provider, target);
}

static json_int_t number(const json_t *list, const char *name)
{
    return json_integer_value(json_object_get(list, name));
}

static const char scan[] = "/scim/v2/Users?filter=title%20co%20%22chief%22&startIndex=91&count=50";

static void assert_scanned(void)
{
    json_auto_t *list = listed(scan);

    assert_int_equal(number(list, "totalResults"), PEOPLE / 3);
    assert_int_equal(number(list, "itemsPerPage"), 10);
    assert_int_equal(number(list, "startIndex"), 91);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(list, "Resources"), 0), "userName")),
                        "person270");
}

static void what_no_index_answers_is_looked_for_among_all(void **state)
{
    given_people(*state, PEOPLE);
    service_start(&service, *state, &service_limits, &service_work);

    assert_scanned();
}

static void a_list_is_the_same_in_however_many_snapshots(void **state)
{
    const struct api_limits limits = {.list_ms = 10000, .snapshot_ms = 0}; /* one for each row */

    given_people(*state, PEOPLE);
    service_start(&service, *state, &limits, &service_work);

    assert_scanned();
}

static void a_list_that_takes_too_long_is_given_up_with_a_next_step(void **state)
{
    const struct api_limits limits = {.list_ms = 0, .snapshot_ms = 500};
    SCOPED(reply_clear) struct reply reply = {0};

    given_people(*state, PEOPLE);
    service_start(&service, *state, &limits, &service_work);
    reply = service_ask(&service, service.provider, "GET", scan, NULL);

    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.body, "filter by what an index answers"));
}

static void only_lists_that_look_at_many_are_limited(void **state)
{
    const struct work_settings none = {.threads = 2,
                                       .at_once = {[WORK_ORDINARY] = 0, [WORK_SCAN] = 0}};
    static const char *const quick[] = {
        "/scim/v2/Users?count=200",
        "/scim/v2/Users?startIndex=299",
        "/scim/v2/Users?filter=userName%20eq%20%22person7%22",
        "/scim/v2/Users?filter=userName%20sw%20%22person7%22%20and%20title%20co%20%22c%22",
        "/scim/v2/Groups",
        "/scim/v2/Sites?filter=displayName%20co%20%22o%22",
    };
    SCOPED(reply_clear) struct reply reply = {0};

    given_people(*state, PEOPLE);
    service_start(&service, *state, &service_limits, &none);

    reply = service_ask(&service, service.provider, "GET", scan, NULL);
    assert_int_equal(reply.status, 429);
    assert_string_equal(reply_header(&reply, "Retry-After"), "1");
    for (size_t i = 0; i < sizeof(quick) / sizeof(quick[0]); i++) {
        SCOPED(reply_clear)
        struct reply answered = service_ask(&service, service.provider, "GET", quick[i], NULL);

        assert_int_equal(answered.status, 200);
    }
}

static void a_bad_filter_is_told_before_anything_is_looked_at(void **state)
{
    SCOPED(reply_clear) struct reply reply = {0};

    service_start(&service, *state, &service_limits, &service_work);
    reply =
        service_ask(&service, service.provider, "GET", "/scim/v2/Users?filter=title%20xx", NULL);

    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "invalidFilter"));
}

/* -------------------------------------------------------- one by one, and all together */

static const char *const roles[] = {
    "{'role':'admin'}",
    "{'role':'user','site':'North Plant'}",
    "{'role':'user','site':'Harbour'}",
};

enum { FEW = 6 };

static void given_group(const char *name, json_t *members)
{
    json_auto_t *group = json_pack("{s:s, s:o}", "displayName", name, "members", members);
    char *body = json_dumps(group, JSON_COMPACT);
    SCOPED(reply_clear)
    struct reply reply = service_ask(&service, service.provider, "POST", "/scim/v2/Groups", body);

    free(body);
    assert_int_equal(reply.status, 201);
}

static void add_member(json_t *members, const struct world *world)
{
    (void)json_array_append_new(members, json_pack("{s:s}", "value", world->user.account.id));
}

/* Of different roles, sites and owners; some in no group, some in one, some in two. */
static void given_a_few(struct world *world)
{
    json_t *odd = json_array();
    json_t *last = json_array();

    for (int i = 0; i < FEW; i++) {
        json_auto_t *person = json_pack("{s:o, s:o}", "userName", json_sprintf("person%d", i),
                                        SCIM_URN_BRIDGE, world_json(world, roles[i % 3]));

        assert_int_equal(
            world_create_json(world, i == 2 ? &world->other : &world->provider, person), STATUS_OK);
        if (i % 2)
            add_member(odd, world);
        if (i > 3)
            add_member(last, world);
    }
    given_group("Odd", odd);
    given_group("Last", last);
}

static void assert_shown_alone_as(const json_t *resource, size_t group_count)
{
    char target[128];
    json_auto_t *alone = NULL;

    (void)snprintf(target, sizeof(target), "/scim/v2/Users/%s",
                   json_string_value(json_object_get(resource, "id")));
    alone = shown_to(service.admin, target);
    assert_true(json_equal(alone, resource));
    assert_int_equal(json_array_size(json_object_get(alone, "groups")), group_count);
}

/* What is known from one person must not be said of another. */
static void a_list_shows_everybody_as_they_are_shown_alone(void **state)
{
    json_auto_t *list = NULL;
    const json_t *resources;

    service_start(&service, *state, &service_limits, &service_work);
    given_a_few(*state);

    list = shown_to(service.admin, "/scim/v2/Users");

    resources = json_object_get(list, "Resources");
    assert_int_equal(json_array_size(resources), FEW);
    for (size_t i = 0; i < FEW; i++)
        assert_shown_alone_as(json_array_get(resources, i), (i % 2) + (i > 3));
}

/* ---------------------------------------------------------------------- large groups */

static char group_id[UUID_TEXT_SIZE];

static void given_a_large_group(struct world *world)
{
    json_auto_t *members = json_array();
    json_auto_t *group = json_pack("{s:s, s:O}", "displayName", "Everyone", "members", members);
    json_auto_t *created = NULL;
    char *body;

    for (int i = 0; i < MEMBERS; i++) {
        json_auto_t *person = json_pack("{s:o}", "userName", json_sprintf("member%d", i));

        assert_int_equal(world_create_json(world, &world->provider, person), STATUS_OK);
        (void)json_array_append_new(members, json_pack("{s:s}", "value", world->user.account.id));
    }
    body = json_dumps(group, JSON_COMPACT);
    SCOPED(reply_clear)
    struct reply reply = service_ask(&service, service.provider, "POST", "/scim/v2/Groups", body);

    free(body);
    assert_int_equal(reply.status, 201);
    created = json_loadb(reply.body, reply.body_size, 0, NULL);
    (void)snprintf(group_id, sizeof(group_id), "%s",
                   json_string_value(json_object_get(created, "id")));
}

static size_t member_count(const json_t *group)
{
    return json_array_size(json_object_get(group, "members"));
}

static void a_large_group_is_shown_whole_alone_and_in_a_list(void **state)
{
    json_auto_t *alone = NULL;
    json_auto_t *list = NULL;
    char target[128];

    service_start(&service, *state, &service_limits, &service_work);
    given_a_large_group(*state);

    (void)snprintf(target, sizeof(target), "/scim/v2/Groups/%s", group_id);
    alone = listed(target);
    list = listed("/scim/v2/Groups?filter=displayName%20eq%20%22everyone%22");

    assert_int_equal(member_count(alone), MEMBERS);
    assert_int_equal(number(list, "totalResults"), 1);
    assert_int_equal(member_count(json_array_get(json_object_get(list, "Resources"), 0)), MEMBERS);
}

static void a_large_group_is_shown_here_and_now_without_its_members(void **state)
{
    const struct work_settings none = {.threads = 2,
                                       .at_once = {[WORK_ORDINARY] = 0, [WORK_SCAN] = 0}};
    json_auto_t *list = NULL;
    SCOPED(reply_clear) struct reply refused = {0};

    service_start(&service, *state, &service_limits, &none);
    given_a_large_group(*state);

    list = listed("/scim/v2/Groups?excludedAttributes=members");
    refused = service_ask(&service, service.provider, "GET", "/scim/v2/Groups", NULL);

    assert_int_equal(number(list, "itemsPerPage"), 1);
    assert_int_equal(refused.status, 503);
}

static void replace_a_large_group(struct world *world, const struct work_settings *settings)
{
    SCOPED(reply_clear) struct reply reply = {0};
    json_auto_t *group = NULL;
    char target[128];

    service_start(&service, world, &service_limits, settings);
    given_a_large_group(world);
    (void)snprintf(target, sizeof(target), "/scim/v2/Groups/%s", group_id);
    reply = service_ask(&service, service.provider, "PUT", target, "{\"displayName\":\"All\"}");
    group = json_loadb(reply.body, reply.body_size, 0, NULL);

    assert_int_equal(reply.status, 200);
    assert_string_equal(json_string_value(json_object_get(group, "displayName")), "All");
    assert_int_equal(member_count(group), MEMBERS);
}

static void a_large_group_that_was_replaced_is_answered_whole(void **state)
{
    replace_a_large_group(*state, &service_work);
}

static void what_was_replaced_is_answered_even_when_no_work_thread_is_free(void **state)
{
    const struct work_settings none = {.threads = 2,
                                       .at_once = {[WORK_ORDINARY] = 0, [WORK_SCAN] = 0}};

    replace_a_large_group(*state, &none);
}

static int tear_down(void **state)
{
    service_stop(&service);
    return world_tear_down(state);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, world_set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(a_list_shows_everybody_as_they_are_shown_alone),
        SERVED(what_no_index_answers_is_looked_for_among_all),
        SERVED(a_list_is_the_same_in_however_many_snapshots),
        SERVED(a_list_that_takes_too_long_is_given_up_with_a_next_step),
        SERVED(only_lists_that_look_at_many_are_limited),
        SERVED(a_bad_filter_is_told_before_anything_is_looked_at),
        SERVED(a_large_group_is_shown_whole_alone_and_in_a_list),
        SERVED(a_large_group_is_shown_here_and_now_without_its_members),
        SERVED(a_large_group_that_was_replaced_is_answered_whole),
        SERVED(what_was_replaced_is_answered_even_when_no_work_thread_is_free),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
