#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "request.h"

/* One file a noun: users.c, sites.c, groups.c, discovery.c, connections.c, tokens.c, status.c. */
route_handler health_show, health_ready;
route_handler discovery_show_config, discovery_list_types, discovery_show_type,
    discovery_list_schemas, discovery_show_schema;
route_handler users_list, users_create, users_show, users_replace, users_patch, users_block,
    users_unblock, users_delete;
route_handler groups_list, groups_create, groups_show, groups_replace, groups_patch, groups_delete;
route_handler sites_list, sites_create, sites_show, sites_replace, sites_patch, sites_delete;
route_handler status_show;
route_handler connections_list, connections_create, connections_show, connections_rotate,
    connections_delete;
route_handler tokens_list, tokens_create, tokens_revoke;

#endif
