#ifndef STORE_NUMBER_H
#define STORE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Big-endian numbers of 1 to 8 bytes, as they are in keys and in records. */
enum { NUMBER_SIZE = 8 };

static inline void number_encode(uint64_t value, unsigned char *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
}

static inline uint64_t number_decode(const void *encoded, size_t size)
{
    const unsigned char *data = encoded;
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | data[i];
    return value;
}

#endif
