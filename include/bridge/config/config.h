#ifndef BRIDGE_CONFIG_CONFIG_H
#define BRIDGE_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bridge/base/status.h"
#include "bridge/base/text.h"

struct attribute_map;
struct protection;

/* A setting of several texts, in the file's order: a list, or a mapping. */
struct config_item {
    char *name; /* NULL in a list */
    char *text; /* "" is possible in a mapping only */
    int line;   /* where it stands */
    int column;
};
struct config_items {
    struct config_item *items;
    size_t count;
};

/* The directory of one organization. */
struct directory_config {
    char *uri; /* NULL: no directory is served; the outbox waits */
    bool start_tls;
    char *ca_file;
    char *profile;
    char *bind;    /* "password" or "external" */
    char *bind_dn; /* this and the next: NULL with "external" */
    char *password_file;
    char *people_base;
    char *roles_base;
    char *groups_base; /* NULL: pushed groups are not projected */
    char *admins_group;
    char *site_group;
    char *person_rdn;
    struct config_items rows; /* that differ from the bridge's own, of ... */
    struct attribute_map
        *attributes;               /* ... how people become entries; NULL without a file's text */
    char *match;                   /* "none", "mail" or "uid" */
    struct config_items protected; /* DNs and filters, as a ... */
    struct protection *protection; /* ... whole; NULL without a file's text */
    char *on_delete;               /* "disable" or "remove" */
    uint64_t password_size;        /* bytes */
    bool transactions;
    uint64_t connect_seconds;
    uint64_t operation_seconds;
};

struct organization_config {
    char name[LABEL_MAX + 1];
    struct directory_config directory;
};

enum { CONFIG_ORGANIZATIONS_MAX = 64 };

/* Every setting; the table in setting.c says name, kind, range and default of each. */
struct config {
    char *store_path;
    uint64_t store_size; /* bytes */
    char *keys_path;

    char *http_address;
    uint64_t http_port;
    char *http_certificate; /* NULL: plain HTTP, on a loopback address */
    char *http_key;
    char *http_public_url;   /* NULL: what the client calls us */
    uint64_t http_body_size; /* bytes */
    uint64_t http_connections;
    uint64_t http_connections_per_address; /* 0: any number */
    uint64_t http_header_seconds;
    uint64_t http_body_seconds;
    uint64_t http_answer_seconds;
    uint64_t http_idle_seconds;

    uint64_t scim_requests_per_second; /* 0: any number */
    uint64_t scim_burst;
    uint64_t scim_group_members;

    char *control_socket;
    char *control_group; /* NULL: none */

    char *log_level;

    /* The first is the one that is always there, "default"; the others in the file's order. */
    struct organization_config organizations[CONFIG_ORGANIZATIONS_MAX];
    size_t organization_count;
};

#define CONFIG_DEFAULT_PATH "/etc/rolebridge/rolebridge.yaml"

/*
 * Read a YAML file. Every name must be known, every value fit its kind and
 * range, what must be given be there; a relative path is relative to the file.
 * A directory's URI must go with how it is protected and signed in to. No two
 * organizations may have the same entries of one directory within reach.
 * It loads the schemas of SCIM, for the attribute maps to name attributes of, and
 * these must stay loaded until the configuration is cleared.
 *
 * config - to be cleared, whatever comes back.
 *
 * STATUS_CONFIGURATION  "FILE:LINE:COLUMN: what is wrong, what was expected, and
 *                       which name may have been meant"
 */
enum status config_load(const char *path, struct config *config, struct problem *problem);

void config_clear(struct config *config);

/* One setting as it is in effect. */
struct config_value {
    const char *name;  /* "http.port", "organizations.acme.directory.uri" */
    const char *value; /* as it would be written; NULL: unset */
    int line;          /* where the file sets it; 0: it does not */
};

/*
 * Read a file and show every setting, in the order of the sample and of the
 * organizations. No secret is among them: settings name files that hold one.
 * Fails as config_load does, and then shows none.
 */
typedef void config_visit(void *context, const struct config_value *value);
enum status config_show(const char *path, config_visit *visit, void *context,
                        struct problem *problem);

/*
 * Look at the files that a configuration names and needs: whether they can be
 * read, by whom else, and whether they hold what they should. Whether a
 * certificate is valid and fits its key is for who uses it. Each file is found
 * to be right, or wrong: then the problem's status is STATUS_CONFIGURATION.
 * Returns how many are wrong.
 */
typedef void config_finding(void *context, const char *setting, const char *path,
                            const struct problem *problem);
size_t config_check_files(struct config *config, config_finding *finding, void *context);

/* A commented sample with every setting, its kind, range and default. */
void config_sample(FILE *out);

#endif
