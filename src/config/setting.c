#include "setting.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/text.h"
#include "bridge/directory/entry.h"

enum {
    ITEMS_MOST = 100,
    GROUP_NAME_MOST = 128,
    TEXT_MOST = 1024,
    SOCKET_PATH_MOST = 107 /* what fits into a sockaddr_un */
};

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define TIB (GIB * 1024)

#define FIELD(field) .offset = offsetof(struct config, field)
#define DIRECTORY(field)              \
    .owner = SETTING_OF_ORGANIZATION, \
    .offset = offsetof(struct organization_config, directory.field)

static const char *const web_schemes[] = {"http://", "https://", NULL};
static const char *const directory_schemes[] = {"ldap://", "ldaps://", "ldapi://", NULL};
static const char *const bind_methods[] = {"password", "external", NULL};
static const char *const profiles[] = {"openldap", NULL};
static const char *const matches[] = {"none", "mail", "uid", NULL};
static const char *const deletions[] = {"disable", "remove", NULL};
static const char *const log_levels[] = {"debug", "info", "warning", "error", NULL};

const struct setting settings[] = {
    {.name = "store.path",
     .kind = SETTING_PATH,
     FIELD(store_path),
     .fallback = "/var/lib/rolebridge/store",
     .help = "The folder of the store; rolebridge init makes it"},
    {.name = "store.size",
     .kind = SETTING_SIZE,
     FIELD(store_size),
     .least = MIB,
     .most = 16 * TIB,
     .fallback = "64GiB",
     .help = "The most the store may grow to; it takes only what it holds"},
    {.name = "keys.path",
     .kind = SETTING_PATH,
     FIELD(keys_path),
     .fallback = "/var/lib/rolebridge/keys",
     .help = "The folder of the keys that seal what the store must not show; init makes it"},
    {.name = "http.address",
     .kind = SETTING_ADDRESS,
     FIELD(http_address),
     .fallback = "127.0.0.1",
     .help = "Where identity providers come in; without a certificate a loopback address"},
    {.name = "http.port",
     .kind = SETTING_INTEGER,
     FIELD(http_port),
     .least = 0,
     .most = 65535,
     .fallback = "8080",
     .help = "The TCP port there; 0 takes a free one"},
    {.name = "http.certificate",
     .kind = SETTING_PATH,
     FIELD(http_certificate),
     .example = "/etc/rolebridge/http.certificate",
     .required_by = "http.key",
     .help = "The server's certificate and those above it, in PEM: turns TLS on"},
    {.name = "http.key",
     .kind = SETTING_PATH,
     FIELD(http_key),
     .example = "/etc/rolebridge/http.key",
     .required_by = "http.certificate",
     .help = "Its private key, in PEM without a passphrase, mode 0600"},
    {.name = "http.public_url",
     .kind = SETTING_URI,
     FIELD(http_public_url),
     .choices = web_schemes,
     .example = "https://bridge.example.org",
     .help = "What the bridge is called from outside, for the addresses in answers"},
    {.name = "http.body_size",
     .kind = SETTING_SIZE,
     FIELD(http_body_size),
     .least = KIB,
     .most = 8 * MIB,
     .fallback = "1MiB",
     .help = "The most a request's body may be; a larger one is refused before it is read"},
    {.name = "http.connections",
     .kind = SETTING_INTEGER,
     FIELD(http_connections),
     .least = 16,
     .most = 16384,
     .fallback = "4096",
     .help = "The most connections at once; beyond it the one waited for longest is closed"},
    {.name = "http.connections_per_address",
     .kind = SETTING_INTEGER,
     FIELD(http_connections_per_address),
     .least = 0,
     .most = 16384,
     .fallback = "1024",
     .help = "The most from one address; 0: any number, as without a certificate (a proxy's)"},
    {.name = "http.header_timeout",
     .kind = SETTING_SECONDS,
     FIELD(http_header_seconds),
     .least = 1,
     .most = 60,
     .fallback = "15s",
     .help = "How long a client may take for the handshake and the headers of a request"},
    {.name = "http.body_timeout",
     .kind = SETTING_SECONDS,
     FIELD(http_body_seconds),
     .least = 1,
     .most = 120,
     .fallback = "30s",
     .help = "How long it may take for the body"},
    {.name = "http.answer_timeout",
     .kind = SETTING_SECONDS,
     FIELD(http_answer_seconds),
     .least = 1,
     .most = 120,
     .fallback = "30s",
     .help = "How long it may take to read an answer, and each further MiB of a large one"},
    {.name = "http.idle_timeout",
     .kind = SETTING_SECONDS,
     FIELD(http_idle_seconds),
     .least = 1,
     .most = 120,
     .fallback = "30s",
     .help = "How long a connection stays open between two requests"},
    {.name = "scim.requests_per_second",
     .kind = SETTING_INTEGER,
     FIELD(scim_requests_per_second),
     .least = 0,
     .most = 100000,
     .fallback = "1000",
     .help = "How often one token may ask; beyond it the answer is 429; 0: as often as it likes"},
    {.name = "scim.burst",
     .kind = SETTING_INTEGER,
     FIELD(scim_burst),
     .least = 1,
     .most = 1000000,
     .fallback = "2000",
     .help = "How many requests of one token may come at once, after a time of rest"},
    {.name = "scim.group_members",
     .kind = SETTING_INTEGER,
     FIELD(scim_group_members),
     .least = 1,
     .most = 1000000,
     .fallback = "200000",
     .help = "The most members of one group"},
    {.name = "control.socket",
     .kind = SETTING_PATH,
     FIELD(control_socket),
     .most = SOCKET_PATH_MOST,
     .fallback = "/run/rolebridge/control.sock",
     .help = "Where the commands reach the daemon"},
    {.name = "control.group",
     .kind = SETTING_TEXT,
     FIELD(control_group),
     .example = "rolebridge-admin",
     .help = "The group that may use the socket, besides root and the daemon's user"},
    {.name = "directory.uri",
     .kind = SETTING_URI,
     DIRECTORY(uri),
     .choices = directory_schemes,
     .example = "ldap://127.0.0.1:389",
     .help = "The directory server; without it changes wait in the outbox"},
    {.name = "directory.start_tls",
     .kind = SETTING_SWITCH,
     DIRECTORY(start_tls),
     .fallback = "false",
     .help = "Whether an ldap:// connection is protected by StartTLS; it must be, but on loopback"},
    {.name = "directory.ca_file",
     .kind = SETTING_PATH,
     DIRECTORY(ca_file),
     .fallback = "/etc/ssl/certs/ca-certificates.crt",
     .help = "The CAs, in PEM, that vouch for the server with ldaps:// and StartTLS"},
    {.name = "directory.profile",
     .kind = SETTING_CHOICE,
     DIRECTORY(profile),
     .choices = profiles,
     .fallback = "openldap",
     .help = "What kind of directory server it is"},
    {.name = "directory.bind",
     .kind = SETTING_CHOICE,
     DIRECTORY(bind),
     .choices = bind_methods,
     .fallback = "password",
     .help = "How the bridge signs in; external: as its own user, by SASL EXTERNAL over ldapi://"},
    {.name = "directory.bind_dn",
     .kind = SETTING_DN,
     DIRECTORY(bind_dn),
     .example = "cn=rolebridge,dc=example,dc=org",
     .required_by = "directory.uri",
     .barred_by = "directory.bind",
     .bar = "external",
     .help = "The account that the bridge binds as"},
    {.name = "directory.password_file",
     .kind = SETTING_PATH,
     DIRECTORY(password_file),
     .example = "/etc/rolebridge/directory.password",
     .required_by = "directory.uri",
     .barred_by = "directory.bind",
     .bar = "external",
     .help = "A file with its password and nothing else, mode 0600"},
    {.name = "directory.people_base",
     .kind = SETTING_BASE,
     DIRECTORY(people_base),
     .example = "ou=people,dc=example,dc=org",
     .required_by = "directory.uri",
     .help = "The DN below which people's entries are"},
    {.name = "directory.roles_base",
     .kind = SETTING_BASE,
     DIRECTORY(roles_base),
     .example = "ou=roles,dc=example,dc=org",
     .required_by = "directory.uri",
     .help = "The DN below which the groups of roles and sites are"},
    {.name = "directory.groups_base",
     .kind = SETTING_BASE,
     DIRECTORY(groups_base),
     .example = "ou=groups,dc=example,dc=org",
     .help = "The DN below which pushed groups are; without it they stay out of the directory"},
    {.name = "directory.admins_group",
     .kind = SETTING_TEXT,
     DIRECTORY(admins_group),
     .most = GROUP_NAME_MOST,
     .fallback = "admins",
     .help = "What the administrators' group is called, below roles_base"},
    {.name = "directory.site_group",
     .kind = SETTING_TEXT,
     DIRECTORY(site_group),
     .most = GROUP_NAME_MOST,
     .fallback = "site-{key}",
     .help = "What the group of a site is called there, with the key of the site"},
    {.name = "directory.person_rdn",
     .kind = SETTING_TEXT,
     DIRECTORY(person_rdn),
     .fallback = "uid={userName}",
     .help = "What names people's entries: an attribute, =, and a template of SCIM paths"},
    {.name = "directory.attributes",
     .kind = SETTING_ROWS,
     DIRECTORY(rows),
     .example = "{mail: emails.value, mobile: \"\", o: \"{userType}\"}",
     .help = "Attributes and where they come from, in place of the bridge's own rows and beside "
             "them"},
    {.name = "directory.match",
     .kind = SETTING_CHOICE,
     DIRECTORY(match),
     .choices = matches,
     .fallback = "none",
     .help = "By what an entry that is there already is taken for a person's; none: it is in the "
             "way"},
    {.name = "directory.protected",
     .kind = SETTING_LIST,
     DIRECTORY(protected),
     .example = "[\"ou=services,ou=people,dc=example,dc=org\", (employeeType=service)]",
     .help = "Entries that are never taken: DNs, with all that is below them, and filters"},
    {.name = "directory.on_delete",
     .kind = SETTING_CHOICE,
     DIRECTORY(on_delete),
     .choices = deletions,
     .fallback = "disable",
     .help = "What happens to the entry that the bridge made for an account that is deleted"},
    {.name = "directory.password_size",
     .kind = SETTING_INTEGER,
     DIRECTORY(password_size),
     .least = 1,
     .most = 256,
     .fallback = "12",
     .help = "The fewest bytes of a password that a provider sends; a shorter one is refused"},
    {.name = "directory.transactions",
     .kind = SETTING_SWITCH,
     DIRECTORY(transactions),
     .fallback = "false",
     .help =
         "Whether many changes go as one (RFC 5805) where it is offered; slapd may crash over it"},
    {.name = "directory.connect_timeout",
     .kind = SETTING_SECONDS,
     DIRECTORY(connect_seconds),
     .least = 1,
     .most = 60,
     .fallback = "5s",
     .help = "How long to wait for a connection and the bind"},
    {.name = "directory.operation_timeout",
     .kind = SETTING_SECONDS,
     DIRECTORY(operation_seconds),
     .least = 1,
     .most = 600,
     .fallback = "10s",
     .help = "How long to wait for an answer of the directory"},
    {.name = "log.level",
     .kind = SETTING_CHOICE,
     FIELD(log_level),
     .choices = log_levels,
     .fallback = "info",
     .help = "What is logged: this level and what is worse"},
};

