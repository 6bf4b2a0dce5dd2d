#include "unit.h"

#include <string.h>

#include "bridge/base/arena.h"

static char released[8];

static void note_release(void *memory)
{
    strcat(released, memory);
}

static void what_an_arena_takes_goes_with_it_last_first(void **state)
{
    struct arena *arena = arena_new();
    char first[] = "1", second[] = "2";

    (void)state;
    arena_take(arena, first, note_release);
    arena_take(arena, second, note_release);
    assert_string_equal(released, "");

    arena_free(arena);

    assert_string_equal(released, "21");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_arena_takes_goes_with_it_last_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
