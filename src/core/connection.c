#include "bridge/core/connection.h"

#include <string.h>

#include "account.h"
#include "bridge/base/domain.h"
#include "bridge/base/text.h"
#include "bridge/core/group.h"
#include "bridge/core/journal.h"
#include "bridge/store/record.h"
#include "insert.h"
#include "layout.h"
#include "revision.h"
#include "roster.h"
#include "user_index.h"

enum { RECORD_VERSION = 2 };

static struct store_key key_number(struct store_txn *txn, uint32_t number)
{
    struct store_key key = key_of(store_organization(txn));

    key_add_u32(&key, number);
    return key;
}

static struct store_key key_name(struct store_txn *txn, const char *name)
{
    struct store_key key = key_index(txn, INDEX_CONNECTION_NAME);

    key_add_digest(&key, name);
    return key;
}

static struct store_key key_domain(struct store_txn *txn, const char *domain)
{
    struct store_key key = key_index(txn, INDEX_CONNECTION_DOMAIN);

    key_add_digest(&key, domain);
    return key;
}

static void record_save(struct store_txn *txn, const struct connection *connection,
                        struct arena *arena)
{
    struct store_key key = key_number(txn, connection->number);
    struct record_writer writer = record_write(arena, RECORD_VERSION);

    record_put_text(&writer, connection->name);
    record_put_text(&writer, connection->carrier);
    record_put_u32(&writer, connection->grants);
    record_put_u32(&writer, (uint32_t)connection->domain_count);
    for (size_t i = 0; i < connection->domain_count; i++)
        record_put_text(&writer, connection->domains[i]);
    record_put_u64(&writer, (uint64_t)connection->created_at);
    store_put(txn, STORE_CONNECTION, key_bytes(&key), record_bytes(&writer));
}

static const char *const *take_domains(struct record_reader *reader, size_t count,
                                       struct arena *arena)
{
    const char **domains = arena_alloc(arena, count * sizeof(*domains));

    for (size_t i = 0; i < count; i++)
        domains[i] = record_take_text(reader, arena);
    return domains;
}

static bool record_decode(struct bytes value, uint32_t number, struct arena *arena,
                          struct connection *connection)
{
    struct record_reader reader = record_read(value, RECORD_VERSION);

    connection->number = number;
    connection->name = record_take_text(&reader, arena);
    connection->carrier = record_take_text(&reader, arena);
    connection->grants = record_take_u32(&reader);
    connection->domain_count = record_take_u32(&reader);
    if (connection->domain_count > CONNECTION_DOMAINS_MAX)
        return false;
    connection->domains = take_domains(&reader, connection->domain_count, arena);
    connection->created_at = (int64_t)record_take_u64(&reader);
    return !reader.is_damaged;
}

bool connection_load(struct store_txn *txn, uint32_t number, struct arena *arena,
                     struct connection *connection)
{
    struct store_key key = key_number(txn, number);
    struct bytes value;

    return store_get(txn, STORE_CONNECTION, key_bytes(&key), &value) &&
           record_decode(value, number, arena, connection);
}

bool connection_find(struct store_txn *txn, const char *name, struct arena *arena,
                     struct connection *connection)
{
    struct store_key key = key_name(txn, name);
    uint64_t number;

    return index_get_row(txn, &key, &number) &&
           connection_load(txn, (uint32_t)number, arena, connection);
}

uint32_t connection_of_domain(struct store_txn *txn, const char *domain)
{
    struct store_key key = key_domain(txn, domain);
    uint64_t number;

    return index_get_row(txn, &key, &number) ? (uint32_t)number : 0;
}

int64_t connection_accounts(struct store_txn *txn, uint32_t number)
{
    return (int64_t)roster_count(txn, SCIM_USER, number);
}

struct walk {
    struct arena *arena;
    connection_visit *visit;
    void *context;
};

static bool visit_record(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;
    struct connection connection;
    uint32_t number = (uint32_t)key_last_u64(key); /* the organization is in the upper half */

    return !record_decode(value, number, walk->arena, &connection) ||
           walk->visit(walk->context, &connection);
}

void connection_each(struct store_txn *txn, struct arena *arena, connection_visit *visit,
                     void *context)
{
    struct walk walk = {arena, visit, context};
    struct store_key prefix = key_of(store_organization(txn));

    store_scan(txn, STORE_CONNECTION, key_bytes(&prefix), (struct bytes){0}, visit_record, &walk);
}

/* ---------------------------------------------------------------------------- domains */

