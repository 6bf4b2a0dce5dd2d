#ifndef BRIDGE_BASE_TEXT_H
#define BRIDGE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/base/arena.h"

/*
 * The form in which two texts are compared where letter case does not count:
 * full Unicode case folding, then normalisation form C. `text` is UTF-8; what
 * is not comes back as it was. The result lives in the arena.
 */
char *text_fold(struct arena *arena, const char *text);

/*
 * The form in which two names are compared that become names in a directory, as
 * coarse as RFC 4518 section 2: folded, compatibility characters replaced (form
 * KC), no space outside, one where there are several.
 */
char *text_fold_name(struct arena *arena, const char *name);

/* Equal by text_fold; needs no arena. */
bool text_equal_folded(const char *left, const char *right);

/* Equal without regard to ASCII letter case: names of attributes, methods, headers. */
bool text_equal_ascii(const char *left, const char *right);

/* Well-formed UTF-8: no overlong forms, no surrogates (RFC 3629). */
bool text_is_utf8(const char *text);

/* How many bytes from the start are whole UTF-8 characters. */
size_t text_utf8_size(struct bytes text);

/* Whether a character of UTF-8 `text` is a control (general category Cc). */
bool text_has_control(const char *text);

/* A copy without white space at either end. */
char *text_trim(struct arena *arena, const char *text);

/*
 * A slug of a name: lower-case ASCII letters, digits and single hyphens, at
 * most 40 of them; letters with marks lose the marks. Empty when nothing of
 * the name can be kept.
 */
char *text_slug(struct arena *arena, const char *text);

/*
 * Whether it can be the name that administrators give a connection or an
 * organization: 1 to LABEL_MAX of a-z, 0-9 and -.
 */
enum { LABEL_MAX = 40 };
bool text_is_label(const char *text);

/*
 * Text that grows, in an arena. {0} with `arena` set is an empty one. `data` is
 * always terminated once something has been added.
 */
struct text {
    struct arena *arena;
    char *data;
    size_t size;
    size_t capacity;
};

void text_add_bytes(struct text *text, struct bytes more);

static inline void text_add(struct text *text, const char *more)
{
    text_add_bytes(text, bytes_of_text(more));
}

void text_add_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* In decimal. */
void text_add_number(struct text *text, uint64_t number);

/* A JSON string with its quotes (RFC 8259 section 7). */
void text_add_json(struct text *text, const char *value);

/* The same without the quotes, to be joined with other parts. */
void text_add_json_part(struct text *text, const char *value);

/* RFC 3339, UTC, to the second: 2026-01-31T08:00:00Z. "" outside of the years 0 to 9999. */
enum { TIMESTAMP_SIZE = 24 };
void timestamp_format(int64_t seconds, char out[TIMESTAMP_SIZE]);

/* False unless it is what timestamp_format makes. */
bool timestamp_parse(const char *text, int64_t *seconds);

/* 32 hexadecimal digits in five groups, RFC 9562 section 4. */
enum { UUID_SIZE = 16, UUID_TEXT_SIZE = 37 };
void uuid_format(const unsigned char uuid[UUID_SIZE], char out[UUID_TEXT_SIZE]);
bool uuid_parse(const char *text, unsigned char uuid[UUID_SIZE]);

#endif
