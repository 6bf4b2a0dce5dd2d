#include "fuzz.h"

#include "target.h"

/* One path for one resource: what comes out is as it would be written itself. */
static void check_path(const char *path)
{
    fuzz_must(path[0] == '/', "a path begins with a slash");
    fuzz_must(!strstr(path, "//"), "no slash is doubled");
    fuzz_must(!path[1] || path[strlen(path) - 1] != '/', "no slash is trailing");
    fuzz_must(!strstr(path, "/../") && !strstr(path, "/./"), "there are no dot segments");
    fuzz_must(!text_has_control(path), "a path has no controls");
}

static const char *escape(const char *text, const char *kept, struct arena *arena)
{
    struct text escaped = {.arena = arena};

    text_add(&escaped, "");
    for (; *text; text++) {
        if (strchr(kept, *text))
            text_add_bytes(&escaped, bytes_of(text, 1));
        else
            text_add_format(&escaped, "%%%02X", (unsigned char)*text);
    }
    return escaped.data;
}

/* The target as a careful client would write it. */
static const char *format(const struct target *target, struct arena *arena)
{
    static const char letters[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~";
    struct text text = {.arena = arena};

    text_add(&text, escape(target->path, arena_printf(arena, "/%s", letters), arena));
    for (size_t i = 0; i < target->parameter_count; i++)
        text_add_format(&text, "%c%s=%s", i ? '&' : '?',
                        escape(target->parameters[i].name, letters, arena),
                        escape(target->parameters[i].value, letters, arena));
    return text.data;
}

static bool is_same(const struct target *left, const struct target *right)
{
    if (strcmp(left->path, right->path) != 0 || left->parameter_count != right->parameter_count)
        return false;
    for (size_t i = 0; i < left->parameter_count; i++)
        if (strcmp(left->parameters[i].name, right->parameters[i].name) != 0 ||
            strcmp(left->parameters[i].value, right->parameters[i].value) != 0)
            return false;
    return true;
}

/* Any text is a request target or is refused; writing and reading it again changes nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *text = fuzz_text(arena, data, size);
    struct target target = {0}, again = {0};
    struct problem problem = {0};

    if (target_parse(arena, text, &target, &problem)) {
        fuzz_must_explain(&problem);
        return 0;
    }
    fuzz_must(strlen(text) <= TARGET_SIZE_MAX, "a long target is refused");
    check_path(target.path);
    text = format(&target, arena);
    if (strlen(text) <= TARGET_SIZE_MAX)
        fuzz_must(!target_parse(arena, text, &again, NULL) && is_same(&target, &again),
                  "a target that is written again is the same");
    return 0;
}
