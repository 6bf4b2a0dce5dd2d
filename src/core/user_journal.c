/*
 * What the journal says of a change to a person. What rules depend on stands in
 * the clear. What the person is called, and every other attribute's value, is
 * sealed: {"name":"ada@example.org","reason":...,"values":{"title":[before,after]}}.
 */
#include "user_journal.h"

#include <stdlib.h>

#include "bridge/base/crypt.h"
#include "bridge/core/connection.h"
#include "bridge/core/journal.h"
#include "bridge/core/site.h"
#include "user_index.h"

/*
 * In bytes of JSON: a longer value, and every value once there is so much, is noted
 * by its size and digest.
 */
enum { VALUE_SIZE_MAX = 1024, VALUES_SIZE_MAX = 8192 };

/* The attributes that are not what they were, as they are gathered. */
struct changes {
    struct arena *arena;
    struct text names;  /* of a JSON list */
    struct text values; /* members of a JSON object */
};

static const char *event_of(const struct revision *revision)
{
    if (!revision->is_there)
        return "user.create";
    if (revision->is_deletion)
        return "user.delete";
    if (revision->event)
        return revision->event;
    if (!revision->before.blocked_by != !revision->account.blocked_by)
        return revision->account.blocked_by ? "user.block" : "user.unblock";
    if (revision->before.is_active == revision->account.is_active)
        return "user.update";
    return revision->account.is_active ? "user.restore" : "user.deactivate";
}

/* ------------------------------------------------------------------------- attributes */

static const char *digest_text(const char *json, size_t size, struct arena *arena)
{
    unsigned char digest[DIGEST_SIZE];
    char text[DIGEST_SIZE * 4 / 3 + 4];

    digest_of(bytes_of(json, size), digest);
    base64url_encode(bytes_of(digest, sizeof(digest)), text, sizeof(text));
    return arena_printf(arena, "{\"size\":%zu,\"sha256\":\"%s\"}", size, text);
}

static const char *value_text(const json_t *value, const struct changes *changes)
{
    char *json = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    size_t size;

    if (!json)
        return "null";
    arena_take(changes->arena, json, free);
    size = strlen(json);
    if (size > VALUE_SIZE_MAX || changes->values.size > VALUES_SIZE_MAX)
        return digest_text(json, size, changes->arena);
    return json;
}

static void note_name(struct changes *changes, const char *name)
{
    text_add(&changes->names, changes->names.size ? "," : "");
    text_add_json(&changes->names, name);
}

static void note_value(struct changes *changes, const char *name, const json_t *before,
                       const json_t *after)
{
    const char *old_text = value_text(before, changes);
    const char *new_text = value_text(after, changes);

    text_add(&changes->values, changes->values.size ? "," : "");
    text_add_json(&changes->values, name);
    text_add_format(&changes->values, ":[%s,%s]", old_text, new_text);
}

static bool is_same(const json_t *before, const json_t *after)
{
    return before == after || (before && after && json_equal(before, after));
}

/* What is never returned is never kept, here as elsewhere. */
static bool is_secret(const struct scim_attribute *attribute)
{
    return attribute->returned == SCIM_NEVER || attribute->mutability == SCIM_WRITE_ONLY;
}

/* `urn` is that of an extension, to stand before the names; NULL for the others. */
static void compare(struct changes *changes, const struct scim_attribute *attributes,
                    const char *urn, const json_t *before, const json_t *after)
{
    for (const struct scim_attribute *attribute = attributes; attribute->name; attribute++) {
        const json_t *old_value = json_object_get(before, attribute->name);
        const json_t *new_value = json_object_get(after, attribute->name);
        const char *name = attribute->name;

        if (is_secret(attribute) || is_same(old_value, new_value))
            continue;
        if (urn)
            name = arena_printf(changes->arena, "%s:%s", urn, name);
        note_name(changes, name);
        if (strcmp(name, "active") != 0) /* in the clear */
            note_value(changes, name, old_value, new_value);
    }
}

static struct changes changes_of(const struct revision *revision)
{
    static const struct scim_attribute common[] = {{.name = "externalId"}, {.name = NULL}};
    const struct scim_resource_type *type = scim_resource_type(SCIM_USER);
    const json_t *before = revision->old_resource;
    const json_t *after = revision->resource;
    struct arena *arena = revision->request->arena;
    struct changes changes = {arena, {.arena = arena}, {.arena = arena}};

