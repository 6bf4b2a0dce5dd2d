#include <curl/curl.h>
#include <string.h>

#include "bridge/base/text.h"
#include "bridge/client/client.h"

enum { CONNECT_SECONDS = 5 };

static void curl_release(CURL **curl)
{
    curl_easy_cleanup(*curl);
}

/* The handshake alone; nothing is sent, so nobody needs to be trusted. */
static bool set_handshake(CURL *curl, const char *url)
{
    return !curl_easy_setopt(curl, CURLOPT_URL, url) &&
           !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") &&
           !curl_easy_setopt(curl, CURLOPT_PROXY, "") &&
           !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
           !curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L) &&
           !curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L) &&
           !curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L) &&
           !curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L) &&
           !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
}

/* Of the server's own certificate, which is the first: "Expire Date:2026-11-28 02:09:43 GMT". */
static bool read_end(CURL *curl, int64_t *at)
{
    static const char label[] = "Expire Date:";
    struct curl_certinfo *info = NULL;

    if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info) || !info || info->num_of_certs == 0)
        return false;
    for (const struct curl_slist *line = info->certinfo[0]; line; line = line->next) {
        char text[TIMESTAMP_SIZE] = "";

        if (strncmp(line->data, label, strlen(label)) != 0)
            continue;
        (void)snprintf(text, sizeof(text), "%.10sT%.8sZ", line->data + strlen(label),
                       line->data + strlen(label) + strlen("2026-11-28 "));
        return timestamp_parse(text, at);
    }
    return false;
}

enum status client_certificate_end(const char *url, int64_t *at, struct problem *problem)
{
    SCOPED(curl_release) CURL *curl = curl_easy_init();
    CURLcode code;

    if (!curl || !set_handshake(curl, url))
        return problem_set(problem, STATUS_INTERNAL, "libcurl cannot be made ready to ask %s", url);
    code = curl_easy_perform(curl);
    if (code)
        return problem_set(problem, STATUS_UNREACHABLE, "no TLS with %s: %s", url,
                           curl_easy_strerror(code));
    if (!read_end(curl, at))
        return problem_set(problem, STATUS_INTERNAL, "the certificate of %s does not say its end",
                           url);
    return STATUS_OK;
}
