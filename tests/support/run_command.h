#ifndef TESTS_SUPPORT_RUN_COMMAND_H
#define TESTS_SUPPORT_RUN_COMMAND_H

/* A command of the program, run within the test, against a daemon that answers by heart. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "command.h"
#include "fake_daemon.h"

enum { RUN_WORDS_MAX = 16 };

/* How it ended and what it said; the texts live in the arena. */
struct run {
    int exit_code;
    const char *out;
    const char *err;
};

static char run_config_path[64]; /* what serve was told */

static inline enum status run_serve(const char *config_path, struct problem *problem)
{
    (void)snprintf(run_config_path, sizeof(run_config_path), "%s", config_path);
    return problem_set(problem, STATUS_CONFIGURATION, "serve\x1b says no");
}

static inline const char *run_take(struct arena *arena, FILE *stream, char **text)
{
    const char *copy;

    assert_int_equal(fclose(stream), 0);
    copy = arena_strdup(arena, *text);
    free(*text);
    return copy;
}

/* The words behind "rolebridge", ended by NULL. */
static inline struct run run_words(struct arena *arena, const char *const *words)
{
    char *line[RUN_WORDS_MAX] = {arena_strdup(arena, "rolebridge")};
    char *out_text = NULL, *err_text = NULL;
    size_t out_size = 0, err_size = 0;
    FILE *out = open_memstream(&out_text, &out_size);
    FILE *err = open_memstream(&err_text, &err_size);
    struct run run;
    int count = 1;

    for (; words[count - 1]; count++)
        line[count] = arena_strdup(arena, words[count - 1]);
    run.exit_code = command_line_run(count, line, run_serve, out, err);
    run.out = run_take(arena, out, &out_text);
    run.err = run_take(arena, err, &err_text);
    return run;
}

#define RUN(arena, ...) run_words(arena, (const char *const[]){__VA_ARGS__, NULL})

/* The same with --config for a daemon that gives these answers; all must be asked for. */
static inline struct run run_asking(struct arena *arena, struct fake_daemon *fake,
                                    const struct fake_answer *answers, const char *const *words)
{
    const char *line[RUN_WORDS_MAX] = {NULL};
    char path[64];
    struct run run;
    FILE *file;
    size_t count = 0;

    fake_listen_socket(fake);
    (void)snprintf(path, sizeof(path), "%s/config", fake->folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "control: {socket: socket}\n");
    assert_int_equal(fclose(file), 0);
    while (words[count] && words[count][0] != '-') {
        line[count] = words[count];
        count++;
    }
    line[count] = arena_printf(arena, "--config=%s", path);
    for (; words[count]; count++)
        line[count + 1] = words[count];

    fake_start(fake, answers);
    run = run_words(arena, line);
    (void)unlink(path);
    fake_stop(fake);
    return run;
}

#define RUN_ASKING(arena, fake, answers, ...) \
    run_asking(arena, fake, answers, (const char *const[]){__VA_ARGS__, NULL})

#endif
