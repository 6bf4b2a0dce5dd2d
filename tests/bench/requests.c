#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "load.h"

#define CORE      "urn:ietf:params:scim:schemas:core:2.0:User"
#define EXTENSION "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
#define PATCH_OP  "urn:ietf:params:scim:api:messages:2.0:PatchOp"

enum { BODY_SIZE = 2048, PATH_SIZE = 256 };

/* -------------------------------------------------------------------- wording */

static void expect(struct client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void expect(struct client *client, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(client->expected, sizeof(client->expected), format, arguments);
    va_end(arguments);
}

static void write_request(struct client *client, const char *token, const char *method,
                          const char *path, const char *body)
{
    char head[128] = "";
    int size;

    if (*body)
        (void)snprintf(head, sizeof(head),
                       "Content-Type: application/scim+json\r\nContent-Length: %zu\r\n",
                       strlen(body));
    size = snprintf(client->out, sizeof(client->out),
                    "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n%s\r\n%s",
                    method, path, token, head, body);
    if (size < 0 || (size_t)size >= sizeof(client->out))
        give_up("a request does not fit");
    client->out_size = (size_t)size;
}

static void write_get(const struct load *load, struct client *client, const char *query)
{
    char path[PATH_SIZE + 16];

    (void)snprintf(path, sizeof(path), "/scim/v2/Users%s", query);
    write_request(client, load->token, "GET", path, "");
}

/* -------------------------------------------------------------------- reading */

static void make_get(const struct load *load, struct client *client)
{
    char query[PATH_SIZE];
    char name[USER_NAME_SIZE];

    (void)snprintf(query, sizeof(query), "/%s", client->person.id);
    write_get(load, client, query);
    user_name_of(client->person.number, name);
    expect(client, "\"userName\":\"%s\"", name);
}

/* The same request as make_get, and 800 bytes for an answer. */
static void make_hello(const struct load *load, struct client *client)
{
    make_get(load, client);
    expect(client, "\r\nContent-Length: 800\r\n");
}

static void make_by_id(const struct load *load, struct client *client)
{
    char query[PATH_SIZE];
    char name[USER_NAME_SIZE];

    (void)snprintf(query, sizeof(query), "?filter=id%%20eq%%20%%22%s%%22", client->person.id);
    write_get(load, client, query);
    user_name_of(client->person.number, name);
    expect(client, "\"userName\":\"%s\"", name);
}

static void make_by_name(const struct load *load, struct client *client)
{
    char query[PATH_SIZE];
    char name[USER_NAME_SIZE];

    user_name_of(client->person.number, name);
    (void)snprintf(query, sizeof(query), "?filter=userName%%20eq%%20%%22%s%%22", name);
    write_get(load, client, query);
    expect(client, "\"id\":\"%s\"", client->person.id);
}

static void make_by_external_id(const struct load *load, struct client *client)
{
    char query[PATH_SIZE];

    (void)snprintf(query, sizeof(query), "?filter=externalId%%20eq%%20%%22ext-%07u%%22",
                   client->person.number);
    write_get(load, client, query);
    expect(client, "\"id\":\"%s\"", client->person.id);
}

/* Of everybody, a hundred from this place on. */
static void make_page(const struct load *load, struct client *client, size_t start_index)
{
    char query[PATH_SIZE];

    (void)snprintf(query, sizeof(query), "?count=100&startIndex=%zu", start_index);
    write_get(load, client, query);
    expect(client, "\"startIndex\":%zu,\"itemsPerPage\":100", start_index);
}

static void make_first_page(const struct load *load, struct client *client)
{
    make_page(load, client, 1);
}

static void make_last_page(const struct load *load, struct client *client)
{
    make_page(load, client, load->people.count - 99);
}

/* ------------------------------------------------------------------- changing */

static void make_create(const struct load *load, struct client *client)
{
    static const char *const sites[] = {"North Plant", "Harbour"};
    unsigned number = client->person.number;
    char name[USER_NAME_SIZE];
    char body[BODY_SIZE];

    user_name_of(number, name);
    (void)snprintf(body, sizeof(body),
                   "{\"schemas\":[\"" CORE "\",\"" EXTENSION "\"],\"externalId\":\"ext-%07u\","
                   "\"userName\":\"%s\",\"active\":true,"
                   "\"displayName\":\"%.15s Family%07u\",\"title\":\"Engineer\","
                   "\"name\":{\"givenName\":\"%.15s\",\"familyName\":\"Family%07u\"},"
                   "\"emails\":[{\"primary\":true,\"type\":\"work\",\"value\":\"%s\"}],"
                   "\"" EXTENSION "\":{\"role\":\"user\",\"site\":\"%s\"}}",
                   number, name, name, number, name, number, name, sites[number % 2]);
    write_request(client, load->token, "POST", "/scim/v2/Users", body);
    expect(client, "\"userName\":\"%s\"", name);
}

static void learn_created(struct load *load, const struct client *client)
{
    static const char mark[] = "\"id\":\"";
    struct person person = {.number = client->person.number, .is_active = true};
    const char *id = strstr(client->in, mark);

    if (!id)
        give_up("an answer to POST without an id");
    (void)snprintf(person.id, sizeof(person.id), "%.36s", id + sizeof(mark) - 1);
    people_add(&load->people, &person);
}

static void write_patch(const struct load *load, struct client *client, const char *path,
                        const char *value)
{
    char target[PATH_SIZE];
    char body[BODY_SIZE];

    (void)snprintf(target, sizeof(target), "/scim/v2/Users/%s", client->person.id);
    (void)snprintf(body, sizeof(body),
                   "{\"schemas\":[\"" PATCH_OP "\"],\"Operations\":[{\"op\":\"replace\","
                   "\"path\":\"%s\",\"value\":%s}]}",
                   path, value);
    write_request(client, load->token, "PATCH", target, body);
    expect(client, "\"%s\":%s", path, value);
}

static void make_retitle(const struct load *load, struct client *client)
{
    char title[64];

    (void)snprintf(title, sizeof(title), "\"Engineer %llx\"", (unsigned long long)now_ns());
    write_patch(load, client, "title", title);
}

/* Whoever is active is deactivated, and the other way round: each of them is a change. */
static void make_turn(const struct load *load, struct client *client)
{
    write_patch(load, client, "active", client->person.is_active ? "false" : "true");
}

static void learn_turned(struct load *load, const struct client *client)
{
    load->people.items[client->place].is_active = !client->person.is_active;
}

/* --------------------------------------------------------------------- status */

void make_status(const struct load *load, struct client *client)
{
    write_request(client, load->admin_token, "GET", "/admin/v1/status", "");
    expect(client, "\"waiting\":");
}

/* ---------------------------------------------------------------------- table */

static const struct request requests[] = {
    {"hello", "GET of the yardstick", 200, WHOM_SOMEBODY, make_hello, NULL},
    {"get", "GET a user by id", 200, WHOM_SOMEBODY, make_get, NULL},
    {"id", "GET, filter id eq", 200, WHOM_SOMEBODY, make_by_id, NULL},
    {"name", "GET, filter userName eq", 200, WHOM_SOMEBODY, make_by_name, NULL},
    {"external", "GET, filter externalId eq", 200, WHOM_SOMEBODY, make_by_external_id, NULL},
    {"page", "GET the first page of 100", 200, WHOM_SOMEBODY, make_first_page, NULL},
    {"last", "GET the last page of 100", 200, WHOM_SOMEBODY, make_last_page, NULL},
    {"post", "POST a new user", 201, WHOM_NEWCOMER, make_create, learn_created},
    {"title", "PATCH the title", 200, WHOM_SOMEBODY, make_retitle, NULL},
    {"active", "PATCH active", 200, WHOM_SOMEBODY, make_turn, learn_turned},
};

const struct request *request_find(const char *name)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        if (strcmp(requests[i].name, name) == 0)
            return &requests[i];
    return NULL;
}

void requests_list(void)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        (void)fprintf(stderr, "  %-10s %s\n", requests[i].name, requests[i].help);
}
