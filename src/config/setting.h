#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include "bridge/base/arena.h"
#include "bridge/config/config.h"

enum setting_kind {
    SETTING_TEXT,
    SETTING_DN,      /* RFC 4514 */
    SETTING_BASE,    /* a DN; what is at it and below it belongs to one organization alone */
    SETTING_PATH,    /* of a file; relative to the configuration's folder */
    SETTING_URI,     /* begins with one of `choices` */
    SETTING_ADDRESS, /* a numeric IP address */
    SETTING_INTEGER,
    SETTING_SIZE,    /* with its unit: 64GiB */
    SETTING_SECONDS, /* with its unit: 5s */
    SETTING_CHOICE,  /* one of `choices` */
    SETTING_SWITCH,  /* true or false */
    SETTING_LIST,    /* texts */
    SETTING_ROWS     /* texts by name, such as a source for each attribute */
};

/* Whose it is, and so the struct that holds it. */
enum setting_owner {
    SETTING_OF_DAEMON,      /* struct config */
    SETTING_OF_ORGANIZATION /* struct organization_config */
};

struct setting {
    const char *name; /* section and key: "http.port" */
    enum setting_kind kind;
    enum setting_owner owner; /* the same for a whole section */
    size_t offset;            /* in its owner: a char *, a uint64_t for a number, a bool, items */
    uint64_t least, most; /* of a number; `most` of a text is its length in bytes, 0: TEXT_MOST */
    const char *const *choices; /* ended by NULL */
    const char *fallback;       /* as it would be written; NULL: unset */
    const char *example;        /* for the sample, where there is no fallback */
    const char *required_by;    /* must be given as soon as this one is */
    const char *barred_by;      /* must not be given, nor is required, where this one ... */
    const char *bar;            /* ... has this value */
    const char *help;           /* one line */
};

extern const struct setting settings[]; /* a section's settings stand together */
extern const size_t setting_count;

const struct setting *setting_find(const char *name); /* NULL: none; takes NULL */

/* Whether `section` is the part of the name before the dot. */
bool setting_is_in(const struct setting *setting, const char *section);

/* The part of the name behind the dot. */
const char *setting_key(const struct setting *setting);

/* Whether its field is a char *. */
bool setting_is_text(const struct setting *setting);

/* Whether its field is a struct config_items. */
bool setting_is_many(const struct setting *setting);

/* Add to such a field. False when the text does not fit, or when there are too many. */
bool setting_add(const struct setting *setting, const struct config_item *item,
                 struct config_items *field);
void setting_clear_items(struct config_items *field);

/* Its field in whichever of the two it belongs to. */
void *setting_field(const struct setting *setting, struct config *config,
                    struct organization_config *organization);

/* The same, of a text; NULL: unset. */
const char *setting_text(const struct setting *setting, struct config *config,
                         struct organization_config *organization);

/*
 * Put a value into the field as it is written. `folder` is what a relative path
 * starts from. False, and nothing changed, when it does not fit the kind or the
 * range: setting_expected says what would.
 */
bool setting_apply(const struct setting *setting, const char *value, const char *folder,
                   void *field);

/* The value of a field as it would be written; NULL: unset. */
const char *setting_format(const struct setting *setting, const void *field, struct arena *arena);

/* "a whole number from 1 to 65535" */
char *setting_expected(const struct setting *setting, struct arena *arena);

#endif
