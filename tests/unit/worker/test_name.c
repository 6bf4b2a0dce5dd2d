/* Names that pass from one person, or group, to another. */
#include "fixture.h"

/* ------------------------------------------------------- names that pass on */

#define HARBOUR "cn=site-harbour," SLAPD_ROLES
#define CREW    "cn=crew," SLAPD_GROUPS

/* Of Harbour, and of the pushed group; those of given_a_person are in neither. */
static const char *given_a_sailor(const char *user_name)
{
    given_a_person(user_name);
    patch("[{'op':'replace','path':'" EXT ":site','value':'Harbour'}]");
    return given.id;
}

static const char *given_a_planter(const char *user_name)
{
    given_a_person(user_name);
    return given.id;
}

static void given_a_crew_of(const char *id)
{
    struct group_request request;

    (void)directory_delete(given.directory, CREW, NULL); /* another test's */
    given.id = id;
    given_a_group("crew", &request);
}

static void rename_person(const char *id, const char *user_name)
{
    given.id = id;
    patch(arena_printf(given.world->arena, "[{'op':'replace','path':'userName','value':'%s'}]",
                       user_name));
}

static const char *identity_of(const char *user_name)
{
    struct entry *entry = read_entry(person_dn(user_name));

    return entry ? entry_text(entry, "entryUUID") : "no entry";
}

static void assert_all_landed(void)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);
    struct outbox_depth depth = outbox_depth(txn, given.world->arena);

    assert_int_equal(depth.parked, 0);
    assert_int_equal(depth.waiting, 0);
}

static void two_people_who_swap_their_names_keep_their_entries_and_groups(void **state)
{
    const char *sailor = given_a_sailor("sam");
    const char *planter = given_a_planter("pat");
    const char *sailors_entry;
    const char *planters_entry;

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    sailors_entry = identity_of("sam");
    planters_entry = identity_of("pat");

    rename_person(sailor, "between");
    rename_person(planter, "sam");
    rename_person(sailor, "pat");
    run_batches();

    assert_all_landed();
    assert_string_equal(identity_of("pat"), sailors_entry);
    assert_string_equal(identity_of("sam"), planters_entry);
    assert_true(is_member(HARBOUR, person_dn("pat")));
    assert_false(is_member(HARBOUR, person_dn("sam")));
    assert_true(is_member(NORTH, person_dn("sam")));
    assert_false(is_member(NORTH, person_dn("pat")));
    assert_true(is_member(CREW, person_dn("pat")));
    assert_false(is_member(CREW, person_dn("sam")));
}

static void three_people_who_pass_their_names_round_keep_their_entries(void **state)
{
    const char *ids[3];
    const char *entries[3];
    static const char *const names[] = {"rob", "ros", "ruy"};

    (void)state;
    for (int i = 0; i < 3; i++)
        ids[i] = given_a_planter(names[i]);
    run_batches();
    for (int i = 0; i < 3; i++)
        entries[i] = identity_of(names[i]);

    rename_person(ids[0], "between");
    rename_person(ids[2], names[0]);
    rename_person(ids[1], names[2]);
    rename_person(ids[0], names[1]);
    run_batches();

    assert_all_landed();
    for (int i = 0; i < 3; i++) {
        assert_string_equal(identity_of(names[(i + 1) % 3]), entries[i]);
        assert_true(is_member(NORTH, person_dn(names[i])));
    }
}

static void a_name_goes_to_the_next_one_whichever_comes_first(void **state)
{
    const char *ahead = given_a_planter("ula");
    const char *behind = given_a_planter("ute");
    const char *entry;

    (void)state;
    run_batches();
    entry = identity_of("ute");

    rename_person(ahead, "uma");
    rename_person(behind, "ula");
    rename_person(ahead, "uta"); /* its line is the later one now, and the name still taken */
    run_batches();

    assert_all_landed();
    assert_string_equal(identity_of("ula"), entry);
    assert_true(is_member(NORTH, person_dn("uta")));
    assert_true(is_member(NORTH, person_dn("ula")));
}