const size_t setting_count = sizeof(settings) / sizeof(settings[0]);

/* The largest first, as a number is shown in the largest that divides it. */
struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit size_units[] = {{"TiB", TIB}, {"GiB", GIB}, {"MiB", MIB},
                                         {"KiB", KIB}, {"B", 1},     {NULL, 0}};
static const struct unit second_units[] = {{"h", 3600}, {"m", 60}, {"s", 1}, {NULL, 0}};
static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

/* NULL for what is a text. */
static const struct unit *units_of(enum setting_kind kind)
{
    switch (kind) {
    case SETTING_INTEGER:
        return no_units;
    case SETTING_SIZE:
        return size_units;
    case SETTING_SECONDS:
        return second_units;
    case SETTING_TEXT:
    case SETTING_DN:
    case SETTING_BASE:
    case SETTING_PATH:
    case SETTING_URI:
    case SETTING_ADDRESS:
    case SETTING_CHOICE:
    case SETTING_SWITCH:
    case SETTING_LIST:
    case SETTING_ROWS:
        return NULL;
    }
    return NULL;
}

const struct setting *setting_find(const char *name)
{
    for (size_t i = 0; name && i < setting_count; i++)
        if (strcmp(settings[i].name, name) == 0)
            return &settings[i];
    return NULL;
}

