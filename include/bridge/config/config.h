#ifndef BRIDGE_CONFIG_CONFIG_H
#define BRIDGE_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bridge/base/status.h"
#include "bridge/base/text.h"

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
    char *http_public_url; /* NULL: what the client calls us */

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
 * No two organizations may have the same entries of one directory within reach.
 *
 * config - to be cleared, whatever comes back.
 *
 * STATUS_CONFIGURATION  "FILE:LINE:COLUMN: what is wrong, what was expected, and
 *                       which name may have been meant"
 */
enum status config_load(const char *path, struct config *config, struct problem *problem);

void config_clear(struct config *config);

/* A commented sample with every setting, its kind, range and default. */
void config_sample(FILE *out);

#endif
