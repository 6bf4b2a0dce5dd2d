#include "unit.h"

#include <grp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bridge/base/crypt.h"
#include "bridge/base/log.h"
#include "bridge/http/server.h"
#include "ordinary_limits.h"
#include "wire.h"

enum { STOP_MS = 5000, NOBODY = 65534 };

#define REQUEST "GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n"

static char folder[64];
static char path[96];
static struct http_server *server;

static enum status who(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 200, NULL,
                    bytes_of_text(arena_printf(
                        exchange_arena(exchange), "%s %d %u", exchange_peer(exchange),
                        exchange_is_control(exchange), (unsigned)exchange_uid(exchange))),
                    (struct bytes){0});
    return STATUS_OK;
}

static enum status base(struct exchange *exchange, struct problem *problem)
{
    (void)problem;
    exchange_answer(exchange, 200, NULL, bytes_of_text(exchange_base(exchange)), (struct bytes){0});
    return STATUS_OK;
}

static enum status gate(struct exchange *exchange, unsigned scope, struct problem *problem)
{
    (void)scope;
    if (!exchange_is_control(exchange))
        return problem_set(problem, STATUS_UNAUTHORIZED, "not here");
    return STATUS_OK;
}

static const struct route routes[] = {{"GET", "/who", 0, who}, {"GET", "/base", 0, base}};

static struct http_settings settings = {
    .address = "127.0.0.1",
    .limits = ORDINARY_LIMITS(1000),
    .control_path = path,
    .control_group = (gid_t)-1,
    .routes = routes,
    .route_count = 2,
    .gate = gate,
};

static int enter_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/control.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(path, sizeof(path), "%s/socket", folder);
    settings.control_path = path;
    settings.control_group = (gid_t)-1;
    return 0;
}

static int leave_folder(void **state)
{
    (void)state;
    http_stop(server, STOP_MS);
    server = NULL;
    (void)unlink(path);
    return rmdir(folder);
}

static void given_a_server(void)
{
    struct problem problem = {0};

    if (http_start(&settings, &server, &problem))
        fail_msg("%s", problem.detail);
}

static void peers_are_known_by_their_user(void **state)
{
    SCOPED(wire_close) struct wire wire = {0};
    SCOPED(reply_clear) struct reply reply = {0};
    char expected[64];

    (void)state;
    given_a_server();
    wire = wire_open_control(path);

    reply = wire_ask(&wire, REQUEST);

    (void)snprintf(expected, sizeof(expected), "control 1 %u", (unsigned)getuid());
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, expected);
}

static void addresses_in_answers_are_those_of_the_network(void **state)
{
    SCOPED(wire_close) struct wire wire = {0};
    SCOPED(reply_clear) struct reply reply = {0};
    char expected[64];

    (void)state;
    given_a_server();
    wire = wire_open_control(path);

    reply = wire_ask(&wire, "GET /base HTTP/1.1\r\nHost: localhost\r\n\r\n");

    (void)snprintf(expected, sizeof(expected), "http://127.0.0.1:%u", http_port(server));
    assert_string_equal(reply.body, expected);
}

static void the_network_is_another_door(void **state)
{
    SCOPED(wire_close) struct wire wire = {0};
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    given_a_server();
    wire = wire_open(http_port(server));

    reply = wire_ask(&wire, REQUEST);

    assert_int_equal(reply.status, 401);
}

static void the_socket_is_for_owner_and_group_and_goes_with_the_server(void **state)
{
    struct stat found;

    (void)state;
    given_a_server();

    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0660);

    http_stop(server, STOP_MS);
    server = NULL;
    assert_int_not_equal(stat(path, &found), 0);
}

/* As a process that was killed leaves it. */
static void given_a_dead_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

static void a_dead_socket_is_replaced(void **state)
{
    SCOPED(wire_close) struct wire wire = {0};
    SCOPED(reply_clear) struct reply reply = {0};

    (void)state;
    given_a_dead_socket();

    given_a_server();

    wire = wire_open_control(path);
    reply = wire_ask(&wire, REQUEST);
    assert_int_equal(reply.status, 200);
}

