#include "unit.h"

#include "bridge/base/crypt.h"
#include "bridge/store/key.h"

static int order_of(const struct store_key *left, const struct store_key *right)
{
    size_t size = left->size < right->size ? left->size : right->size;
    int order = memcmp(left->data, right->data, size);

    return order ? order : (left->size > right->size) - (left->size < right->size);
}

static struct store_key key_with(uint32_t organization, uint64_t number)
{
    struct store_key key = key_of(organization);

    key_add_u64(&key, number);
    return key;
}

static void keys_sort_by_organization_and_then_by_number(void **state)
{
    const struct store_key keys[] = {
        key_with(1, 0),        key_with(1, 1),          key_with(1, 255), key_with(1, 256),
        key_with(1, 1U << 31), key_with(1, UINT64_MAX), key_with(2, 0),   key_with(256, 0),
    };

    (void)state;
    for (size_t i = 0; i + 1 < sizeof(keys) / sizeof(keys[0]); i++)
        assert_true(order_of(&keys[i], &keys[i + 1]) < 0);
}

static void a_key_is_its_parts_from_left_to_right(void **state)
{
    const unsigned char expected[] = {0, 0, 1, 2, 7, 0xAA, 0xBB, 0, 0, 0, 3};
    struct store_key key = key_of(0x0102);

    (void)state;
    key_add_u8(&key, 7);
    key_add_bytes(&key, bytes_of("\xAA\xBB", 2));
    key_add_bytes(&key, (struct bytes){0});
    key_add_u32(&key, 3);

    assert_int_equal(key_bytes(&key).size, sizeof(expected));
    assert_memory_equal(key_bytes(&key).data, expected, sizeof(expected));
}

static void text_of_any_length_takes_the_same_room_in_a_key(void **state)
{
    char longer[4096];
    struct store_key first = key_of(1);
    struct store_key second = key_of(1);

    (void)state;
    memset(longer, 'x', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    key_add_digest(&first, longer);
    key_add_digest(&second, "");

    assert_int_equal(first.size, 4 + DIGEST_SIZE);
    assert_int_equal(second.size, first.size);
    assert_true(order_of(&first, &second) != 0);
}

static void the_number_that_ends_a_key_reads_back(void **state)
{
    struct store_key key = key_of(9);

    (void)state;
    key_add_digest(&key, "ada");
    key_add_u64(&key, 0xFEDCBA9876543210U);

    assert_true(key_last_u64(key_bytes(&key)) == 0xFEDCBA9876543210U);
}

static void the_organization_that_begins_a_key_reads_back(void **state)
{
    struct store_key key = key_of(0xFEDCBA98);

    (void)state;
    assert_true(key_organization(key_bytes(&key)) == 0xFEDCBA98);
    key_add_u64(&key, 1);
    assert_true(key_organization(key_bytes(&key)) == 0xFEDCBA98);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_sort_by_organization_and_then_by_number),
        cmocka_unit_test(a_key_is_its_parts_from_left_to_right),
        cmocka_unit_test(text_of_any_length_takes_the_same_room_in_a_key),
        cmocka_unit_test(the_number_that_ends_a_key_reads_back),
        cmocka_unit_test(the_organization_that_begins_a_key_reads_back),
    };

    return crypt_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
