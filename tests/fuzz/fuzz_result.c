/* Whatever a server says: the input is all that it sends, as soon as somebody connects. */
#define _GNU_SOURCE
#include "fuzz.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bridge/directory/account.h"
#include "bridge/directory/connection.h"
#include "bridge/directory/plan.h"

#define BASE   "dc=example,dc=com"
#define PERSON "uid=ada,ou=people," BASE
#define GROUP  "cn=admins,ou=roles," BASE

/* libldap loses a request of its own when the answers to it are odd enough. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:ldap_send_server_request\n";
}

static struct {
    int listener;
    char path[64];
    char uri[128];
    pthread_t thread;
    pthread_mutex_t lock;
    struct bytes speech; /* to be sent to whoever connects */
} server = {.listener = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

static void must(bool holds)
{
    fuzz_must(holds, "there is a server");
}

/* The other side may hang up on what it is told. */
static void speak(int socket)
{
    char heard[4096];
    size_t sent = 0;
    ssize_t size = 0;

    (void)pthread_mutex_lock(&server.lock);
    for (; size >= 0 && sent < server.speech.size; sent += (size_t)size) {
        size = send(socket, (const char *)server.speech.data + sent, server.speech.size - sent,
                    MSG_NOSIGNAL);
    }
    (void)pthread_mutex_unlock(&server.lock);
    (void)shutdown(socket, SHUT_WR);
    while (read(socket, heard, sizeof(heard)) > 0)
        ;
    (void)close(socket);
}

static void *serve(void *context)
{
    (void)context;
    for (;;) {
        int socket = accept(server.listener, NULL, NULL);

        must(socket >= 0);
        speak(socket);
    }
    return NULL;
}

static void end_server(void)
{
    (void)unlink(server.path);
    *strrchr(server.path, '/') = '\0';
    (void)rmdir(server.path);
}

static void start_server(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/fuzz-result-XXXXXX";

    must(mkdtemp(folder) != NULL);
    (void)snprintf(server.path, sizeof(server.path), "%s/ldapi", folder);
    (void)snprintf(server.uri, sizeof(server.uri), "ldapi://%%2Ftmp%%2F%s%%2Fldapi",
                   folder + strlen("/tmp/"));
    memcpy(address.sun_path, server.path, strlen(server.path));
    server.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(server.listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    must(listen(server.listener, 1) == 0);
    (void)atexit(end_server);
    must(pthread_create(&server.thread, NULL, serve, NULL) == 0);
}

/* --------------------------------------------------------------------- questions */

static const char *const names[] = {"cn", "entryUUID", "pwdAccountLockedTime", NULL};

/* Who asks, and where what is answered goes. */
struct asking {
    struct directory *directory;
    struct projection_settings settings;
    struct arena *arena;
    struct problem problem;
};

static void check_entry(const struct entry *entry)
{
    fuzz_must(entry->dn != NULL, "an entry has a name");
    for (size_t i = 0; i < entry->count; i++)
        for (size_t j = 0; j < entry->attributes[i].count; j++) {
            const struct bytes *value = &entry->attributes[i].values[j];

            fuzz_must(((const char *)value->data)[value->size] == '\0', "a NUL ends each value");
        }
}

static enum status ask_read(struct asking *asking)
{
    struct entry *entry = NULL;
    enum status status =
        directory_read(asking->directory, PERSON, names, asking->arena, &entry, &asking->problem);

    if (!status)
        check_entry(entry);
    return status;
}

static enum status ask_search(struct asking *asking)
{
    struct entry_list found = {NULL, 0};
    enum status status = directory_search(asking->directory, BASE, "(uid=a*)", names, asking->arena,
                                          &found, &asking->problem);

    fuzz_must(!status || !found.count, "a cut list is never handed out");
    for (size_t i = 0; i < found.count; i++)
        check_entry(found.entries[i]);
    return status;
}

static enum status ask_people(struct asking *asking)
{
    struct person_reading readings[] = {
        {.identity = "6ba7b810-9dad-11d1-80b4-00c04fd430c8", .dn = PERSON},
        {.dn = "uid=bo,ou=people," BASE},
    };
    enum status status = people_read(asking->directory, &asking->settings, readings, 2,
                                     asking->arena, &asking->problem);

    for (int i = 0; !status && i < 2; i++)
        if (!readings[i].status && readings[i].actual.entry)
            check_entry(readings[i].actual.entry);
    return status;
}

static enum status ask_modify(struct asking *asking)
{
    const struct bytes value = bytes_of_text("Countess");
    const struct modification change = {MODIFICATION_REPLACE, "title", &value, 1};

    return directory_modify(asking->directory, PERSON, &change, 1, &asking->problem);
}

/* Steps whose answers come as they like. */
static enum status ask_plans(struct asking *asking)
{
    const struct bytes member = bytes_of_text(PERSON);
    const struct modification add = {MODIFICATION_ADD, "member", &member, 1};
    const struct modification lock = {MODIFICATION_REPLACE, "pwdAccountLockedTime", &member, 1};
    struct plan_step first[] = {
        {.verb = PLAN_LOCK, .dn = PERSON, .modifications = &lock, .count = 1, .reason = "so"},
        {.verb = PLAN_REMOVE_MEMBER, .dn = GROUP, .modifications = &add, .count = 1, .reason = ""},
    };
    struct plan_step second[] = {
        {.verb = PLAN_RENAME, .dn = "uid=bo," BASE, .rdn = "uid=bob", .reason = "so"},
        {.verb = PLAN_DELETE_ENTRY, .dn = "uid=bob," BASE, .reason = "so"},
    };
    struct plan plans[] = {{first, 2}, {second, 2}};
    struct plan_run runs[] = {{.plan = &plans[0]}, {.plan = &plans[1]}};
    enum status status =
        plans_apply(asking->directory, &asking->settings, runs, 2, &asking->problem);

    for (int i = 0; i < 2; i++)
        fuzz_must(runs[i].done <= 2 && (status || runs[i].status || runs[i].done == 2),
                  "a plan that went well is done");
    return status;
}

static enum status ask_password(struct asking *asking)
{
    return directory_set_password(asking->directory, PERSON, bytes_of_text("correct horse"),
                                  &asking->problem);
}

static enum status (*const questions[])(struct asking *) = {
    ask_read, ask_search, ask_people, ask_modify, ask_plans, ask_password,
};

static void ask(struct asking *asking)
{
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        asking->problem = (struct problem){0};
        if (questions[i](asking))
            fuzz_must_explain(&asking->problem);
    }
}

static struct attribute_map *usual_map(void)
{
    const struct attribute_rows rows = {.rdn = "uid={userName}"};
    static struct attribute_map *map;

    (void)fuzz_type(SCIM_USER);
    if (!map)
        must(!attribute_map_new(&rows, account_profile("openldap"), &map, NULL, NULL));
    return map;
}

/* Any answers are understood or refused, in no more time than there is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct directory_settings settings = {
        .uri = server.uri, .binds_externally = true, .connect_seconds = 2, .operation_seconds = 2};
    struct asking asking = {.settings = {.people_base = "ou=people," BASE,
                                         .roles_base = "ou=roles," BASE,
                                         .groups_base = "ou=groups," BASE,
                                         .profile = account_profile("openldap"),
                                         .attributes = usual_map()},
                            .arena = arena_new()};

    if (server.listener < 0)
        start_server();
    (void)pthread_mutex_lock(&server.lock);
    server.speech = bytes_of(data, size);
    (void)pthread_mutex_unlock(&server.lock);
    if (directory_open(&settings, &asking.directory, &asking.problem))
        fuzz_must_explain(&asking.problem);
    else
        ask(&asking);
    directory_close(asking.directory);
    arena_free(asking.arena);
    return 0;
}
