#include "unit.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/status.h"

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

static void a_piece_of_any_size_is_zeroed_and_aligned_for_any_type(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();

    (void)state;
    for (size_t size = 0; size < 20000; size += size / 3 + 1) {
        const unsigned char *piece = arena_alloc(arena, size);

        assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(arena_alloc(arena, size), 1, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_of_any_size_is_zeroed_and_aligned_for_any_type),
        cmocka_unit_test(what_an_arena_takes_goes_with_it_last_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
