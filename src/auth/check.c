#include "bridge/auth/check.h"

#include "bridge/base/text.h"
#include "bridge/core/organization.h"
#include "bridge/store/key.h"
#include "token_record.h"

enum { USE_KEY_SIZE = TOKEN_ID_SIZE + 1 };

static const char revoke[] =
    "it opens nothing; make a new one where one is missed: rolebridge token create, rolebridge "
    "connection rotate";
static const char nothing[] = "nothing: it opens nothing and harms nothing";

struct check {
    struct store_txn *txn;
    check_report *report;
    void *context;
    uint64_t last_number;
    uint64_t count;
};

/* NULL: it is as it must be. */
static const char *judge(const struct check *check, const struct token_record *record,
                         struct arena *arena)
{
    bool is_of_connection = record->token.kind == PRINCIPAL_CONNECTION;
    struct organization organization;
    struct connection connection;

    if (!organization_load(check->txn, record->organization, arena, &organization))
        return "is of an organization that is not there";
    if (is_of_connection != (record->token.connection != 0))
        return "is of a connection or of an administrator, and says both";
    if (record->token.number > check->last_number)
        return "has a number that is yet to be given out";
    store_enter(check->txn, record->organization);
    if (is_of_connection &&
        !connection_load(check->txn, record->token.connection, arena, &connection))
        return "is of a connection that is not there";
    return is_of_connection || text_is_label(record->token.name) ? NULL
                                                                 : "has a name that it cannot have";
}

static void check_token(struct check *check, struct bytes key, struct bytes value)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct token_record record;
    const char *wrong = token_record_decode(key.data, value, arena, &record)
                            ? judge(check, &record, arena)
                            : "is damaged";
    const struct check_finding finding = {arena_printf(arena, "token %s", record.token.id_text),
                                          wrong, revoke};

    check->count++;
    if (wrong)
        check->report(check->context, &finding);
}

static void check_use(const struct check *check, struct bytes key, struct bytes value)
{
    struct bytes token;
    bool is_right = key.size == USE_KEY_SIZE && value.size == sizeof(uint64_t) &&
                    store_get(check->txn, STORE_TOKEN, bytes_of(key.data, TOKEN_ID_SIZE), &token);
    const struct check_finding finding = {"table of tokens", "has a use of a token that is gone",
                                          nothing};

    if (!is_right)
        check->report(check->context, &finding);
}

static bool visit(void *context, struct bytes key, struct bytes value)
{
    if (key.size == TOKEN_ID_SIZE)
        check_token(context, key, value);
    else
        check_use(context, key, value);
    return true;
}

enum status check_tokens(struct store *store, check_report *report, void *context, uint64_t *count,
                         struct problem *problem)
{
    SCOPED(store_release) struct store_txn *txn = NULL;
    struct check check = {.report = report, .context = context};
    enum status status = store_begin(store, ORGANIZATION_DEFAULT, &txn, problem);

    if (status)
        return status;
    check.txn = txn;
    check.last_number = store_last_number(txn);
    store_scan(txn, STORE_TOKEN, (struct bytes){0}, (struct bytes){0}, visit, &check);
    *count = check.count;
    return store_status(txn, problem);
}