    if (revision->password)
        note_name(&changes, "password"); /* and never more of it */
    compare(&changes, common, NULL, before, after);
    compare(&changes, type->schema->attributes, NULL, before, after);
    for (size_t i = 0; i < SCIM_EXTENSIONS_MAX && type->extensions[i]; i++) {
        const char *urn = type->extensions[i]->id;

        compare(&changes, type->extensions[i]->attributes, urn, json_object_get(before, urn),
                json_object_get(after, urn));
    }
    return changes;
}

static const char *sealed_text(const struct revision *revision, const struct changes *changes)
{
    const json_t *resource = revision->resource ? revision->resource : revision->old_resource;
    const char *reason = revision->account.block_reason;
    struct text text = {.arena = changes->arena};

    text_add_format(&text, "{\"name\":%s",
                    journal_text(changes->arena, user_text(resource, "userName")));
    if (reason && *reason && !revision->before.blocked_by)
        text_add_format(&text, ",\"reason\":%s", journal_text(changes->arena, reason));
    if (changes->values.size)
        text_add_format(&text, ",\"values\":{%s}", changes->values.data);
    text_add(&text, "}");
    return text.data;
}

/* ------------------------------------------------------------------ what rules depend on */

static const char *site_text(const struct revision *revision, const struct account *account)
{
    struct arena *arena = revision->request->arena;
    struct site site;

    if (!account->association.site_row ||
        !site_load(revision->txn, account->association.site_row, arena, &site))
        return "null";
    return journal_text(arena, site.key);
}

static const char *owner_text(const struct revision *revision, const struct account *account)
{
    struct arena *arena = revision->request->arena;
    struct connection owner;

    if (!account->owner || !connection_load(revision->txn, account->owner, arena, &owner))
        return "null";
    return journal_text(arena, owner.name);
}

static const char *assertion_text(const struct assertion *assertion, struct arena *arena)
{
    if (!assertion->role && !assertion->site)
        return "null";
    return arena_printf(arena, "{\"role\":%s,\"site\":%s}", journal_text(arena, assertion->role),
                        journal_text(arena, assertion->site));
}

static void add_association(struct journal *journal, const struct revision *revision)
{
    const struct association *before = &revision->before.association;
    const struct association *after = &revision->account.association;
    struct arena *arena = revision->request->arena;

    journal_changed(journal, "role", journal_text(arena, role_name(before->role)),
                    journal_text(arena, role_name(after->role)));
    if (before->site_row != after->site_row)
        journal_changed(journal, "site", site_text(revision, &revision->before),
                        site_text(revision, &revision->account));
    journal_changed(journal, "asserted", assertion_text(&revision->old_assertion, arena),
                    assertion_text(&revision->assertion, arena));
}

static void add_account(struct journal *journal, const struct revision *revision)
{
    const struct account *before = &revision->before;
    const struct account *after = &revision->account;
    struct arena *arena = revision->request->arena;

    journal_changed(journal, "active", before->is_active ? "true" : "false",
                    after->is_active ? "true" : "false");
    add_association(journal, revision);
    if (before->owner != after->owner)
        journal_changed(journal, "owner", owner_text(revision, before),
                        owner_text(revision, after));
    journal_changed(journal, "breakGlass", before->is_break_glass ? "true" : "false",
                    after->is_break_glass ? "true" : "false");
    journal_changed(journal, "blockedBy", journal_text(arena, before->blocked_by),
                    journal_text(arena, after->blocked_by));
}

void user_journal(const struct revision *revision)
{
    const struct user_request *request = revision->request;
    const struct account *account = &revision->account;
    struct changes changes = changes_of(revision);
    struct journal journal =
        journal_begin(request->arena, request->actor, event_of(revision), account->id);

    if (changes.names.size)
        journal_add(&journal, "changed", arena_printf(request->arena, "[%s]", changes.names.data));
    add_account(&journal, revision);
    journal_seal(&journal, revision->txn, account->id, account->row,
                 sealed_text(revision, &changes));
    journal_end(&journal, revision->txn);
}