static void a_newcomer_gets_the_former_name_of_another_one(void **state)
{
    const char *former = given_a_sailor("valter");
    const char *entry;

    (void)state;
    given_a_crew_of(former);
    run_batches();
    entry = identity_of("valter");

    rename_person(former, "valeria");
    given_a_person("valter");
    run_batches();

    assert_all_landed();
    assert_string_equal(identity_of("valeria"), entry);
    assert_true(is_member(CREW, person_dn("valeria")));
    assert_true(is_member(NORTH, person_dn("valter")));
    assert_false(is_member(HARBOUR, person_dn("valter")));
    assert_false(is_member(CREW, person_dn("valter")));
}

/* The first batch is that of the one who loses access, alone. */
static void whoever_takes_a_name_is_never_found_in_the_groups_of_the_other(void **state)
{
    const char *sailor = given_a_sailor("wim");
    const char *planter = given_a_planter("wes");
    const char *entry;

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    entry = identity_of("wes");

    rename_person(sailor, "between");
    rename_person(planter, "wim");
    rename_person(sailor, "wes");
    given.id = planter;
    patch("[{'op':'replace','path':'active','value':false}]");
    run_batch();

    assert_string_equal(identity_of("wim"), entry);
    assert_true(is_locked(person_dn("wim")));
    assert_false(is_member(HARBOUR, person_dn("wim")));
    assert_false(is_member(CREW, person_dn("wim")));

    run_batches();
    assert_all_landed();
    assert_true(is_member(HARBOUR, person_dn("wes")));
    assert_true(is_member(CREW, person_dn("wes")));
}

static void a_free_name_that_groups_still_list_is_taken_without_them(void **state)
{
    const struct bytes value = bytes_of_text(person_dn("xan"));
    const struct modification listed = {MODIFICATION_ADD, "member", &value, 1};
    const char *sailor = given_a_sailor("xim");
    const char *planter = given_a_planter("xeb");

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    assert_int_equal(directory_modify(given.directory, HARBOUR, &listed, 1, NULL), STATUS_OK);
    assert_int_equal(directory_modify(given.directory, CREW, &listed, 1, NULL), STATUS_OK);

    rename_person(planter, "xan");
    run_batch();

    assert_non_null(read_entry(person_dn("xan")));
    assert_true(is_member(NORTH, person_dn("xan")));
    assert_false(is_member(HARBOUR, person_dn("xan")));
    assert_false(is_member(CREW, person_dn("xan")));
}

static void whose_new_name_is_taken_for_good_does_not_step_aside(void **state)
{
    const char *stays = given_a_sailor("yan");
    const char *waits = given_a_planter("yves");

    (void)state;
    given_a_foreign_entry(person_dn("yoko"));
    run_batches();

    rename_person(stays, "yoko");
    rename_person(waits, "yan");
    run_batches();

    assert_int_equal(count_parked(), 2);
    assert_true(is_member(HARBOUR, person_dn("yan")));
    assert_true(is_member(NORTH, person_dn("yves")));
    assert_string_equal(entry_text(read_entry(person_dn("yoko")), "cn"), "Somebody Else");
}

static void who_steps_aside_while_parked_is_not_left_there_until_the_next_try(void **state)
{
    const char *aside = given_a_sailor("abel");
    const char *taker = given_a_planter("alma");

    (void)state;
    given_a_foreign_entry(person_dn("amos"));
    run_batches();
    rename_person(aside, "amos");
    run_batches();
    assert_int_equal(count_parked(), 1);

    assert_int_equal(directory_delete(given.directory, person_dn("amos"), NULL), STATUS_OK);
    rename_person(taker, "abel");
    run_batches();

    assert_all_landed();
    assert_true(is_member(HARBOUR, person_dn("amos")));
    assert_true(is_member(NORTH, person_dn("abel")));
}