const char *setting_key(const struct setting *setting)
{
    return strchr(setting->name, '.') + 1;
}

bool setting_is_in(const struct setting *setting, const char *section)
{
    size_t size = strlen(section);

    return strncmp(setting->name, section, size) == 0 && setting->name[size] == '.';
}

static bool is_number(const struct setting *setting)
{
    return units_of(setting->kind) != NULL;
}

bool setting_is_text(const struct setting *setting)
{
    return !is_number(setting) && setting->kind != SETTING_SWITCH && !setting_is_many(setting);
}

bool setting_is_many(const struct setting *setting)
{
    return setting->kind == SETTING_LIST || setting->kind == SETTING_ROWS;
}

void *setting_field(const struct setting *setting, struct config *config,
                    struct organization_config *organization)
{
    void *owner = setting->owner == SETTING_OF_DAEMON ? (void *)config : (void *)organization;

    return (char *)owner + setting->offset;
}

const char *setting_text(const struct setting *setting, struct config *config,
                         struct organization_config *organization)
{
    return *(char **)setting_field(setting, config, organization);
}

/* Digits, white space if there is a unit, and the unit, whatever the case of its letters. */
static bool parse_number(const char *value, const struct unit *unit, uint64_t *number)
{
    uint64_t parsed = 0;

    if (!isdigit((unsigned char)*value))
        return false;
    for (; isdigit((unsigned char)*value); value++) {
        uint64_t digit = (uint64_t)(*value - '0');

        if (parsed > (UINT64_MAX - digit) / 10)
            return false;
        parsed = parsed * 10 + digit;
    }
    while (*value == ' ')
        value++;
    while (unit->name && !text_equal_ascii(unit->name, value))
        unit++;
    if (!unit->name || parsed > UINT64_MAX / unit->factor)
        return false;
    *number = parsed * unit->factor;
    return true;
}

