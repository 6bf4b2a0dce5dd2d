#include "bench.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void too_late(int number)
{
    static const char words[] = "not finished by the deadline\n";

    (void)number;
    (void)!write(STDERR_FILENO, words, sizeof(words) - 1);
    _exit(EXIT_FAILURE);
}

void deadline_set(unsigned seconds)
{
    (void)signal(SIGALRM, too_late);
    (void)alarm(seconds);
}

void give_up(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

void *must_alloc(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory)
        give_up("out of memory");
    return memory;
}

void *must_resize(void *memory, size_t size)
{
    memory = realloc(memory, size);
    if (!memory)
        give_up("out of memory");
    return memory;
}

char *first_line_of(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[512] = "";

    if (!file || !fgets(line, sizeof(line), file))
        give_up("%s cannot be read, or is empty", path);
    (void)fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return strdup(line);
}

/* xorshift64* */
uint64_t next_random(void)
{
    static uint64_t state;

    if (!state)
        state = (uint64_t)now_ns() | 1;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1DU;
}

void user_name_of(unsigned number, char name[USER_NAME_SIZE])
{
    (void)snprintf(name, USER_NAME_SIZE, "person-%08x@example.com", number * 2654435761u);
}

/* ------------------------------------------------------------------- figures */

void timings_add(struct timings *timings, int64_t began_ns)
{
    if (timings->count == timings->capacity) {
        timings->capacity = timings->capacity ? timings->capacity * 2 : 4096;
        timings->us = must_resize(timings->us, timings->capacity * sizeof(*timings->us));
    }
    timings->us[timings->count++] = (uint32_t)((now_ns() - began_ns) / 1000);
}

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

/* In milliseconds; the timings are sorted. */
static double percentile(const struct timings *timings, unsigned percent)
{
    return timings->us[(timings->count - 1) * percent / 100] / 1e3;
}

void timings_report(struct timings *timings, const char *name, uint64_t count, int64_t took_ns)
{
    double seconds = (double)took_ns / 1e9;

    if (timings->count == 0)
        give_up("%s: nothing was measured", name);
    qsort(timings->us, timings->count, sizeof(*timings->us), compare);
    printf("{\"name\":\"%s\",\"count\":%" PRIu64 ",\"seconds\":%.3f,\"per_second\":%.1f,"
           "\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
           name, count, seconds, (double)count / seconds, percentile(timings, 50),
           percentile(timings, 99));
    free(timings->us);
    *timings = (struct timings){0};
}
