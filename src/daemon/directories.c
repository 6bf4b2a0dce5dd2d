#include "directories.h"

#include <string.h>

#include "bridge/base/random.h"

static enum status settings_of(const struct organization_config *organization, struct store *store,
                               uint64_t process, struct worker_settings *settings,
                               struct problem *problem)
{
    const struct directory_config *directory = &organization->directory;

    *settings = (struct worker_settings){
        .store = store,
        .organization = organization->name,
        .has_directory = directory->uri != NULL,
        .holder = {.process = process},
        .directory = {.uri = directory->uri,
                      .starts_tls = directory->start_tls,
                      .ca_file = directory->ca_file,
                      .binds_externally = strcmp(directory->bind, "external") == 0,
                      .bind_dn = directory->bind_dn,
                      .password_file = directory->password_file,
                      .uses_transactions = directory->transactions,
                      .connect_seconds = (int)directory->connect_seconds,
                      .operation_seconds = (int)directory->operation_seconds},
        .projection = {.people_base = directory->people_base,
                       .roles_base = directory->roles_base,
                       .groups_base = directory->groups_base,
                       .admins_group = directory->admins_group,
                       .site_group = directory->site_group,
                       .profile = account_profile(directory->profile),
                       .attributes = directory->attributes,
                       .match = strcmp(directory->match, "none") == 0 ? NULL : directory->match,
                       .protection = directory->protection,
                       .removes_deleted = strcmp(directory->on_delete, "remove") == 0},
    };
    if (!settings->projection.profile)
        return problem_set(problem, STATUS_CONFIGURATION,
                           "directory.profile \"%s\" is not known; choose one of: %s",
                           directory->profile, account_profile_names());
    return STATUS_OK;
}

enum status directories_start(struct directories *directories, const struct config *config,
                              struct store *store, struct problem *problem)
{
    enum status status = STATUS_OK;
    uint64_t process;

    random_bytes(&process, sizeof(process));
    directories->config = config;
    for (size_t i = 0; i < config->organization_count && !status; i++) {
        struct worker_settings settings;

        status = settings_of(&config->organizations[i], store, process, &settings, problem);
        if (!status)
            directories->workers[directories->count++] = worker_start(&settings);
    }
    return status;
}

void directories_stop(struct directories *directories)
{
    workers_stop(directories->workers, directories->count);
    directories->count = 0;
}

void directories_wake(const struct directories *directories, uint32_t organization)
{
    for (size_t i = 0; i < directories->count; i++)
        worker_wake(directories->workers[i], organization);
}

void directories_describe(const struct directories *directories, size_t index,
                          struct api_directory *description)
{
    const struct organization_config *organization = &directories->config->organizations[index];
    struct worker_report report = worker_report(directories->workers[index]);

    description->organization = organization->name;
    description->uri = organization->directory.uri;
    description->password_size_min = (size_t)organization->directory.password_size;
    description->state = worker_state_name(report.state);
    description->since = report.since;
    memcpy(description->detail, report.detail, sizeof(description->detail));
}
