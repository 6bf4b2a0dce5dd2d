#include "bridge/core/journal.h"

#include <inttypes.h>

static void add_text(struct journal *journal, const char *name, const char *value)
{
    if (value)
        journal_add(journal, name, journal_text(journal->text.arena, value));
}

const char *journal_text(struct arena *arena, const char *text)
{
    struct text json = {.arena = arena};

    if (!text)
        return "null";
    text_add_json(&json, text);
    return json.data;
}

struct journal journal_begin(struct arena *arena, const struct actor *actor, const char *event,
                             const char *id)
{
    struct journal journal = {.text.arena = arena};

    text_add_format(&journal.text, "{\"at\":%" PRId64, actor->now);
    add_text(&journal, "actor", actor->name);
    add_text(&journal, "peer", actor->peer);
    add_text(&journal, "request", actor->request_id);
    add_text(&journal, "event", event);
    add_text(&journal, "id", id);
    return journal;
}

void journal_add(struct journal *journal, const char *name, const char *json)
{
    text_add(&journal->text, ",\"");
    text_add(&journal->text, name);
    text_add(&journal->text, "\":");
    text_add(&journal->text, json);
}

void journal_changed(struct journal *journal, const char *name, const char *before,
                     const char *after)
{
    if (strcmp(before, after) == 0)
        return;
    journal_add(journal, name, arena_printf(journal->text.arena, "[%s,%s]", before, after));
}

void journal_end(struct journal *journal, struct store_txn *txn)
{
    text_add(&journal->text, "}");
    store_journal(txn, bytes_of(journal->text.data, journal->text.size));
}
