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

void people_load(struct people *people, const char *path)
{
    struct person person = {0};
    FILE *file = fopen(path, "r");
    int is_active;

    if (!file && errno == ENOENT)
        return;
    if (!file)
        give_up("%s: %s", path, strerror(errno));
    while (fscanf(file, "%u %36s %d", &person.number, person.id, &is_active) == 3) {
        person.is_active = is_active;
        people_add(people, &person);
    }
    (void)fclose(file);
}

void people_save(const struct people *people, const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file)
        give_up("%s: %s", path, strerror(errno));
    for (size_t i = 0; i < people->count; i++) {
        const struct person *person = &people->items[i];

        (void)fprintf(file, "%u %s %d\n", person->number, person->id, person->is_active);
    }
    if (fclose(file))
        give_up("%s: %s", path, strerror(errno));
}
