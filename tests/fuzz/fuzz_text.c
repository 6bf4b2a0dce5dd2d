#include "fuzz.h"

#include <jansson.h>

#include "bridge/base/domain.h"
#include "bridge/base/instant.h"
#include "bridge/base/screen.h"

/* Folding is done once: what is folded stays. */
static void fold(const char *text, struct arena *arena)
{
    const char *folded = text_fold(arena, text);
    const char *name = text_fold_name(arena, text);
    const char *slug = text_slug(arena, text);
    const char *domain;

    fuzz_must(strcmp(text_fold(arena, folded), folded) == 0, "folded text stays");
    fuzz_must(strcmp(text_fold_name(arena, name), name) == 0, "a folded name stays");
    fuzz_must(text_equal_folded(text, folded), "text equals its folded form");
    fuzz_must(!*slug || text_is_label(slug) || !text_is_utf8(text), "a slug is a label");
    if (domain_fold(text, arena, &domain))
        fuzz_must(domain_fold(domain, arena, &domain), "a folded domain is one");
}

/* What is written of a moment or an id is read as the same. */
static void write_again(const char *text)
{
    char timestamp[TIMESTAMP_SIZE], uuid_text[UUID_TEXT_SIZE];
    unsigned char uuid[UUID_SIZE];
    int64_t seconds, microseconds;

    (void)instant_parse(text, &microseconds);
    if (timestamp_parse(text, &seconds)) {
        timestamp_format(seconds, timestamp);
        fuzz_must(strcmp(timestamp, text) == 0, "a timestamp is written as it was read");
        fuzz_must(instant_parse(text, &microseconds) && microseconds == seconds * 1000000,
                  "a timestamp is a dateTime");
    }
    if (uuid_parse(text, uuid)) {
        uuid_format(uuid, uuid_text);
        fuzz_must(text_equal_ascii(uuid_text, text), "a UUID is written as it was read");
    }
}

/* Whatever it is, it neither breaks a terminal nor a document. */
static void show(const char *text, struct arena *arena)
{
    struct text screen = {.arena = arena}, quoted = {.arena = arena};
    json_auto_t *json = NULL;

    text_add(&screen, "");
    screen_add(&screen, text);
    fuzz_must(text_is_utf8(screen.data) && !text_has_control(screen.data),
              "what is on the screen is text");
    (void)screen_width(screen.data);
    if (!text_is_utf8(text))
        return;
    text_add_json(&quoted, text);
    json = json_loads(quoted.data, JSON_DECODE_ANY, NULL);
    fuzz_must(json && strcmp(json_string_value(json), text) == 0, "a JSON text is the text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *text = fuzz_text(arena, data, size);

    fold(text, arena);
    write_again(text);
    show(text, arena);
    return 0;
}