static void who_swaps_forth_and_back_is_in_the_pushed_groups_again(void **state)
{
    const char *sailor = given_a_sailor("axel");
    const char *planter = given_a_planter("alix");

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    rename_person(sailor, "between");
    rename_person(planter, "axel");
    rename_person(sailor, "alix");
    given.before_update = refuse_the_record;
    (void)batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory, LATER, &(size_t){0},
                    NULL);

    rename_person(sailor, "between");
    rename_person(planter, "alix");
    rename_person(sailor, "axel");
    run_batches();

    assert_all_landed();
    assert_true(is_member(CREW, person_dn("axel")));
    assert_false(is_member(CREW, person_dn("alix")));
}

static void a_group_that_is_pushed_meanwhile_never_lists_who_has_taken_the_name(void **state)
{
    const char *sailor = given_a_sailor("bill");
    const char *planter = given_a_planter("bess");

    (void)state;
    run_batches();
    rename_person(sailor, "between");
    rename_person(planter, "bill");
    rename_person(sailor, "bess");
    given_a_crew_of(sailor);

    run_batch();
    assert_false(is_member(CREW, person_dn("bill")));

    run_batches();
    assert_all_landed();
    assert_true(is_member(CREW, person_dn("bess")));
}

static void
whose_new_name_cannot_be_looked_up_in_groups_is_locked_and_keeps_the_old_one(void **state)
{
    const char *leaver = given_a_planter("cleon");
    struct outbox_line line = {0};

    (void)state;
    run_batches();
    given.settings.projection.groups_base = "ou=nowhere," SLAPD_SUFFIX;

    rename_person(leaver, "cora");
    patch("[{'op':'replace','path':'active','value':false}]");
    run_batches();

    assert_true(is_locked(person_dn("cleon")));
    assert_false(is_member(NORTH, person_dn("cleon")));
    assert_true(is_waiting(&line));
    assert_non_null(strstr(line.refusal, "ou=nowhere"));
}

/* As after a crash: the claim and the moves are there, and nothing of what follows. */
static void who_was_left_aside_goes_on_to_the_own_name(void **state)
{
    const char *sailor = given_a_sailor("zac");
    const char *planter = given_a_planter("zoe");
    const char *entry;

    (void)state;
    given_a_crew_of(sailor);
    run_batches();
    entry = identity_of("zac");
    rename_person(sailor, "between");
    rename_person(planter, "zac");
    rename_person(sailor, "zoe");
    move_entry(person_dn("zac"), arena_printf(given.world->arena, "uid=moving-%s", sailor), NULL);

    run_batches();

    assert_all_landed();
    assert_string_equal(identity_of("zoe"), entry);
    assert_true(is_member(HARBOUR, person_dn("zoe")));
    assert_true(is_member(CREW, person_dn("zoe")));
    assert_false(is_member(HARBOUR, person_dn("zac")));
    assert_false(is_member(CREW, person_dn("zac")));
}

int main(void)
    {
        const struct CMUnitTest tests[] = {
            BATCH_TEST(two_people_who_swap_their_names_keep_their_entries_and_groups),
            BATCH_TEST(three_people_who_pass_their_names_round_keep_their_entries),
            BATCH_TEST(a_name_goes_to_the_next_one_whichever_comes_first),
            BATCH_TEST(a_newcomer_gets_the_former_name_of_another_one),
            BATCH_TEST(whoever_takes_a_name_is_never_found_in_the_groups_of_the_other),
            BATCH_TEST(a_free_name_that_groups_still_list_is_taken_without_them),
            BATCH_TEST(whose_new_name_is_taken_for_good_does_not_step_aside),
            BATCH_TEST(who_steps_aside_while_parked_is_not_left_there_until_the_next_try),
            BATCH_TEST(who_swaps_forth_and_back_is_in_the_pushed_groups_again),
            BATCH_TEST(a_group_that_is_pushed_meanwhile_never_lists_who_has_taken_the_name),
            BATCH_TEST(
                whose_new_name_cannot_be_looked_up_in_groups_is_locked_and_keeps_the_old_one),
            BATCH_TEST(who_was_left_aside_goes_on_to_the_own_name),
        };

        return can_run() ? cmocka_run_group_tests(tests, start, stop) : SKIPPED;
    }
