#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/* What the bridge's load and its yardsticks share: a clock, a deadline, figures. */

/* Of a clock that never goes back. */
int64_t now_ns(void);

/* End the process, with its words on standard error, in `seconds` at the latest. */
void deadline_set(unsigned seconds);

/* Whatever goes wrong makes the figures worthless: say it and end the process. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Zeroed, or the process ends. The caller frees it. */
void *must_alloc(size_t count, size_t size);
void *must_resize(void *memory, size_t size);

/* The first line of a file, a token or a password. The caller frees it. */
char *first_line_of(const char *path);

/* Numbers without pattern, the same sequence never twice. Not for secrets. */
uint64_t next_random(void);

/* How long each operation took. {0} is a fair start. */
struct timings {
    uint32_t *us;
    size_t count;
    size_t capacity;
};

void timings_add(struct timings *timings, int64_t began_ns);

/* Print one line of JSON: how many in how long, and the percentiles. Clears the timings. */
void timings_report(struct timings *timings, const char *name, uint64_t count, int64_t took_ns);

/*
 * What the person of a number is called: everybody otherwise, in an order that has
 * nothing to do with the numbers, as names come in life.
 */
enum { USER_NAME_SIZE = 32 };
void user_name_of(unsigned number, char name[USER_NAME_SIZE]);

#endif
