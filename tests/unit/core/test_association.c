#include "unit.h"

#include <string.h>

#include "bridge/core/association.h"

#include "bridge/base/status.h"

enum { HARBOUR = 7, BOTH = STATED_ROLE | STATED_SITE };

static enum status derive(struct assertion assertion, unsigned stated,
                          struct association *association, struct problem *problem)
{
    *problem = (struct problem){0};
    return association_derive(&assertion, stated, association, problem);
}

static void an_administrator_has_no_site_and_a_user_has_exactly_one(void **state)
{
    struct association association;
    struct problem problem;

    (void)state;
    assert_int_equal(
        derive((struct assertion){"Admin", "Harbour", HARBOUR}, BOTH, &association, &problem),
        STATUS_OK);
    assert_int_equal(association.role, ROLE_ADMIN);
    assert_int_equal(association.site_row, 0);

    assert_int_equal(
        derive((struct assertion){"user", "Harbour", HARBOUR}, BOTH, &association, &problem),
        STATUS_OK);
    assert_int_equal(association.role, ROLE_USER);
    assert_int_equal(association.site_row, HARBOUR);
}

static void what_is_stated_and_cannot_be_applied_is_refused_by_name(void **state)
{
    static const struct {
        struct assertion assertion;
        const char *says;
    } cases[] = {
        {{"owner", "Harbour", HARBOUR}, "role \"owner\" is not known"},
        {{"user", "Atlantis", 0}, "site \"Atlantis\" does not exist"},
        {{"admin", "Atlantis", 0}, "site \"Atlantis\" does not exist"},
        {{"user", NULL, 0}, "role \"user\" needs a site"},
    };
    struct association association;
    struct problem problem;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(derive(cases[i].assertion, BOTH, &association, &problem),
                         STATUS_INVALID_VALUE);
        assert_non_null(strstr(problem.detail, cases[i].says));
        assert_int_equal(association.role, ROLE_NONE);
    }
}

static void a_role_is_never_guessed_when_a_bare_restore_finds_nothing_to_apply(void **state)
{
    static const struct assertion cases[] = {
        {NULL, NULL, 0},
        {NULL, "Harbour", HARBOUR},
        {"user", "Gone", 0},
        {"owner", NULL, 0},
    };
    struct association association;
    struct problem problem;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(derive(cases[i], 0, &association, &problem), STATUS_OK);
        assert_int_equal(association.role, ROLE_NONE);
        assert_int_equal(association.site_row, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_administrator_has_no_site_and_a_user_has_exactly_one),
        cmocka_unit_test(what_is_stated_and_cannot_be_applied_is_refused_by_name),
        cmocka_unit_test(a_role_is_never_guessed_when_a_bare_restore_finds_nothing_to_apply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
