#ifndef DIRECTORY_DIAL_H
#define DIRECTORY_DIAL_H

#include "call.h"

/*
 * Connect `directory->socket` to where the URI leads, by the deadline of the call,
 * however many addresses the host has, and let the settings' interrupt watch it.
 */
enum status dial(struct call *call, const struct directory_settings *settings);

#endif
