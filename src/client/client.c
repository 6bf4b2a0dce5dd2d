#include "bridge/client/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/json.h"
#include "bridge/base/text.h"

enum {
    CONNECT_SECONDS = 5,
    ANSWER_MOST = 16 * 1024 * 1024, /* bytes */
    FIRST_CAPACITY = 16 * 1024,
    HTTP_REDIRECTION = 300,
    HTTP_FAILURE = 400
};

/* The body of the answer as it comes in. */
struct received {
    char *data;
    size_t size;
    size_t capacity;
    bool is_too_large;
};

/* What one request holds and gives back. */
struct transfer {
    CURL *curl;
    struct curl_slist *headers;
    char *url;
    char *sent; /* the body as text; NULL: none */
    struct received received;
    char words[CURL_ERROR_SIZE]; /* the library's, about its failure */
};

static void transfer_clear(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->curl);
    curl_slist_free_all(transfer->headers);
    free(transfer->url);
    free(transfer->sent);
    free(transfer->received.data);
}

/* ----------------------------------------------------------------- sending */

/* As libcurl calls it: anything but the whole size ends the transfer. */
static size_t receive(char *data, size_t unit, size_t count, void *context)
{
    struct received *received = context;
    size_t size = unit * count;

    if (size > ANSWER_MOST - received->size) {
        received->is_too_large = true;
        return 0;
    }
    if (received->capacity < received->size + size) {
        size_t capacity = received->capacity ? received->capacity : FIRST_CAPACITY;

        while (capacity < received->size + size)
            capacity *= 2;
        received->data = heap_resize(received->data, capacity);
        received->capacity = capacity;
    }
    if (size)
        memcpy(received->data + received->size, data, size);
    received->size += size;
    return size;
}

static bool add_header(struct transfer *transfer, const char *line)
{
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);

    if (longer)
        transfer->headers = longer;
    return longer;
}

/* The place of the daemon, for the words. */
static const char *place_of(const struct client *client)
{
    return client->socket_path ? client->socket_path : client->url;
}

static char *url_of(const struct client *client, const char *path)
{
    const char *base = client->socket_path ? "http://localhost" : client->url;
    size_t base_size = strlen(base), path_size = strlen(path);
    char *url = heap_alloc(base_size + path_size + 1, 1);

    while (base_size > 0 && base[base_size - 1] == '/')
        base_size--;
    memcpy(url, base, base_size);
    memcpy(url + base_size, path, path_size);
    return url;
}

static bool set_limits(CURL *curl, const struct client *client)
{
    return !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") &&
           !curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) &&
           !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
           !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) &&
           !curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)client->timeout_seconds);
}

static bool is_encrypted(const struct client *client)
{
    return !client->socket_path && strncasecmp(client->url, "https:", strlen("https:")) == 0;
}

static bool set_place(struct transfer *transfer, const struct client *client, const char *path)
{
    CURL *curl = transfer->curl;

    transfer->url = url_of(client, path);
    if (curl_easy_setopt(curl, CURLOPT_URL, transfer->url))
        return false;
    /* A proxy of the environment would read along. */
    if (!is_encrypted(client) && curl_easy_setopt(curl, CURLOPT_PROXY, ""))
        return false;
    if (client->socket_path &&
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket_path))
        return false;
    return !client->token || (!curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER) &&
                              !curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, client->token));
}

/* Those that `ca_file` names are trusted instead of the system's, not beside them. */
static bool set_tls(CURL *curl, const struct client *client)
{
    return !curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           (!client->ca_file || (!curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca_file) &&
                                 !curl_easy_setopt(curl, CURLOPT_CAPATH, NULL)));
}

/* Nothing that would end the header it goes into. */
static bool is_token(const char *token)
{
    while (*token > ' ' && *token < 0x7F)
        token++;
    return !*token;
}

static bool set_body(struct transfer *transfer, const char *method, const json_t *body)
{
    bool may_have_one = strcmp(method, "GET") != 0 && strcmp(method, "DELETE") != 0;

    if (body && !(transfer->sent = json_dumps(body, JSON_COMPACT)))
        return false;
    if (!body && !may_have_one)
        return true;
    /* A POST of nothing still has to say how long it is. */
    return !curl_easy_setopt(transfer->curl, CURLOPT_POSTFIELDS, body ? transfer->sent : "") &&
           add_header(transfer, body ? "Content-Type: application/scim+json" : "Content-Type:");
}

static bool set_organization(struct transfer *transfer, const char *name)
{
    char line[64 + LABEL_MAX];

    (void)snprintf(line, sizeof(line), "Rolebridge-Organization: %s", name);
    return add_header(transfer, line);
}

