#ifndef BRIDGE_DIRECTORY_CONNECTION_H
#define BRIDGE_DIRECTORY_CONNECTION_H

#include "bridge/base/status.h"
#include "bridge/directory/entry.h"
#include "bridge/directory/interrupt.h"

/*
 * A bound connection to a directory server. It belongs to one thread. Every
 * call returns within its deadline: connecting in connect_seconds, an operation
 * in operation_seconds, whatever the server does or does not do (D12). No
 * referral is followed and no empty password is ever sent (D13). Where TLS is
 * wanted, the server has proven who it is before anything but a request for
 * StartTLS is sent, and a connection without it is none.
 *
 * How calls end, besides STATUS_OK:
 *
 * STATUS_DIRECTORY_UNAVAILABLE  nobody there, no answer in time, busy. After a
 *                               write this also means "unknown": read before
 *                               deciding. The connection is to be closed and a
 *                               new one opened.
 * STATUS_DIRECTORY_REFUSED      it answered no, for good: schema, rights, limits
 * STATUS_CONFLICT               what was planned does not fit what is there (entry
 *                               exists, value exists, no such value, no such
 *                               entry): read again and plan again
 * STATUS_NOT_FOUND              directory_read only: there is no such entry
 * STATUS_UNAUTHORIZED           a bind only: the server refuses these credentials. It may
 *                               lock out whoever goes on trying them
 * STATUS_CONFIGURATION          a setting is wrong: URI, password file; or the server
 *                               has no certificate that can be trusted
 *
 * Details say what was being done, to which DN, and the server's own words.
 */
struct directory;

struct directory_settings {
    const char *uri;       /* ldapi://, ldaps://, or ldap://: on loopback, unless starts_tls */
    bool starts_tls;       /* by StartTLS; with ldap:// only */
    const char *ca_file;   /* PEM, with ldaps:// and starts_tls: who may have signed the server's
                              certificate; no other CA counts */
    bool binds_externally; /* as the user of this process, by SASL EXTERNAL; with ldapi:// only.
                              bind_dn and password_file are NULL then */
    const char *bind_dn;
    const char *password_file; /* mode 0600 or 0400; the whole content is the password, but
                                  for one newline at its end */
    bool uses_transactions; /* many changes go as one (RFC 5805) where the server offers it. slapd
                               may crash over it: see transaction.c */
    int connect_seconds;    /* for the connection and its protection */
    int operation_seconds;  /* for each answer, that to the bind included */
    struct interrupt *interrupt; /* may be NULL; outlives the connection */
};

/*
 * Whether a password may travel as the settings say: over ldapi://, over TLS,
 * or in clear to the machine itself; and whether TLS and SASL EXTERNAL go with
 * the URI. Asks nobody. STATUS_CONFIGURATION says why not.
 */
enum status directory_check(const struct directory_settings *settings, struct problem *problem);

/*
 * Whether two URIs may lead to one server: the same host and port, or the same
 * host by another scheme, which has ports of its own. Two names of one host are
 * not known to be one, but those of this machine: a socket, localhost, 127.0.0.1.
 */
bool directory_is_same_server(const char *uri, const char *other);

enum status directory_open(const struct directory_settings *settings, struct directory **directory,
                           struct problem *problem);
void directory_close(struct directory *directory); /* takes NULL */
void directory_release(struct directory **directory);

/* Base search. `attributes` ends with NULL; operational ones must be named. */
enum status directory_read(struct directory *directory, const char *dn,
                           const char *const *attributes, struct arena *arena, struct entry **entry,
                           struct problem *problem);

struct entry_list {
    struct entry **entries;
    size_t count;
};

/*
 * Subtree search below `base`. Anything but a complete answer is a failure:
 * a cut list is never handed out (I10).
 */
enum status directory_search(struct directory *directory, const char *base, const char *filter,
                             const char *const *attributes, struct arena *arena,
                             struct entry_list *found, struct problem *problem);

enum status directory_add(struct directory *directory, const struct entry *entry,
                          struct problem *problem);

enum modification_verb { MODIFICATION_ADD, MODIFICATION_DELETE, MODIFICATION_REPLACE };

struct modification {
    enum modification_verb verb;
    const char *attribute;
    const struct bytes *values; /* none with REPLACE: remove the attribute if it is there */
    size_t count;
};

/* All of them or none (RFC 4511 section 4.6). */
enum status directory_modify(struct directory *directory, const char *dn,
                             const struct modification *modifications, size_t count,
                             struct problem *problem);

/* Give the entry another RDN below the same parent; the old value goes. */
enum status directory_rename(struct directory *directory, const char *dn, const char *rdn,
                             struct problem *problem);

enum status directory_delete(struct directory *directory, const char *dn, struct problem *problem);

/*
 * Set an entry's password, by the Password Modify operation (RFC 3062), so that the
 * server applies its policy and hashes it. On OpenLDAP a lock on the account goes
 * with it. `password` must not be empty.
 *
 * STATUS_DIRECTORY_REFUSED  also when the policy does not allow this password
 */
enum status directory_set_password(struct directory *directory, const char *dn,
                                   struct bytes password, struct problem *problem);

/*
 * Try a simple bind on a connection of its own, protected like the other. STATUS_UNAUTHORIZED when
 * the server refuses these credentials. `password` must not be empty.
 */
enum status directory_try_bind(const struct directory_settings *settings, const char *dn,
                               const char *password, struct problem *problem);

struct metrics;

/*
 * Write what has been counted of the operations of all connections that this
 * process has had: how they ended, and how long they took. From any thread.
 */
void directory_write_metrics(struct metrics *metrics);

#endif
