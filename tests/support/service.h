#ifndef TESTS_SUPPORT_SERVICE_H
#define TESTS_SUPPORT_SERVICE_H

#include "bridge/api/api.h"
#include "bridge/auth/token.h"
#include "wire.h"
#include "world.h"

/*
 * The endpoints over a world, asked through a socket as providers ask them: with a
 * token of the connection "entra", or of an administrator.
 */
struct service {
    struct world *world;
    struct api api;
    struct http_server *server;
    char provider[TOKEN_TEXT_SIZE];
    char admin[TOKEN_TEXT_SIZE];
};

/* What the daemon runs with. */
extern const struct api_limits service_limits;
extern const struct work_settings service_work;

void service_start(struct service *service, struct world *world, const struct api_limits *limits,
                   const struct work_settings *work);
void service_stop(struct service *service);

/* A program's token, of an administrator, as if it were made at `now`, for so many seconds; 0: the
 * most. */
void service_issue(const struct service *service, const char *name, int64_t now, int64_t life,
                   char token[TOKEN_TEXT_SIZE]);

/* On a connection of its own. body - NULL: none. The caller clears the reply. */
struct reply service_ask(const struct service *service, const char *token, const char *method,
                         const char *target, const char *body);

#endif
