#ifndef BRIDGE_API_API_H
#define BRIDGE_API_API_H

#include <stdint.h>

#include "bridge/auth/rate.h"
#include "bridge/auth/usage.h"
#include "bridge/http/server.h"
#include "bridge/http/work.h"
#include "bridge/store/store.h"

/*
 * The SCIM endpoints under /scim/v2 (RFC 7644), the admin interface under
 * /admin/v1, the metrics, and the two health checks. Who may call what is a column of the
 * route table.
 */

/* What the api shows of an organization's directory, which it does not know itself. */
struct api_directory {
    const char *organization; /* its name in the configuration; this and the next two stay */
    const char *uri;          /* NULL: none */
    size_t password_size_min; /* bytes, of those that a provider sends; at least 1 */
    const char *state;
    char detail[PROBLEM_DETAIL_MAX];
    int64_t since;
};

struct api_limits {
    int64_t list_ms;      /* a list that no index answers is given up then */
    int64_t snapshot_ms;  /* ... and goes on in a new snapshot, so that no page is kept for long */
    size_t group_members; /* the most of one group; 0: GROUP_MEMBERS_MAX */
};

/* What the handlers work with: http_settings.context points to one. */
struct api {
    struct store *store;
    struct work *work; /* for what may take more than a few milliseconds */
    struct api_limits limits;
    const char *store_path;
    struct token_usage *usage; /* told of every token that opens something */
    struct token_rate *rate;   /* how often each may */
    int64_t started_at;
    int64_t certificate_ends_at; /* 0: without TLS */
    void *context;
    void (*changed)(void *context, uint32_t organization); /* in it: there may be work */

    /* Of each organization of the configuration; the first is the default one. */
    void (*directory)(void *context, size_t index, struct api_directory *directory);
    size_t directory_count;

    /* What is counted behind the api: for /metrics. */
    void (*write_metrics)(void *context, struct metrics *metrics);
};

const struct route *api_routes(size_t *count);

/* For http_settings.gate. */
enum status api_gate(struct exchange *exchange, unsigned scope, struct problem *problem);

#endif
