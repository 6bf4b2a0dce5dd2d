#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "bridge/base/log.h"
#include "service.h"

/*
 * Fifty requests at the same moment, each on a connection of its own, of which the
 * rules allow one (I3, and threat 5); or all of them, though they change the same group.
 */

enum { WRITERS = 50, ROUNDS = 100, PEOPLE = 150, BODY_SIZE = 512 };

static struct service service;

struct writer {
    pthread_t thread;
    pthread_barrier_t *start;
    const char *method;
    char target[128];
    char body[BODY_SIZE];
    int status;
};

static struct writer writers[WRITERS];

static void *write_once(void *context)
{
    struct writer *writer = context;
    struct reply reply;

    (void)pthread_barrier_wait(writer->start);
    reply = service_ask(&service, service.provider, writer->method, writer->target, writer->body);
    writer->status = reply.status;
    reply_clear(&reply);
    return NULL;
}

/* All at once; how many were answered with this status. */
static int write_all(int status)
{
    pthread_barrier_t start;
    int count = 0;

    (void)pthread_barrier_init(&start, NULL, WRITERS);
    for (int i = 0; i < WRITERS; i++) {
        writers[i].start = &start;
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_once, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        (void)pthread_join(writers[i].thread, NULL);
        count += writers[i].status == status;
    }
    (void)pthread_barrier_destroy(&start);
    return count;
}

static int count_of(int status)
{
    int count = 0;

    for (int i = 0; i < WRITERS; i++)
        count += writers[i].status == status;
    return count;
}

static json_t *ask(const char *method, const char *target, const char *body, int status)
{
    SCOPED(reply_clear)
    struct reply reply = service_ask(&service, service.provider, method, target, body);

    assert_int_equal(reply.status, status);
    return json_loadb(reply.body, reply.body_size, 0, NULL);
}

static json_int_t total_of(const char *target)
{
    json_auto_t *list = ask("GET", target, NULL, 200);

    return json_integer_value(json_object_get(list, "totalResults"));
}

static const char *id_of(const json_t *resource)
{
    return json_string_value(json_object_get(resource, "id"));
}

/* ------------------------------------------------------------------------------ tests */

static void of_fifty_who_create_one_name_one_does_and_the_others_are_told(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char target[128];

        for (int i = 0; i < WRITERS; i++) {
            writers[i].method = "POST";
            (void)snprintf(writers[i].target, sizeof(writers[i].target), "/scim/v2/Users");
            (void)snprintf(writers[i].body, BODY_SIZE, "{\"userName\":\"%s%d\"}",
                           i % 2 ? "ana" : "ANA", round);
        }
        assert_int_equal(write_all(201), 1);
        assert_int_equal(count_of(409), WRITERS - 1);

        (void)snprintf(target, sizeof(target),
                       "/scim/v2/Users?filter=userName%%20eq%%20%%22ana%d%%22", round);
        assert_int_equal(total_of(target), 1);
        assert_int_equal(total_of("/scim/v2/Users"), round + 1);
    }
}

static void fifty_who_add_different_members_to_one_group_are_all_heard(void **state)
{
    json_auto_t *group = ask("POST", "/scim/v2/Groups", "{\"displayName\":\"Tooling\"}", 201);
    json_auto_t *after = NULL;
    char target[128];

    (void)state;
    (void)snprintf(target, sizeof(target), "/scim/v2/Groups/%s", id_of(group));
    for (int i = 0; i < WRITERS; i++) {
        char person[BODY_SIZE];
        json_auto_t *made = NULL;

        (void)snprintf(person, sizeof(person), "{\"userName\":\"member%d\"}", i);
        made = ask("POST", "/scim/v2/Users", person, 201);
        writers[i].method = "PATCH";
        (void)snprintf(writers[i].target, sizeof(writers[i].target), "%s", target);
        (void)snprintf(writers[i].body, BODY_SIZE,
                       "{\"Operations\":[{\"op\":\"add\",\"path\":\"members\","
                       "\"value\":[{\"value\":\"%s\"}]}]}",
                       id_of(made));
    }

    assert_int_equal(write_all(204), WRITERS);

    after = ask("GET", target, NULL, 200);
    assert_int_equal(json_array_size(json_object_get(after, "members")), WRITERS);
}

/* Lists that look at everybody, while everybody changes: each is whole. */
static void lists_are_whole_while_others_write(void **state)
{
    static const char change[] = "{\"Operations\":[{\"op\":\"replace\",\"path\":\"nickName\","
                                 "\"value\":\"x\"}]}";
    int answered;
    int told;

    (void)state;
    for (int i = 0; i < PEOPLE; i++) {
        char person[BODY_SIZE];
        json_auto_t *made = NULL;

        (void)snprintf(person, sizeof(person), "{\"userName\":\"p%d\",\"title\":\"Chief\"}", i);
        made = ask("POST", "/scim/v2/Users", person, 201);
        if (i >= WRITERS)
            continue;
        writers[i].method = i % 10 ? "PATCH" : "GET";
        (void)snprintf(writers[i].target, sizeof(writers[i].target), "/scim/v2/Users%s%s",
                       i % 10 ? "/" : "?filter=title%20eq%20%22chief%22",
                       i % 10 ? id_of(made) : "");
        (void)snprintf(writers[i].body, BODY_SIZE, "%s", i % 10 ? change : "");
    }

    answered = write_all(200);
    told = count_of(429); /* two lists at a time */
    assert_int_equal(answered + told, WRITERS);
    assert_true(told <= WRITERS / 10 - 2);
    assert_int_equal(total_of("/scim/v2/Users?filter=title%20eq%20%22chief%22"), PEOPLE);
}

static int set_up(void **state)
{
    int code = world_set_up_on_disk(state);

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
        SERVED(of_fifty_who_create_one_name_one_does_and_the_others_are_told),
        SERVED(fifty_who_add_different_members_to_one_group_are_all_heard),
        SERVED(lists_are_whole_while_others_write),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
