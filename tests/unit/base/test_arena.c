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
    released[0] = '\0';
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

static void an_arena_that_was_cleared_begins_anew(void **state)
{
    struct arena *arena = arena_new();
    char first[] = "1";
    char *memory;

    (void)state;
    released[0] = '\0';
    arena_clear(arena); /* nothing was ever in it */
    arena_take(arena, first, note_release);
    (void)memset(arena_room(arena, 100000), 'x', 100000);
    (void)memset(arena_room(arena, 100), 'x', 100);

    arena_clear(arena);

    assert_string_equal(released, "1");
    memory = arena_alloc(arena, 200);
    for (int i = 0; i < 200; i++)
        assert_int_equal(memory[i], 0);
    arena_free(arena);
    assert_string_equal(released, "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_of_any_size_is_zeroed_and_aligned_for_any_type),
        cmocka_unit_test(what_an_arena_takes_goes_with_it_last_first),
        cmocka_unit_test(an_arena_that_was_cleared_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
