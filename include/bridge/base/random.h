#ifndef BRIDGE_BASE_RANDOM_H
#define BRIDGE_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "bridge/base/text.h"

/* From the kernel's generator. */
void random_bytes(void *out, size_t size);

/* Uniform in [0, bound). */
uint32_t random_below(uint32_t bound);

/*
 * RFC 9562 section 5.7 (version 7): 48 bits of `now_ms`, 74 random bits. Ids
 * sort by the time they were made and cannot be guessed.
 */
void uuid_new(int64_t now_ms, unsigned char uuid[UUID_SIZE]);

#endif
