#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "any_scim.h"
#include "journal_walk.h"

#include "bridge/core/connection.h"

#define EXT "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
#define ANA                                                                                \
    "{'userName':'ana@acme.example','externalId':'x-1','active':true,'displayName':'Ana'," \
    "'emails':[{'value':'ana@acme.example','type':'work','primary':true}],'" EXT           \
    "':{'role':'user','site':'North Plant'}}"
#define BOSS                 "{'userName':'boss@acme.example','active':true,'" EXT "':{'role':'admin'}}"
#define REPLACE(path, value) "[{'op':'Replace','path':'" path "','value':" value "}]"

static const char *given_ana(struct world *world)
{
    assert_int_equal(world_create(world, &world->provider, ANA), STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

static const char *given_a_boss(struct world *world)
{
    assert_int_equal(world_create(world, &world->provider, BOSS), STATUS_OK);
    return arena_strdup(world->arena, world->user.account.id);
}

static void assert_association(struct world *world, const char *id, enum role role, uint64_t site)
{
    struct account account = world_account(world, id);

    assert_int_equal(account.association.role, role);
    assert_int_equal(account.association.site_row, site);
}

/* -------------------------------------------------------------- role, site and active */

static void a_created_person_has_role_and_site_and_waits_for_the_directory(void **state)
{
    struct world *world = *state;
    struct outbox_line line;

    const char *ana = given_ana(world);

    assert_association(world, ana, ROLE_USER, world->north);
    assert_true(world_waits(world, ana, &line));
    json_auto_t *resource = world_resource(world, ana);
    json_t *extension = json_object_get(resource, EXT);
    assert_string_equal(json_string_value(json_object_get(extension, "site")), "North Plant");
    assert_string_equal(json_string_value(json_object_get(extension, "managedBy")), "entra");
    assert_true(json_is_true(json_object_get(resource, "active")));
}

static void a_person_without_role_or_site_is_taken_and_has_no_association(void **state)
{
    struct world *world = *state;

    assert_int_equal(world_create(world, &world->provider, "{'userName':'x@acme.example'}"),
                     STATUS_OK);

    assert_association(world, world->user.account.id, ROLE_NONE, 0);
    assert_true(world->user.account.is_active);
}

static void deactivation_clears_what_is_in_effect_and_a_bare_restore_brings_it_back(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    struct outbox_line line;

    assert_int_equal(world_patch(world, &world->provider, ana, REPLACE("active", "'False'")),
                     STATUS_OK);
    assert_association(world, ana, ROLE_NONE, 0);
    assert_false(world_account(world, ana).is_active);
    assert_true(world_waits(world, ana, &line));
    assert_int_equal(line.urgency, OUTBOX_LOSING);

    assert_int_equal(world_patch(world, &world->provider, ana, REPLACE("active", "'True'")),
                     STATUS_OK);
    assert_association(world, ana, ROLE_USER, world->north);
}

static void whoever_is_disabled_without_role_loses_access_all_the_same(void **state)
{
    struct world *world = *state;
    struct outbox_line line;
    const char *id;

    (void)world_create(world, &world->provider, "{'userName':'x@acme.example'}");
    id = arena_strdup(world->arena, world->user.account.id);
    (void)world_patch(world, &world->provider, id, REPLACE("active", "false"));

    assert_true(world_waits(world, id, &line));
    assert_int_equal(line.urgency, OUTBOX_LOSING);
}

static void role_and_site_that_arrive_while_inactive_are_kept_unjudged(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    (void)world_patch(world, &world->provider, ana, REPLACE("active", "false"));
    assert_int_equal(world_patch(world, &world->provider, ana, REPLACE(EXT ":site", "'Harbour'")),
                     STATUS_OK);
    assert_association(world, ana, ROLE_NONE, 0);
    (void)world_patch(world, &world->provider, ana, REPLACE("active", "true"));

    assert_association(world, ana, ROLE_USER, world->harbour);
}

static void a_disable_is_never_refused_for_a_bad_site_beside_it(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    assert_int_equal(world_patch(world, &world->provider, ana,
                                 "[{'op':'replace','path':'" EXT ":site','value':'Atlantis'},"
                                 "{'op':'replace','path':'active','value':false}]"),
                     STATUS_OK);

    assert_false(world_account(world, ana).is_active);
    assert_int_equal(world_patch(world, &world->provider, ana,
                                 "[{'op':'replace','path':'" EXT ":site','value':'Atlantis'},"
                                 "{'op':'replace','path':'active','value':true}]"),
                     STATUS_INVALID_VALUE);
    assert_false(world_account(world, ana).is_active);
}

static void order_of_operations_does_not_matter_the_end_is_judged(void **state)
{
    struct world *world = *state;
    const char *boss = given_a_boss(world);

    (void)world_create(world, &world->provider,
                       "{'userName':'b2@acme.example','" EXT "':{'role':'admin'}}");
    assert_int_equal(world_patch(world, &world->provider, boss,
                                 "[{'op':'replace','path':'" EXT ":role','value':'user'},"
                                 "{'op':'replace','path':'" EXT ":site','value':'HARBOUR '}]"),
                     STATUS_OK);

    assert_association(world, boss, ROLE_USER, world->harbour);
}

static void a_promotion_needs_no_null_and_a_demotion_finds_the_old_site(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    (void)given_a_boss(world);
    (void)world_patch(world, &world->provider, ana, REPLACE(EXT ":role", "'admin'"));
    assert_association(world, ana, ROLE_ADMIN, 0);
    (void)world_patch(world, &world->provider, ana, REPLACE(EXT ":role", "'user'"));

    assert_association(world, ana, ROLE_USER, world->north);
}

static void removing_the_role_leaves_the_account_active_without_association(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    assert_int_equal(
        world_patch(world, &world->provider, ana, "[{'op':'remove','path':'" EXT ":role'}]"),
        STATUS_OK);

    assert_association(world, ana, ROLE_NONE, 0);
    assert_true(world_account(world, ana).is_active);
}

static void make_site(struct world *world, const char *name)
{
    json_auto_t *resource = json_pack("{s:s}", "displayName", name);
    struct site_request request = {
        .actor = &world->admin, .arena = world->arena, .resource = resource};

    assert_int_equal(store_update(world->store, 1, site_create, &request, NULL), STATUS_OK);
}

static void a_request_that_says_nothing_of_role_and_site_leaves_them_alone(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    (void)world_patch(world, &world->provider, ana, REPLACE("active", "false"));
    (void)world_patch(world, &world->provider, ana, REPLACE(EXT ":site", "'Atlantis'"));
    (void)world_patch(world, &world->provider, ana, REPLACE("active", "true"));
    make_site(world, "Atlantis");

    (void)world_patch(world, &world->provider, ana, REPLACE("displayName", "'Ana D.'"));
    (void)world_patch(world, &world->provider, ana, REPLACE("active", "true"));
    assert_association(world, ana, ROLE_NONE, 0);
    (void)world_patch(world, &world->provider, ana, REPLACE(EXT ":role", "'user'"));
    assert_int_equal(world_account(world, ana).association.role, ROLE_USER);
}

/* ------------------------------------------------------------------- all or nothing */

static void a_refused_patch_leaves_everything_as_it_was(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    json_auto_t *before = world_resource(world, ana);

    assert_int_equal(world_patch(world, &world->provider, ana,
                                 "[{'op':'replace','path':'displayName','value':'Changed'},"
                                 "{'op':'replace','path':'" EXT ":site','value':'Atlantis'}]"),
                     STATUS_INVALID_VALUE);

    json_auto_t *after = world_resource(world, ana);
    assert_true(json_equal(before, after));
    assert_non_null(strstr(world->problem.detail, "Atlantis"));
}

static void an_id_in_a_patch_is_taken_if_it_is_the_same_and_refused_otherwise(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    assert_int_equal(
        world_patch(world, &world->provider, ana,
                    arena_printf(world->arena,
                                 "[{'op':'replace','value':{'id':'%s','title':'Lead'}}]", ana)),
        STATUS_OK);
    assert_int_equal(world_patch(world, &world->provider, ana,
                                 "[{'op':'replace','value':{'id':'1','title':'Head'}}]"),
                     STATUS_MUTABILITY);

    json_auto_t *resource = world_resource(world, ana);
    assert_string_equal(json_string_value(json_object_get(resource, "title")), "Lead");
}

static void a_change_that_changes_nothing_keeps_the_version(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    uint64_t version = world_account(world, ana).version;

    (void)world_patch(world, &world->provider, ana, REPLACE("displayName", "'Ana'"));
    assert_int_equal(world_account(world, ana).version, version);
    (void)world_patch(world, &world->provider, ana, REPLACE("displayName", "'Ana D.'"));

    assert_int_equal(world_account(world, ana).version, version + 1);
}

static void silence_about_active_is_no_statement(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    (void)world_patch(world, &world->provider, ana, REPLACE("active", "false"));
    assert_int_equal(world_patch(world, &world->provider, ana, "[{'op':'remove','path':'active'}]"),
                     STATUS_OK);

    assert_false(world_account(world, ana).is_active);
}

/* --------------------------------------------------------------- who is who, who may what */

static void names_are_unique_without_letter_case_and_free_again_after_deletion(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    assert_int_equal(world_create(world, &world->provider, "{'userName':'ANA@acme.example'}"),
                     STATUS_UNIQUENESS);
    assert_int_equal(
        world_create(world, &world->provider, "{'userName':'b@x.example','externalId':'x-1'}"),
        STATUS_UNIQUENESS);
    assert_int_equal(world_delete(world, &world->provider, ana), STATUS_OK);
    assert_int_equal(world_create(world, &world->provider, ANA), STATUS_OK);

    assert_string_not_equal(world->user.account.id, ana);
}

static void names_that_a_directory_takes_for_one_are_one_here(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    assert_int_equal(world_create(world, &world->provider, "{'userName':'ana@acme.example '}"),
                     STATUS_UNIQUENESS);
    assert_int_equal(
        world_create(world, &world->provider, "{'userName':'\xEF\xBD\x81na@acme.example'}"),
        STATUS_UNIQUENESS);

    assert_int_equal(
        world_patch(world, &world->provider, ana, REPLACE("userName", "' Ana@Acme.example'")),
        STATUS_OK);
}

static void another_connection_sees_and_changes_nothing(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    assert_int_equal(world_patch(world, &world->other, ana, REPLACE("active", "false")),
                     STATUS_NOT_FOUND);
    assert_int_equal(world_delete(world, &world->other, ana), STATUS_NOT_FOUND);
    assert_int_equal(world_create(world, &world->other, "{'userName':'ana@ACME.example'}"),
                     STATUS_UNIQUENESS);
    assert_int_equal(
        world_create(world, &world->other, "{'userName':'c@x.example','externalId':'x-1'}"),
        STATUS_OK);

    assert_true(world_account(world, ana).is_active);
}

static void administrators_do_not_change_what_a_connection_owns(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    assert_int_equal(world_patch(world, &world->admin, ana, REPLACE("active", "false")),
                     STATUS_FORBIDDEN);

    assert_non_null(strstr(world->problem.detail, "entra"));
}

static void a_connection_gives_only_the_roles_that_it_may(void **state)
{
    struct world *world = *state;

    assert_int_equal(world_create(world, &world->other, BOSS), STATUS_FORBIDDEN);
    assert_int_equal(world_create(world, &world->other,
                                  "{'userName':'u@x.example','" EXT
                                  "':{'role':'user','site':'harbour'}}"),
                     STATUS_OK);
    assert_int_equal(
        world_patch(world, &world->other, world->user.account.id, REPLACE(EXT ":role", "'admin'")),
        STATUS_FORBIDDEN);

    assert_association(world, world->user.account.id, ROLE_USER, world->harbour);
}

static void the_last_administrator_cannot_be_taken_away(void **state)
{
    struct world *world = *state;
    const char *boss = given_a_boss(world);

    assert_int_equal(world_patch(world, &world->provider, boss, REPLACE("active", "false")),
                     STATUS_FORBIDDEN);
    assert_non_null(strstr(world->problem.detail, "boss@acme.example"));
    assert_int_equal(world_patch(world, &world->provider, boss,
                                 "[{'op':'replace','path':'" EXT ":role','value':'user'},"
                                 "{'op':'replace','path':'" EXT ":site','value':'Harbour'}]"),
                     STATUS_FORBIDDEN);
    assert_int_equal(world_delete(world, &world->provider, boss), STATUS_FORBIDDEN);
    assert_association(world, boss, ROLE_ADMIN, 0);

    (void)world_create(world, &world->admin, "{'userName':'second','" EXT "':{'role':'admin'}}");
    assert_int_equal(world_delete(world, &world->provider, boss), STATUS_OK);
}

static void a_stale_version_is_refused(void **state)
{
    struct world *world = *state;
    struct user_request request = {
        .actor = &world->provider, .arena = world->arena, .if_match = "W/\"9\""};

    request.id = given_ana(world);

    assert_int_equal(store_update(world->store, 1, user_delete, &request, NULL),
                     STATUS_VERSION_MISMATCH);
    request.if_match = "W/\"1\"";
    assert_int_equal(store_update(world->store, 1, user_delete, &request, NULL), STATUS_OK);
}

/* ---------------------------------------------------------------------------- blocks */

static enum status block(struct world *world, const char *id, store_change *change)
{
    struct user_request request = {
        .actor = &world->admin, .arena = world->arena, .id = id, .reason = "left in anger"};

    world->problem = (struct problem){0};
    return store_update(world->store, 1, change, &request, &world->problem);
}

static void a_block_outranks_the_provider_until_it_is_lifted(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    struct outbox_line line;

    assert_int_equal(block(world, ana, user_block), STATUS_OK);
    assert_false(world_account(world, ana).is_active);
    assert_association(world, ana, ROLE_NONE, 0);
    assert_true(world_waits(world, ana, &line));
    assert_int_equal(line.urgency, OUTBOX_LOSING);
    json_auto_t *blocked = world_resource(world, ana);
    json_t *shown = json_object_get(json_object_get(blocked, EXT), "blocked");
    assert_string_equal(json_string_value(json_object_get(shown, "by")), "control");
    assert_string_equal(json_string_value(json_object_get(shown, "reason")), "left in anger");

    assert_int_equal(world_patch(world, &world->provider, ana, REPLACE("active", "true")),
                     STATUS_OK);
    assert_int_equal(world_patch(world, &world->provider, ana, REPLACE(EXT ":site", "'Harbour'")),
                     STATUS_OK);
    assert_false(world_account(world, ana).is_active);

    assert_int_equal(block(world, ana, user_unblock), STATUS_OK);
    assert_true(world_account(world, ana).is_active);
    assert_association(world, ana, ROLE_USER, world->harbour);
}

static void lifting_a_block_does_not_bring_back_whom_the_provider_disabled(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);

    (void)block(world, ana, user_block);
    (void)world_patch(world, &world->provider, ana, REPLACE("active", "false"));
    assert_int_equal(block(world, ana, user_unblock), STATUS_OK);

    assert_false(world_account(world, ana).is_active);
}

static void a_provider_does_not_lift_a_block_by_deleting_and_creating_again(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    json_auto_t *there = NULL;

    (void)block(world, ana, user_block);
    assert_int_equal(world_delete(world, &world->provider, ana), STATUS_OK);

    assert_int_equal(world_delete(world, &world->provider, ana), STATUS_NOT_FOUND);
    there = world_resource(world, ana);
    assert_int_equal(
        world_create(world, &world->provider,
                     arena_printf(world->arena, "{'userName':'%s'}",
                                  json_string_value(json_object_get(there, "userName")))),
        STATUS_UNIQUENESS);
    assert_int_equal(world_account(world, ana).owner, 0);
    assert_non_null(world_account(world, ana).blocked_by);
    assert_int_equal(block(world, ana, user_unblock), STATUS_OK);
    assert_false(world_account(world, ana).is_active); /* nobody has said that it is to be */
    assert_int_equal(world_delete(world, &world->admin, ana), STATUS_OK);
}

/* "okta", which may give only user, has asserted more of somebody who is inactive. */
static const char *given_an_ambitious_person(struct world *world)
{
    const char *eve;

    assert_int_equal(world_create(world, &world->other,
                                  "{'userName':'eve','" EXT "':{'role':'user','site':'Harbour'}}"),
                     STATUS_OK);
    eve = arena_strdup(world->arena, world->user.account.id);
    assert_int_equal(block(world, eve, user_block), STATUS_OK);
    assert_int_equal(world_patch(world, &world->other, eve, REPLACE(EXT ":role", "'admin'")),
                     STATUS_OK);
    return eve;
}

static void lifting_a_block_gives_no_role_that_the_connection_may_not_give(void **state)
{
    struct world *world = *state;
    const char *eve = given_an_ambitious_person(world);

    assert_int_equal(block(world, eve, user_unblock), STATUS_FORBIDDEN);

    assert_non_null(strstr(world->problem.detail, "connection edit okta --grant admin"));
    assert_false(world_account(world, eve).is_active);
    assert_int_equal(world_patch(world, &world->other, eve, REPLACE(EXT ":role", "'user'")),
                     STATUS_OK);
    assert_int_equal(block(world, eve, user_unblock), STATUS_OK);
    assert_association(world, eve, ROLE_USER, world->harbour);
}

static void a_move_takes_along_no_role_that_the_connection_could_not_give(void **state)
{
    struct world *world = *state;
    const char *eve = given_an_ambitious_person(world);
    struct user_request move = {
        .actor = &world->admin, .arena = world->arena, .id = eve, .to = "local"};

    assert_int_equal(store_update(world->store, 1, user_move, &move, NULL), STATUS_OK);
    assert_int_equal(block(world, eve, user_unblock), STATUS_OK);

    assert_true(world_account(world, eve).is_active);
    assert_association(world, eve, ROLE_NONE, 0);
}

static void nor_does_the_end_of_the_connection(void **state)
{
    struct world *world = *state;
    const char *eve = given_an_ambitious_person(world);
    struct connection_request end = {.actor = &world->admin,
                                     .arena = world->arena,
                                     .name = "okta",
                                     .disposal = CONNECTION_RELEASE};

    assert_int_equal(store_update(world->store, 1, connection_delete, &end, NULL), STATUS_OK);
    assert_int_equal(block(world, eve, user_unblock), STATUS_OK);

    assert_association(world, eve, ROLE_NONE, 0);
}

static void blocking_twice_changes_nothing(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    uint64_t version;

    (void)block(world, ana, user_block);
    version = world_account(world, ana).version;

    assert_int_equal(block(world, ana, user_block), STATUS_OK);
    assert_int_equal(world_account(world, ana).version, version);
}

static void the_last_administrator_cannot_be_blocked(void **state)
{
    struct world *world = *state;
    const char *boss = given_a_boss(world);

    assert_int_equal(block(world, boss, user_block), STATUS_FORBIDDEN);

    assert_true(world_account(world, boss).is_active);
}

/* ------------------------------------------------------------------------- all or nothing */

enum { FAILING_PATCHES = 300 };

/* Of whatever attribute that a request may set. */
static json_t *any_replace(void)
{
    const struct scim_schema *schema;
    const struct scim_attribute *attribute;

    do
        attribute = any_attribute(scim_resource_type(SCIM_USER), &schema);
    while (!is_settable(attribute));
    return json_pack("{s:s, s:o, s:o}", "op", percent(50) ? "replace" : "add", "path",
                     json_sprintf("%s:%s", schema->id, attribute->name), "value",
                     any_value(attribute, true));
}

static json_t *any_operation_that_fails(void)
{
    return percent(50) ? json_pack("{s:s, s:s}", "op", "remove", "path", "userName")
                       : json_pack("{s:s, s:s, s:s}", "op", "replace", "path", EXT ":role", "value",
                                   "nobody's role");
}

static void a_patch_that_fails_at_its_end_has_changed_nothing(void **state)
{
    struct world *world = *state;
    const char *id = given_ana(world);

    chance_begin();
    for (int i = 0; i < FAILING_PATCHES; i++) {
        json_auto_t *operations = json_array();
        json_auto_t *body = json_pack("{s:O}", "Operations", operations);
        json_auto_t *before = world_resource(world, id);
        json_auto_t *after = NULL;

        for (unsigned count = below(5); count > 0; count--)
            (void)json_array_append_new(operations, any_replace());
        (void)json_array_append_new(operations, json_pack("{s:s, s:s, s:b}", "op", "replace",
                                                          "path", "active", "value", 1));
        (void)json_array_append_new(operations, any_operation_that_fails());
        assert_int_equal(world_patch_json(world, &world->provider, id, body), STATUS_INVALID_VALUE);

        after = world_resource(world, id);
        assert_true(json_equal(before, after));
    }
}

/* ----------------------------------------------------------------------- lists and counts */

static uint64_t listed(struct world *world, const struct actor *actor, const char *filter,
                       int *shown)
{
    struct world_list list = world_list(world, SCIM_USER, actor, filter, (struct page){1, 2});

    *shown = (int)list.shown;
    return list.total;
}

static void lists_show_what_the_caller_may_see_by_index_and_by_walking(void **state)
{
    struct world *world = *state;
    int shown;

    (void)given_ana(world);
    (void)given_a_boss(world);
    (void)world_create(world, &world->provider, "{'userName':'third','active':false}");
    (void)world_create(world, &world->other, "{'userName':'foreign'}");

    assert_int_equal(listed(world, &world->provider, NULL, &shown), 3);
    assert_int_equal(shown, 2);
    assert_int_equal(listed(world, &world->admin, NULL, &shown), 4);
    assert_int_equal(listed(world, &world->provider, "userName eq \"ANA@acme.EXAMPLE\"", &shown),
                     1);
    assert_int_equal(listed(world, &world->other, "userName eq \"ana@acme.example\"", &shown), 0);
    assert_int_equal(listed(world, &world->provider,
                            "emails[type eq \"work\"].value eq \"Ana@acme.example\"", &shown),
                     1);
    assert_int_equal(listed(world, &world->provider, "externalId eq \"x-1\"", &shown), 1);
    assert_int_equal(listed(world, &world->admin, "externalId eq \"x-1\"", &shown), 1);
    assert_int_equal(listed(world, &world->provider, "externalId eq \"X-1\"", &shown), 0);
    assert_int_equal(
        listed(world, &world->provider, "externalId eq \"x-1\" and active eq false", &shown), 0);
    assert_int_equal(listed(world, &world->provider,
                            "emails[type eq \"home\"].value eq \"Ana@acme.example\"", &shown),
                     0);
    assert_int_equal(listed(world, &world->provider, "active eq false", &shown), 1);
    assert_int_equal(listed(world, &world->provider, EXT ":site eq \"North plant\"", &shown), 1);
    assert_int_equal(listed(world, &world->provider, EXT ":site eq \"Harbour\"", &shown), 0);
    assert_int_equal(listed(world, &world->provider, EXT ":role eq \"admin\"", &shown), 1);
}

static void counts_follow_every_change(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    struct user_counts counts;
    struct store_txn *txn;

    (void)given_a_boss(world);
    (void)world_patch(world, &world->provider, ana, REPLACE("active", "false"));
    (void)world_create(world, &world->provider, "{'userName':'gone'}");
    (void)world_delete(world, &world->provider, world->user.account.id);

    txn = world_begin(world);
    counts = user_counts(txn);
    store_end(txn);
    assert_int_equal(counts.total, 2);
    assert_int_equal(counts.active, 1);
    assert_int_equal(counts.admins, 1);
}

static void everything_is_there_after_a_restart(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    json_auto_t *before = world_resource(world, ana);

    world_restart(world);

    json_auto_t *after = world_resource(world, ana);
    assert_true(json_equal(before, after));
}

static bool count_record(void *context, const struct journal_mark *mark, struct bytes record)
{
    char *text = strndup(record.data, record.size);

    (void)mark;
    assert_null(strstr(text, "Ana"));
    free(text);
    ++*(int *)context;
    return true;
}

static void every_change_has_one_journal_record_without_personal_values(void **state)
{
    struct world *world = *state;
    int before = 0;
    int after = 0;

    assert_int_equal(journal_walk(world->store, 1, count_record, &before, NULL), STATUS_OK);
    const char *ana = given_ana(world);
    (void)world_patch(world, &world->provider, ana, REPLACE("displayName", "'Ana D.'"));
    (void)world_patch(world, &world->provider, ana, REPLACE("displayName", "'Ana D.'"));
    (void)world_patch(world, &world->provider, ana, REPLACE(EXT ":site", "'Nowhere'"));

    assert_int_equal(journal_walk(world->store, 1, count_record, &after, NULL), STATUS_OK);
    assert_int_equal(after - before, 2);
}

struct link_change {
    uint64_t row;
    struct arena *arena;
};

static enum status save_link(struct store_txn *txn, void *argument, struct problem *problem)
{
    const struct link_change *change = argument;
    const struct link link = {.dn = "uid=ana,ou=people", .identity = "uuid-1", .is_adopted = true};

    (void)problem;
    link_save(txn, OUTBOX_USER, change->row, &link, change->arena);
    return STATUS_OK;
}

static void a_new_account_of_the_same_name_takes_up_the_entry_that_is_left(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    struct link_change change = {world_account(world, ana).row, world->arena};
    struct outbox_line line;
    struct link link;
    struct store_txn *txn;

    assert_int_equal(store_update(world->store, 1, save_link, &change, NULL), STATUS_OK);
    assert_int_equal(world_delete(world, &world->provider, ana), STATUS_OK);
    ana = given_ana(world);

    txn = world_begin(world);
    assert_false(outbox_find(txn, OUTBOX_USER, change.row, world->arena, &line));
    assert_false(link_find(txn, OUTBOX_USER, change.row, world->arena, &link));
    assert_true(link_find(txn, OUTBOX_USER, world->user.account.row, world->arena, &link));
    assert_int_equal(link_owner(txn, OUTBOX_USER, "uuid-1"), world->user.account.row);
    assert_int_equal(link_owner(txn, OUTBOX_GROUP, "uuid-1"), 0);
    store_end(txn);
    assert_string_equal(link.identity, "uuid-1");
    assert_true(link.is_adopted);
}

static bool has_link(struct world *world, uint64_t row)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(world);
    struct link link;

    return link_find(txn, OUTBOX_USER, row, world->arena, &link);
}

