/* Alone in its program, since libldap sets itself up with the first handle of a process. */
#include "unit.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge/base/status.h"
#include "bridge/directory/connection.h"

enum { THREADS = 8 };

/*
 * Whose turn it is. Nothing else comes from it: the thread sanitizer is to see
 * whether one thread finds set up what another one did.
 */
static _Atomic size_t turn;
static char password_path[] = "/tmp/rolebridge-test-XXXXXX";

static void write_password(void)
{
    int descriptor = mkstemp(password_path);

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "secret", 6), 6);
    assert_int_equal(close(descriptor), 0);
}

/* A port of this machine that nobody listens on, and nobody else can take. */
static int reserve_port(char *uri, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
    (void)snprintf(uri, size, "ldap://127.0.0.1:%u", ntohs(address.sin_port));
    return descriptor;
}

struct attempt {
    size_t turn;
    const char *uri;
    enum status status;
};

static void *open_connection(void *context)
{
    struct attempt *attempt = context;
    const struct directory_settings settings = {
        .uri = attempt->uri,
        .starts_tls = true,
        .ca_file = "/etc/ssl/certs/ca-certificates.crt",
        .bind_dn = "cn=bridge",
        .password_file = password_path,
        .connect_seconds = 5,
        .operation_seconds = 5,
    };
    struct directory *directory = NULL;

    while (atomic_load_explicit(&turn, memory_order_relaxed) != attempt->turn)
        (void)sched_yield();
    attempt->status = directory_open(&settings, &directory, NULL);
    atomic_store_explicit(&turn, attempt->turn + 1, memory_order_relaxed);
    directory_close(directory);
    return NULL;
}

static void the_first_connection_of_a_thread_sets_up_the_library_for_all(void **state)
{
    pthread_t threads[THREADS];
    struct attempt attempts[THREADS];
    char uri[64];
    int reserved = reserve_port(uri, sizeof(uri));

    (void)state;
    write_password();
    for (size_t i = 0; i < THREADS; i++) {
        attempts[i] = (struct attempt){.turn = i, .uri = uri};
        assert_int_equal(pthread_create(&threads[i], NULL, open_connection, &attempts[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)close(reserved);
    (void)unlink(password_path);

    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(attempts[i].status, STATUS_DIRECTORY_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_connection_of_a_thread_sets_up_the_library_for_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
