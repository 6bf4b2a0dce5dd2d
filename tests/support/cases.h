#ifndef TESTS_SUPPORT_CASES_H
#define TESTS_SUPPORT_CASES_H

#include "unit.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/status.h"
#include "bridge/scim/schema.h"

/*
 * The files of tests/cases/<subject>: each an object with a list `cases` and what
 * they share, such as `type` (User unless said otherwise). A case has a `name`,
 * its input, and either what must come out or the `status` (SCIM's word for it)
 * and a part of the `detail`.
 */
struct test_case {
    const struct scim_resource_type *type;
    const json_t *file;
    const json_t *input;
    struct arena *arena;
};

/* NULL when the case holds, otherwise what is wrong. */
typedef const char *case_runner(const struct test_case *test);

/* A member of the case, or else of its file. */
static inline json_t *case_member(const struct test_case *test, const char *name)
{
    json_t *own = json_object_get(test->input, name);

    return own ? own : json_object_get(test->file, name);
}

static inline const char *case_text(const struct test_case *test, const char *name)
{
    const char *text = json_string_value(case_member(test, name));

    return text ? text : "";
}

static inline bool case_is_refused(const struct test_case *test)
{
    return json_object_get(test->input, "status") != NULL;
}

static inline const char *case_check_status(const struct test_case *test, enum status status,
                                            const struct problem *problem)
{
    const char *word = status ? status_scim_type(status) : "";
    const char *wanted = case_is_refused(test) ? case_text(test, "status") : "";

    if (strcmp(word ? word : "?", wanted) != 0)
        return arena_printf(test->arena, "ended as \"%s\": %s", word, problem->detail);
    if (!strstr(problem->detail, case_text(test, "detail")))
        return arena_printf(test->arena, "said: %s", problem->detail);
    return NULL;
}

static inline const char *case_compare(const struct test_case *test, const json_t *actual,
                                       const char *expected)
{
    const json_t *wanted = case_member(test, expected);
    char *dump;
    const char *message;

    if (json_equal(actual, wanted) || (!actual && !wanted))
        return NULL;
    dump = actual ? json_dumps(actual, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    message = arena_printf(test->arena, "%s is %s", expected, dump ? dump : "nothing");
    free(dump);
    return message;
}

static inline const struct scim_resource_type *case_type(const json_t *file)
{
    const char *name = json_string_value(json_object_get(file, "type"));

    for (enum scim_kind kind = 0; name && kind < SCIM_KIND_COUNT; kind++) {
        if (strcmp(scim_resource_type(kind)->name, name) == 0)
            return scim_resource_type(kind);
    }
    return scim_resource_type(SCIM_USER);
}

/* How many cases of a file fail. `*count` grows by the number of all. */
static inline int run_case_file(const char *path, case_runner *run, int *count)
{
    json_auto_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    int failures = 0;
    json_t *input;
    size_t i;

    if (!json_array_size(json_object_get(file, "cases")))
        fail_msg("%s: no cases", path);
    json_array_foreach (json_object_get(file, "cases"), i, input) {
        SCOPED(arena_release) struct arena *arena = arena_new();
        struct test_case test = {case_type(file), file, input, arena};
        const char *wrong = run(&test);

        ++*count;
        if (!wrong)
            continue;
        failures++;
        print_error("%s: %s: %s\n", path, case_text(&test, "name"), wrong);
    }
    return failures;
}

static inline void run_cases(const char *subject, case_runner *run, int at_least)
{
    char folder[512];
    struct dirent *entry;
    int count = 0, failures = 0;
    DIR *files;

    (void)snprintf(folder, sizeof(folder), "%s/%s", CASES_DIR, subject);
    files = opendir(folder);
    assert_non_null(files);
    while ((entry = readdir(files))) {
        char path[1024];

        if (!strstr(entry->d_name, ".json"))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        failures += run_case_file(path, run, &count);
    }
    (void)closedir(files);
    assert_int_equal(failures, 0);
    assert_true(count >= at_least);
}

#endif
