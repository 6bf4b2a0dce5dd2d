#include "process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct metric processor = {"process_cpu_seconds_total", METRIC_COUNTER,
                                        "Processor time that was used."};
static const struct metric resident = {"process_resident_memory_bytes", METRIC_GAUGE,
                                       "Memory, with the pages of the store that are mapped."};
static const struct metric anonymous = {"rolebridge_process_anonymous_memory_bytes", METRIC_GAUGE,
                                        "Memory without those."};
static const struct metric descriptors = {"process_open_fds", METRIC_GAUGE,
                                          "Descriptors that are open."};
static const struct metric descriptors_most = {"process_max_fds", METRIC_GAUGE,
                                               "Descriptors that may be open."};

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void write_processor(struct metrics *metrics)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        metrics_write(metrics, &processor, NULL,
                      seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
}

/* Pages: all, resident, and those of them that belong to files. */
static void write_memory(struct metrics *metrics)
{
    FILE *file = fopen("/proc/self/statm", "re");
    double page = (double)sysconf(_SC_PAGESIZE);
    unsigned long long pages, of_files;

    if (!file)
        return;
    if (fscanf(file, "%*u %llu %llu", &pages, &of_files) == 2) {
        metrics_write(metrics, &resident, NULL, (double)pages * page);
        metrics_write(metrics, &anonymous, NULL, (double)(pages - of_files) * page);
    }
    (void)fclose(file);
}

static void write_descriptors(struct metrics *metrics)
{
    DIR *folder = opendir("/proc/self/fd");
    struct rlimit limit;
    size_t count = 0;

    if (!folder)
        return;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    (void)closedir(folder);
    metrics_write(metrics, &descriptors, NULL, (double)(count - 1)); /* without the folder's own */
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        metrics_write(metrics, &descriptors_most, NULL, (double)limit.rlim_cur);
}

void process_write_metrics(struct metrics *metrics)
{
    write_processor(metrics);
    write_memory(metrics);
    write_descriptors(metrics);
}