static bool set_request(struct transfer *transfer, const char *method)
{
    CURL *curl = transfer->curl;

    return add_header(transfer, "Accept: application/scim+json, application/json") &&
           add_header(transfer, "Expect:") &&
           !curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method) &&
           !curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers) &&
           !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) &&
           !curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer->received) &&
           !curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->words);
}

/* --------------------------------------------------------------- answering */

/* Nobody took the connection to the control socket. */
static enum status fail_socket(CURL *curl, const struct client *client, struct problem *problem)
{
    long reason = 0;

    (void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &reason);
    if (reason == EACCES || reason == EPERM)
        return problem_set(problem, STATUS_FORBIDDEN,
                           "you may not open %s; be root, the daemon's user or in the group that "
                           "control.group names",
                           client->socket_path);
    return problem_set(problem, STATUS_UNREACHABLE,
                       "no daemon answers on %s; start it with: rolebridge serve%s%s",
                       client->socket_path, client->config_path ? " --config " : "",
                       client->config_path ? client->config_path : "");
}

/* How a request ended before it was asked. The words: before the place, behind it, and advice. */
static const struct {
    CURLcode code;
    enum status status;
    const char *before, *behind, *advice;
} failures[] = {
    {CURLE_PEER_FAILED_VERIFICATION, STATUS_UNREACHABLE, "the certificate of ",
     " is refused, and nothing was asked",
     "; --ca-file names who may have signed it, and the URL must have a name that it is made out "
     "to"},
    {CURLE_SSL_CACERT_BADFILE, STATUS_CONFIGURATION, "the authorities' certificates of ",
     " cannot be used", ""},
    {CURLE_SSL_CONNECT_ERROR, STATUS_UNREACHABLE, "no TLS with ", "", ""},
    {CURLE_COULDNT_CONNECT, STATUS_UNREACHABLE, "nobody answers at ", "", ""},
    {CURLE_COULDNT_RESOLVE_HOST, STATUS_UNREACHABLE, "nobody answers at ", "", ""},
    {CURLE_COULDNT_RESOLVE_PROXY, STATUS_UNREACHABLE, "no way to ", "", ""},
};

/* A deadline that passes before anything is sent is one of the connection. */
static CURLcode code_before_asking(CURL *curl, CURLcode code)
{
    long sent = 0; /* bytes */

    (void)curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
    return code == CURLE_OPERATION_TIMEDOUT && sent == 0 ? CURLE_COULDNT_CONNECT : code;
}

/* What a failure is about, for the words. */
static const char *subject_of(const struct client *client, CURLcode code)
{
    if (code != CURLE_SSL_CACERT_BADFILE)
        return place_of(client);
    return client->ca_file ? client->ca_file : "the system";
}

static enum status fail_transfer(const struct transfer *transfer, const struct client *client,
                                 CURLcode code, struct problem *problem)
{
    const char *place = place_of(client);
    const char *words = *transfer->words ? transfer->words : curl_easy_strerror(code);

    code = code_before_asking(transfer->curl, code);
    if (transfer->received.is_too_large)
        return problem_set(problem, STATUS_INTERNAL, "the answer from %s is larger than 16 MiB",
                           place);
    if (client->socket_path && code == CURLE_COULDNT_CONNECT)
        return fail_socket(transfer->curl, client, problem);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (failures[i].code == code)
            return problem_set(problem, failures[i].status, "%s%s%s: %s%s", failures[i].before,
                               subject_of(client, code), failures[i].behind, words,
                               failures[i].advice);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return problem_set(problem, STATUS_UNREACHABLE,
                           "no answer from %s in time; what was asked may still be done: look "
                           "before asking again",
                           place);
    return problem_set(problem, STATUS_UNREACHABLE, "the connection to %s failed: %s", place,
                       words);
}

/* These two are said about the daemon and the configuration, never by the daemon. */
static bool is_sent(enum status status)
{
    return status != STATUS_UNREACHABLE && status != STATUS_CONFIGURATION;
}

