#ifndef TESTS_STORE_ENGINES_H
#define TESTS_STORE_ENGINES_H

#include "fixture.h"

/*
 * What holds for the store holds on every engine. A program of tests runs on the
 * first one, or on the one that its argument names.
 */
struct given_engine {
    const char *name;
    int (*make)(void **state);
    int (*discard)(void **state);
};

static inline int make_memory(void **state)
{
    (void)state;
    given.memory = memory_new();
    open_given();
    return crypt_init() ? 0 : -1;
}

static inline int discard_memory(void **state)
{
    (void)state;
    close_given();
    memory_free(given.memory);
    given.memory = NULL;
    return 0;
}

static const struct given_engine engines[] = {
    {"lmdb", make_store, remove_folder},
    {"memory", make_memory, discard_memory},
};

static const struct given_engine *engine_given = &engines[0];

/* False when there is none of this name. */
static inline bool engine_choose(int argc, char **argv)
{
    if (argc < 2)
        return true;
    for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
        engine_given = &engines[i];
        if (strcmp(engine_given->name, argv[1]) == 0)
            return true;
    }
    (void)fprintf(stderr, "there is no engine %s\n", argv[1]);
    return false;
}

/* cmocka fixtures: an empty store. */
static inline int make_given(void **state)
{
    return engine_given->make(state);
}

static inline int discard_given(void **state)
{
    return engine_given->discard(state);
}

#endif