static bool has_domain(const char *const *domains, size_t count, const char *domain)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(domains[i], domain) == 0)
            return true;
    return false;
}

static enum status check_domain(struct store_txn *txn, const struct connection_request *request,
                                const char *domain, struct problem *problem)
{
    uint32_t number = connection_of_domain(txn, domain);
    struct connection other;

    if (!number || number == request->connection.number ||
        !connection_load(txn, number, request->arena, &other))
        return STATUS_OK;
    return problem_set(problem, STATUS_UNIQUENESS,
                       "the domain %s is one of the connection %s; only one may adopt from it",
                       domain, other.name);
}

/* What the request says of domains: folded, each once, and free or its own. */
static enum status read_domains(struct store_txn *txn, const struct connection_request *request,
                                struct connection *connection, struct problem *problem)
{
    const char **domains = arena_alloc(request->arena, request->domain_count * sizeof(*domains));
    size_t count = 0;

    if (request->domain_count > CONNECTION_DOMAINS_MAX)
        return problem_set(problem, STATUS_INVALID_VALUE, "a connection has at most %d domains",
                           CONNECTION_DOMAINS_MAX);
    for (size_t i = 0; i < request->domain_count; i++) {
        enum status status;

        if (!domain_fold(request->domains[i], request->arena, &domains[count]))
            return problem_set(problem, STATUS_INVALID_VALUE,
                               "\"%s\" is no domain of mail; write what stands behind the @, as in "
                               "example.org",
                               request->domains[i]);
        if ((status = check_domain(txn, request, domains[count], problem)))
            return status;
        if (!has_domain(domains, count, domains[count]))
            count++;
    }
    connection->domains = domains;
    connection->domain_count = count;
    return STATUS_OK;
}

/* Those of `from` that `to` has not: taken out of the index, or put in. */
static void set_domains(struct store_txn *txn, const struct connection *from,
                        const struct connection *to, bool is_there)
{
    for (size_t i = 0; i < from->domain_count; i++) {
        struct store_key key = key_domain(txn, from->domains[i]);

        if (has_domain(to->domains, to->domain_count, from->domains[i]))
            continue;
        if (is_there)
            index_put_row(txn, &key, from->number);
        else
            store_delete(txn, STORE_INDEX, key_bytes(&key));
    }
}

static void index_domains(struct store_txn *txn, const struct connection *before,
                          const struct connection *after)
{
    set_domains(txn, before, after, false);
    set_domains(txn, after, before, true);
}

/* --------------------------------------------------------------------- create and edit */

static bool is_name(const char *name)
{
    return text_is_label(name) && strcmp(name, "local") != 0;
}

static enum status check(struct store_txn *txn, const struct connection_request *request,
                         struct problem *problem)
{
    struct connection other;

    if (!is_name(request->name))
        return problem_set(
            problem, STATUS_INVALID_VALUE,
            "\"%s\" cannot name a connection; use 1 to 40 of a-z, 0-9 and -, and not "
            "\"local\", which is what belongs to none",
            request->name);
    if (request->carrier && strcmp(request->carrier, "extension") != 0)
        return problem_set(problem, STATUS_INVALID_VALUE,
                           "carrier \"%s\" is not known here; this release has \"extension\"",
                           request->carrier);
    if (connection_find(txn, request->name, request->arena, &other))
        return problem_set(problem, STATUS_UNIQUENESS, "there is a connection %s already",
                           request->name);
    return STATUS_OK;
}

static const char *grants_json(const struct connection *connection, struct arena *arena)
{
    struct text list = {.arena = arena};

    text_add(&list, "[");
    for (enum role role = ROLE_USER; role <= ROLE_ADMIN; role++)
        if (connection->grants & 1u << role)
            text_add_format(&list, "%s\"%s\"", list.size > 1 ? "," : "", role_name(role));
    text_add(&list, "]");
    return list.data;
}

static const char *domains_json(const struct connection *connection, struct arena *arena)
{
    struct text list = {.arena = arena};

    text_add(&list, "[");
    for (size_t i = 0; i < connection->domain_count; i++)
        text_add_format(&list, "%s\"%s\"", i ? "," : "", connection->domains[i]);
    text_add(&list, "]");
    return list.data;
}

void connection_enter(struct store_txn *txn, const struct connection *connection)
{
    struct store_key name = key_name(txn, connection->name);

    index_put_row(txn, &name, connection->number);
    index_domains(txn, &(struct connection){0}, connection);
}

