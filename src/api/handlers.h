#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "request.h"

/* One file a noun; users.c, groups.c and sites.c say what resource.c serves. */
route_handler health_show, health_ready;
route_handler discovery_show_config, discovery_list_types, discovery_show_type,
    discovery_list_schemas, discovery_show_schema;
route_handler resource_list, resource_create, resource_show, resource_replace, resource_patch,
    resource_delete;
route_handler users_block, users_move, users_unblock;
route_handler status_show;
route_handler metrics_show;
route_handler organizations_list, organizations_create;
route_handler connections_list, connections_create, connections_show, connections_edit,
    connections_rotate, connections_delete;
route_handler holds_list, holds_show, holds_allow, holds_refuse;
route_handler journal_show, journal_verify, journal_export, journal_cut, journal_erase;
route_handler tokens_list, tokens_create, tokens_revoke;

#endif
