#include "new_token.h"

#include "output.h"

enum status new_token_open(struct new_file *file, struct invocation *invocation,
                           struct problem *problem)
{
    return new_file_open(file, invocation->options[OPTION_SAVE_TOKEN], invocation, problem);
}

static enum status save(struct new_file *file, struct invocation *invocation, const char *token,
                        struct problem *problem)
{
    struct problem failure = {0};

    (void)fprintf(file->stream, "%s\n", token);
    if (new_file_finish(file, &failure))
        return problem_set(problem, failure.status,
                           "the token was made and is lost: %s; make another one", failure.detail);
    message_print(invocation, "the token is in %s", file->path);
    return STATUS_OK;
}

static const struct field fields[] = {
    {"name", {"name"}, NULL},
    {"token", {"token"}, NULL},
    {NULL, {NULL}, NULL},
};

enum status new_token_keep(struct new_file *file, struct invocation *invocation, json_t *answer,
                           struct problem *problem)
{
    const char *token = text_of(answer, "token");
    enum status status;

    if (!token)
        return problem_set(problem, STATUS_INTERNAL, "the daemon's answer has no token in it");
    if (file->path) {
        if ((status = save(file, invocation, token, problem)))
            return status;
        (void)json_object_del(answer, "token");
    } else {
        message_print(invocation, "this token is shown only now");
    }
    if (!output_is_table(invocation))
        output_one(invocation, answer, fields);
    else if (!file->path)
        fprintf(invocation->out, "%s\n", token);
    return STATUS_OK;
}
