#include "handlers.h"

static const struct route routes[] = {
    {"GET", "/healthz", SCOPE_NONE, health_show},
    {"GET", "/readyz", SCOPE_NONE, health_ready},
    {"GET", "/metrics", SCOPE_METRICS, metrics_show},

    {"GET", "/scim/v2/ServiceProviderConfig", SCOPE_PROVISION, discovery_show_config},
    {"GET", "/scim/v2/ResourceTypes", SCOPE_PROVISION, discovery_list_types},
    {"GET", "/scim/v2/ResourceTypes/{name}", SCOPE_PROVISION, discovery_show_type},
    {"GET", "/scim/v2/Schemas", SCOPE_PROVISION, discovery_list_schemas},
    {"GET", "/scim/v2/Schemas/{urn}", SCOPE_PROVISION, discovery_show_schema},

    {"GET", "/scim/v2/Users", SCOPE_PROVISION, resource_list},
    {"POST", "/scim/v2/Users", SCOPE_PROVISION, resource_create},
    {"GET", "/scim/v2/Users/{id}", SCOPE_PROVISION, resource_show},
    {"PUT", "/scim/v2/Users/{id}", SCOPE_PROVISION, resource_replace},
    {"PATCH", "/scim/v2/Users/{id}", SCOPE_PROVISION, resource_patch},
    {"DELETE", "/scim/v2/Users/{id}", SCOPE_PROVISION, resource_delete},

    {"POST", "/scim/v2/Users/{id}/.block", SCOPE_ADMIN, users_block},
    {"POST", "/scim/v2/Users/{id}/.unblock", SCOPE_ADMIN, users_unblock},
    {"POST", "/scim/v2/Users/{id}/.move", SCOPE_ADMIN, users_move},

    {"GET", "/scim/v2/Groups", SCOPE_PROVISION, resource_list},
    {"POST", "/scim/v2/Groups", SCOPE_PROVISION, resource_create},
    {"GET", "/scim/v2/Groups/{id}", SCOPE_PROVISION, resource_show},
    {"PUT", "/scim/v2/Groups/{id}", SCOPE_PROVISION, resource_replace},
    {"PATCH", "/scim/v2/Groups/{id}", SCOPE_PROVISION, resource_patch},
    {"DELETE", "/scim/v2/Groups/{id}", SCOPE_PROVISION, resource_delete},

    {"GET", "/scim/v2/Sites", SCOPE_PROVISION, resource_list},
    {"POST", "/scim/v2/Sites", SCOPE_ADMIN, resource_create},
    {"GET", "/scim/v2/Sites/{id}", SCOPE_PROVISION, resource_show},
    {"PUT", "/scim/v2/Sites/{id}", SCOPE_ADMIN, resource_replace},
    {"PATCH", "/scim/v2/Sites/{id}", SCOPE_ADMIN, resource_patch},
    {"DELETE", "/scim/v2/Sites/{id}", SCOPE_ADMIN, resource_delete},

    {"GET", "/admin/v1/status", SCOPE_ADMIN, status_show},
    {"GET", "/admin/v1/organizations", SCOPE_CONTROL, organizations_list},
    {"POST", "/admin/v1/organizations", SCOPE_CONTROL, organizations_create},
    {"GET", "/admin/v1/connections", SCOPE_ADMIN, connections_list},
    {"POST", "/admin/v1/connections", SCOPE_ADMIN, connections_create},
    {"GET", "/admin/v1/connections/{name}", SCOPE_ADMIN, connections_show},
    {"PATCH", "/admin/v1/connections/{name}", SCOPE_ADMIN, connections_edit},
    {"POST", "/admin/v1/connections/{name}/.rotate", SCOPE_ADMIN, connections_rotate},
    {"DELETE", "/admin/v1/connections/{name}", SCOPE_ADMIN, connections_delete},
    {"GET", "/admin/v1/holds", SCOPE_ADMIN, holds_list},
    {"GET", "/admin/v1/holds/{id}", SCOPE_ADMIN, holds_show},
    {"POST", "/admin/v1/holds/{id}/.allow", SCOPE_ADMIN, holds_allow},
    {"POST", "/admin/v1/holds/{id}/.refuse", SCOPE_ADMIN, holds_refuse},
    {"GET", "/admin/v1/journal", SCOPE_ADMIN, journal_show},
    {"GET", "/admin/v1/journal/.verify", SCOPE_ADMIN, journal_verify},
    {"GET", "/admin/v1/journal/.export", SCOPE_ADMIN, journal_export},
    {"POST", "/admin/v1/journal/.prune", SCOPE_ADMIN, journal_cut},
    {"POST", "/admin/v1/journal/.erase", SCOPE_ADMIN, journal_erase},
    {"GET", "/admin/v1/tokens", SCOPE_ADMIN, tokens_list},
    {"POST", "/admin/v1/tokens", SCOPE_ADMIN, tokens_create},
    {"DELETE", "/admin/v1/tokens/{name}", SCOPE_ADMIN, tokens_revoke},
};

const struct route *api_routes(size_t *count)
{
    *count = sizeof(routes) / sizeof(routes[0]);
    return routes;
}
