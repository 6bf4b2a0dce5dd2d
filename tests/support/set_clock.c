/*
 * A wall clock that a test sets: loaded before the C library, it adds to the machine's time the
 * seconds that stand in the file ROLEBRIDGE_TEST_CLOCK names. All other clocks are as they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time);

static long long step(void)
{
    const char *path = getenv("ROLEBRIDGE_TEST_CLOCK");
    FILE *file = path ? fopen(path, "re") : NULL;
    char text[32] = "";

    if (!file)
        return 0;
    if (!fgets(text, sizeof(text), file))
        text[0] = '\0';
    (void)fclose(file);
    return strtoll(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    long code = syscall(SYS_clock_gettime, clock, time);

    if (code == 0 && clock == CLOCK_REALTIME)
        time->tv_sec += (time_t)step();
    return (int)code;
}