static bool is_address(const char *value)
{
    unsigned char parsed[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, value, parsed) == 1 || inet_pton(AF_INET6, value, parsed) == 1;
}

static bool is_choice(const char *value, const char *const *choice)
{
    while (*choice && strcmp(*choice, value) != 0)
        choice++;
    return *choice;
}

/* A scheme that is known and something behind it. */
static bool is_uri(const char *value, const char *const *scheme)
{
    while (*scheme && strncmp(*scheme, value, strlen(*scheme)) != 0)
        scheme++;
    return *scheme && value[strlen(*scheme)] && !strpbrk(value, " \t");
}

static bool is_fitting(const struct setting *setting, const char *value)
{
    switch (setting->kind) {
    case SETTING_DN:
    case SETTING_BASE:
        return dn_is_valid(value);
    case SETTING_ADDRESS:
        return is_address(value);
    case SETTING_URI:
        return is_uri(value, setting->choices);
    case SETTING_CHOICE:
        return is_choice(value, setting->choices);
    case SETTING_TEXT:
    case SETTING_PATH:
    case SETTING_INTEGER:
    case SETTING_SIZE:
    case SETTING_SECONDS:
    case SETTING_SWITCH:
    case SETTING_LIST:
    case SETTING_ROWS:
        return true;
    }
    return false;
}

static char *joined(const char *left, const char *middle, const char *right)
{
    size_t size = strlen(left) + strlen(middle) + strlen(right) + 1;
    char *whole = heap_alloc(size, 1);

    (void)snprintf(whole, size, "%s%s%s", left, middle, right);
    return whole;
}

static char *whole_text(const struct setting *setting, const char *value, const char *folder)
{
    if (setting->kind == SETTING_PATH && value[0] != '/')
        return joined(folder, "/", value);
    return joined(value, "", "");
}

static size_t text_most(const struct setting *setting)
{
    return setting->most ? (size_t)setting->most : TEXT_MOST;
}

static bool apply_text(const struct setting *setting, const char *value, const char *folder,
                       char **field)
{
    char *text;

    if (!*value || !is_fitting(setting, value))
        return false;
    text = whole_text(setting, value, folder);
    if (strlen(text) > text_most(setting)) {
        free(text);
        return false;
    }
    free(*field);
    *field = text;
    return true;
}

bool setting_add(const struct setting *setting, const struct config_item *item,
                 struct config_items *field)
{
    struct config_item *items;

    if (!is_fitting(setting, item->text) || strlen(item->text) > text_most(setting) ||
        field->count == ITEMS_MOST)
        return false;
    items = heap_alloc(field->count + 1, sizeof(*items));
    if (field->count)
        memcpy(items, field->items, field->count * sizeof(*items));
    items[field->count] = *item;
    items[field->count].name = item->name ? joined(item->name, "", "") : NULL;
    items[field->count].text = joined(item->text, "", "");
    free(field->items);
    field->items = items;
    field->count++;
    return true;
}

