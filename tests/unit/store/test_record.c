#include "unit.h"

#include <stdlib.h>

#include "bridge/base/status.h"
#include "bridge/store/record.h"

enum { VERSION = 3 };

static struct bytes a_record(struct arena *arena)
{
    struct record_writer writer = record_write(arena, VERSION);

    record_put_u8(&writer, 200);
    record_put_u32(&writer, 0xDEADBEEF);
    record_put_text(&writer, "Åse");
    record_put_u64(&writer, UINT64_MAX - 1);
    record_put_text(&writer, NULL);
    return record_bytes(&writer);
}

/* Take everything that a_record put, whatever comes. */
static bool is_damaged(struct arena *arena, struct bytes record)
{
    struct record_reader reader = record_read(record, VERSION);

    (void)record_take_u8(&reader);
    (void)record_take_u32(&reader);
    assert_non_null(record_take_text(&reader, arena));
    (void)record_take_u64(&reader);
    assert_non_null(record_take_text(&reader, arena));
    return reader.is_damaged;
}

static void a_record_reads_back_as_it_was_written(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct record_reader reader = record_read(a_record(arena), VERSION);

    (void)state;
    assert_int_equal(record_take_u8(&reader), 200);
    assert_int_equal(record_take_u32(&reader), 0xDEADBEEF);
    assert_string_equal(record_take_text(&reader, arena), "Åse");
    assert_true(record_take_u64(&reader) == UINT64_MAX - 1);
    assert_string_equal(record_take_text(&reader, arena), "");

    assert_false(reader.is_damaged);
    assert_int_equal(reader.rest.size, 0);
}

static void a_record_that_was_cut_anywhere_is_damaged(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct bytes record = a_record(arena);

    (void)state;
    assert_false(is_damaged(arena, record));
    for (size_t size = 0; size < record.size; size++) {
        /* A copy of just that size: reading past it is noticed. */
        unsigned char *cut = heap_alloc(1, size + !size);

        memcpy(cut, record.data, size);
        assert_true(is_damaged(arena, bytes_of(cut, size)));
        free(cut);
    }
    assert_true(is_damaged(arena, (struct bytes){0}));
}

static void a_length_beyond_the_end_is_damage_and_no_text(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const unsigned char record[] = {VERSION, 0xFF, 0xFF, 0xFF, 0xFF, 'a', 'b'};
    struct record_reader reader = record_read(bytes_of(record, sizeof(record)), VERSION);

    (void)state;
    assert_string_equal(record_take_text(&reader, arena), "");

    assert_true(reader.is_damaged);
    assert_int_equal(record_take_u8(&reader), 0); /* and so is all that follows */
}

static void a_record_of_another_version_is_not_read(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct record_reader reader = record_read(a_record(arena), VERSION + 1);

    (void)state;
    assert_int_equal(record_take_u8(&reader), 0);

    assert_true(reader.is_damaged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_reads_back_as_it_was_written),
        cmocka_unit_test(a_record_that_was_cut_anywhere_is_damaged),
        cmocka_unit_test(a_length_beyond_the_end_is_damage_and_no_text),
        cmocka_unit_test(a_record_of_another_version_is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
