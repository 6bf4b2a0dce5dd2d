#ifndef BRIDGE_STORE_RECORD_H
#define BRIDGE_STORE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "bridge/base/arena.h"
#include "bridge/base/text.h"

/*
 * Stored records that are no JSON: big-endian bytes, with a version in front so
 * that a later release can read what an earlier one wrote.
 */
struct record_writer {
    struct text text;
};

struct record_writer record_write(struct arena *arena, uint8_t version);
void record_put_u8(struct record_writer *writer, uint8_t value);
void record_put_u32(struct record_writer *writer, uint32_t value);
void record_put_u64(struct record_writer *writer, uint64_t value);
void record_put_text(struct record_writer *writer, const char *text); /* NULL as "" */
struct bytes record_bytes(const struct record_writer *writer);

/*
 * Reading never goes past the end: what is missing comes back as zero or "" and
 * `is_damaged` is set, to be asked once at the end.
 */
struct record_reader {
    struct bytes rest;
    bool is_damaged;
};

struct record_reader record_read(struct bytes record, uint8_t version);
uint8_t record_take_u8(struct record_reader *reader);
uint32_t record_take_u32(struct record_reader *reader);
uint64_t record_take_u64(struct record_reader *reader);
char *record_take_text(struct record_reader *reader, struct arena *arena);

#endif
