#include <string.h>

#include "bridge/directory/account.h"
#include "bridge/directory/attribute_map.h"
#include "bridge/directory/connection.h"
#include "bridge/directory/match.h"
#include "reader.h"
#include "setting.h"

/* NULL when it was not set. */
static const char *text_of(const struct reader *reader, const struct scope *scope,
                           const struct setting *setting)
{
    return setting_text(setting, reader->config, scope->organization);
}

/* Whether another one has the value with which this one must not be given. */
static bool is_barred(const struct reader *reader, const struct scope *scope,
                      const struct setting *setting)
{
    const struct setting *other = setting_find(setting->barred_by);

    return other && strcmp(text_of(reader, scope, other), setting->bar) == 0;
}

static enum status check_required(struct reader *reader, const struct scope *scope,
                                  const struct setting *setting)
{
    const struct setting *cause = setting_find(setting->required_by);
    struct place place = cause ? scope->given[cause - settings] : (struct place){0, 0};
    const char *prefix = scope->prefix;

    if (!place.line || scope->given[setting - settings].line || is_barred(reader, scope, setting))
        return STATUS_OK;
    return document_fail(
        &reader->document, place,
        arena_printf(reader->arena,
                     "%s%s needs %s%s; add to the section %s%.*s, for example, %s: %s", prefix,
                     cause->name, prefix, setting->name, prefix, (int)strcspn(setting->name, "."),
                     setting->name, setting_key(setting), setting->example));
}

static enum status check_barred(struct reader *reader, const struct scope *scope,
                                const struct setting *setting)
{
    struct place place = scope->given[setting - settings];
    const char *prefix = scope->prefix;

    if (!place.line || !is_barred(reader, scope, setting))
        return STATUS_OK;
    return document_fail(&reader->document, place,
                         arena_printf(reader->arena,
                                      "%s%s does not go with %s%s: %s; remove one of them", prefix,
                                      setting->name, prefix, setting->barred_by, setting->bar));
}

typedef enum status setting_check(struct reader *reader, const struct scope *scope,
                                  const struct setting *setting);

static enum status check_each(struct reader *reader, const struct scope *scope,
                              setting_check *check)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < setting_count && !status; i++)
        status = check(reader, scope, &settings[i]);
    return status;
}

/* -------------------------------------------------------- the directory's URI */

static enum status check_uri(struct reader *reader, const struct scope *scope)
{
    const struct directory_config *directory = &scope->organization->directory;
    const struct directory_settings given = {
        .uri = directory->uri,
        .starts_tls = directory->start_tls,
        .ca_file = directory->ca_file,
        .binds_externally = strcmp(directory->bind, "external") == 0,
    };
    struct problem words = {0};

    if (!directory->uri || !directory_check(&given, &words))
        return STATUS_OK;
    return document_fail(&reader->document, scope->given[setting_find("directory.uri") - settings],
                         arena_printf(reader->arena, "%s%s", scope->prefix, words.detail));
}

/* ----------------------------------------------------- what becomes of people */

static struct place place_of_item(const struct config_item *item)
{
    return (struct place){item->line, item->column};
}

static struct attribute_rows rows_of(struct reader *reader,
                                     const struct directory_config *directory)
{
    const struct config_items *given = &directory->rows;
    struct attribute_row *rows = arena_alloc(reader->arena, given->count * sizeof(*rows));

    for (size_t i = 0; i < given->count; i++)
        rows[i] = (struct attribute_row){given->items[i].name, given->items[i].text};
    return (struct attribute_rows){directory->person_rdn, rows, given->count};
}

/* Where a row stands; one behind the last is the RDN's. */
static struct place place_of_row(const struct scope *scope, size_t row)
{
    const struct config_items *given = &scope->organization->directory.rows;

    if (row < given->count)
        return place_of_item(&given->items[row]);
    return scope->given[setting_find("directory.person_rdn") - settings];
}

static enum status make_attributes(struct reader *reader, const struct scope *scope)
{
    struct directory_config *directory = &scope->organization->directory;
    const struct attribute_rows rows = rows_of(reader, directory);
    struct problem reason = {0};
    size_t fault = 0;

    if (!attribute_map_new(&rows, account_profile(directory->profile), &directory->attributes,
                           &fault, &reason))
        return STATUS_OK;
    return document_fail(&reader->document, place_of_row(scope, fault),
                         arena_printf(reader->arena, "%sdirectory.%s: %s", scope->prefix,
                                      fault < rows.count ? "attributes" : "person_rdn",
                                      reason.detail));
}