static void a_live_socket_is_left_alone(void **state)
{
    SCOPED(wire_close) struct wire wire = {0};
    SCOPED(reply_clear) struct reply reply = {0};
    struct http_server *second = NULL;
    struct problem problem = {0};

    (void)state;
    given_a_server();

    assert_int_equal(http_start(&settings, &second, &problem), STATUS_CONFLICT);

    assert_null(second);
    assert_non_null(strstr(problem.detail, path));
    wire = wire_open_control(path);
    reply = wire_ask(&wire, REQUEST);
    assert_int_equal(reply.status, 200);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
    FILE *file = fopen(path, "w");
    struct problem problem = {0};
    struct stat found;

    (void)state;
    assert_non_null(file);
    (void)fclose(file);

    assert_int_equal(http_start(&settings, &server, &problem), STATUS_CONFIGURATION);

    assert_non_null(strstr(problem.detail, "no socket"));
    assert_int_equal(stat(path, &found), 0);
}

static void a_path_that_cannot_be_says_why(void **state)
{
    char long_path[200];
    struct problem too_long = {0}, missing = {0};

    (void)state;
    memset(long_path, 'a', sizeof(long_path));
    long_path[sizeof(long_path) - 1] = '\0';
    settings.control_path = long_path;
    assert_int_equal(http_start(&settings, &server, &too_long), STATUS_CONFIGURATION);
    settings.control_path = "/nonexistent/folder/socket";
    assert_int_equal(http_start(&settings, &server, &missing), STATUS_CONFIGURATION);

    assert_non_null(strstr(too_long.detail, "longer than"));
    assert_non_null(strstr(missing.detail, "No such file"));
}

static void a_network_address_that_fails_takes_the_socket_with_it(void **state)
{
    struct http_settings wrong = settings;
    struct stat found;

    (void)state;
    wrong.address = "nowhere";

    assert_int_equal(http_start(&wrong, &server, NULL), STATUS_CONFIGURATION);

    assert_int_not_equal(stat(path, &found), 0);
}

/* What a process of `user` and `group` is answered; only root can become another. */
static int status_for(uid_t user, gid_t group)
{
    pid_t child = fork();
    int result = 0;

    if (child == 0) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        const struct timeval limit = {.tv_sec = WIRE_SECONDS};
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        char start[12] = "";

        memcpy(address.sun_path, path, strlen(path));
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        if (setgroups(0, NULL) || setgid(group) || setuid(user) ||
            connect(fd, (const struct sockaddr *)&address, sizeof(address)) ||
            send(fd, REQUEST, strlen(REQUEST), 0) < 0 || recv(fd, start, sizeof(start), 0) < 12)
            _exit(0);
        _exit(start[9] - '0'); /* the first digit of the status */
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

static void strangers_are_refused_whatever_the_file_says(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    given_a_server();
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(path, 0666), 0);

    assert_int_equal(status_for(NOBODY, NOBODY), 4);
}

static void members_of_the_group_are_let_in(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    settings.control_group = NOBODY;
    given_a_server();
    assert_int_equal(chmod(folder, 0755), 0);

    assert_int_equal(status_for(NOBODY, NOBODY), 2);
    assert_int_equal(status_for(NOBODY - 1, NOBODY), 2); /* whom no file of users knows */
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(peers_are_known_by_their_user),
        IN_FOLDER(addresses_in_answers_are_those_of_the_network),
        IN_FOLDER(the_network_is_another_door),
        IN_FOLDER(the_socket_is_for_owner_and_group_and_goes_with_the_server),
        IN_FOLDER(a_dead_socket_is_replaced),
        IN_FOLDER(a_live_socket_is_left_alone),
        IN_FOLDER(a_file_that_is_no_socket_is_left_alone),
        IN_FOLDER(a_path_that_cannot_be_says_why),
        IN_FOLDER(a_network_address_that_fails_takes_the_socket_with_it),
        IN_FOLDER(strangers_are_refused_whatever_the_file_says),
        IN_FOLDER(members_of_the_group_are_let_in),
    };

    log_set_level(LOG_ERROR);
    if (!crypt_init())
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
