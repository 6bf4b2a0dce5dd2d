#include "address.h"

#include <arpa/inet.h>
#include <ldap.h>
#include <stdbool.h>
#include <string.h>

#include "bridge/base/text.h"

static void release_url(LDAPURLDesc **url)
{
    if (*url)
        ldap_free_urldesc(*url);
}

static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;

    if (text_equal_ascii(host, "localhost"))
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

enum status address_check(const char *uri, struct problem *problem)
{
    SCOPED(release_url) LDAPURLDesc *url = NULL;

    /* libldap takes a list of URIs, of which only the first would be looked at here. */
    if (!uri || strpbrk(uri, " \t\r\n,") || ldap_url_parse(uri, &url) != LDAP_URL_SUCCESS)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "directory.uri %s is not one LDAP URI: write ldapi://%%2Frun%%2F... or "
                           "ldap://127.0.0.1:389",
                           uri ? uri : "(none)");
    if (text_equal_ascii(url->lud_scheme, "ldapi"))
        return STATUS_OK;
    if (!text_equal_ascii(url->lud_scheme, "ldap"))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "directory.uri %s: %s:// and StartTLS come with a later release; use "
                           "ldapi://, or ldap:// on a loopback address",
                           uri, url->lud_scheme);
    if (!url->lud_host || !is_loopback(url->lud_host))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "directory.uri %s: ldap:// would send the password in clear, so that "
                           "only a loopback address is accepted (127.0.0.1, ::1, localhost); use "
                           "ldapi:// on the server's own machine",
                           uri);
    return STATUS_OK;
}
