/*
 * The yardstick of what lands in the directory: the same number of modifies of
 * one attribute, by libldap alone. The people are those of load.c; every modify
 * changes something, since slapd answers sooner when nothing does.
 */
#include <ldap.h>
#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { OUTSTANDING_MAX = 64, DN_SIZE = 512, ANSWER_SECONDS = 10, DEADLINE_SECONDS = 240 };

/* A modify that was sent and is not answered. */
struct sent {
    int message;
    int64_t at_ns;
};

struct raw {
    char *uri;
    char *bind_dn;
    char *password_file;
    char *people_base;
    int count;
    int outstanding;
    LDAP *ldap;
    struct sent sent[OUTSTANDING_MAX];
    char title[64];
};

static void must(int code, const char *doing)
{
    if (code)
        give_up("%s: %s", doing, ldap_err2string(code));
}

static void connect_and_bind(struct raw *raw)
{
    struct timeval limit = {ANSWER_SECONDS, 0};
    int version = LDAP_VERSION3;
    char *password = first_line_of(raw->password_file);
    struct berval secret = {strlen(password), password};

    must(ldap_initialize(&raw->ldap, raw->uri), raw->uri);
    must(ldap_set_option(raw->ldap, LDAP_OPT_PROTOCOL_VERSION, &version), "set the version");
    must(ldap_set_option(raw->ldap, LDAP_OPT_NETWORK_TIMEOUT, &limit), "set a limit");
    must(ldap_set_option(raw->ldap, LDAP_OPT_TIMEOUT, &limit), "set a limit");
    must(ldap_sasl_bind_s(raw->ldap, raw->bind_dn, LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL),
         raw->bind_dn);
    free(password);
}

static void make_dn(const struct raw *raw, int number, char dn[DN_SIZE])
{
    char name[USER_NAME_SIZE];

    user_name_of((unsigned)number, name);
    (void)snprintf(dn, DN_SIZE, "uid=%s,%s", name, raw->people_base);
}

static void send_modify(struct raw *raw, int number, struct sent *sent)
{
    static char type[] = "title";
    char *values[] = {raw->title, NULL};
    LDAPMod modification = {LDAP_MOD_REPLACE, type, {values}};
    LDAPMod *modifications[] = {&modification, NULL};
    char dn[DN_SIZE];

    make_dn(raw, number, dn);
    sent->at_ns = now_ns();
    must(ldap_modify_ext(raw->ldap, dn, modifications, NULL, NULL, &sent->message), dn);
}

static struct sent *sent_of(struct raw *raw, int message)
{
    for (int i = 0; i < raw->outstanding; i++)
        if (raw->sent[i].message == message)
            return &raw->sent[i];
    give_up("an answer to message %d, which was not sent", message);
}

/* The place of the one that was answered is free again. */
static struct sent *take_answer(struct raw *raw, struct timings *timings)
{
    struct timeval limit = {ANSWER_SECONDS, 0};
    LDAPMessage *answer = NULL;
    struct sent *sent;
    int code = LDAP_OTHER;

    if (ldap_result(raw->ldap, LDAP_RES_ANY, LDAP_MSG_ONE, &limit, &answer) <= 0)
        give_up("no answer to a modify in %d seconds", ANSWER_SECONDS);
    sent = sent_of(raw, ldap_msgid(answer));
    must(ldap_parse_result(raw->ldap, answer, &code, NULL, NULL, NULL, NULL, 1), "read the answer");
    must(code, "modify");
    timings_add(timings, sent->at_ns);
    return sent;
}

/* A benchmark that counts what did not happen looks fast. */
static void check_title(const struct raw *raw, int number)
{
    LDAPMessage *answer = NULL;
    struct timeval limit = {ANSWER_SECONDS, 0};
    struct berval **values;
    char dn[DN_SIZE];

    make_dn(raw, number, dn);
    must(ldap_search_ext_s(raw->ldap, dn, LDAP_SCOPE_BASE, NULL, NULL, 0, NULL, NULL, &limit, 1,
                           &answer),
         dn);
    values = ldap_get_values_len(raw->ldap, ldap_first_entry(raw->ldap, answer), "title");
    if (!values || strcmp(values[0]->bv_val, raw->title) != 0)
        give_up("%s: the title is not what was written", dn);
    ldap_value_free_len(values);
    ldap_msgfree(answer);
}

static void measure(struct raw *raw)
{
    struct timings timings = {0};
    int64_t began = now_ns();
    int sent = 0;

    for (; sent < raw->outstanding && sent < raw->count; sent++)
        send_modify(raw, sent + 1, &raw->sent[sent]);
    for (int answered = 0; answered < raw->count; answered++) {
        struct sent *place = take_answer(raw, &timings);

        if (sent < raw->count)
            send_modify(raw, ++sent, place);
    }
    timings_report(&timings, "raw-ldap", (uint64_t)raw->count, now_ns() - began);
}

static void parse_arguments(struct raw *raw, int argc, const char **argv)
{
    const struct poptOption options[] = {
        {"uri", 0, POPT_ARG_STRING, &raw->uri, 0, "of the directory", "URI"},
        {"bind-dn", 0, POPT_ARG_STRING, &raw->bind_dn, 0, "to sign in as", "DN"},
        {"password-file", 0, POPT_ARG_STRING, &raw->password_file, 0, "of it", "FILE"},
        {"people-base", 0, POPT_ARG_STRING, &raw->people_base, 0, "above the people", "DN"},
        {"count", 0, POPT_ARG_INT, &raw->count, 0, "how many people, from the first", "N"},
        {"outstanding", 0, POPT_ARG_INT, &raw->outstanding, 0, "unanswered at once", "N"},
        POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext("raw_ldap", argc, argv, options, 0);

    if (poptGetNextOpt(context) != -1 || !raw->uri || !raw->bind_dn || !raw->password_file ||
        !raw->people_base)
        give_up("raw_ldap needs --uri, --bind-dn, --password-file and --people-base");
    if (raw->count < 1 || raw->outstanding < 1 || raw->outstanding > OUTSTANDING_MAX)
        give_up("--count begins at 1, --outstanding ends at %d", OUTSTANDING_MAX);
    poptFreeContext(context);
}

int main(int argc, const char **argv)
{
    struct raw raw = {.count = 1, .outstanding = 1};

    parse_arguments(&raw, argc, argv);
    deadline_set(DEADLINE_SECONDS);
    (void)snprintf(raw.title, sizeof(raw.title), "Engineer %llx", (unsigned long long)now_ns());
    connect_and_bind(&raw);
    measure(&raw);
    check_title(&raw, raw.count);
    (void)ldap_unbind_ext_s(raw.ldap, NULL, NULL);
    free(raw.uri);
    free(raw.bind_dn);
    free(raw.password_file);
    free(raw.people_base);
    return EXIT_SUCCESS;
}
