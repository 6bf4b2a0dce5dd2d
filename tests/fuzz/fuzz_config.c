#define _GNU_SOURCE
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "bridge/config/config.h"

static void count_value(void *context, const struct config_value *value)
{
    fuzz_must(value->name && *value->name, "every setting has a name");
    ++*(size_t *)context;
}

/* Any file is a configuration, all of which can be shown, or is refused with its place. */
static void load(const char *path)
{
    struct config config;
    struct problem problem = {0}, reason = {0};
    enum status status = config_load(path, &config, &problem);
    size_t shown = 0;

    fuzz_must(config_show(path, count_value, &shown, &reason) == status, "what loads is shown");
    if (status) {
        fuzz_must_explain(&problem);
        fuzz_must(strncmp(problem.detail, path, strlen(path)) == 0, "a refusal names the file");
        fuzz_must(shown == 0, "what is refused is not shown");
    } else {
        fuzz_must(config.store_path && config.organization_count > 0, "a configuration is whole");
        fuzz_must(shown > config.organization_count, "every setting is shown");
    }
    config_clear(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    int file = memfd_create("rolebridge.yaml", MFD_CLOEXEC);

    fuzz_must(file >= 0 && write(file, data, size) == (ssize_t)size, "the input can be a file");
    load(arena_printf(arena, "/proc/self/fd/%d", file));
    (void)close(file);
    return 0;
}
