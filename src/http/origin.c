#include "origin.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"

enum { NETWORK_SIZE = 8, MAPPED_MARK = 10, MAPPED_START = 12 };

struct origin {
    struct origin *next;
    struct in6_addr from;
    size_t count;
};

struct in6_addr origin_of(const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;
    struct in6_addr from = {0};

    if (address->sa_family == AF_INET) {
        memset(from.s6_addr + MAPPED_MARK, 0xFF, MAPPED_START - MAPPED_MARK);
        memcpy(from.s6_addr + MAPPED_START, &v4->sin_addr, sizeof(v4->sin_addr));
    } else if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        from = v6->sin6_addr;
    } else if (address->sa_family == AF_INET6) {
        memcpy(from.s6_addr, v6->sin6_addr.s6_addr, NETWORK_SIZE);
    }
    return from;
}

/* FNV-1a. */
static struct origin **bucket_of(struct origins *origins, const struct in6_addr *from)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < sizeof(from->s6_addr); i++)
        hash = (hash ^ from->s6_addr[i]) * 16777619U;
    return &origins->buckets[hash % ORIGIN_BUCKETS];
}

/* Where the pointer to it is, or would be. */
static struct origin **place_of(struct origins *origins, const struct in6_addr *from)
{
    struct origin **place = bucket_of(origins, from);

    while (*place && memcmp(&(*place)->from, from, sizeof(*from)) != 0)
        place = &(*place)->next;
    return place;
}

bool origins_add(struct origins *origins, const struct in6_addr *from, size_t most)
{
    struct origin **place = place_of(origins, from);

    if (!*place) {
        *place = heap_alloc(1, sizeof(**place));
        (*place)->from = *from;
    }
    if (most && (*place)->count >= most)
        return false;
    (*place)->count++;
    return true;
}

void origins_drop(struct origins *origins, const struct in6_addr *from)
{
    struct origin **place = place_of(origins, from);
    struct origin *origin = *place;

    if (!origin || --origin->count > 0)
        return;
    *place = origin->next;
    free(origin);
}

void origins_clear(struct origins *origins)
{
    for (size_t i = 0; i < ORIGIN_BUCKETS; i++)
        while (origins->buckets[i]) {
            struct origin *origin = origins->buckets[i];

            origins->buckets[i] = origin->next;
            free(origin);
        }
}
