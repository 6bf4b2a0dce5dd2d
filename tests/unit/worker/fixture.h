#ifndef TESTS_UNIT_WORKER_FIXTURE_H
#define TESTS_UNIT_WORKER_FIXTURE_H

#include <ldap.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "attributes.h"
#include "batch.h"
#include "bridge/base/crypt.h"
#include "bridge/core/group.h"
#include "bridge/core/organization.h"
#include "bridge/scim/resource.h"
#include "ldap_proxy.h"
#include "slapd.h"
#include "worker_settings.h"
#include "world.h"

/*
 * Batches against a real directory. What others do while a batch is under way
 * happens between its phases, each of which ends with a change to the store: a
 * test may put something in front of the next one.
 */

enum { SKIPPED = 77, LIMIT_SECONDS = 5, LATER = 1700000100 };

#define EXT   "urn:ietf:params:scim:schemas:extension:bridge:2.0:User"
#define NORTH "cn=site-north-plant," SLAPD_ROLES

static const char *const everything[] = {"*", "+", NULL};

static struct {
    struct slapd slapd;
    struct worker_settings settings;
    struct attribute_map *attributes;
    struct directory *directory;
    struct world *world;
    void (*before_update)(void); /* once, ... */
    int updates_before;          /* ... after so many others */
    bool refuses_update;         /* once */
    const char *id;              /* of the person that it is about */
} given;

/* The linker puts these in front of the store's and the directory's own. */
enum status __real_store_update(struct store *store, uint32_t organization, store_change *change,
                                void *argument, struct problem *problem);
enum status __wrap_store_update(struct store *store, uint32_t organization, store_change *change,
                                void *argument, struct problem *problem);

enum status __wrap_store_update(struct store *store, uint32_t organization, store_change *change,
                                void *argument, struct problem *problem)
{
    void (*before_update)(void) = given.updates_before ? NULL : given.before_update;
    bool is_refused = given.refuses_update;

    if (given.updates_before)
        given.updates_before--;
    else
        given.before_update = NULL;
    given.updates_before = 0;
    given.refuses_update = false;
    if (before_update)
        before_update();
    if (is_refused)
        return problem_set(problem, STATUS_BUSY, "too many changes wait already");
    return __real_store_update(store, organization, change, argument, problem);
}

static inline int start(void **state)
{
    (void)state;
    return slapd_start(&given.slapd, SLAPD_POLICY) ? 0 : -1;
}

static inline int stop(void **state)
{
    (void)state;
    slapd_stop(&given.slapd);
    return 0;
}

static inline int begin(void **state)
{
    (void)world_set_up(state);
    given.world = *state;
    given.attributes = attribute_map_usual();
    given.settings = worker_settings_of(given.world, &given.slapd, given.attributes, LIMIT_SECONDS);
    return directory_open(&given.settings.directory, &given.directory, NULL) ? -1 : 0;
}

static inline int end(void **state)
{
    directory_release(&given.directory);
    attribute_map_free(given.attributes);
    given.before_update = NULL;
    given.refuses_update = false;
    return world_tear_down(state);
}

/* ------------------------------------------------------------------- given, when */

static inline void given_a_person(const char *user_name)
{
    struct world *world = given.world;
    const char *json =
        arena_printf(world->arena,
                     "{'userName':'%s','" EXT "':{'role':'user','site':'North Plant'}}", user_name);

    assert_int_equal(world_create(world, &world->provider, json), STATUS_OK);
    given.id = arena_strdup(world->arena, world->user.account.id);
}

static inline void patch(const char *operations)
{
    struct world *world = given.world;

    assert_int_equal(world_patch(world, &world->provider, given.id, operations), STATUS_OK);
}

static inline void delete_person(void)
{
    struct world *world = given.world;

    assert_int_equal(world_delete(world, &world->provider, given.id), STATUS_OK);
}

static inline void run_batch_at(int64_t now)
{
    struct problem problem = {0};
    size_t done = 0;

    if (batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory, now, &done, &problem))
        fail_msg("%s", problem.detail);
}

static inline void run_batch(void)
{
    run_batch_at(LATER);
}

