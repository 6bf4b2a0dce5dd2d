#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"

enum { MAX = 100000, PIECE = 1000, BUDGET = 1 << 20 };

static char piece[PIECE];

/* A body that comes in pieces; how many of them are taken before the connection is to be ended. */
static size_t comes(struct body *body, size_t size)
{
    size_t taken = 0;

    memset(piece, 'b', PIECE);
    while (size > 0) {
        size_t part = size < PIECE ? size : PIECE;

        if (!body_take(body, piece, part))
            break;
        taken++;
        size -= part;
    }
    return taken;
}

static const struct {
    size_t size;
    enum status refused;
} sizes[] = {
    {0, STATUS_OK},
    {1, STATUS_OK},
    {MAX - 1, STATUS_OK},
    {MAX, STATUS_OK},
    {MAX + 1, STATUS_TOO_LARGE},
    {2 * MAX, STATUS_TOO_LARGE},
};

static void a_body_is_kept_up_to_its_limit(void **state)
{
    static const bool is_announced[] = {true, false};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        for (size_t j = 0; j < 2; j++) {
            struct body_budget budget = {.most = BUDGET};
            struct body body = {&budget, .max = MAX,
                                .expected = is_announced[j] ? sizes[i].size : 0};

            comes(&body, sizes[i].size);

            assert_int_equal(body.refused, sizes[i].refused);
            assert_int_equal(body.size, sizes[i].refused ? 0 : sizes[i].size);
            for (size_t byte = 0; byte < body.size; byte++)
                assert_int_equal(body.data[byte], 'b');
            body_clear(&body);
            assert_int_equal(budget.held, 0);
        }
}

static void what_is_only_announced_takes_no_memory(void **state)
{
    struct body_budget budget = {.most = BUDGET};
    struct body body = {&budget, .max = MAX, .expected = MAX};

    (void)state;
    comes(&body, 1);

    assert_in_range(budget.held, 1, MAX / 4);
    body_clear(&body);
}

static void a_body_never_takes_more_than_it_has_announced(void **state)
{
    struct body_budget budget = {.most = BUDGET};
    struct body body = {&budget, .max = MAX, .expected = MAX};

    (void)state;
    comes(&body, MAX);

    assert_int_equal(budget.held, MAX);
    body_clear(&body);
}

static void all_bodies_together_have_a_limit(void **state)
{
    struct body_budget budget = {.most = 3 * MAX};
    struct body bodies[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        bodies[i] = (struct body){&budget, .max = MAX, .expected = MAX};
        comes(&bodies[i], MAX);
        assert_int_equal(bodies[i].refused, i < 3 ? STATUS_OK : STATUS_BUSY);
    }

    body_clear(&bodies[0]);
    bodies[0] = (struct body){&budget, .max = MAX, .expected = MAX};
    comes(&bodies[0], MAX);
    assert_int_equal(bodies[0].refused, STATUS_OK);
    for (size_t i = 0; i < 4; i++)
        body_clear(&bodies[i]);
    assert_int_equal(budget.held, 0);
}

static void of_a_body_without_end_only_so_much_is_dropped(void **state)
{
    struct body_budget budget = {.most = BUDGET};
    struct body body = {&budget, .max = MAX};

    (void)state;
    assert_int_equal(comes(&body, 20 << 20), (MAX + BODY_DROPPED_MAX) / PIECE);

    assert_int_equal(body.refused, STATUS_TOO_LARGE);
    assert_int_equal(budget.held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_kept_up_to_its_limit),
        cmocka_unit_test(what_is_only_announced_takes_no_memory),
        cmocka_unit_test(a_body_never_takes_more_than_it_has_announced),
        cmocka_unit_test(all_bodies_together_have_a_limit),
        cmocka_unit_test(of_a_body_without_end_only_so_much_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
