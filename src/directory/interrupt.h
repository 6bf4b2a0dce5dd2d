#ifndef DIRECTORY_INTERRUPT_H
#define DIRECTORY_INTERRUPT_H

#include <stdbool.h>

#include "bridge/directory/interrupt.h"

/*
 * From here on this socket is shut down when the interrupt is raised; false if it
 * has been. `interrupt` may be NULL: then nothing ever interrupts.
 */
bool interrupt_watch(struct interrupt *interrupt, int descriptor);

/* Before the socket is closed. */
void interrupt_forget(struct interrupt *interrupt, int descriptor);

#endif
