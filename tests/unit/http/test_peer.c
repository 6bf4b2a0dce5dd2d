#include "unit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

enum { MANY = 8 };

/* Peers that were admitted one after the other; `other` is their side of the socket. */
static struct peers peers;
static struct {
    struct peer peer;
    int other;
} crowd[MANY];
static size_t crowd_count;

static struct in6_addr address(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return origin_of((const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return origin_of((const struct sockaddr *)&v6);
}

static void given_room_for(size_t total, size_t per_origin)
{
    const struct peers_limits limits = {total, per_origin};

    peers = (struct peers){0};
    peers_init(&peers, &limits);
    crowd_count = 0;
}

static int clear(void **state)
{
    (void)state;
    for (size_t i = 0; i < crowd_count; i++) {
        if (crowd[i].other < 0)
            continue;
        peers_remove(&crowd[i].peer);
        close(crowd[i].peer.fd);
        close(crowd[i].other);
    }
    assert_int_equal(peers.count, 0);
    assert_int_equal(peers.shut_count, 0);
    peers_clear(&peers);
    return 0;
}

/* The next one comes; its number, or -1 when it is not let in. */
static int comes(const char *from)
{
    struct in6_addr origin = address(from);
    struct peer *peer = &crowd[crowd_count].peer;
    int pair[2];

    if (!peers_admit(&peers, &origin))
        return -1;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    *peer = (struct peer){.fd = pair[0], .origin = origin};
    crowd[crowd_count].other = pair[1];
    peers_add(&peers, peer);
    return (int)crowd_count++;
}

static void goes(int number)
{
    peers_remove(&crowd[number].peer);
    close(crowd[number].peer.fd);
    close(crowd[number].other);
    crowd[number].other = -1;
}

static bool is_shut(int number)
{
    struct pollfd other = {.fd = crowd[number].other, .events = POLLIN};
    char byte;

    return poll(&other, 1, 0) == 1 && read(other.fd, &byte, 1) == 0;
}

/* ----------------------------------------------------------------------- deadlines */

static void whoever_is_late_is_shut_and_nobody_else(void **state)
{
    (void)state;
    given_room_for(MANY, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(comes("192.0.2.1"), i);
    peer_serve(&crowd[1].peer);
    atomic_store(&crowd[0].peer.deadline_ms, 1000);
    atomic_store(&crowd[1].peer.deadline_ms, 1000);
    atomic_store(&crowd[2].peer.deadline_ms, 1001);
    atomic_store(&crowd[3].peer.deadline_ms, 0); /* never */

    peers_shut_late(&peers, 999);
    assert_false(is_shut(0));

    peers_shut_late(&peers, 1000);
    assert_true(is_shut(0));
    assert_true(is_shut(1));
    assert_false(is_shut(2));
    assert_false(is_shut(3));
}

static void a_deadline_is_from_now_on(void **state)
{
    struct peer peer = {0};

    (void)state;
    given_room_for(1, 0);
    peer_expire_in(&peer, 60000);
    assert_true(atomic_load(&peer.deadline_ms) >= 60000);
    peer_expire_in(&peer, 0);
    assert_int_equal(atomic_load(&peer.deadline_ms), 0);
}

/* --------------------------------------------------------------------------- room */

static void when_it_is_full_the_one_waited_for_longest_goes(void **state)
{
    (void)state;
    given_room_for(3, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(comes("192.0.2.1"), i);
    peer_serve(&crowd[0].peer);
    peer_serve(&crowd[1].peer);
    peer_await(&crowd[1].peer); /* has asked meanwhile, so it comes behind 2 */

    assert_int_equal(comes("192.0.2.1"), 3);
    assert_false(is_shut(0));
    assert_false(is_shut(1));
    assert_true(is_shut(2));

    assert_int_equal(comes("192.0.2.1"), 4);
    assert_false(is_shut(0));
    assert_true(is_shut(1));
    assert_false(is_shut(3));
}

static void nobody_who_is_served_goes_for_another(void **state)
{
    (void)state;
    given_room_for(2, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(comes("192.0.2.1"), i);
        peer_serve(&crowd[i].peer);
    }

    assert_int_equal(comes("192.0.2.1"), -1);
    assert_false(peers_shut_longest_waited_for(&peers));
    assert_false(is_shut(0));
    assert_false(is_shut(1));

    goes(0);
    assert_int_equal(comes("192.0.2.1"), 2);
}

static void whoever_was_shut_stays_shut(void **state)
{
    (void)state;
    given_room_for(MANY, 0);
    assert_int_equal(comes("192.0.2.1"), 0);

    assert_true(peers_shut_longest_waited_for(&peers));
    peer_serve(&crowd[0].peer); /* its request was on the way */
    peer_await(&crowd[0].peer);

    assert_true(is_shut(0));
    assert_false(peers_shut_longest_waited_for(&peers));
}

/* However slowly they are closed: a descriptor is held by each. */
static void those_on_their_way_out_have_a_limit_too(void **state)
{
    struct in6_addr origin = address("192.0.2.1");
    static struct peer leaving[PEERS_LEAVING_MAX + 1];

    (void)state;
    given_room_for(1, 0);
    for (size_t i = 0; i < PEERS_LEAVING_MAX + 1; i++) {
        leaving[i] = (struct peer){.fd = -1, .origin = origin};
        assert_true(peers_admit(&peers, &origin));
        peers_add(&peers, &leaving[i]);
    }

    assert_false(peers_admit(&peers, &origin));

    for (size_t i = 0; i < PEERS_LEAVING_MAX + 1; i++)
        peers_remove(&leaving[i]);
}

/* ------------------------------------------------------------------------ addresses */

static void an_address_has_a_limit_of_its_own(void **state)
{
    (void)state;
    given_room_for(MANY, 2);
    assert_int_equal(comes("192.0.2.1"), 0);
    assert_int_equal(comes("192.0.2.1"), 1);

    assert_int_equal(comes("192.0.2.1"), -1);
    assert_int_equal(comes("192.0.2.2"), 2);
    assert_false(is_shut(0));

    goes(0);
    assert_int_equal(comes("192.0.2.1"), 3);
    assert_int_equal(comes("192.0.2.1"), -1);
}

static void who_was_admitted_in_vain_is_not_counted(void **state)
{
    struct in6_addr origin = address("192.0.2.1");

    (void)state;
    given_room_for(1, 1);
    assert_true(peers_admit(&peers, &origin));
    assert_false(peers_admit(&peers, &origin));

    peers_dismiss(&peers, &origin);

    assert_true(peers_admit(&peers, &origin));
    peers_dismiss(&peers, &origin);
}

static void a_refused_one_does_not_count_for_its_address(void **state)
{
    (void)state;
    given_room_for(1, 1);
    assert_int_equal(comes("192.0.2.1"), 0);
    peer_serve(&crowd[0].peer);
    assert_int_equal(comes("192.0.2.2"), -1);
    goes(0);

    assert_int_equal(comes("192.0.2.2"), 1);
}

static const struct {
    const char *one;
    const char *other;
    bool are_one;
} pairs[] = {
    {"192.0.2.1", "192.0.2.1", true},
    {"192.0.2.1", "192.0.2.2", false},
    {"192.0.2.1", "::ffff:192.0.2.1", true},
    {"192.0.2.1", "::192.0.2.1", false},
    {"2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true},
    {"2001:db8:0:1::1", "2001:db8:0:2::1", false},
};

static void a_network_of_ipv6_counts_as_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        struct in6_addr one = address(pairs[i].one), other = address(pairs[i].other);
        struct origins origins = {0};

        assert_true(origins_add(&origins, &one, 1));
        if (origins_add(&origins, &other, 1) == pairs[i].are_one)
            fail_msg("%s and %s", pairs[i].one, pairs[i].other);
        origins_clear(&origins);
    }
    given_room_for(1, 0);
}

#define CLEARED(test) cmocka_unit_test_teardown(test, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLEARED(whoever_is_late_is_shut_and_nobody_else),
        CLEARED(a_deadline_is_from_now_on),
        CLEARED(when_it_is_full_the_one_waited_for_longest_goes),
        CLEARED(nobody_who_is_served_goes_for_another),
        CLEARED(whoever_was_shut_stays_shut),
        CLEARED(those_on_their_way_out_have_a_limit_too),
        CLEARED(an_address_has_a_limit_of_its_own),
        CLEARED(who_was_admitted_in_vain_is_not_counted),
        CLEARED(a_refused_one_does_not_count_for_its_address),
        CLEARED(a_network_of_ipv6_counts_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