static void the_entry_that_is_taken_up_loses_access_as_urgently_as_before(void **state)
{
    struct world *world = *state;
    struct link_change change = {world_account(world, given_ana(world)).row, world->arena};
    struct outbox_line line;

    assert_int_equal(store_update(world->store, 1, save_link, &change, NULL), STATUS_OK);
    (void)world_delete(world, &world->provider, world->user.account.id);
    (void)given_ana(world);

    assert_true(world_waits(world, world->user.account.id, &line));
    assert_int_equal(line.urgency, OUTBOX_LOSING);
}

/* Ana is gone and has left an entry; Bob takes her name. */
static void take_the_name_that_is_left(struct world *world, bool bob_has_entry, uint64_t *ana,
                                       uint64_t *bob)
{
    struct link_change change = {world_account(world, given_ana(world)).row, world->arena};

    assert_int_equal(store_update(world->store, 1, save_link, &change, NULL), STATUS_OK);
    *ana = change.row;
    (void)world_delete(world, &world->provider, world->user.account.id);
    (void)world_create(world, &world->provider, "{'userName':'bob','externalId':'x-2'}");
    change.row = *bob = world->user.account.row;
    if (bob_has_entry)
        assert_int_equal(store_update(world->store, 1, save_link, &change, NULL), STATUS_OK);
    assert_int_equal(world_patch(world, &world->provider,
                                 arena_strdup(world->arena, world->user.account.id),
                                 REPLACE("userName", "'ana@acme.example'")),
                     STATUS_OK);
}

