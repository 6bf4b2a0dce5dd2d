#ifndef BRIDGE_CONFIG_CONFIG_H
#define BRIDGE_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bridge/base/status.h"

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

    char *directory_uri; /* NULL: no directory is served; the outbox waits */
    bool directory_start_tls;
    char *directory_ca_file;
    char *directory_profile;
    char *directory_bind;    /* "password" or "external" */
    char *directory_bind_dn; /* this and the next: NULL with "external" */
    char *directory_password_file;
    char *directory_people_base;
    char *directory_roles_base;
    char *directory_groups_base; /* NULL: pushed groups are not projected */
    uint64_t directory_connect_seconds;
    uint64_t directory_operation_seconds;

    char *log_level;
};

#define CONFIG_DEFAULT_PATH "/etc/rolebridge/rolebridge.yaml"

/*
 * Read a YAML file. Every name must be known, every value fit its kind and
 * range, what must be given be there; a relative path is relative to the file.
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
