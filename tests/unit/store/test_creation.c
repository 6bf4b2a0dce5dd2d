/*
 * I1 while a store is made: a power cut at any instant leaves no store, or a good one,
 * and a good one once it was said that there is one. LMDB alone does not promise that.
 */
#include "fixture.h"

#include <sys/stat.h>

#include "chance.h"
#include "disk_image.h"

enum { CUTS_AT_EACH = 50 };

static struct disk_log made;

/* Whether a name in a folder is on the disk: for sure, if the folder was synced since. */
static bool is_named(size_t named_at, size_t event)
{
    for (size_t i = named_at; i < event; i++)
        if (made.events[i].kind == DISK_SYNC_FOLDER)
            return true;
    return percent(50);
}

static size_t index_of(enum disk_event_kind kind)
{
    size_t i = 0;

    while (i < made.count && made.events[i].kind != kind)
        i++;
    return i;
}

/* What is in the folder after the cut; false when there is no store. */
static bool leave(struct disk_image *image, size_t event)
{
    size_t renamed_at = index_of(DISK_RENAME);
    char file[128];

    disk_image_cut(image, event);
    if (event < renamed_at || !is_named(renamed_at, event))
        return false;
    assert_int_equal(mkdir(given.path, 0700), 0);
    (void)snprintf(file, sizeof(file), "%s/data.mdb", given.path);
    if (is_named(0, renamed_at))
        disk_image_write(image, file);
    return true;
}

static void a_power_cut_while_a_store_is_made_leaves_none_or_a_good_one(void **state)
{
    struct disk_image image;
    unsigned lost = 0; /* cuts after all had been done, with no store to be found */

    (void)state;
    chance_begin();
    disk_record(&made);
    assert_int_equal(store_create(given.path, given.size, NULL), STATUS_OK);
    disk_record(NULL);
    remove_store(given.path);

    disk_image_begin(&image, &made, NULL);
    for (size_t event = 0; event <= made.count; event++)
        for (unsigned cut = 0; cut < CUTS_AT_EACH; cut++) {
            if (!leave(&image, event)) {
                lost += event == made.count;
                continue;
            }
            open_given();
            assert_int_equal(put("ada", "1815"), STATUS_OK);
            close_given();
            remove_store(given.path);
        }

    assert_int_equal(lost, 0);
    disk_image_clear(&image);
    disk_log_clear(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_power_cut_while_a_store_is_made_leaves_none_or_a_good_one,
                                        make_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
