#include "bridge/base/random.h"

#include <sodium.h>

void random_bytes(void *out, size_t size)
{
    randombytes_buf(out, size);
}

uint32_t random_below(uint32_t bound)
{
    return randombytes_uniform(bound);
}

void uuid_new(int64_t now_ms, unsigned char uuid[UUID_SIZE])
{
    random_bytes(uuid, UUID_SIZE);
    for (int i = 0; i < 6; i++)
        uuid[i] = (unsigned char)(now_ms >> (40 - 8 * i));
    uuid[6] = (unsigned char)(0x70 | (uuid[6] & 0x0F));
    uuid[8] = (unsigned char)(0x80 | (uuid[8] & 0x3F));
}