static void who_takes_the_name_of_an_entry_that_is_left_takes_it_up(void **state)
{
    uint64_t ana;
    uint64_t bob;

    take_the_name_that_is_left(*state, false, &ana, &bob);

    assert_true(has_link(*state, bob));
    assert_false(has_link(*state, ana));
}

static void who_has_an_entry_keeps_it_under_a_name_that_is_left(void **state)
{
    uint64_t ana;
    uint64_t bob;

    take_the_name_that_is_left(*state, true, &ana, &bob);

    assert_true(has_link(*state, bob));
    assert_true(has_link(*state, ana));
}

static void a_deleted_person_whose_entry_is_there_still_has_to_be_locked(void **state)
{
    struct world *world = *state;
    const char *ana = given_ana(world);
    struct link_change change = {world_account(world, ana).row, world->arena};
    struct outbox_line line;
    struct store_txn *txn;

    assert_int_equal(store_update(world->store, 1, save_link, &change, NULL), STATUS_OK);
    assert_int_equal(world_delete(world, &world->provider, ana), STATUS_OK);

    txn = world_begin(world);
    assert_true(outbox_find(txn, OUTBOX_USER, change.row, world->arena, &line));
    store_end(txn);
    assert_int_equal(line.urgency, OUTBOX_LOSING);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_created_person_has_role_and_site_and_waits_for_the_directory),
        WORLD_TEST(a_person_without_role_or_site_is_taken_and_has_no_association),
        WORLD_TEST(deactivation_clears_what_is_in_effect_and_a_bare_restore_brings_it_back),
        WORLD_TEST(whoever_is_disabled_without_role_loses_access_all_the_same),
        WORLD_TEST(role_and_site_that_arrive_while_inactive_are_kept_unjudged),
        WORLD_TEST(a_patch_that_fails_at_its_end_has_changed_nothing),
        WORLD_TEST(a_disable_is_never_refused_for_a_bad_site_beside_it),
        WORLD_TEST(order_of_operations_does_not_matter_the_end_is_judged),
        WORLD_TEST(a_promotion_needs_no_null_and_a_demotion_finds_the_old_site),
        WORLD_TEST(removing_the_role_leaves_the_account_active_without_association),
        WORLD_TEST(a_request_that_says_nothing_of_role_and_site_leaves_them_alone),
        WORLD_TEST(a_refused_patch_leaves_everything_as_it_was),
        WORLD_TEST(an_id_in_a_patch_is_taken_if_it_is_the_same_and_refused_otherwise),
        WORLD_TEST(a_change_that_changes_nothing_keeps_the_version),
        WORLD_TEST(silence_about_active_is_no_statement),
        WORLD_TEST(names_are_unique_without_letter_case_and_free_again_after_deletion),
        WORLD_TEST(names_that_a_directory_takes_for_one_are_one_here),
        WORLD_TEST(another_connection_sees_and_changes_nothing),
        WORLD_TEST(administrators_do_not_change_what_a_connection_owns),
        WORLD_TEST(a_connection_gives_only_the_roles_that_it_may),
        WORLD_TEST(the_last_administrator_cannot_be_taken_away),
        WORLD_TEST(a_stale_version_is_refused),
        WORLD_TEST(a_block_outranks_the_provider_until_it_is_lifted),
        WORLD_TEST(lifting_a_block_does_not_bring_back_whom_the_provider_disabled),
        WORLD_TEST(a_provider_does_not_lift_a_block_by_deleting_and_creating_again),
        WORLD_TEST(lifting_a_block_gives_no_role_that_the_connection_may_not_give),
        WORLD_TEST(a_move_takes_along_no_role_that_the_connection_could_not_give),
        WORLD_TEST(nor_does_the_end_of_the_connection),
        WORLD_TEST(blocking_twice_changes_nothing),
        WORLD_TEST(the_last_administrator_cannot_be_blocked),
        WORLD_TEST(lists_show_what_the_caller_may_see_by_index_and_by_walking),
        WORLD_TEST(counts_follow_every_change),
        cmocka_unit_test_setup_teardown(everything_is_there_after_a_restart, world_set_up_on_disk,
                                        world_tear_down),
        WORLD_TEST(every_change_has_one_journal_record_without_personal_values),
        WORLD_TEST(a_new_account_of_the_same_name_takes_up_the_entry_that_is_left),
        WORLD_TEST(the_entry_that_is_taken_up_loses_access_as_urgently_as_before),
        WORLD_TEST(who_takes_the_name_of_an_entry_that_is_left_takes_it_up),
        WORLD_TEST(who_has_an_entry_keeps_it_under_a_name_that_is_left),
        WORLD_TEST(a_deleted_person_whose_entry_is_there_still_has_to_be_locked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