static bool is_same_type(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

/* The status that is rendered like this; failing that, the first one with this code. */
static enum status status_of_answer(long http, const char *scim_type)
{
    enum status same_code = http < 500 ? STATUS_INVALID_VALUE : STATUS_INTERNAL;
    bool is_found = false;

    for (enum status status = STATUS_OK; status < STATUS_COUNT; status++) {
        if (status_http(status) != http || !is_sent(status))
            continue;
        if (is_same_type(status_scim_type(status), scim_type))
            return status;
        if (!is_found)
            same_code = status;
        is_found = true;
    }
    return same_code;
}

static enum status fail_answered(const struct client *client, long http, const json_t *body,
                                 struct problem *problem)
{
    const char *detail = json_string_value(json_object_get(body, "detail"));
    const char *scim_type = json_string_value(json_object_get(body, "scimType"));
    enum status status = status_of_answer(http, scim_type);

    if (detail)
        return problem_set(problem, status, "%s", detail);
    return problem_set(problem, status, "%s answered with HTTP status %ld and no reason",
                       place_of(client), http);
}

/* Of the daemon, which may have much to say: a group shows all its members. */
static const struct json_limits answer_limits = {
    .depth = 64, .values = SIZE_MAX, .text = 1024 * 1024};

static enum status read_answer(const struct transfer *transfer, const struct client *client,
                               struct client_answer *answer, struct problem *problem)
{
    const struct received *received = &transfer->received;
    json_auto_t *body = NULL;

    (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    if (received->size)
        (void)json_read(bytes_of(received->data, received->size), &answer_limits, &body, NULL);
    if (answer->status >= HTTP_FAILURE)
        return fail_answered(client, answer->status, body, problem);
    if (answer->status >= HTTP_REDIRECTION || (received->size && !body))
        return problem_set(problem, STATUS_INTERNAL,
                           "%s answered with HTTP status %ld and no JSON; is Rolebridge there?",
                           place_of(client), answer->status);
    answer->body = body;
    body = NULL; /* now the caller's */
    return STATUS_OK;
}

/* -------------------------------------------------------------------- URLs */

static void curlu_release(CURLU **parsed)
{
    curl_url_cleanup(*parsed);
}

/* NULL: the URL has none. The caller's to curl_free. */
static char *part_of(CURLU *parsed, CURLUPart part)
{
    char *text = NULL;

    return curl_url_get(parsed, part, &text, 0) ? NULL : text;
}

static bool has_part(CURLU *parsed, CURLUPart part)
{
    char *text = part_of(parsed, part);
    bool is_there = text != NULL;

    curl_free(text);
    return is_there;
}

static bool is_part(CURLU *parsed, CURLUPart part, const char *expected)
{
    char *text = part_of(parsed, part);
    bool is_equal = text && strcasecmp(text, expected) == 0;

    curl_free(text);
    return is_equal;
}

static bool is_loopback(CURLU *parsed)
{
    char *host = part_of(parsed, CURLUPART_HOST);
    struct in_addr address;
    bool is_this_machine =
        host && (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
                 (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127));

    curl_free(host);
    return is_this_machine;
}

enum status client_check_url(const char *url, struct problem *problem)
{
    SCOPED(curlu_release) CURLU *parsed = curl_url();
    bool is_url = parsed && !curl_url_set(parsed, CURLUPART_URL, url, 0);
    bool is_https = is_url && is_part(parsed, CURLUPART_SCHEME, "https");

    if (strchr(url, '@'))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "a URL with a name or password in it is not used; the token comes from "
                           "a file");
    if (!is_url || (!is_https && !is_part(parsed, CURLUPART_SCHEME, "http")))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "%s is no URL to ask; expected one like https://bridge.example.org",
                           url);
    if (has_part(parsed, CURLUPART_QUERY) || has_part(parsed, CURLUPART_FRAGMENT))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "%s has a query or a fragment in it; expected one like "
                           "https://bridge.example.org",
                           url);
    if (!is_https && !is_loopback(parsed))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "%s would take the token over the network in clear; use https://", url);
    return STATUS_OK;
}

/* -------------------------------------------------------------------- face */

enum status client_request(const struct client *client, const char *method, const char *path,
                           const json_t *body, struct client_answer *answer,
                           struct problem *problem)
{
    SCOPED(transfer_clear) struct transfer transfer = {.curl = curl_easy_init()};
    enum status status = client->socket_path ? STATUS_OK : client_check_url(client->url, problem);
    CURLcode code;

    *answer = (struct client_answer){0};
    if (status)
        return status;
    if (client->token && !is_token(client->token))
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "the token is no token: it has a character that none has");
    if (client->organization && !text_is_label(client->organization))
        return problem_set(problem, STATUS_INVALID_VALUE, "\"%s\" cannot name an organization",
                           client->organization);
    if (!transfer.curl || !set_limits(transfer.curl, client) || !set_tls(transfer.curl, client) ||
        !set_place(&transfer, client, path) || !set_body(&transfer, method, body) ||
        (client->organization && !set_organization(&transfer, client->organization)) ||
        !set_request(&transfer, method))
        return problem_set(problem, STATUS_INTERNAL, "libcurl cannot be made ready to ask %s",
                           place_of(client));
    code = curl_easy_perform(transfer.curl);
    if (code)
        return fail_transfer(&transfer, client, code, problem);
    return read_answer(&transfer, client, answer, problem);
}

char *client_escape(struct arena *arena, const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);
    char *copy = arena_strdup(arena, escaped ? escaped : "");

    curl_free(escaped);
    return copy;
}
