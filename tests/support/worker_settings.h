#ifndef TESTS_SUPPORT_WORKER_SETTINGS_H
#define TESTS_SUPPORT_WORKER_SETTINGS_H

#include "bridge/directory/account.h"
#include "bridge/worker/worker.h"
#include "slapd.h"
#include "world.h"

/* A worker of the world's organization for the slapd of the test, where nothing takes long. */
static inline struct worker_settings worker_settings_of(const struct world *world,
                                                        const struct slapd *slapd,
                                                        const struct attribute_map *attributes,
                                                        int limit_seconds)
{
    return (struct worker_settings){
        .organization = "default",
        .store = world->store,
        .holder = {.process = 7, .worker = 1},
        .has_directory = true,
        .directory = {.uri = slapd->uri,
                      .bind_dn = SLAPD_SERVICE,
                      .password_file = slapd->password_file,
                      .connect_seconds = limit_seconds,
                      .operation_seconds = limit_seconds},
        .projection = {.people_base = SLAPD_PEOPLE,
                       .roles_base = SLAPD_ROLES,
                       .groups_base = SLAPD_GROUPS,
                       .profile = account_profile("openldap"),
                       .attributes = attributes},
    };
}

#endif
