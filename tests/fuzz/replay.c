/* Every input of the folders that are named, once: a fuzzer without the fuzzing. */
#include <dirent.h>
#include <unistd.h>

#include "fuzz.h"

enum { SECONDS_MAX = 10 };

static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t size = 0, capacity = 0, got;

    fuzz_must(file != NULL, path);
    do {
        capacity = capacity ? capacity * 2 : 4096;
        data = heap_resize(data, capacity);
        got = fread(data + size, 1, capacity - size, file);
        size += got;
    } while (got > 0);
    (void)fclose(file);

    data = heap_resize(data, size ? size : 1); /* so that a byte beyond it is seen */
    (void)printf("%s\n", path);
    (void)alarm(SECONDS_MAX);
    (void)LLVMFuzzerTestOneInput(data, size);
    (void)alarm(0);
    free(data);
}

/* How many there are. A folder that is not there has none. */
static int replay_folder(const char *folder)
{
    DIR *files = opendir(folder);
    struct dirent *entry;
    int count = 0;

    while (files && (entry = readdir(files))) {
        char path[4096];

        if (*entry->d_name == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        replay(path);
        count++;
    }
    if (files)
        (void)closedir(files);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    (void)setvbuf(stdout, NULL, _IONBF, 0); /* the last one named is the one that failed */
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    (void)printf("%d inputs\n", count);
    return count ? EXIT_SUCCESS : EXIT_FAILURE;
}
