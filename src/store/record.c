#include "bridge/store/record.h"

#include "number.h"

static void put_number(struct record_writer *writer, uint64_t value, size_t size)
{
    unsigned char encoded[NUMBER_SIZE];

    number_encode(value, encoded, size);
    text_add_bytes(&writer->text, bytes_of(encoded, size));
}

struct record_writer record_write(struct arena *arena, uint8_t version)
{
    struct record_writer writer = {.text.arena = arena};

    record_put_u8(&writer, version);
    return writer;
}

void record_put_u8(struct record_writer *writer, uint8_t value)
{
    put_number(writer, value, 1);
}

void record_put_u32(struct record_writer *writer, uint32_t value)
{
    put_number(writer, value, 4);
}

void record_put_u64(struct record_writer *writer, uint64_t value)
{
    put_number(writer, value, 8);
}

void record_put_text(struct record_writer *writer, const char *text)
{
    size_t size = text ? strlen(text) : 0;

    record_put_u32(writer, (uint32_t)size);
    text_add_bytes(&writer->text, bytes_of(text, size));
}

struct bytes record_bytes(const struct record_writer *writer)
{
    return bytes_of(writer->text.data, writer->text.size);
}

struct record_reader record_read(struct bytes record, uint8_t version)
{
    struct record_reader reader = {.rest = record};

    if (record_take_u8(&reader) != version)
        reader.is_damaged = true;
    return reader;
}

static const unsigned char *take(struct record_reader *reader, size_t size)
{
    const unsigned char *data = reader->rest.data;

    if (reader->is_damaged || reader->rest.size < size) {
        reader->is_damaged = true;
        return NULL;
    }
    reader->rest = bytes_of(data + size, reader->rest.size - size);
    return data;
}

static uint64_t take_number(struct record_reader *reader, size_t size)
{
    const unsigned char *data = take(reader, size);

    return data ? number_decode(data, size) : 0;
}

uint8_t record_take_u8(struct record_reader *reader)
{
    return (uint8_t)take_number(reader, 1);
}

uint32_t record_take_u32(struct record_reader *reader)
{
    return (uint32_t)take_number(reader, 4);
}

uint64_t record_take_u64(struct record_reader *reader)
{
    return take_number(reader, 8);
}

char *record_take_text(struct record_reader *reader, struct arena *arena)
{
    size_t size = record_take_u32(reader);
    const unsigned char *data = take(reader, size);

    return arena_text(arena, bytes_of(data, data ? size : 0));
}