void setting_clear_items(struct config_items *field)
{
    for (size_t i = 0; i < field->count; i++) {
        free(field->items[i].name);
        free(field->items[i].text);
    }
    free(field->items);
    *field = (struct config_items){0};
}

static bool apply_number(const struct setting *setting, const char *value, uint64_t *field)
{
    uint64_t number;

    if (!parse_number(value, units_of(setting->kind), &number))
        return false;
    if (number < setting->least || number > setting->most)
        return false;
    *field = number;
    return true;
}

static bool apply_switch(const char *value, bool *field)
{
    bool is_on = strcmp(value, "true") == 0;

    if (!is_on && strcmp(value, "false") != 0)
        return false;
    *field = is_on;
    return true;
}

bool setting_apply(const struct setting *setting, const char *value, const char *folder,
                   void *field)
{
    if (is_number(setting))
        return apply_number(setting, value, field);
    if (setting->kind == SETTING_SWITCH)
        return apply_switch(value, field);
    return apply_text(setting, value, folder, field);
}

static char *format_number(const struct unit *unit, uint64_t number, struct arena *arena)
{
    while (unit[1].name && (number == 0 || number % unit->factor != 0))
        unit++;
    return arena_printf(arena, "%" PRIu64 "%s", number / unit->factor, unit->name);
}

/* In one line, as YAML would take it; NULL where there are none. */
static const char *format_items(const struct config_items *items, struct arena *arena)
{
    bool is_mapping = items->count > 0 && items->items[0].name;
    struct text text = {.arena = arena};

    for (size_t i = 0; i < items->count; i++) {
        text_add(&text, i ? ", " : "");
        if (is_mapping)
            text_add_format(&text, "%s: ", items->items[i].name);
        text_add_json(&text, items->items[i].text);
    }
    if (!items->count)
        return NULL;
    return is_mapping ? arena_printf(arena, "{%s}", text.data)
                      : arena_printf(arena, "[%s]", text.data);
}

const char *setting_format(const struct setting *setting, const void *field, struct arena *arena)
{
    if (is_number(setting))
        return format_number(units_of(setting->kind), *(const uint64_t *)field, arena);
    if (setting->kind == SETTING_SWITCH)
        return *(const bool *)field ? "true" : "false";
    if (setting_is_many(setting))
        return format_items(field, arena);
    return *(char *const *)field;
}

static char *listed(const char *first, const char *const *choices, struct arena *arena)
{
    struct text text = {.arena = arena};

    text_add(&text, first);
    for (size_t i = 0; choices[i]; i++) {
        const char *comma = choices[i + 1] ? ", " : " or ";

        text_add(&text, i == 0 ? "" : comma);
        text_add(&text, choices[i]);
    }
    return text.data;
}

static char *range(const char *what, const struct unit *units, const struct setting *setting,
                   struct arena *arena)
{
    return arena_printf(arena, "%s from %s to %s", what,
                        format_number(units, setting->least, arena),
                        format_number(units, setting->most, arena));
}

char *setting_expected(const struct setting *setting, struct arena *arena)
{
    switch (setting->kind) {
    case SETTING_TEXT:
        return arena_printf(arena, "a text of 1 to %zu bytes", text_most(setting));
    case SETTING_DN:
    case SETTING_BASE:
        return arena_printf(arena, "a DN of 1 to %zu bytes", text_most(setting));
    case SETTING_PATH:
        return arena_printf(arena, "a path of 1 to %zu bytes", text_most(setting));
    case SETTING_URI:
        return listed("a URI that begins with ", setting->choices, arena);
    case SETTING_ADDRESS:
        return arena_strdup(arena, "an IP address");
    case SETTING_INTEGER:
        return range("a whole number", no_units, setting, arena);
    case SETTING_SIZE:
        return range("a size with its unit", size_units, setting, arena);
    case SETTING_SECONDS:
        return range("a time with its unit", second_units, setting, arena);
    case SETTING_CHOICE:
        return listed("", setting->choices, arena);
    case SETTING_SWITCH:
        return arena_strdup(arena, "true or false");
    case SETTING_LIST:
        return arena_printf(arena, "a list of at most %d texts of 1 to %zu bytes", ITEMS_MOST,
                            text_most(setting));
    case SETTING_ROWS:
        return arena_printf(arena, "at most %d names, each with a text of at most %zu bytes",
                            ITEMS_MOST, text_most(setting));
    }
    return NULL;
}
