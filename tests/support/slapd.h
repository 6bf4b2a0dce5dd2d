#ifndef TESTS_SUPPORT_SLAPD_H
#define TESTS_SUPPORT_SLAPD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A slapd of one's own, on loopback, in a folder that goes with it. It ends with
 * the thread that started it, whatever becomes of that. On its socket it knows
 * the user who runs the test, by SASL EXTERNAL, as the service account.
 */

#define SLAPD_SUFFIX   "dc=example,dc=com"
#define SLAPD_PEOPLE   "ou=people," SLAPD_SUFFIX
#define SLAPD_ROLES    "ou=roles," SLAPD_SUFFIX
#define SLAPD_GROUPS   "ou=groups," SLAPD_SUFFIX
#define SLAPD_CLOSED   "ou=closed," SLAPD_SUFFIX            /* nobody can bind as an entry here */
#define SLAPD_BLIND    "ou=blind," SLAPD_SUFFIX             /* nobody sees an entryUUID here */
#define SLAPD_SERVICE  "uid=svc,ou=system," SLAPD_SUFFIX    /* may write everything */
#define SLAPD_READER   "uid=reader,ou=system," SLAPD_SUFFIX /* reads at most 10 entries a search */
#define SLAPD_PASSWORD "correct horse battery staple"       /* of both */

enum slapd_policy {
    SLAPD_POLICY,            /* the ppolicy overlay, and a default policy */
    SLAPD_POLICY_MISSING,    /* the overlay, with no policy that applies */
    SLAPD_POLICY_NOT_LOADED, /* no overlay: its attributes are unknown */
};

enum slapd_certificate {
    SLAPD_NO_CERTIFICATE,
    SLAPD_CERTIFICATE, /* for 127.0.0.1, by the CA in ca_file */
    SLAPD_CERTIFICATE_EXPIRED,
    SLAPD_CERTIFICATE_OF_ANOTHER, /* for 127.0.0.9, though its subject says 127.0.0.1 */
};

struct slapd {
    pid_t pid; /* 0: not running */
    char folder[64];
    char uri[64];           /* ldap://127.0.0.1:port */
    char socket_uri[128];   /* ldapi://... */
    char tls_uri[64];       /* ldaps://127.0.0.1:port */
    char password_file[96]; /* holds SLAPD_PASSWORD, mode 0600 */
    char ca_file[96];
    char other_ca_file[96]; /* a CA that has signed nothing here */
};

/* Whether the program is on this machine. */
bool slapd_is_installed(void);

/* Start it with its first entries, and wait until it answers. False says why on standard error. */
bool slapd_start(struct slapd *slapd, enum slapd_policy policy);

/* The same with a certificate, for StartTLS and at tls_uri. */
bool slapd_start_with_tls(struct slapd *slapd, enum slapd_policy policy,
                          enum slapd_certificate certificate);

/* Hold it and let it go on: it accepts connections meanwhile, and answers nothing. */
void slapd_freeze(const struct slapd *slapd);
void slapd_thaw(const struct slapd *slapd);

/* End it and take its folder away; may be called twice. */
void slapd_stop(struct slapd *slapd);

#endif
