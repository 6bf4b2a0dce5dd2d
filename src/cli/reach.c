#include "reach.h"

#include <stdlib.h>

enum { TIMEOUT_SECONDS = 60 };

/* As an option, or else from the environment; what is empty is not given. */
static const char *given(const struct invocation *invocation, enum option option, const char *name)
{
    const char *value = invocation->options[option];

    if (!value && !invocation->options[OPTION_CONFIG])
        value = getenv(name);
    return value && *value ? value : NULL;
}

static enum status check_usage(struct invocation *invocation, const char *url,
                               struct problem *problem)
{
    const char *const *options = invocation->options;

    if (url && options[OPTION_CONFIG])
        return usage_fail(invocation, problem, "--url and --config exclude each other; give one");
    if (!url && (options[OPTION_TOKEN_FILE] || options[OPTION_CA_FILE]))
        return usage_fail(
            invocation, problem, "%s goes with --url; the control socket needs none%s",
            options[OPTION_TOKEN_FILE] ? "--token-file" : "--ca-file",
            options[OPTION_TOKEN_FILE] ? " (a new token is kept by --save-token)" : "");
    if (options[OPTION_ORGANIZATION] && !text_is_label(options[OPTION_ORGANIZATION]))
        return usage_fail(invocation, problem,
                          "--organization is \"%.60s\"; expected 1 to %d of a-z, 0-9 and -",
                          options[OPTION_ORGANIZATION], LABEL_MAX);
    return STATUS_OK;
}

static enum status reach_socket(struct invocation *invocation, struct client *client,
                                struct problem *problem)
{
    struct config *config = &invocation->config;
    enum status status;

    if (!config->control_socket && (status = config_load(config_path(invocation), config, problem)))
        return status;
    client->socket_path = config->control_socket;
    client->config_path = invocation->options[OPTION_CONFIG];
    return STATUS_OK;
}

static enum status reach_url(struct invocation *invocation, const char *url, struct secret *token,
                             struct client *client, struct problem *problem)
{
    const char *path = given(invocation, OPTION_TOKEN_FILE, "ROLEBRIDGE_TOKEN_FILE");
    struct problem words = {0};

    if (client_check_url(url, &words))
        return usage_fail(invocation, problem, "%s", words.detail);
    if (!path)
        return usage_fail(invocation, problem, "--url needs --token-file FILE, with a token in it");
    client->url = url;
    client->ca_file = given(invocation, OPTION_CA_FILE, "ROLEBRIDGE_CA_FILE");
    client->token = token->data;
    return secret_read("token file", path, token, problem);
}

enum status reach_daemon(struct invocation *invocation, struct secret *token, struct client *client,
                         struct problem *problem)
{
    const char *url = given(invocation, OPTION_URL, "ROLEBRIDGE_URL");
    enum status status = check_usage(invocation, url, problem);

    *client = (struct client){.timeout_seconds = TIMEOUT_SECONDS,
                              .organization = invocation->options[OPTION_ORGANIZATION]};
    if (status)
        return status;
    return url ? reach_url(invocation, url, token, client, problem)
               : reach_socket(invocation, client, problem);
}
