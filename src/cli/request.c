#include "request.h"

#include <string.h>

#include "reach.h"

enum { PAGE_SIZE = 200, RESOURCES_MOST = 1000000 };

/* "there is no connection entra": the noun, if there is a command that lists its kind. */
static const char *noun_of_missing(const struct problem *refusal)
{
    static const char start[] = "there is no ";
    const char *word = refusal->detail + sizeof(start) - 1;

    if (refusal->status != STATUS_NOT_FOUND ||
        strncmp(refusal->detail, start, sizeof(start) - 1) != 0)
        return NULL;
    for (size_t i = 0; i < command_count; i++) {
        const char *noun = commands[i].noun;

        if (commands[i].verb && strcmp(commands[i].verb, "list") == 0 &&
            strncmp(word, noun, strlen(noun)) == 0 && word[strlen(noun)] == ' ')
            return noun;
    }
    return NULL;
}

/* Says what to do about it: who asks by a token may not be let see every list. */
static enum status explain(const struct client *client, const struct problem *refusal,
                           struct problem *problem)
{
    const char *noun = client->token ? NULL : noun_of_missing(refusal);

    if (noun)
        return problem_set(problem, refusal->status, "%s; see: rolebridge %s list", refusal->detail,
                           noun);
    if (client->token && refusal->status == STATUS_UNAUTHORIZED)
        return problem_set(problem, refusal->status,
                           "%s: %s; a new one is made there with: rolebridge token create NAME",
                           client->url, refusal->detail);
    return problem_set(problem, refusal->status, "%s", refusal->detail);
}

enum status request_send(struct invocation *invocation, const char *method, const char *path,
                         const json_t *body, json_t **answer, struct problem *problem)
{
    SCOPED(secret_clear) struct secret token = {.size = 0};
    struct client_answer got = {0};
    struct problem refusal = {0};
    struct client client;
    enum status status;

    if ((status = reach_daemon(invocation, &token, &client, problem)))
        return status;
    if (client_request(&client, method, path, body, &got, &refusal))
        return explain(&client, &refusal, problem);
    if (answer)
        *answer = got.body;
    else
        json_decref(got.body);
    return STATUS_OK;
}

static enum status take_page(json_t *resources, const json_t *page, bool *is_complete,
                             struct problem *problem)
{
    json_int_t total = json_integer_value(json_object_get(page, "totalResults"));
    json_t *more = json_object_get(page, "Resources");

    if (!json_is_integer(json_object_get(page, "totalResults")))
        return problem_set(problem, STATUS_INTERNAL, "the daemon's list is no list response");
    if (total > RESOURCES_MOST)
        return problem_set(problem, STATUS_TOO_MANY, "there are more than %d", RESOURCES_MOST);
    (void)json_array_extend(resources, more);
    *is_complete = json_array_size(more) == 0 || (json_int_t)json_array_size(resources) >= total;
    return STATUS_OK;
}

const char *request_filter(struct invocation *invocation, const char *filter)
{
    return arena_printf(invocation->arena, "filter=%s", client_escape(invocation->arena, filter));
}

enum status request_all(struct invocation *invocation, const char *path, const char *query,
                        json_t **resources, struct problem *problem)
{
    json_auto_t *all = json_array();
    bool is_complete = false;

    while (!is_complete) {
        json_auto_t *page = NULL;
        const char *target =
            arena_printf(invocation->arena, "%s?%s%sstartIndex=%zu&count=%d", path,
                         query ? query : "", query ? "&" : "", json_array_size(all) + 1, PAGE_SIZE);
        enum status status = request_send(invocation, "GET", target, NULL, &page, problem);

        if (!status)
            status = take_page(all, page, &is_complete, problem);
        if (status)
            return status;
    }
    *resources = all;
    all = NULL; /* now the caller's */
    return STATUS_OK;
}
