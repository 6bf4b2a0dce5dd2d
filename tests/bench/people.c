#include "people.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

void people_add(struct people *people, const struct person *person)
{
    if (people->count == people->capacity) {
        people->capacity = people->capacity ? people->capacity * 2 : 1024;
        people->items = must_resize(people->items, people->capacity * sizeof(*people->items));
    }
    people->items[people->count++] = *person;
}

void people_clear(struct people *people)
{
    free(people->items);
    *people = (struct people){0};
}

/* As they are in memory: whoever reads it is of the same build. */
void people_load(struct people *people, const char *path)
{
    FILE *file = fopen(path, "r");
    struct person person;

    if (!file && errno == ENOENT)
        return;
    if (!file)
        give_up("%s: %s", path, strerror(errno));
    while (fread(&person, sizeof(person), 1, file) == 1)
        people_add(people, &person);
    if (fclose(file))
        give_up("%s: %s", path, strerror(errno));
}

void people_save(const struct people *people, const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file)
        give_up("%s: %s", path, strerror(errno));
    if (fwrite(people->items, sizeof(*people->items), people->count, file) != people->count ||
        fclose(file))
        give_up("%s: %s", path, strerror(errno));
}
