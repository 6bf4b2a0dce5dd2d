#include "bridge/base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

enum { SLUG_MAX = 40 };

/* Most names are ASCII, and are folded many times faster so. NULL when `text` is not. */
static char *fold_ascii(struct arena *arena, const char *text)
{
    char *folded = arena_strdup(arena, text);

    for (char *c = folded; *c; c++) {
        if ((unsigned char)*c >= 0x80)
            return NULL;
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    }
    return folded;
}

/* The library makes one and the same character of all that is not UTF-8. */
static char *fold(struct arena *arena, const char *text, uninorm_t form)
{
    size_t size = 0;
    uint8_t *folded = NULL;
    char *copy = fold_ascii(arena, text);

    if (copy)
        return copy;
    if (text_is_utf8(text))
        folded = u8_casefold((const uint8_t *)text, strlen(text), NULL, form, NULL, &size);
    if (!folded)
        return arena_strdup(arena, text);
    copy = arena_text(arena, bytes_of(folded, size));
    free(folded);
    return copy;
}

char *text_fold(struct arena *arena, const char *text)
{
    return fold(arena, text, UNINORM_NFC);
}

char *text_fold_name(struct arena *arena, const char *name)
{
    /* Twice: what stands for a capital, as U+1D35 does for I, is one only afterwards. */
    char *folded = fold(arena, fold(arena, name, UNINORM_NFKC), UNINORM_NFKC);
    char *end = folded;

    for (const char *at = folded; *at; at++) {
        if (!isspace((unsigned char)*at))
            *end++ = *at;
        else if (end > folded && end[-1] != ' ')
            *end++ = ' ';
    }
    if (end > folded && end[-1] == ' ')
        end--;
    *end = '\0';
    return folded;
}

bool text_equal_folded(const char *left, const char *right)
{
    int order = 0;

    if (!text_is_utf8(left) || !text_is_utf8(right) ||
        u8_casecmp((const uint8_t *)left, strlen(left), (const uint8_t *)right, strlen(right), NULL,
                   UNINORM_NFC, &order))
        return strcmp(left, right) == 0;
    return order == 0;
}

bool text_equal_ascii(const char *left, const char *right)
{
    return strcasecmp(left, right) == 0;
}

size_t text_utf8_size(struct bytes text)
{
    const uint8_t *start = text.data;
    const uint8_t *bad = text.size ? u8_check(start, text.size) : NULL;

    return bad ? (size_t)(bad - start) : text.size;
}

bool text_is_utf8(const char *text)
{
    struct bytes bytes = bytes_of_text(text);

    return text_utf8_size(bytes) == bytes.size;
}

bool text_has_control(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    for (; *c; c++) {
        if (*c < ' ' || *c == 0x7F || (*c == 0xC2 && c[1] >= 0x80 && c[1] <= 0x9F))
            return true;
    }
    return false;
}

char *text_trim(struct arena *arena, const char *text)
{
    size_t end;

    while (isspace((unsigned char)*text))
        text++;
    end = strlen(text);
    while (end > 0 && isspace((unsigned char)text[end - 1]))
        end--;
    return arena_text(arena, bytes_of(text, end));
}

char *text_slug(struct arena *arena, const char *text)
{
    char *folded = text_fold_name(arena, text); /* all that stands for letters is in lower case */
    size_t size = 0;
    uint8_t *taken_apart =
        u8_normalize(UNINORM_NFKD, (const uint8_t *)folded, strlen(folded), NULL, &size);
    char *slug = arena_alloc(arena, SLUG_MAX + 1);
    size_t length = 0;
    bool is_gap = false;

    for (size_t i = 0; taken_apart && i < size && length < SLUG_MAX; i++) {
        unsigned char c = taken_apart[i];

        if (isalnum(c) && c < 0x80) {
            if (is_gap && length > 0 && length + 1 < SLUG_MAX)
                slug[length++] = '-';
            slug[length++] = (char)c;
            is_gap = false;
        } else if (c < 0x80) {
            is_gap = true;
        }
    }
    free(taken_apart);
    return slug;
}

bool text_is_label(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return size > 0 && size <= LABEL_MAX && text[size] == '\0';
}

/* For a terminating NUL, too. */
static bool has_room(const struct text *text, size_t more)
{
    return text->capacity > text->size + more;
}

static void make_room(struct text *text, size_t more)
{
    size_t capacity = text->capacity ? text->capacity : 256;
    char *data;

    while (capacity <= text->size + more)
        capacity *= 2;
    data = arena_room(text->arena, capacity);
    if (text->size)
        memcpy(data, text->data, text->size);
    text->data = data;
    text->capacity = capacity;
}

