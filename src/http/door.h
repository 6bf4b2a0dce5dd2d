#ifndef HTTP_DOOR_H
#define HTTP_DOOR_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/status.h"

struct listener;

enum { DOOR_LISTENERS_MAX = 2 };

/*
 * The thread that lets connections in, as far as there is room, and shuts those
 * that are late. It accepts itself because libmicrohttpd turns in circles when
 * descriptors run out, and lets nobody go for a newcomer.
 */
struct door {
    struct listener *listeners[DOOR_LISTENERS_MAX];
    size_t listener_count;
    pthread_t thread;
    int wake_fd;
    bool is_running;
    atomic_bool is_closed; /* lets nobody in any more */
    atomic_bool is_ending;

    /* of the thread alone */
    int64_t checked_ms;  /* when it last looked for the late */
    int64_t rests_until; /* lets nobody in until then, since descriptors have run out */
    int64_t said_ms;     /* when it last logged that it had to refuse; since then: */
    size_t refused;
    bool has_run_out; /* of descriptors */
};

/*
 * Begin. The listeners are listening, and their daemons and peers ready; they
 * must be so until door_end.
 *
 * STATUS_INTERNAL  no threads or descriptors left
 */
enum status door_begin(struct door *door, struct problem *problem);

/* Let nobody in any more, and go on shutting the late. Takes one that has not begun. */
void door_close(struct door *door);

/* Takes one that has not begun, if it is zeroed. */
void door_end(struct door *door);

#endif
