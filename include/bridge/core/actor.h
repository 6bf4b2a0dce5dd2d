#ifndef BRIDGE_CORE_ACTOR_H
#define BRIDGE_CORE_ACTOR_H

#include <stdint.h>

/* Who asks for a change, and when: for the rules that depend on it, and for the journal. */
enum actor_kind {
    ACTOR_SYSTEM,        /* the bridge itself */
    ACTOR_CONTROL,       /* somebody on the control socket */
    ACTOR_ADMINISTRATOR, /* the holder of an administrator's token */
    ACTOR_CONNECTION,    /* an identity provider */
};

struct actor {
    enum actor_kind kind;
    uint32_t connection;    /* of ACTOR_CONNECTION: its number; 0 for all others */
    const char *name;       /* for people: a connection's or a token's name */
    const char *peer;       /* the address it came from; NULL for the bridge itself */
    const char *request_id; /* NULL for the bridge itself */
    int64_t now;            /* seconds since the epoch */
};

#endif