void text_add_bytes(struct text *text, struct bytes more)
{
    if (!has_room(text, more.size))
        make_room(text, more.size);
    if (more.size)
        memcpy(text->data + text->size, more.data, more.size);
    text->size += more.size;
    text->data[text->size] = '\0';
}

void text_add_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if (!has_room(text, (size_t)length))
        make_room(text, (size_t)length);
    va_start(arguments, format);
    (void)vsnprintf(text->data + text->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->size += (size_t)length;
}

static void add_json_character(struct text *text, unsigned char c)
{
    switch (c) {
    case '"':
        text_add(text, "\\\"");
        return;
    case '\\':
        text_add(text, "\\\\");
        return;
    case '\n':
        text_add(text, "\\n");
        return;
    case '\t':
        text_add(text, "\\t");
        return;
    default:
        text_add_format(text, "\\u%04x", c);
    }
}

void text_add_json_part(struct text *text, const char *value)
{
    const char *from = value;

    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        text_add_bytes(text, bytes_of(from, (size_t)(value - from)));
        add_json_character(text, c);
        from = value + 1;
    }
    text_add_bytes(text, bytes_of(from, (size_t)(value - from)));
}

void text_add_json(struct text *text, const char *value)
{
    text_add(text, "\"");
    text_add_json_part(text, value);
    text_add(text, "\"");
}

/* The digits of a number, with zeros in front; returns where they end. */
static char *write_digits(char *out, uint64_t number, int count)
{
    for (int i = count - 1; i >= 0; i--, number /= 10)
        out[i] = (char)('0' + number % 10);
    return out + count;
}

void text_add_number(struct text *text, uint64_t number)
{
    char digits[20];
    int count = 1;

    for (uint64_t rest = number; rest >= 10; rest /= 10)
        count++;
    (void)write_digits(digits, number, count);
    text_add_bytes(text, bytes_of(digits, (size_t)count));
}

enum { DAY_SECONDS = 86400, DAYS_OF_400_YEARS = 146097, DAYS_TO_1970 = 719468 };

/*
 * Year, month and day of a count of days, by the calendar that repeats every 400
 * years. Years are counted from March, so that the odd day of a leap year is the
 * last one.
 */
static int64_t date_of(int64_t days, int64_t *month, int64_t *day)
{
    int64_t from_origin = days + DAYS_TO_1970;
    int64_t era = (from_origin >= 0 ? from_origin : from_origin - (DAYS_OF_400_YEARS - 1)) /
                  DAYS_OF_400_YEARS;
    int64_t of_era = from_origin - era * DAYS_OF_400_YEARS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t from_march = (5 * of_year + 2) / 153;

    *day = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    return year + era * 400 + (*month <= 2);
}

void timestamp_format(int64_t seconds, char out[TIMESTAMP_SIZE])
{
    int64_t rest = seconds % DAY_SECONDS;
    int64_t days = seconds / DAY_SECONDS - (rest < 0);
    int64_t of_day = rest < 0 ? rest + DAY_SECONDS : rest;
    int64_t month = 0, day = 0;
    int64_t year = date_of(days, &month, &day);
    const int64_t parts[] = {month, day, of_day / 3600, of_day / 60 % 60, of_day % 60};
    static const char behind[] = "-T::Z";

    out[0] = '\0';
    if (year < 0 || year > 9999)
        return;
    out = write_digits(out, (uint64_t)year, 4);
    *out++ = '-';
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        out = write_digits(out, (uint64_t)parts[i], 2);
        *out++ = behind[i];
    }
    *out = '\0';
}

bool timestamp_parse(const char *text, int64_t *seconds)
{
    char again[TIMESTAMP_SIZE];
    struct tm parts = {0};

    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
               &parts.tm_hour, &parts.tm_min, &parts.tm_sec) != 6)
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon--;
    *seconds = (int64_t)timegm(&parts);
    timestamp_format(*seconds, again);
    return strcmp(text, again) == 0; /* no 30th of February */
}

/* Where the hyphens stand in the text of a UUID. */
static bool has_hyphen_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_format(const unsigned char uuid[UUID_SIZE], char out[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < UUID_SIZE; i++) {
        if (has_hyphen_before(i))
            *out++ = '-';
        *out++ = digits[uuid[i] >> 4];
        *out++ = digits[uuid[i] & 15];
    }
    *out = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1; /* ids are compared exactly: capitals are another text */
}

bool uuid_parse(const char *text, unsigned char uuid[UUID_SIZE])
{
    if (strlen(text) != UUID_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < UUID_SIZE; i++) {
        int high, low;

        if (has_hyphen_before(i) && *text++ != '-')
            return false;
        high = hex_digit(*text++);
        low = hex_digit(*text++);
        if (high < 0 || low < 0)
            return false;
        uuid[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