static enum status check_role_names(struct reader *reader, const struct scope *scope)
{
    const struct directory_config *directory = &scope->organization->directory;
    const struct setting *setting = setting_find("directory.admins_group");
    struct problem reason = {0};
    bool is_site = false;

    if (!projection_check_names(directory->admins_group, directory->site_group, &is_site, &reason))
        return STATUS_OK;
    if (is_site || !scope->given[setting - settings].line) /* a default is not what is wrong */
        setting = setting_find("directory.site_group");
    return document_fail(
        &reader->document, scope->given[setting - settings],
        arena_printf(reader->arena, "%s%s: %s", scope->prefix, setting->name, reason.detail));
}

/* The bridge's own account is nobody's, whatever attributes it has. */
static const char **protected_texts(struct reader *reader, const struct directory_config *directory,
                                    size_t *count)
{
    const struct config_items *given = &directory->protected;
    const char **texts = arena_alloc(reader->arena, (given->count + 1) * sizeof(*texts));

    for (*count = 0; *count < given->count; ++*count)
        texts[*count] = given->items[*count].text;
    if (directory->bind_dn)
        texts[(*count)++] = directory->bind_dn;
    return texts;
}

static enum status make_protection(struct reader *reader, const struct scope *scope)
{
    struct directory_config *directory = &scope->organization->directory;
    const struct config_items *given = &directory->protected;
    struct problem reason = {0};
    size_t fault = 0;
    size_t count = 0;
    const char **texts = protected_texts(reader, directory, &count);

    if (!protection_new(texts, count, &directory->protection, &fault, &reason))
        return STATUS_OK;
    return document_fail(
        &reader->document, place_of_item(&given->items[fault]),
        arena_printf(reader->arena, "%sdirectory.protected: %s", scope->prefix, reason.detail));
}

/* ------------------------------------------------------ organizations apart */

static const char *relation(const char *dn, const char *other)
{
    if (dn_equal(dn, other))
        return "the same as";
    if (dn_is_within(dn, other))
        return "below";
    return dn_is_within(other, dn) ? "above" : NULL;
}

static enum status check_bases(struct reader *reader, const struct scope *scope,
                               const struct setting *setting, const struct scope *other,
                               const struct setting *other_setting)
{
    const char *base = text_of(reader, scope, setting);
    const char *other_base = text_of(reader, other, other_setting);
    const char *words = base && other_base ? relation(base, other_base) : NULL;

    if (!words)
        return STATUS_OK;
    return document_fail(
        &reader->document, scope->given[setting - settings],
        arena_printf(reader->arena,
                     "%s%s is %s %s%s on the same server, so that %s and %s would reach each "
                     "other's entries; give each a base of its own",
                     scope->prefix, setting->name, words, other->prefix, other_setting->name,
                     scope->organization->name, other->organization->name));
}

static enum status check_pair(struct reader *reader, const struct scope *scope,
                              const struct scope *other)
{
    const char *uri = scope->organization->directory.uri;
    const char *other_uri = other->organization->directory.uri;
    enum status status = STATUS_OK;

    if (!uri || !other_uri || !directory_is_same_server(uri, other_uri))
        return STATUS_OK;
    for (size_t i = 0; i < setting_count; i++)
        for (size_t j = 0; j < setting_count && !status; j++)
            if (settings[i].kind == SETTING_BASE && settings[j].kind == SETTING_BASE)
                status = check_bases(reader, scope, &settings[i], other, &settings[j]);
    return status;
}

static enum status check_apart(struct reader *reader)
{
    enum status status = STATUS_OK;

    for (size_t i = 1; i < reader->config->organization_count; i++)
        for (size_t j = 0; j < i && !status; j++)
            status = check_pair(reader, &reader->scopes[i], &reader->scopes[j]);
    return status;
}

enum status check_settings(struct reader *reader)
{
    for (size_t i = 0; i < reader->config->organization_count; i++) {
        enum status status;

        if ((status = check_each(reader, &reader->scopes[i], check_barred)) ||
            (status = check_each(reader, &reader->scopes[i], check_required)) ||
            (status = check_uri(reader, &reader->scopes[i])) ||

            (status = check_role_names(reader, &reader->scopes[i])) ||
            (status = make_attributes(reader, &reader->scopes[i])) ||
            (status = make_protection(reader, &reader->scopes[i])))
            return status;
    }
    return check_apart(reader);
}
