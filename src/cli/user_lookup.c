#include "user.h"

#include <string.h>

#include "bridge/base/text.h"
#include "bridge/client/client.h"
#include "request.h"

enum { MATCHES_MOST = 10 };

const json_t *user_extension(const json_t *user)
{
    return json_object_get(user, BRIDGE_USER);
}

const char *user_email(const json_t *user)
{
    const json_t *emails = json_object_get(user, "emails");
    size_t i;
    json_t *email;

    json_array_foreach (emails, i, email)
        if (json_is_true(json_object_get(email, "primary")))
            return text_of(email, "value");
    return json_array_size(emails) == 1 ? text_of(json_array_get(emails, 0), "value") : NULL;
}

const char *user_path(const json_t *user, struct arena *arena)
{
    const char *id = text_of(user, "id");

    return arena_printf(arena, "/scim/v2/Users/%s", client_escape(arena, id ? id : ""));
}

/* Those whose attribute is the name; SCIM compares it as it must be compared. */
static enum status find_by(struct invocation *invocation, const char *attribute, const char *name,
                           json_t **users, struct problem *problem)
{
    struct text filter = {.arena = invocation->arena};
    json_auto_t *page = NULL;
    const char *path;
    enum status status;

    text_add_format(&filter, "%s eq ", attribute);
    text_add_json(&filter, name);
    path = arena_printf(invocation->arena, "/scim/v2/Users?count=%d&filter=%s", MATCHES_MOST,
                        client_escape(invocation->arena, filter.data));
    if ((status = request_send(invocation, "GET", path, NULL, &page, problem)))
        return status;
    *users = json_incref(json_object_get(page, "Resources"));
    return STATUS_OK;
}

static enum status fail_ambiguous(struct invocation *invocation, const char *name,
                                  const json_t *users, struct problem *problem)
{
    struct text list = {.arena = invocation->arena};
    size_t i;
    json_t *user;

    json_array_foreach (users, i, user) {
        const char *user_name = text_of(user, "userName"), *id = text_of(user, "id");

        text_add_format(&list, "%s%s (%s)", i ? ", " : "", user_name ? user_name : "-",
                        id ? id : "-");
    }
    return problem_set(problem, STATUS_TOO_MANY, "%s may be one of: %s; name one by its id", name,
                       list.data);
}

/* The only one of several; none is no failure. */
static enum status take_only(struct invocation *invocation, const char *name, const json_t *users,
                             json_t **user, struct problem *problem)
{
    if (json_array_size(users) > 1)
        return fail_ambiguous(invocation, name, users, problem);
    *user = json_incref(json_array_get(users, 0));
    return STATUS_OK;
}

static enum status find_by_user_name(struct invocation *invocation, const char *name, json_t **user,
                                     struct problem *problem)
{
    json_auto_t *users = NULL;
    enum status status = find_by(invocation, "userName", name, &users, problem);

    return status ? status : take_only(invocation, name, users, user, problem);
}

/* The filter also finds those who have it as another address than the primary one. */
static enum status find_by_email(struct invocation *invocation, const char *name, json_t **user,
                                 struct problem *problem)
{
    json_auto_t *users = NULL;
    json_auto_t *primary = json_array();
    enum status status = find_by(invocation, "emails.value", name, &users, problem);
    size_t i;
    json_t *candidate;

    if (status)
        return status;
    json_array_foreach (users, i, candidate) {
        const char *email = user_email(candidate);

        if (email && text_equal_folded(email, name))
            (void)json_array_append(primary, candidate);
    }
    return take_only(invocation, name, primary, user, problem);
}

static enum status find_by_id(struct invocation *invocation, const char *name, json_t **user,
                              struct problem *problem)
{
    const char *path = arena_printf(invocation->arena, "/scim/v2/Users/%s",
                                    client_escape(invocation->arena, name));

    return request_send(invocation, "GET", path, NULL, user, problem);
}

enum status user_look_up(struct invocation *invocation, const char *name, json_t **user,
                         struct problem *problem)
{
    unsigned char id[UUID_SIZE];
    enum status status;

    if ((status = find_by_user_name(invocation, name, user, problem)) || *user)
        return status;
    if (strchr(name, '@') && ((status = find_by_email(invocation, name, user, problem)) || *user))
        return status;
    if (uuid_parse(name, id))
        return find_by_id(invocation, name, user, problem);
    return problem_set(problem, STATUS_NOT_FOUND, "there is no user %s; see: rolebridge user list",
                       name);
}
