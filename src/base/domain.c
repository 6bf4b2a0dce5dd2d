#include "bridge/base/domain.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/status.h"

enum { DOMAIN_MAX = 253 };

/* What IDNA leaves alone in labels of ASCII: RFC 1123 section 2.1 does not. */
static bool is_host_name(const char *domain)
{
    size_t size = strspn(domain, "abcdefghijklmnopqrstuvwxyz0123456789-.");

    return size > 0 && size <= DOMAIN_MAX && domain[size] == '\0' && domain[0] != '.' &&
           domain[size - 1] != '.' && !strstr(domain, "..") && domain[0] != '-' &&
           domain[size - 1] != '-' && !strstr(domain, ".-") && !strstr(domain, "-.");
}

static void release_idn(char **text)
{
    idn2_free(*text);
}

bool domain_fold(const char *text, struct arena *arena, const char **domain)
{
    SCOPED(release_idn) char *labels = NULL;

    if (idn2_to_ascii_8z(text, &labels, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK ||
        !is_host_name(labels))
        return false;
    *domain = arena_strdup(arena, labels);
    return true;
}

bool domain_of_address(const char *address, struct arena *arena, const char **domain)
{
    const char *at = strrchr(address, '@');

    return at && at != address && domain_fold(at + 1, arena, domain);
}