/* Somebody else's, by hand. */
static inline void given_a_foreign_entry(const char *dn)
{
    struct entry *entry = entry_new(given.world->arena, dn);

    entry_add(given.world->arena, entry, "objectClass", "inetOrgPerson");
    entry_add(given.world->arena, entry, "cn", "Somebody Else");
    entry_add(given.world->arena, entry, "sn", "Else");
    assert_int_equal(directory_add(given.directory, entry, NULL), STATUS_OK);
}

static inline void given_a_group(const char *name, struct group_request *request)
{
    struct world *world = given.world;
    json_auto_t *body = world_json(world, arena_printf(world->arena,
                                                       "{'displayName':'%s','members':[{'value':"
                                                       "'%s'}]}",
                                                       name, given.id));
    json_auto_t *resource = NULL;

    assert_int_equal(resource_read(body, scim_resource_type(SCIM_GROUP), &resource, NULL),
                     STATUS_OK);
    *request = (struct group_request){
        .actor = &world->provider, .arena = world->arena, .resource = resource};
    assert_int_equal(store_update(world->store, ORGANIZATION_DEFAULT, group_create, request, NULL),
                     STATUS_OK);
}

static inline void run_batches(void)
{
    for (int i = 0; i < 3; i++)
        run_batch();
}

/* In front of the claim: that passes, and the record does not. */
static inline void refuse_the_record(void)
{
    given.refuses_update = true;
}

static inline enum status try_batch(size_t *done, struct problem *problem)
{
    return batch_run(&given.settings, ORGANIZATION_DEFAULT, given.directory, LATER, done, problem);
}

/* To another parent, which the bridge itself never does. */
static inline void move_entry(const char *dn, const char *rdn, const char *parent)
{
    struct berval password = {.bv_len = strlen(SLAPD_PASSWORD), .bv_val = (char[]){SLAPD_PASSWORD}};
    const int version = LDAP_VERSION3;
    LDAP *ld = NULL;

    assert_int_equal(ldap_initialize(&ld, given.slapd.uri), LDAP_SUCCESS);
    (void)ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    assert_int_equal(
        ldap_sasl_bind_s(ld, SLAPD_SERVICE, LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL),
        LDAP_SUCCESS);
    assert_int_equal(ldap_rename_s(ld, dn, rdn, parent, 1, NULL, NULL), LDAP_SUCCESS);
    (void)ldap_unbind_ext_s(ld, NULL, NULL);
}

/* ------------------------------------------------------------------------- then */

static const char *person_dn(const char *user_name)
{
    return dn_below(given.world->arena, "uid", user_name, SLAPD_PEOPLE);
}

static inline struct entry *read_entry(const char *dn)
{
    struct entry *entry = NULL;

    (void)directory_read(given.directory, dn, everything, given.world->arena, &entry, NULL);
    return entry;
}

static inline bool is_member(const char *group, const char *dn)
{
    struct entry_list found = {NULL, 0};
    const char *filter = arena_printf(given.world->arena, "(member=%s)", dn);

    (void)directory_search(given.directory, group, filter, everything, given.world->arena, &found,
                           NULL);
    return found.count > 0;
}

static inline bool is_locked(const char *dn)
{
    return account_state(given.settings.projection.profile, read_entry(dn)) == ACCOUNT_LOCKED;
}

static inline bool is_waiting(struct outbox_line *line)
{
    return world_waits(given.world, given.id, line);
}

static inline size_t count_parked(void)
{
    SCOPED(store_release) struct store_txn *txn = world_begin(given.world);

    return (size_t)outbox_depth(txn, given.world->arena).parked;
}

static inline void assert_all_are_there(const char *prefix, int count)
{
    for (int i = 0; i < count; i++) {
        const char *dn = person_dn(arena_printf(given.world->arena, "%s%d", prefix, i));

        assert_non_null(read_entry(dn));
        assert_true(is_member(NORTH, dn));
    }
}

/* ------------------------------------------------------------------------------- running */

#define BATCH_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* False, and said, where there is no slapd. */
static inline bool can_run(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    if (!slapd_is_installed())
        (void)fprintf(stderr, "skipped: the package slapd is not installed\n");
    return slapd_is_installed();
}

#endif
