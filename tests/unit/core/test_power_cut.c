/*
 * I1 and I2 at a power cut at any instant: what was acknowledged is there, and every
 * change is there whole or not at all. The writes and syncs of the store are recorded
 * while people work with it; then its file is made as each cut would have left it.
 */
#include "activity.h"
#include "chance.h"
#include "disk_image.h"

#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/base/log.h"
#include "bridge/core/organization.h"
#include "bridge/scim/resource.h"

enum {
    STEPS = 240,
    TOGETHER = 8,
    STORE_SIZE = 64 << 20,
    CONTROL_CUTS = 40,
    CONTROL_SECONDS = 20,
    WORDS_SIZE = 512
};

/* What the store held when the change with this number had been acknowledged. */
typedef unsigned char state_digest[DIGEST_SIZE];

static struct {
    struct world *world;
    struct activity activity;
    struct disk_log log;
    state_digest promised[2 * STEPS];
    size_t promised_count;
    size_t marks[2 * STEPS]; /* where among the events */
    char file[96];
    char base[96]; /* the file as it was before */
} given;

/* ---------------------------------------------------------------------- recording */

static void promise(void)
{
    activity_digest(given.world->store, given.promised[given.promised_count]);
    disk_mark(given.promised_count++);
}

/* Somebody who is created while others are: they share a commit. */
struct creation {
    struct arena *arena;
    json_t *resource;
    struct user_request request;
    sem_t *ended;
};

static void end_creation(void *context, enum status status, const struct problem *problem)
{
    struct creation *creation = context;

    if (status)
        (void)fprintf(stderr, "%s\n", problem->detail);
    (void)sem_post(creation->ended);
}

/* The committer's own thread waits here, so that the others come together meanwhile. */
struct gate {
    sem_t reached;
    sem_t opened;
};

static void wait_at_gate(void *context, enum status status, const struct problem *problem)
{
    struct gate *gate = context;

    (void)status;
    (void)problem;
    (void)sem_post(&gate->reached);
    (void)sem_wait(&gate->opened);
}

static enum status note_one(struct store_txn *txn, void *argument, struct problem *problem)
{
    (void)argument;
    (void)problem;
    store_journal(txn, bytes_of_text("{}"));
    return STATUS_OK;
}

static void submit_creation(struct creation *creation, sem_t *ended)
{
    json_auto_t *body = json_object();

    creation->arena = arena_new();
    creation->ended = ended;
    json_object_set_new(
        body, "userName",
        json_string(arena_printf(creation->arena, "many%u", ++given.activity.drawn)));
    assert_int_equal(resource_read(body, scim_resource_type(SCIM_USER), &creation->resource, NULL),
                     STATUS_OK);
    creation->request = (struct user_request){
        .actor = &given.world->provider, .arena = creation->arena, .resource = creation->resource};
    store_submit(given.world->store, ORGANIZATION_DEFAULT, user_create, &creation->request,
                 end_creation, creation);
}

static void create_together(void)
{
    struct creation creations[TOGETHER] = {0};
    struct gate gate;
    sem_t ended;

    (void)sem_init(&ended, 0, 0);
    (void)sem_init(&gate.reached, 0, 0);
    (void)sem_init(&gate.opened, 0, 0);
    store_submit(given.world->store, ORGANIZATION_DEFAULT, note_one, NULL, wait_at_gate, &gate);
    (void)sem_wait(&gate.reached);
    promise();
    for (size_t i = 0; i < TOGETHER; i++)
        submit_creation(&creations[i], &ended);
    (void)sem_post(&gate.opened);
    for (size_t i = 0; i < TOGETHER; i++)
        (void)sem_wait(&ended);
    promise();
    for (size_t i = 0; i < TOGETHER; i++) {
        json_decref(creations[i].resource);
        arena_free(creations[i].arena);
    }
}

static void work(void)
{
    promise();
    for (int step = 0; step < STEPS; step++) {
        if (percent(3)) {
            create_together();
        } else {
            (void)activity_step(&given.activity);
            promise();
        }
    }
}

/* -------------------------------------------------------------------------- cutting */

