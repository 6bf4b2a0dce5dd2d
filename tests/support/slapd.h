#ifndef TESTS_SUPPORT_SLAPD_H
#define TESTS_SUPPORT_SLAPD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A slapd of one's own, on loopback, in a folder that goes with it. It ends with
 * the thread that started it, whatever becomes of that.
 */

#define SLAPD_SUFFIX   "dc=example,dc=com"
#define SLAPD_PEOPLE   "ou=people," SLAPD_SUFFIX
#define SLAPD_ROLES    "ou=roles," SLAPD_SUFFIX
#define SLAPD_GROUPS   "ou=groups," SLAPD_SUFFIX
#define SLAPD_CLOSED   "ou=closed," SLAPD_SUFFIX            /* nobody can bind as an entry here */
#define SLAPD_SERVICE  "uid=svc,ou=system," SLAPD_SUFFIX    /* may write everything */
#define SLAPD_READER   "uid=reader,ou=system," SLAPD_SUFFIX /* reads at most 10 entries a search */
#define SLAPD_PASSWORD "correct horse battery staple"       /* of both */

enum slapd_policy {
    SLAPD_POLICY,            /* the ppolicy overlay, and a default policy */
    SLAPD_POLICY_MISSING,    /* the overlay, with no policy that applies */
    SLAPD_POLICY_NOT_LOADED, /* no overlay: its attributes are unknown */
};

struct slapd {
    pid_t pid; /* 0: not running */
    char folder[64];
    char uri[64];           /* ldap://127.0.0.1:port */
    char socket_uri[128];   /* ldapi://... */
    char password_file[96]; /* holds SLAPD_PASSWORD, mode 0600 */
};

/* Whether the program is on this machine. */
bool slapd_is_installed(void);

/* Start it with its first entries, and wait until it answers. False says why on standard error. */
bool slapd_start(struct slapd *slapd, enum slapd_policy policy);

/* Hold it and let it go on: it accepts connections meanwhile, and answers nothing. */
void slapd_freeze(const struct slapd *slapd);
void slapd_thaw(const struct slapd *slapd);

/* End it and take its folder away; may be called twice. */
void slapd_stop(struct slapd *slapd);

#endif
