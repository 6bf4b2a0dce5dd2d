#include "unit.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

enum { WAIT_MS = 10000 };

static bool is_shut_within(int fd, int ms)
{
    struct pollfd other = {.fd = fd, .events = POLLIN};
    char byte;

    return poll(&other, 1, ms) == 1 && read(fd, &byte, 1) == 0;
}

static void whoever_is_late_is_shut_and_nobody_else(void **state)
{
    struct peers peers = {0};
    struct peer late = {0}, patient = {0}, early = {0};
    int pairs[3][2];

    (void)state;
    assert_true(peers_init(&peers));
    for (int i = 0; i < 3; i++)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]), 0);
    late.fd = pairs[0][0];
    patient.fd = pairs[1][0];
    early.fd = pairs[2][0];
    peer_expire_in(&late, 1);
    peer_expire_in(&early, 60000);

    peers_add(&peers, &patient);
    peers_add(&peers, &late);
    peers_add(&peers, &early);

    assert_true(is_shut_within(pairs[0][1], WAIT_MS));
    assert_false(is_shut_within(pairs[1][1], 0));
    assert_false(is_shut_within(pairs[2][1], 0));

    peers_remove(&peers, &late); /* from the middle, then the ends */
    peers_remove(&peers, &early);
    peers_remove(&peers, &patient);
    peers_clear(&peers);
    for (int i = 0; i < 3; i++) {
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
}

static void a_deadline_can_be_set_while_waiting(void **state)
{
    struct peers peers = {0};
    struct peer peer = {0};
    int pair[2];

    (void)state;
    assert_true(peers_init(&peers));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    peer.fd = pair[0];
    peers_add(&peers, &peer);

    peer_expire_in(&peer, 1);

    assert_true(is_shut_within(pair[1], WAIT_MS));
    peers_remove(&peers, &peer);
    peers_clear(&peers);
    close(pair[0]);
    close(pair[1]);
}

static void the_table_is_cleared_without_having_begun(void **state)
{
    struct peers peers = {0};

    (void)state;
    peers_clear(&peers);
    assert_true(peers_init(&peers));
    peers_clear(&peers);
    peers_clear(&peers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_late_is_shut_and_nobody_else),
        cmocka_unit_test(a_deadline_can_be_set_while_waiting),
        cmocka_unit_test(the_table_is_cleared_without_having_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
