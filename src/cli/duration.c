#include "duration.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 9 };

static const struct unit {
    const char *letter;
    const char *word;
    int64_t seconds;
} units[] = {
    {"d", "day", 86400},
    {"h", "hour", 3600},
    {"m", "minute", 60},
    {"s", "second", 1},
};

enum { UNIT_COUNT = sizeof(units) / sizeof(units[0]) };

static bool parse(const char *text, int64_t *seconds)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > DIGITS_MAX)
        return false;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strcmp(text + digits, units[i].letter) != 0)
            continue;
        *seconds = strtol(text, NULL, 10) * units[i].seconds;
        return true;
    }
    return false;
}

enum status duration_put(struct invocation *invocation, enum option option, const char *name,
                         json_t *body, const char *member, struct problem *problem)
{
    const char *given = invocation->options[option];
    int64_t seconds;

    if (!given)
        return STATUS_OK;
    if (!parse(given, &seconds))
        return usage_fail(invocation, problem,
                          "%s is \"%.60s\"; write a number and d, h, m or s: 90d", name, given);
    (void)json_object_set_new(body, member, json_integer(seconds));
    return STATUS_OK;
}

static const char *words_of(int64_t seconds, struct arena *arena)
{
    const struct unit *unit = units;

    while (unit < units + UNIT_COUNT - 1 && seconds < unit->seconds)
        unit++;
    return arena_printf(arena, "%" PRId64 " %s%s", seconds / unit->seconds, unit->word,
                        seconds / unit->seconds == 1 ? "" : "s");
}

const char *duration_until_end(const json_t *token, struct arena *arena)
{
    const json_t *left = json_object_get(token, "expiresIn");

    if (!json_is_integer(left))
        return NULL;
    if (json_integer_value(left) == 0)
        return "ended";
    return arena_printf(arena, "in %s", words_of(json_integer_value(left), arena));
}
