#include "bridge/base/instant.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

enum { MICROSECONDS = 1000000 };

/* Exactly `count` digits. */
static bool take_digits(const char **at, int count, int *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

static bool take_character(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct tm *parts)
{
    return take_digits(at, 4, &parts->tm_year) && take_character(at, '-') &&
           take_digits(at, 2, &parts->tm_mon) && take_character(at, '-') &&
           take_digits(at, 2, &parts->tm_mday);
}

static bool take_time(const char **at, struct tm *parts)
{
    return take_digits(at, 2, &parts->tm_hour) && take_character(at, ':') &&
           take_digits(at, 2, &parts->tm_min) && take_character(at, ':') &&
           take_digits(at, 2, &parts->tm_sec);
}

/* Digits behind the point; those beyond microseconds are dropped. */
static bool take_fraction(const char **at, int64_t *fraction)
{
    int64_t unit = MICROSECONDS / 10;

    *fraction = 0;
    if (!take_character(at, '.'))
        return true;
    if (!isdigit((unsigned char)**at))
        return false;
    for (; isdigit((unsigned char)**at); (*at)++, unit /= 10)
        *fraction += (**at - '0') * unit;
    return true;
}

static bool take_zone(const char **at, int *offset_seconds)
{
    int sign = **at == '-' ? -1 : 1;
    int hours, minutes;

    *offset_seconds = 0;
    if (**at == '\0' || take_character(at, 'Z') || take_character(at, 'z'))
        return true;
    if (**at != '+' && **at != '-')
        return false;
    (*at)++;
    if (!take_digits(at, 2, &hours) || !take_character(at, ':') || !take_digits(at, 2, &minutes))
        return false;
    *offset_seconds = sign * (hours * 3600 + minutes * 60);
    return hours <= 14 && minutes <= 59;
}

/* timegm takes the 31st of February for a day of March: a date that is none comes back changed. */
static bool seconds_of(struct tm parts, time_t *seconds)
{
    struct tm normal;

    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    normal = parts;
    *seconds = timegm(&normal);
    return normal.tm_year == parts.tm_year && normal.tm_mon == parts.tm_mon &&
           normal.tm_mday == parts.tm_mday && normal.tm_hour == parts.tm_hour &&
           normal.tm_min == parts.tm_min && normal.tm_sec == parts.tm_sec;
}

bool instant_parse(const char *text, int64_t *microseconds)
{
    struct tm parts = {0};
    int64_t fraction;
    int offset_seconds;
    time_t seconds;

    if (!take_date(&text, &parts) || (!take_character(&text, 'T') && !take_character(&text, 't')) ||
        !take_time(&text, &parts) || !take_fraction(&text, &fraction) ||
        !take_zone(&text, &offset_seconds) || *text != '\0' || !seconds_of(parts, &seconds))
        return false;
    *microseconds = ((int64_t)seconds - offset_seconds) * MICROSECONDS + fraction;
    return true;
}