void connection_insert(struct store_txn *txn, const struct connection *connection,
                       struct arena *arena)
{
    record_save(txn, connection, arena);
    connection_enter(txn, connection);
}

enum status connection_judge(struct store_txn *txn, struct connection_request *request,
                             struct problem *problem)
{
    enum status status = check(txn, request, problem);

    request->connection = (struct connection){
        .name = request->name,
        .carrier = "extension",
        .grants = request->grants,
    };
    return status ? status : read_domains(txn, request, &request->connection, problem);
}

enum status connection_create(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct connection_request *request = argument;
    struct connection *connection = &request->connection;
    struct journal journal =
        journal_begin(request->arena, request->actor, "connection.create", request->name);
    enum status status = connection_judge(txn, request, problem);

    if (status)
        return status;
    connection->created_at = request->actor->now;
    connection->number = (uint32_t)store_sequence(txn);
    connection_insert(txn, connection, request->arena);
    journal_add(&journal, "grants", grants_json(connection, request->arena));
    journal_add(&journal, "domains", domains_json(connection, request->arena));
    journal_end(&journal, txn);
    return store_status(txn, problem);
}

static bool is_same(const struct connection *left, const struct connection *right,
                    struct arena *arena)
{
    return left->grants == right->grants &&
           strcmp(domains_json(left, arena), domains_json(right, arena)) == 0;
}

enum status connection_edit(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct connection_request *request = argument;
    struct connection *connection = &request->connection;
    struct arena *arena = request->arena;
    struct journal journal =
        journal_begin(arena, request->actor, "connection.update", request->name);
    struct connection before;
    enum status status;

    if (!connection_find(txn, request->name, arena, connection))
        return store_missing(txn, problem, "connection", request->name);
    before = *connection;
    if (request->sets_grants)
        connection->grants = request->grants;
    if (request->sets_domains && (status = read_domains(txn, request, connection, problem)))
        return status;
    if (is_same(&before, connection, arena))
        return store_status(txn, problem);
    record_save(txn, connection, arena);
    index_domains(txn, &before, connection);
    journal_changed(&journal, "grants", grants_json(&before, arena),
                    grants_json(connection, arena));
    journal_changed(&journal, "domains", domains_json(&before, arena),
                    domains_json(connection, arena));
    journal_end(&journal, txn);
    return store_status(txn, problem);
}

/* ------------------------------------------------------------------------------ delete */

/* The accounts of a connection that goes, one by one, within its change. */
struct release {
    struct store_txn *txn;
    const struct connection_request *request;
    struct problem *problem;
    enum status status;
};

static bool release_row(void *context, uint64_t row)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct release *release = context;
    const struct connection_request *request = release->request;
    struct user_request user = {.actor = request->actor, .arena = arena};
    struct account account;

    if (!account_load(release->txn, row, arena, &account))
        return true;
    user.id = account.id;
    release->status = user_release(release->txn, &user, request->disposal == CONNECTION_DEACTIVATE,
                                   release->problem);
    return !release->status;
}

static enum status dispose(struct store_txn *txn, const struct connection_request *request,
                           const struct connection *connection, struct problem *problem)
{
    struct release release = {.txn = txn, .request = request, .problem = problem};
    int64_t accounts = connection_accounts(txn, connection->number);

    if (accounts > 0 && request->disposal == CONNECTION_KEEP_NONE)
        return problem_set(problem, STATUS_CONFLICT,
                           "the connection %s owns %lld accounts; say whether to release them to "
                           "the administrators or to deactivate them",
                           connection->name, (long long)accounts);
    roster_walk(txn, SCIM_USER, connection->number, 0, release_row, &release);
    return release.status;
}

enum status connection_delete(struct store_txn *txn, void *argument, struct problem *problem)
{
    struct connection_request *request = argument;
    struct connection *connection = &request->connection;
    struct journal journal =
        journal_begin(request->arena, request->actor, "connection.delete", request->name);
    struct store_key name = key_name(txn, request->name);
    struct store_key key;
    enum status status;

    if (!connection_find(txn, request->name, request->arena, connection))
        return store_missing(txn, problem, "connection", request->name);
    if ((status = dispose(txn, request, connection, problem)))
        return status;
    store_use_reserve(txn);
    groups_release(txn, connection->number);
    key = key_number(txn, connection->number);
    store_delete(txn, STORE_CONNECTION, key_bytes(&key));
    store_delete(txn, STORE_INDEX, key_bytes(&name));
    index_domains(txn, connection, &(struct connection){0});
    journal_end(&journal, txn);
    return store_status(txn, problem);
}
