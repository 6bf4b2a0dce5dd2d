#ifndef TESTS_SUPPORT_CHANCE_H
#define TESTS_SUPPORT_CHANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Numbers for tests that try many cases: the same in every run, unless the
 * environment has another SEED. The seed is printed, to repeat a run that failed.
 */
static uint64_t chance_state;

static inline void chance_begin(void)
{
    const char *seed = getenv("SEED");

    chance_state = seed ? strtoull(seed, NULL, 10) : 1815;
    (void)fprintf(stderr, "SEED=%llu\n", (unsigned long long)chance_state);
}

/* How often to try: `often` where the environment has BRIDGE_LONG, as contrib/test --long sets it.
 */
static inline unsigned tries(unsigned usual, unsigned often)
{
    return getenv("BRIDGE_LONG") ? often : usual;
}

/* splitmix64 */
static inline uint64_t chance_next(void)
{
    uint64_t z = (chance_state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline unsigned below(unsigned limit)
{
    return (unsigned)(chance_next() % limit);
}

static inline bool percent(unsigned chance)
{
    return below(100) < chance;
}

static inline const char *any_of(const char *const *texts, size_t count)
{
    return texts[below((unsigned)count)];
}

#define ANY_OF(...)                            \
    any_of((const char *const[]){__VA_ARGS__}, \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#endif