/* What is wrong with the store as it was found; empty when nothing is. `promised`: at least. */
static void examine(size_t promised, char words[WORDS_SIZE])
{
    struct store *store = NULL;
    struct problem problem = {0};
    state_digest found;

    *words = '\0';
    if (store_open(given.world->path, STORE_SIZE, &store, &problem)) {
        (void)snprintf(words, WORDS_SIZE, "does not open: %.200s", problem.detail);
        return;
    }
    activity_check(store, words, WORDS_SIZE);
    activity_digest(store, found);
    store_close(store);
    if (!*words && memcmp(found, given.promised[promised], DIGEST_SIZE) != 0 &&
        memcmp(found, given.promised[promised + 1], DIGEST_SIZE) != 0)
        (void)snprintf(words, WORDS_SIZE, "is neither as it was after change %zu nor after %zu",
                       promised, promised + 1);
}

/* The index of the event at which the cut with this number comes: later cuts come later. */
static size_t event_of_cut(size_t cut, size_t count)
{
    size_t events = given.log.count;

    return (cut * events + below((unsigned)events)) / count;
}

/* The last change that was acknowledged before this event, from the one before it on. */
static size_t promised_before(size_t event, size_t promised)
{
    while (promised + 1 < given.promised_count && given.marks[promised + 1] < event)
        promised++;
    return promised;
}

static void every_power_cut_leaves_what_was_acknowledged_and_nothing_by_halves(void **state)
{
    const unsigned count = tries(2000, 20000);
    struct disk_image image;
    char words[WORDS_SIZE];
    size_t promised = 0;

    (void)state;
    disk_image_begin(&image, &given.log, given.base);
    for (size_t cut = 0; cut < count; cut++) {
        size_t event = event_of_cut(cut, count);

        promised = promised_before(event, promised);
        disk_image_cut(&image, event);
        disk_image_write(&image, given.file);
        examine(promised, words);
        if (*words)
            fail_msg("after cut %zu, at event %zu of %zu, the store %s", cut, event,
                     given.log.count, words);
    }
    disk_image_clear(&image);
}

/* The runner of the tests would take a signal for the end of a test, in the child too. */
static void default_signals(void)
{
    static const int caught[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

    for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
        (void)signal(caught[i], SIG_DFL);
}

/* In a process of its own, since it may end it to read a file that makes no sense. */
static bool breaks(size_t promised)
{
    char words[WORDS_SIZE];
    int ended = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        default_signals();
        (void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        (void)alarm(CONTROL_SECONDS);
        examine(promised, words);
        _exit(*words ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    return ended != 0;
}

/* Or else the test above shows nothing. */
static void on_a_disk_that_ignores_syncs_a_power_cut_loses_what_was_acknowledged(void **state)
{
    struct disk_image image;
    size_t promised = 0;
    unsigned broken = 0;

    (void)state;
    disk_image_begin(&image, &given.log, given.base);
    image.ignores_syncs = true;
    for (size_t cut = 0; cut < CONTROL_CUTS; cut++) {
        size_t event = event_of_cut(cut, CONTROL_CUTS);

        promised = promised_before(event, promised);
        disk_image_cut(&image, event);
        disk_image_write(&image, given.file);
        broken += breaks(promised);
    }
    disk_image_clear(&image);
    assert_in_range(broken, CONTROL_CUTS / 2, CONTROL_CUTS);
}

/* --------------------------------------------------------------------- the recording */

/* Of each change its place among the events. No change takes more than one commit. */
static void find_marks(void)
{
    size_t marks = 0, commits = 0;

    for (size_t event = 0; event < given.log.count; event++) {
        commits += given.log.events[event].kind == DISK_WRITE_SYNCED;
        if (given.log.events[event].kind != DISK_MARK)
            continue;
        assert_in_range(commits, 0, 1);
        commits = 0;
        given.marks[marks++] = event;
    }
    assert_int_equal(marks, given.promised_count);
}

static int record_a_day(void **state)
{
    chance_begin();
    if (world_set_up_on_disk(state))
        return -1;
    given.world = *state;
    (void)snprintf(given.file, sizeof(given.file), "%s/data.mdb", given.world->path);
    (void)snprintf(given.base, sizeof(given.base), "%s/base", given.world->folder);
    activity_begin(&given.activity, given.world);
    disk_image_copy(given.file, given.base);
    disk_record(&given.log);
    work();
    disk_record(NULL);
    store_close(given.world->store);
    given.world->store = NULL;
    find_marks();
    return 0;
}

static int forget_the_day(void **state)
{
    disk_log_clear(&given.log);
    return world_tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_power_cut_leaves_what_was_acknowledged_and_nothing_by_halves),
        cmocka_unit_test(on_a_disk_that_ignores_syncs_a_power_cut_loses_what_was_acknowledged),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, record_a_day, forget_the_day);
}
