/*
 * I17, with I1 to I3: whichever write or sync of the store fails, what was acknowledged is
 * there, and of the rest nothing. A write of pages that fails is answered, and the store
 * goes on; after a sync that failed, or the page that makes a commit count, the process
 * ends without an answer.
 */
#include "activity.h"
#include "chance.h"
#include "disk_image.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/base/log.h"

enum { STEPS = 10, STORE_SIZE = 64 << 20, WORDS_SIZE = 512 };
enum { ENDED_WELL = 0, ENDED_BY_STORE = EXIT_FAILURE, ENDED_BY_TEST = 99 };

/* What the process that works tells the one that looks after it. */
struct account_of_work {
    unsigned char promised[DIGEST_SIZE]; /* what the store held after the last acknowledgement */
    unsigned refused;                    /* changes that there was no room for */
    bool has_failed;                     /* the call came that was to fail */
    char words[WORDS_SIZE];              /* on what went wrong in the test */
};

static struct {
    struct world *world;
    struct activity activity;
    struct account_of_work *told; /* shared by both */
    char file[96];
    char base[96]; /* what each begins with */
} given;

/* ------------------------------------------------------------------- the one that works */

static void give_up(const char *words)
{
    (void)snprintf(given.told->words, WORDS_SIZE, "%s", words);
    _exit(ENDED_BY_TEST);
}

/* One change; one that was refused for want of room has left everything as it was. */
static void step(void)
{
    enum status status = activity_step(&given.activity);
    unsigned char now[DIGEST_SIZE];

    activity_digest(given.world->store, now);
    if (status == STATUS_STORE_FULL) {
        given.told->refused++;
        if (memcmp(now, given.told->promised, DIGEST_SIZE) != 0)
            give_up("a change that was refused has changed something");
    }
    if (status == STATUS_INTERNAL)
        give_up(given.world->problem.detail);
    memcpy(given.told->promised, now, DIGEST_SIZE);
}

static void live(const struct disk_fault *fault)
{
    for (int i = 1; i < NSIG; i++) /* the runner of the tests would go on in here */
        (void)signal(i, SIG_DFL);
    (void)alarm(60);
    world_restart(given.world);
    activity_digest(given.world->store, given.told->promised);
    disk_fail(fault);
    for (int i = 0; i < STEPS; i++)
        step();
    disk_fail(NULL);
    step(); /* and it goes on */
    store_close(given.world->store);
    _exit(ENDED_WELL);
}

/* ------------------------------------------------------------------ the one that looks */

static int let_live(const struct disk_fault *fault)
{
    int ended = 0;
    pid_t child;

    *given.told = (struct account_of_work){0};
    disk_image_copy(given.base, given.file);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        live(fault);
    assert_int_equal(waitpid(child, &ended, 0), child);
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) == ENDED_BY_TEST)
        fail_msg("call %d: ended with %d: %s", fault->nth, ended, given.told->words);
    return WEXITSTATUS(ended);
}

static void assert_kept(const struct disk_fault *fault)
{
    unsigned char found[DIGEST_SIZE];
    char words[WORDS_SIZE];

    world_restart(given.world);
    activity_check(given.world->store, words, sizeof(words));
    activity_digest(given.world->store, found);
    store_close(given.world->store);
    given.world->store = NULL;
    if (*words || memcmp(found, given.told->promised, DIGEST_SIZE) != 0)
        fail_msg("call %d of kinds %x: the store is not as it was left %s", fault->nth,
                 fault->kinds, words);
}

/* Let the first of these calls fail, then the second, and so on. How often each ending came. */
struct endings {
    unsigned well;
    unsigned by_store;
    unsigned refused;
};

static struct endings sweep(struct disk_fault fault, unsigned calls)
{
    struct endings endings = {0};

    for (unsigned nth = 1; nth <= calls; nth++) {
        struct disk_fault one = fault;
        int ended;

        one.nth = (int)nth;
        ended = let_live(&one);
        assert_true(ended == ENDED_WELL || ended == ENDED_BY_STORE);
        assert_kept(&one);
        endings.well += ended == ENDED_WELL;
        endings.by_store += ended == ENDED_BY_STORE;
        endings.refused += given.told->refused;
        (void)chance_next(); /* the next time with other changes */
    }
    return endings;
}

static void whichever_write_of_pages_fails_the_change_is_refused_and_the_store_goes_on(void **state)
{
    const unsigned calls = tries(30, 300);
    struct disk_fault fault = {.kinds = 1u << DISK_WRITE, .code = ENOSPC};
    struct endings endings;

    (void)state;
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        fault.is_cut = is_cut;
        endings = sweep(fault, calls);
        assert_int_equal(endings.by_store, 0);
        assert_in_range(endings.refused, calls / 4, calls);
    }
}

static void a_disk_that_stays_full_refuses_every_change_until_there_is_room(void **state)
{
    struct disk_fault fault = {
        .kinds = 1u << DISK_WRITE, .code = ENOSPC, .is_cut = true, .lasts = true};
    struct endings endings;

    (void)state;
    endings = sweep(fault, 3);

    assert_int_equal(endings.well, 3);
    assert_in_range(endings.refused, 3 * STEPS / 3, 3 * STEPS);
}

static void whichever_sync_fails_the_process_ends_and_acknowledges_nothing(void **state)
{
    static const int codes[] = {EIO, ENOSPC};
    const unsigned calls = tries(5, 100);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct disk_fault fault = {.kinds = 1u << DISK_SYNC, .code = codes[i]};
        struct endings endings = sweep(fault, calls);

        assert_int_equal(endings.refused, 0); /* that would be an answer */
        assert_in_range(endings.by_store, calls / 2, calls);
    }
}

static void when_the_page_fails_that_makes_a_commit_count_the_process_ends(void **state)
{
    const unsigned calls = tries(5, 100);
    struct disk_fault fault = {.kinds = 1u << DISK_WRITE_SYNCED, .code = ENOSPC};

    (void)state;
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        struct endings endings;

        fault.is_cut = is_cut;
        endings = sweep(fault, calls);
        assert_int_equal(endings.refused, 0);
        assert_in_range(endings.by_store, calls / 2, calls);
    }
}

/* -------------------------------------------------------------------------- fixture */

static int begin(void **state)
{
    chance_begin();
    if (world_set_up_on_disk(state))
        return -1;
    given.world = *state;
    given.told =
        mmap(NULL, sizeof(*given.told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(given.told != MAP_FAILED);
    activity_begin(&given.activity, given.world);
    for (int i = 0; i < 50; i++)
        (void)activity_step(&given.activity);
    store_close(given.world->store);
    given.world->store = NULL;
    (void)snprintf(given.file, sizeof(given.file), "%s/data.mdb", given.world->path);
    (void)snprintf(given.base, sizeof(given.base), "%s/base", given.world->folder);
    disk_image_copy(given.file, given.base);
    return 0;
}

static int end(void **state)
{
    (void)munmap(given.told, sizeof(*given.told));
    return world_tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            whichever_write_of_pages_fails_the_change_is_refused_and_the_store_goes_on),
        cmocka_unit_test(a_disk_that_stays_full_refuses_every_change_until_there_is_room),
        cmocka_unit_test(whichever_sync_fails_the_process_ends_and_acknowledges_nothing),
        cmocka_unit_test(when_the_page_fails_that_makes_a_commit_count_the_process_ends),
    };

    log_set_level(LOG_ERROR + 1);
    return cmocka_run_group_tests(tests, begin, end);
}
