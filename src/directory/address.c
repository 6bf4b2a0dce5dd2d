#include "address.h"

#include <arpa/inet.h>
#include <ldap.h>
#include <string.h>
#include <strings.h>

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

/* What goes with each scheme, besides a password. */
static const struct scheme {
    const char *name;
    bool is_local; /* names a socket, no host */
    bool is_protected;
    bool can_start_tls;
    bool knows_peer; /* so that SASL EXTERNAL says who we are */
} schemes[] = {
    {"ldapi", .is_local = true, .knows_peer = true},
    {"ldaps", .is_protected = true},
    {"ldap", .can_start_tls = true},
};

static const struct scheme *find_scheme(const char *name)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (text_equal_ascii(schemes[i].name, name))
            return &schemes[i];
    }
    return NULL;
}

static enum status refuse(const char *uri, const char *why, struct problem *problem)
{
    return problem_set(problem, STATUS_CONFIGURATION, "directory.uri %s: %s", uri, why);
}

static enum status check_host(const struct scheme *scheme, const char *host,
                              const struct directory_settings *settings, struct problem *problem)
{
    if (scheme->is_local)
        return STATUS_OK;
    if (!host || !*host)
        return refuse(settings->uri, "names no host", problem);
    if (scheme->is_protected || settings->starts_tls || is_loopback(host))
        return STATUS_OK;
    return refuse(settings->uri,
                  "ldap:// would send the password in clear, so that only a loopback address is "
                  "accepted (127.0.0.1, ::1, localhost); use ldaps://, or directory.start_tls: "
                  "true, or ldapi:// on the server's own machine",
                  problem);
}

static enum status check_extras(const struct scheme *scheme,
                                const struct directory_settings *settings, struct problem *problem)
{
    if (settings->starts_tls && !scheme->can_start_tls)
        return refuse(settings->uri, "directory.start_tls goes with ldap:// only", problem);
    if (settings->binds_externally && !scheme->knows_peer)
        return refuse(settings->uri, "directory.bind: external goes with ldapi:// only", problem);
    if ((scheme->is_protected || settings->starts_tls) && !settings->ca_file)
        return refuse(settings->uri, "directory.ca_file is not set", problem);
    return STATUS_OK;
}

enum status directory_check(const struct directory_settings *settings, struct problem *problem)
{
    SCOPED(release_url) LDAPURLDesc *url = NULL;
    const char *uri = settings->uri;
    const struct scheme *scheme;
    enum status status;

    /* libldap takes a list of URIs, of which only the first would be looked at here. */
    if (!uri || strpbrk(uri, " \t\r\n,") || ldap_url_parse(uri, &url) != LDAP_URL_SUCCESS)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "directory.uri %s is not one LDAP URI: write ldapi://%%2Frun%%2F..., "
                           "ldaps://ldap.example.org or ldap://127.0.0.1:389",
                           uri ? uri : "(none)");
    if (!(scheme = find_scheme(url->lud_scheme)))
        return refuse(uri, "must begin with ldapi://, ldaps:// or ldap://", problem);
    if ((status = check_extras(scheme, settings, problem)))
        return status;
    return check_host(scheme, url->lud_host, settings, problem);
}

char *address_without_tls(const struct directory_settings *settings)
{
    SCOPED(release_url) LDAPURLDesc *url = NULL;

    if (ldap_url_parse(settings->uri, &url) != LDAP_URL_SUCCESS)
        return NULL;
    if (text_equal_ascii(url->lud_scheme, "ldaps"))
        url->lud_scheme[strlen("ldap")] = '\0';
    return ldap_url_desc2str(url);
}

bool address_is_protected(const struct directory_settings *settings)
{
    return settings->starts_tls || strncasecmp(settings->uri, "ldaps:", strlen("ldaps:")) == 0;
}

static bool is_socket(const LDAPURLDesc *url)
{
    return text_equal_ascii(url->lud_scheme, "ldapi");
}

static const char *host_of(const LDAPURLDesc *url)
{
    const char *host = url->lud_host ? url->lud_host : "";

    return is_socket(url) || is_loopback(host) ? "localhost" : host;
}

static const char *socket_of(const LDAPURLDesc *url)
{
    return is_socket(url) && url->lud_host ? url->lud_host : "";
}

bool directory_is_same_server(const char *uri, const char *other)
{
    SCOPED(release_url) LDAPURLDesc *left = NULL;
    SCOPED(release_url) LDAPURLDesc *right = NULL;

    if (ldap_url_parse(uri, &left) || ldap_url_parse(other, &right) ||
        !text_equal_ascii(host_of(left), host_of(right)))
        return false;
    if (!text_equal_ascii(left->lud_scheme, right->lud_scheme))
        return true;
    return left->lud_port == right->lud_port && strcmp(socket_of(left), socket_of(right)) == 0;
}
