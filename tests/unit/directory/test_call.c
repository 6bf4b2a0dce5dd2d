#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/clock.h"
#include "bridge/base/text.h"
#include "bridge/directory/plan.h"

/*
 * A server that says what a test wrote down: to each request the next answer of
 * its script, whatever was asked. After the last it closes, or says no more.
 */

enum { ANSWERS_MAX = 8, LIMIT_SECONDS = 1, LIMIT_MS = 1000, GRACE_MS = 900, GIVE_UP_SECONDS = 20 };

#define SERVICE "uid=svc,dc=example,dc=com"

static const char *const any_attribute[] = {"*", NULL};

static struct {
    struct arena *arena;
    char password_file[64];
    char uri[64];
    int listener;
    pthread_t thread;
    bool is_running;
    atomic_bool is_over;
    struct bytes answers[ANSWERS_MAX];
    size_t answer_count;
    bool closes;     /* after the last answer */
    int ms_per_byte; /* 0: at once */
    struct directory *directory;
} given;

/* ---------------------------------------------------------------------- BER */

/* Tag, length and content (X.690 section 8.1), in the short form. */
static struct bytes tlv(unsigned char tag, const struct bytes *parts, size_t count)
{
    struct text text = {.arena = given.arena};
    unsigned char head[2] = {tag, 0};

    for (size_t i = 0; i < count; i++)
        head[1] = (unsigned char)(head[1] + parts[i].size);
    assert_true(head[1] < 0x80);
    text_add_bytes(&text, bytes_of(head, 2));
    for (size_t i = 0; i < count; i++)
        text_add_bytes(&text, parts[i]);
    return bytes_of(text.data, text.size);
}

#define TLV(tag, ...)                             \
    tlv(tag, (const struct bytes[]){__VA_ARGS__}, \
        sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes))
#define OCTETS(text) TLV(0x04, bytes_of_text(text))

static struct bytes number(unsigned char tag, unsigned char value)
{
    return TLV(tag, arena_copy(given.arena, bytes_of(&value, 1)));
}

static struct bytes message(unsigned char id, struct bytes operation)
{
    return TLV(0x30, number(0x02, id), operation);
}

static struct bytes result(unsigned char id, unsigned char tag, unsigned char code)
{
    return message(id, TLV(tag, number(0x0A, code), OCTETS(""), OCTETS("because")));
}

static struct bytes bind_result(unsigned char code)
{
    return result(1, 0x61, code);
}

static struct bytes who_am_i(const char *identity)
{
    return message(
        2, TLV(0x78, number(0x0A, 0), OCTETS(""), OCTETS(""), TLV(0x8B, bytes_of_text(identity))));
}

static struct bytes entry_of(const char *attribute)
{
    return message(3, TLV(0x64, OCTETS("cn=ab"),
                          TLV(0x30, TLV(0x30, OCTETS(attribute), TLV(0x31, OCTETS("v"))))));
}

static struct bytes search_result(unsigned char code)
{
    return result(3, 0x65, code);
}

static struct bytes reference(void)
{
    return message(3, TLV(0x73, OCTETS("ldap://evil/")));
}

static struct bytes joined(struct bytes first, struct bytes second)
{
    struct text text = {.arena = given.arena};

    text_add_bytes(&text, first);
    text_add_bytes(&text, second);
    return bytes_of(text.data, text.size);
}

/* ------------------------------------------------------------------- server */

static void say(int peer, struct bytes answer)
{
    const char *bytes = answer.data;
    struct timespec pause = {.tv_nsec = given.ms_per_byte * 1000000L};

    if (!given.ms_per_byte) {
        (void)send(peer, bytes, answer.size, MSG_NOSIGNAL);
        return;
    }
    for (size_t i = 0; i < answer.size; i++) {
        (void)nanosleep(&pause, NULL);
        if (send(peer, bytes + i, 1, MSG_NOSIGNAL) != 1)
            return;
    }
}

