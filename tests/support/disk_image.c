#include "disk_image.h"

#include <assert.h>
#include <string.h>

#include "chance.h"

static void make_room(struct disk_image *image, size_t size)
{
    size_t room = image->room ? image->room : 1 << 20;

    if (size <= image->room)
        return;
    while (room < size)
        room *= 2;
    image->durable = realloc(image->durable, room);
    image->found = realloc(image->found, room);
    assert(image->durable && image->found);
    memset(image->durable + image->room, 0, room - image->room);
    image->room = room;
}

void disk_image_begin(struct disk_image *image, const struct disk_log *log, const char *path)
{
    FILE *file = path ? fopen(path, "rb") : NULL;

    *image = (struct disk_image){.log = log};
    make_room(image, 1);
    if (!file)
        return;
    (void)fseek(file, 0, SEEK_END);
    image->durable_size = (size_t)ftell(file);
    make_room(image, image->durable_size);
    rewind(file);
    if (fread(image->durable, 1, image->durable_size, file) != image->durable_size)
        abort();
    (void)fclose(file);
}

static bool is_write(const struct disk_event *event)
{
    return event->kind == DISK_WRITE || event->kind == DISK_WRITE_SYNCED;
}

static void persist(struct disk_image *image, const struct disk_event *event)
{
    size_t end = event->offset + event->size;

    make_room(image, end);
    memcpy(image->durable + event->offset, event->data, event->size);
    if (end > image->durable_size)
        image->durable_size = end;
}

static void sync_all(struct disk_image *image)
{
    for (; image->synced < image->done; image->synced++)
        if (image->log->events[image->synced].kind == DISK_WRITE)
            persist(image, &image->log->events[image->synced]);
}

/* The next event has ended. */
static void go_on(struct disk_image *image)
{
    const struct disk_event *event = &image->log->events[image->done++];

    if (image->ignores_syncs)
        return;
    if (event->kind == DISK_WRITE_SYNCED)
        persist(image, event);
    if (event->kind == DISK_SYNC)
        sync_all(image);
}

/* Let each sector of a write that was not synced be there with the given chance. */
static void scatter(struct disk_image *image, const struct disk_event *event, unsigned chance)
{
    size_t at = event->offset, end = event->offset + event->size;

    while (at < end) {
        size_t next = (at / SECTOR_SIZE + 1) * SECTOR_SIZE;

        next = next < end ? next : end;
        if (percent(chance)) {
            memcpy(image->found + at, event->data + (at - event->offset), next - at);
            image->found_size = next > image->found_size ? next : image->found_size;
        }
        at = next;
    }
}

void disk_image_cut(struct disk_image *image, size_t event)
{
    static const unsigned chances[] = {0, 10, 50, 90, 100};
    unsigned chance = chances[below(sizeof(chances) / sizeof(chances[0]))];
    const struct disk_event *events = image->log->events;
    size_t end = event < image->log->count ? event + 1 : event;

    while (image->done < event)
        go_on(image);
    for (size_t i = image->synced; i < end; i++)
        if (is_write(&events[i]))
            make_room(image, events[i].offset + events[i].size);
    memcpy(image->found, image->durable, image->room);
    image->found_size = image->durable_size;
    for (size_t i = image->synced; i < end; i++)
        if (events[i].kind == DISK_WRITE ||
            (is_write(&events[i]) && (i == event || image->ignores_syncs)))
            scatter(image, &events[i], chance);
}

void disk_image_write(const struct disk_image *image, const char *path)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(image->found, 1, image->found_size, file) != image->found_size ||
        fclose(file))
        abort();
}

void disk_image_clear(struct disk_image *image)
{
    free(image->durable);
    free(image->found);
    *image = (struct disk_image){0};
}

void disk_image_copy(const char *from, const char *to)
{
    struct disk_log none = {0};
    struct disk_image image;

    disk_image_begin(&image, &none, from);
    disk_image_cut(&image, 0);
    disk_image_write(&image, to);
    disk_image_clear(&image);
}
