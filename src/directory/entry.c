#include "bridge/directory/entry.h"

#include <string.h>

#include "array.h"
#include "bridge/base/text.h"

struct entry *entry_new(struct arena *arena, const char *dn)
{
    struct entry *entry = arena_alloc(arena, sizeof(*entry));

    entry->dn = arena_strdup(arena, dn);
    return entry;
}

/* The room is a power of two, so that it is full when the count is one. */
void *array_room(struct arena *arena, void *items, size_t count, size_t size)
{
    void *larger;

    if (count & (count - 1))
        return items;
    larger = arena_alloc(arena, (count ? count * 2 : 1) * size);
    if (count)
        memcpy(larger, items, count * size);
    return larger;
}

static struct entry_attribute *find(const struct entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->count; i++) {
        if (text_equal_ascii(entry->attributes[i].name, name))
            return &entry->attributes[i];
    }
    return NULL;
}

static struct entry_attribute *attribute_of(struct arena *arena, struct entry *entry,
                                            const char *name)
{
    struct entry_attribute *attribute = find(entry, name);

    if (attribute)
        return attribute;
    entry->attributes = array_room(arena, entry->attributes, entry->count, sizeof(*attribute));
    attribute = &entry->attributes[entry->count++];
    *attribute = (struct entry_attribute){.name = arena_strdup(arena, name)};
    return attribute;
}

void entry_add_bytes(struct arena *arena, struct entry *entry, const char *name, struct bytes value)
{
    struct entry_attribute *attribute = attribute_of(arena, entry, name);

    attribute->values = array_room(arena, attribute->values, attribute->count, sizeof(value));
    attribute->values[attribute->count++] = arena_copy(arena, value);
}

void entry_add(struct arena *arena, struct entry *entry, const char *name, const char *value)
{
    entry_add_bytes(arena, entry, name, bytes_of_text(value));
}

const struct entry_attribute *entry_find(const struct entry *entry, const char *name)
{
    return find(entry, name);
}

const char *entry_text(const struct entry *entry, const char *name)
{
    const struct entry_attribute *attribute = find(entry, name);

    return attribute && attribute->count ? attribute->values[0].data : NULL;
}