static void *serve(void *nothing)
{
    const struct timeval limit = {.tv_sec = GIVE_UP_SECONDS};
    struct timespec pause = {.tv_nsec = 10000000L};
    char request[4096];
    int peer = accept(given.listener, NULL, NULL);

    (void)nothing;
    if (peer < 0)
        return NULL;
    (void)setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    for (size_t i = 0; i < given.answer_count; i++) {
        if (recv(peer, request, sizeof(request), 0) <= 0)
            break;
        say(peer, given.answers[i]);
    }
    /* Silence: do not even read, until the test is over. */
    for (int i = 0; !given.closes && !given.is_over && i < GIVE_UP_SECONDS * 100; i++)
        (void)nanosleep(&pause, NULL);
    (void)close(peer);
    return NULL;
}

static void given_a_listener(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    given.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(given.listener >= 0);
    assert_int_equal(bind(given.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(given.listener, 8), 0);
    assert_int_equal(getsockname(given.listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(given.uri, sizeof(given.uri), "ldap://127.0.0.1:%d", ntohs(address.sin_port));
}

static void given_a_server(const struct bytes *answers, size_t count)
{
    given_a_listener();
    given.is_over = false;
    memcpy(given.answers, answers, count * sizeof(*answers));
    given.answer_count = count;
    assert_int_equal(pthread_create(&given.thread, NULL, serve, NULL), 0);
    given.is_running = true;
}

#define GIVEN_A_SERVER(...)                             \
    given_a_server((const struct bytes[]){__VA_ARGS__}, \
                   sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes))

static void end_server(void)
{
    directory_release(&given.directory);
    given.is_over = true;
    if (given.listener >= 0)
        (void)shutdown(given.listener, SHUT_RDWR);
    if (given.is_running)
        (void)pthread_join(given.thread, NULL);
    if (given.listener >= 0)
        (void)close(given.listener);
    given.is_running = false;
    given.listener = -1;
}

static int begin(void **state)
{
    (void)state;
    given.arena = arena_new();
    given.listener = -1;
    given.closes = false;
    given.ms_per_byte = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    end_server();
    arena_release(&given.arena);
    return 0;
}

static int write_password(void **state)
{
    int descriptor;

    (void)state;
    (void)snprintf(given.password_file, sizeof(given.password_file), "/tmp/bridge-call-XXXXXX");
    descriptor = mkstemp(given.password_file);
    return descriptor < 0 || write(descriptor, "secret", 6) != 6 || close(descriptor);
}

static int remove_password(void **state)
{
    (void)state;
    return unlink(given.password_file);
}

/* ------------------------------------------------------------------- checks */

static struct directory_settings settings(void)
{
    return (struct directory_settings){.uri = given.uri,
                                       .bind_dn = SERVICE,
                                       .password_file = given.password_file,
                                       .connect_seconds = LIMIT_SECONDS,
                                       .operation_seconds = LIMIT_SECONDS};
}

static enum status open_directory(struct problem *problem)
{
    struct directory_settings at = settings();

    return directory_open(&at, &given.directory, problem);
}

static void given_a_connection(const struct bytes *answers, size_t count)
{
    struct bytes script[ANSWERS_MAX] = {bind_result(0), who_am_i("dn:" SERVICE)};

    if (count)
        memcpy(&script[2], answers, count * sizeof(*answers));
    given_a_server(script, count + 2);
    assert_int_equal(open_directory(NULL), STATUS_OK);
}

#define GIVEN_A_CONNECTION(...)                             \
    given_a_connection((const struct bytes[]){__VA_ARGS__}, \
                       sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes))

static enum status search(struct entry_list *found, struct problem *problem)
{
    return directory_search(given.directory, "dc=example,dc=com", "(objectClass=*)", any_attribute,
                            given.arena, found, problem);
}

static void assert_within(int64_t begun_at, int limits)
{
    assert_true(clock_boot_ms() - begun_at < (int64_t)limits * LIMIT_MS + GRACE_MS);
}

static void assert_words(const struct problem *problem, const char *word)
{
    if (!strstr(problem->detail, word))
        fail_msg("\"%s\" does not say %s", problem->detail, word);
}

/* ------------------------------------------------------------------ silence */

static void a_server_that_never_answers_holds_nobody_longer_than_the_limit(void **state)
{
    struct problem problem = {0};
    int64_t begun_at = clock_boot_ms();

    (void)state;
    given_a_listener(); /* the kernel accepts, and nobody reads */

    assert_int_equal(open_directory(&problem), STATUS_DIRECTORY_UNAVAILABLE);

    assert_within(begun_at, 1);
    assert_null(given.directory);
    assert_words(&problem, "no answer in time");
    assert_words(&problem, given.uri);
}

static void trying_a_bind_has_the_same_limit(void **state)
{
    struct directory_settings at;
    int64_t begun_at = clock_boot_ms();

    (void)state;
    given_a_listener();
    at = settings();

    assert_int_equal(directory_try_bind(&at, SERVICE, "secret", NULL),
                     STATUS_DIRECTORY_UNAVAILABLE);

    assert_within(begun_at, 1);
}

static void nobody_there_is_known_at_once(void **state)
{
    struct problem problem = {0};
    int64_t begun_at = clock_boot_ms();

    (void)state;
    given_a_listener();
    (void)close(given.listener);
    given.listener = -1;

    assert_int_equal(open_directory(&problem), STATUS_DIRECTORY_UNAVAILABLE);

    assert_within(begun_at, 0);
    assert_words(&problem, given.uri);
}

static void a_server_that_hangs_up_is_unavailable_at_once(void **state)
{
    int64_t begun_at = clock_boot_ms();

    (void)state;
    given.closes = true;
    GIVEN_A_SERVER(bytes_of("", 0));

    assert_int_equal(open_directory(NULL), STATUS_DIRECTORY_UNAVAILABLE);

    assert_within(begun_at, 0);
}

static void half_an_answer_is_awaited_no_longer_than_the_limit(void **state)
{
    struct bytes answer = bind_result(0);
    int64_t begun_at = clock_boot_ms();

    (void)state;
    GIVEN_A_SERVER(bytes_of(answer.data, answer.size / 2));

    assert_int_equal(open_directory(NULL), STATUS_DIRECTORY_UNAVAILABLE);

    assert_within(begun_at, 1);
}

static void a_server_that_dribbles_does_not_win_time(void **state)
{
    int64_t begun_at = clock_boot_ms();

    (void)state;
    given.ms_per_byte = 100; /* the answer has more than twenty bytes */
    GIVEN_A_SERVER(bind_result(0));

    assert_int_equal(open_directory(NULL), STATUS_DIRECTORY_UNAVAILABLE);

    assert_within(begun_at, 1);
}

static void every_operation_ends_in_time_on_a_silent_connection(void **state)
{
    struct entry_list found = {NULL, 0};
    struct entry *entry = NULL;
    struct modification nothing = {MODIFICATION_REPLACE, "title", NULL, 0};
    int64_t begun_at;

    (void)state;
    given_a_connection(NULL, 0);
    entry = entry_new(given.arena, "cn=a");
    entry_add(given.arena, entry, "cn", "a");
    begun_at = clock_boot_ms();

    assert_int_equal(search(&found, NULL), STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(directory_add(given.directory, entry, NULL), STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(directory_modify(given.directory, "cn=a", &nothing, 1, NULL),
                     STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(directory_rename(given.directory, "cn=a", "cn=b", NULL),
                     STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(directory_delete(given.directory, "cn=a", NULL), STATUS_DIRECTORY_UNAVAILABLE);
    assert_int_equal(
        directory_read(given.directory, "cn=a", any_attribute, given.arena, &entry, NULL),
        STATUS_DIRECTORY_UNAVAILABLE);

    assert_within(begun_at, 6);
}

/* Larger than any socket buffer: a blocking write would wait for a reader. */
static void a_request_that_nobody_reads_ends_in_time(void **state)
{
    enum { HUGE = 16 * 1024 * 1024 };
    struct entry *entry;
    char *value;
    int64_t begun_at;

    (void)state;
    given_a_connection(NULL, 0);
    value = arena_alloc(given.arena, HUGE + 1);
    memset(value, 'x', HUGE);
    entry = entry_new(given.arena, "cn=a");
    entry_add(given.arena, entry, "cn", value);
    begun_at = clock_boot_ms();

    assert_int_equal(directory_add(given.directory, entry, NULL), STATUS_DIRECTORY_UNAVAILABLE);
    directory_release(&given.directory);

    assert_within(begun_at, 1);
}

/* ----------------------------------------------------------------- identity */

static void a_bind_that_was_taken_for_an_anonymous_one_is_refused(void **state)
{
    static const char *const nobodies[] = {"", "dn:"};

    (void)state;
    for (size_t i = 0; i < sizeof(nobodies) / sizeof(nobodies[0]); i++) {
        struct problem problem = {0};

        GIVEN_A_SERVER(bind_result(0), who_am_i(nobodies[i]));

        assert_int_equal(open_directory(&problem), STATUS_UNAUTHORIZED);

        assert_null(given.directory);
        assert_words(&problem, "anonymous");
        end_server();
    }
}

static void trying_a_bind_does_not_take_anonymous_for_a_person(void **state)
{
    struct directory_settings at;

    (void)state;
    GIVEN_A_SERVER(bind_result(0), who_am_i(""));
    at = settings();

    assert_int_equal(directory_try_bind(&at, "uid=ada,dc=x", "guess", NULL), STATUS_UNAUTHORIZED);
}

static void an_empty_password_is_never_sent(void **state)
{
    struct directory_settings at;

    (void)state;
    given_a_listener();
    (void)fcntl(given.listener, F_SETFL, O_NONBLOCK);
    at = settings();

    assert_int_equal(directory_try_bind(&at, SERVICE, "", NULL), STATUS_UNAUTHORIZED);
    assert_int_equal(directory_try_bind(&at, "", "secret", NULL), STATUS_UNAUTHORIZED);
    assert_int_equal(directory_try_bind(&at, "no dn", "secret", NULL), STATUS_UNAUTHORIZED);

    assert_int_equal(accept(given.listener, NULL, NULL), -1); /* nobody called */
}

static void credentials_that_are_refused_are_a_setting_to_correct(void **state)
{
    struct problem problem = {0};

    (void)state;
    GIVEN_A_SERVER(bind_result(49));

    assert_int_equal(open_directory(&problem), STATUS_UNAUTHORIZED);

    assert_words(&problem, "password file");
    assert_words(&problem, SERVICE);
    assert_words(&problem, "because"); /* the server's own words */
    assert_null(strstr(problem.detail, "secret"));
}

/* ------------------------------------------------------------------ answers */

static void a_whole_answer_is_handed_out(void **state)
{
    struct entry_list found = {NULL, 0};

    (void)state;
    GIVEN_A_CONNECTION(joined(joined(entry_of("cn"), entry_of("mail")), search_result(0)));

    assert_int_equal(search(&found, NULL), STATUS_OK);

    assert_int_equal(found.count, 2);
    assert_string_equal(found.entries[0]->dn, "cn=ab");
    assert_string_equal(entry_text(found.entries[1], "mail"), "v");
}

static void an_answer_that_is_cut_anywhere_is_no_list(void **state)
{
    size_t whole = joined(entry_of("cn"), search_result(0)).size;

    (void)state;
    for (size_t size = 1; size < whole; size++) {
        struct entry_list found = {NULL, 1};

        given.closes = true;
        GIVEN_A_CONNECTION(bytes_of(joined(entry_of("cn"), search_result(0)).data, size));

        assert_int_equal(search(&found, NULL), STATUS_DIRECTORY_UNAVAILABLE);

        assert_int_equal(found.count, 0);
        end_server();
    }
}

static void a_failure_after_some_entries_is_no_list(void **state)
{
    static const struct {
        unsigned char code;
        enum status status;
    } rows[] = {
        {4, STATUS_DIRECTORY_REFUSED},      {11, STATUS_DIRECTORY_REFUSED},
        {3, STATUS_DIRECTORY_UNAVAILABLE},  {51, STATUS_DIRECTORY_UNAVAILABLE},
        {52, STATUS_DIRECTORY_UNAVAILABLE}, {32, STATUS_DIRECTORY_REFUSED},
        {10, STATUS_CONFIGURATION},         {1, STATUS_DIRECTORY_REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct entry_list found = {NULL, 1};

        GIVEN_A_CONNECTION(joined(entry_of("cn"), search_result(rows[i].code)));

        assert_int_equal(search(&found, NULL), rows[i].status);

        assert_int_equal(found.count, 0);
        end_server();
    }
}

static void a_part_that_is_on_another_server_is_neither_sought_nor_left_out(void **state)
{
    struct entry_list found = {NULL, 1};
    struct problem problem = {0};

    (void)state;
    GIVEN_A_CONNECTION(joined(joined(entry_of("cn"), reference()), search_result(0)));

    assert_int_equal(search(&found, &problem), STATUS_DIRECTORY_REFUSED);

    assert_int_equal(found.count, 0);
    assert_words(&problem, "another server");
}

static void values_that_came_in_a_range_are_not_taken_for_all(void **state)
{
    struct entry_list found = {NULL, 1};
    struct problem problem = {0};

    (void)state;
    GIVEN_A_CONNECTION(joined(entry_of("member;range=0-1"), search_result(0)));

    assert_int_equal(search(&found, &problem), STATUS_DIRECTORY_REFUSED);

    assert_int_equal(found.count, 0);
}

static void values_with_options_belong_to_another_attribute(void **state)
{
    struct entry_list found = {NULL, 0};

    (void)state;
    GIVEN_A_CONNECTION(
        joined(joined(entry_of("cn;lang-de"), entry_of("photo;binary")), search_result(0)));

    assert_int_equal(search(&found, NULL), STATUS_OK);

    assert_int_equal(found.entries[0]->count, 0);
    assert_string_equal(entry_text(found.entries[1], "photo"), "v");
}

static void success_without_the_entry_is_not_absence(void **state)
{
    struct entry *entry = NULL;
    struct problem problem = {0};

    (void)state;
    GIVEN_A_CONNECTION(search_result(0));

    assert_int_equal(
        directory_read(given.directory, "cn=ab", any_attribute, given.arena, &entry, &problem),
        STATUS_DIRECTORY_REFUSED);

    assert_words(&problem, "right to read");
}

static void an_answer_beyond_32_mebibytes_is_not_read(void **state)
{
    static const char head[] = "\x30\x84\x02\x10\x00\x00\x02\x01\x03\x64";
    struct entry_list found = {NULL, 1};
    int64_t begun_at = clock_boot_ms();

    (void)state;
    GIVEN_A_CONNECTION(bytes_of(head, sizeof(head) - 1));

    assert_int_equal(search(&found, NULL), STATUS_DIRECTORY_UNAVAILABLE);

    assert_within(begun_at, 0);
    assert_int_equal(found.count, 0);
}

/* Tags, lengths and numbers in an answer are the server's to choose. */
static void an_answer_with_any_one_byte_changed_does_no_harm(void **state)
{
    struct bytes whole = joined(entry_of("cn"), search_result(0));
    size_t length_of_result = entry_of("cn").size + 6;

    (void)state;
    for (size_t i = 0; i < whole.size; i++) {
        struct entry_list found = {NULL, 1};
        char *changed = arena_text(given.arena, whole);

        if (i == length_of_result)
            continue; /* libldap 2.5 never frees its request then: not ours to report */

        changed[i] = (char)(changed[i] ^ 0x95);
        given.closes = true;
        GIVEN_A_CONNECTION(bytes_of(changed, whole.size));

        if (search(&found, NULL))
            assert_int_equal(found.count, 0);

        end_server();
    }
}

/* ------------------------------------------------------------------- groups */

enum { ADMIN_LIMIT = 11, CLASS_VIOLATION = 65, MODIFIED = 0x67, ADDED = 0x69 };

static struct projection_settings projection(void)
{
    return (struct projection_settings){.people_base = "ou=people",
                                        .roles_base = "ou=roles",
                                        .groups_base = "ou=groups",
                                        .profile = account_profile("openldap")};
}

/* To a group with the placeholder alone, or to one that is to be made. */
static enum status apply_members(size_t count, bool is_new)
{
    static const char *const members[] = {"uid=a", "uid=b", "uid=c", "uid=d"};
    struct projection_settings at = projection();
    json_auto_t *group = json_pack("{s:s}", "displayName", "wiki");
    struct entry *entry = NULL;
    struct group_desired desired = {NULL, members, count};
    struct group_actual actual = {NULL};

    assert_int_equal(projection_group(&at, group, given.arena, &entry, NULL), STATUS_OK);
    desired.entry = entry;
    actual.entry = is_new ? NULL : entry;
    return plan_apply(given.directory, &at, plan_group(&at, &desired, &actual, given.arena), NULL);
}

static void a_change_of_members_that_is_too_large_goes_in_halves(void **state)
{
    (void)state;
    GIVEN_A_CONNECTION(result(3, MODIFIED, ADMIN_LIMIT), result(4, MODIFIED, 0),
                       result(5, MODIFIED, ADMIN_LIMIT), result(6, MODIFIED, 0),
                       result(7, MODIFIED, 0));
    assert_int_equal(apply_members(4, false), STATUS_OK);
}

static void one_member_that_is_too_large_is_refused(void **state)
{
    (void)state;
    GIVEN_A_CONNECTION(result(3, MODIFIED, ADMIN_LIMIT), result(4, MODIFIED, ADMIN_LIMIT));
    assert_int_equal(apply_members(2, false), STATUS_DIRECTORY_REFUSED);
}

static void a_new_group_that_is_too_large_begins_small(void **state)
{
    (void)state;
    GIVEN_A_CONNECTION(result(3, ADDED, ADMIN_LIMIT), result(4, ADDED, 0),
                       result(5, MODIFIED, ADMIN_LIMIT), result(6, MODIFIED, 0),
                       result(7, MODIFIED, 0));
    assert_int_equal(apply_members(4, true), STATUS_OK);
}

static void a_group_that_lost_its_placeholder_in_between_gets_it_back(void **state)
{
    (void)state;
    GIVEN_A_CONNECTION(result(3, MODIFIED, CLASS_VIOLATION), result(4, MODIFIED, 0));
    assert_int_equal(apply_members(1, false), STATUS_OK);
}

static struct bytes group_without_members(void)
{
    return message(
        3, TLV(0x64, OCTETS("cn=ab,ou=groups"),
               TLV(0x30, TLV(0x30, OCTETS("objectClass"), TLV(0x31, OCTETS("groupOfNames"))))));
}

static void assert_group_is_not_read(struct bytes entry, const char *word)
{
    struct projection_settings at = projection();
    struct group_actual actual = {NULL};
    struct problem problem = {0};

    GIVEN_A_CONNECTION(joined(entry, search_result(0)));
    assert_int_equal(
        group_read(given.directory, &at, NULL, "cn=ab,ou=groups", given.arena, &actual, &problem),
        STATUS_DIRECTORY_REFUSED);
    assert_null(actual.entry);
    assert_words(&problem, word);
    end_server();
}

static void a_group_that_is_not_shown_whole_is_not_read(void **state)
{
    (void)state;
    assert_group_is_not_read(group_without_members(), "right to read them");
    assert_group_is_not_read(entry_of("member;range=0-1"), "cut the values");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_server_that_never_answers_holds_nobody_longer_than_the_limit),
        TEST(trying_a_bind_has_the_same_limit),
        TEST(nobody_there_is_known_at_once),
        TEST(a_server_that_hangs_up_is_unavailable_at_once),
        TEST(half_an_answer_is_awaited_no_longer_than_the_limit),
        TEST(a_server_that_dribbles_does_not_win_time),
        TEST(every_operation_ends_in_time_on_a_silent_connection),
        TEST(a_request_that_nobody_reads_ends_in_time),
        TEST(a_bind_that_was_taken_for_an_anonymous_one_is_refused),
        TEST(trying_a_bind_does_not_take_anonymous_for_a_person),
        TEST(an_empty_password_is_never_sent),
        TEST(credentials_that_are_refused_are_a_setting_to_correct),
        TEST(a_whole_answer_is_handed_out),
        TEST(an_answer_that_is_cut_anywhere_is_no_list),
        TEST(a_failure_after_some_entries_is_no_list),
        TEST(a_part_that_is_on_another_server_is_neither_sought_nor_left_out),
        TEST(values_that_came_in_a_range_are_not_taken_for_all),
        TEST(values_with_options_belong_to_another_attribute),
        TEST(success_without_the_entry_is_not_absence),
        TEST(an_answer_beyond_32_mebibytes_is_not_read),
        TEST(an_answer_with_any_one_byte_changed_does_no_harm),
        TEST(a_change_of_members_that_is_too_large_goes_in_halves),
        TEST(one_member_that_is_too_large_is_refused),
        TEST(a_new_group_that_is_too_large_begins_small),
        TEST(a_group_that_lost_its_placeholder_in_between_gets_it_back),
        TEST(a_group_that_is_not_shown_whole_is_not_read),
    };

    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    return cmocka_run_group_tests(tests, write_password, remove_password);
}
