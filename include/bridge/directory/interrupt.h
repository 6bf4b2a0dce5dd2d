#ifndef BRIDGE_DIRECTORY_INTERRUPT_H
#define BRIDGE_DIRECTORY_INTERRUPT_H

/*
 * Ends from one thread what waits for a directory in another: whoever is to stop
 * need not wait for a server that does not answer.
 */
struct interrupt;

struct interrupt *interrupt_new(void);

/* When no connection that was opened with it is left. Takes NULL. */
void interrupt_free(struct interrupt *interrupt);

/*
 * For good, and from any thread: every connection that has it in its settings is
 * shut down, and none is opened any more. All calls on them end with
 * STATUS_DIRECTORY_UNAVAILABLE; of a write that was under way nobody knows
 * whether it has happened.
 */
void interrupt_raise(struct interrupt *interrupt);

#endif
