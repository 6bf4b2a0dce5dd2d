#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/arena.h"
#include "bridge/base/text.h"
#include "bridge/config/config.h"
#include "setting.h"

#define CASES CASES_DIR "/config"

enum { LINE_SIZE = 2048 };

static char folder[] = "/tmp/config-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static char *given_a_file(struct arena *arena, const char *content)
{
    char *path = arena_printf(arena, "%s/bridge.yaml", folder);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* The first line of a case: "# ok" or "# expect: " and the problem without the file's name. */
static void read_expectation(const char *path, char line[LINE_SIZE])
{
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_non_null(fgets(line, LINE_SIZE, file));
    assert_int_equal(fclose(file), 0);
    line[strcspn(line, "\n")] = '\0';
}

static void check_case(const char *path)
{
    SCOPED(config_clear) struct config config;
    struct problem problem = {0};
    char line[LINE_SIZE], got[LINE_SIZE];
    enum status status = config_load(path, &config, &problem);

    read_expectation(path, line);
    if (status)
        (void)snprintf(got, sizeof(got), "# expect: %s", problem.detail + strlen(path) + 1);
    else
        (void)snprintf(got, sizeof(got), "# ok");
    if (strcmp(got, line) != 0)
        print_error("%s\n", path);
    assert_string_equal(got, line);
    assert_int_equal(status, status ? STATUS_CONFIGURATION : STATUS_OK);
}

static void every_case_ends_as_its_first_line_says(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    DIR *cases = opendir(CASES);
    int count = 0;

    (void)state;
    assert_non_null(cases);
    for (struct dirent *entry; (entry = readdir(cases));) {
        if (!strstr(entry->d_name, ".yaml"))
            continue;
        check_case(arena_printf(arena, "%s/%s", CASES, entry->d_name));
        count++;
    }
    (void)closedir(cases);

    assert_true(count >= 30);
}

static void what_is_not_given_has_its_default(void **state)
{
    SCOPED(config_clear) struct config config;

    (void)state;
    assert_int_equal(config_load(CASES "/nothing-but-comments.yaml", &config, NULL), STATUS_OK);

    assert_string_equal(config.store_path, "/var/lib/rolebridge/store");
    assert_string_equal(config.keys_path, "/var/lib/rolebridge/keys");
    assert_int_equal(config.store_size, UINT64_C(64) << 30);
    assert_string_equal(config.http_address, "127.0.0.1");
    assert_int_equal(config.http_port, 8080);
    assert_null(config.http_certificate);
    assert_null(config.http_key);
    assert_null(config.http_public_url);
    assert_int_equal(config.http_body_size, 1 << 20);
    assert_int_equal(config.http_connections, 4096);
    assert_int_equal(config.http_connections_per_address, 1024);
    assert_int_equal(config.http_header_seconds, 15);
    assert_int_equal(config.http_body_seconds, 30);
    assert_int_equal(config.http_answer_seconds, 30);
    assert_int_equal(config.http_idle_seconds, 30);
    assert_int_equal(config.scim_requests_per_second, 1000);
    assert_int_equal(config.scim_burst, 2000);
    assert_int_equal(config.scim_group_members, 200000);
    assert_string_equal(config.control_socket, "/run/rolebridge/control.sock");
    assert_null(config.control_group);
    assert_null(config.organizations[0].directory.uri);
    assert_null(config.organizations[0].directory.groups_base);
    assert_string_equal(config.organizations[0].directory.profile, "openldap");
    assert_false(config.organizations[0].directory.start_tls);
    assert_false(config.organizations[0].directory.transactions);
    assert_string_equal(config.organizations[0].directory.ca_file,
                        "/etc/ssl/certs/ca-certificates.crt");
    assert_string_equal(config.organizations[0].directory.bind, "password");
    assert_int_equal(config.organizations[0].directory.connect_seconds, 5);
    assert_int_equal(config.organizations[0].directory.operation_seconds, 10);
    assert_string_equal(config.log_level, "info");
}

static void what_is_given_is_read_with_its_unit(void **state)
{
    SCOPED(config_clear) struct config config;

    (void)state;
    assert_int_equal(config_load(CASES "/all-settings.yaml", &config, NULL), STATUS_OK);

    assert_string_equal(config.store_path, "/srv/store");
    assert_string_equal(config.keys_path, "/srv/keys");
    assert_int_equal(config.store_size, 512 << 20);
    assert_string_equal(config.http_address, "::1");
    assert_int_equal(config.http_port, 0);
    assert_int_equal(config.http_body_size, 8 << 20);
    assert_int_equal(config.http_connections, 16384);
    assert_int_equal(config.http_connections_per_address, 0);
    assert_int_equal(config.http_header_seconds, 60);
    assert_int_equal(config.http_body_seconds, 120);
    assert_int_equal(config.http_answer_seconds, 1);
    assert_int_equal(config.http_idle_seconds, 5);
    assert_int_equal(config.scim_requests_per_second, 0);
    assert_int_equal(config.scim_burst, 1000000);
    assert_int_equal(config.scim_group_members, 1000000);
    assert_string_equal(config.control_group, "bridge");
    assert_string_equal(config.organizations[0].directory.uri, "ldapi://%2Frun%2Fldapi");
    assert_string_equal(config.organizations[0].directory.groups_base,
                        "ou=groups,dc=example,dc=org");
    assert_int_equal(config.organizations[0].directory.connect_seconds, 60);
    assert_string_equal(config.log_level, "debug");
}

static void the_way_to_the_directory_is_read(void **state)
{
    SCOPED(config_clear) struct config tls;
    SCOPED(config_clear) struct config external;

    (void)state;
    assert_int_equal(config_load(CASES "/directory-tls.yaml", &tls, NULL), STATUS_OK);
    assert_int_equal(config_load(CASES "/directory-external.yaml", &external, NULL), STATUS_OK);

    assert_true(tls.organizations[0].directory.start_tls);
    assert_non_null(strstr(tls.organizations[0].directory.ca_file, "/config/ca.pem"));
    assert_string_equal(external.organizations[0].directory.bind, "external");
    assert_null(external.organizations[0].directory.bind_dn);
    assert_null(external.organizations[0].directory.password_file);
}

static void each_organization_has_a_directory_of_its_own(void **state)
{
    SCOPED(config_clear) struct config config;
    const struct organization_config *organizations = config.organizations;

    (void)state;
    assert_int_equal(config_load(CASES "/organizations.yaml", &config, NULL), STATUS_OK);

    assert_int_equal(config.organization_count, 4);
    assert_string_equal(organizations[0].name, "default");
    assert_string_equal(organizations[0].directory.people_base, "ou=people,dc=example,dc=org");
    assert_string_equal(organizations[1].name, "acme");
    assert_string_equal(organizations[1].directory.people_base,
                        "ou=people,o=acme,dc=example,dc=org");
    assert_non_null(strstr(organizations[1].directory.password_file, "/config/secret"));
    assert_string_equal(organizations[2].name, "beta-2");
    assert_int_equal(organizations[2].directory.connect_seconds, 5);
    assert_string_equal(organizations[3].name, "empty");
    assert_null(organizations[3].directory.uri);
    assert_string_equal(organizations[3].directory.profile, "openldap");
}

static void default_is_there_when_nothing_is_said_of_organizations(void **state)
{
    SCOPED(config_clear) struct config config;

    (void)state;
    assert_int_equal(config_load(CASES "/nothing-but-comments.yaml", &config, NULL), STATUS_OK);

    assert_int_equal(config.organization_count, 1);
    assert_string_equal(config.organizations[0].name, "default");
}

static char *given_a_file_of_organizations(struct arena *arena, int count)
{
    struct text text = {.arena = arena};

    text_add(&text, "organizations:\n");
    for (int i = 0; i < count; i++)
        text_add_format(&text, "  a%d:\n", i);
    return given_a_file(arena, text.data);
}

static void a_relative_path_starts_from_the_folder_of_the_file(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(config_clear) struct config config;
    char *path = given_a_file(arena, "store: {path: data}\ncontrol: {socket: run/s}\n"
                                     "http: {certificate: tls/chain.pem, key: /etc/key.pem}\n");

    (void)state;
    assert_int_equal(config_load(path, &config, NULL), STATUS_OK);
    assert_int_equal(unlink(path), 0);

    assert_string_equal(config.store_path, arena_printf(arena, "%s/data", folder));
    assert_string_equal(config.control_socket, arena_printf(arena, "%s/run/s", folder));
    assert_string_equal(config.http_certificate, arena_printf(arena, "%s/tls/chain.pem", folder));
    assert_string_equal(config.http_key, "/etc/key.pem");
}

static void an_empty_file_is_all_defaults(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(config_clear) struct config config;
    char *path = given_a_file(arena, "");

    (void)state;
    assert_int_equal(config_load(path, &config, NULL), STATUS_OK);
    assert_int_equal(unlink(path), 0);

    assert_int_equal(config.http_port, 8080);
}

static void a_byte_order_mark_does_not_matter(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(config_clear) struct config config;
    char *path = given_a_file(arena, "\xEF\xBB\xBFhttp:\n  port: 81\n");

    (void)state;
    assert_int_equal(config_load(path, &config, NULL), STATUS_OK);
    assert_int_equal(unlink(path), 0);

    assert_int_equal(config.http_port, 81);
}

static void assert_refused(const char *path, const char *detail)
{
    SCOPED(config_clear) struct config config;
    struct problem problem = {0};

    assert_int_equal(config_load(path, &config, &problem), STATUS_CONFIGURATION);
    assert_string_equal(problem.detail, detail);
}

static void a_file_that_cannot_be_read_is_named_with_the_reason(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *pipe = arena_printf(arena, "%s/pipe", folder);

    (void)state;
    assert_int_equal(mkfifo(pipe, 0600), 0);

    assert_refused("/nowhere/bridge.yaml", "/nowhere/bridge.yaml: there is no such file; one to "
                                           "start from is printed by: rolebridge config sample");
    assert_refused("/dev/null/x", "/dev/null/x: Not a directory");
    assert_refused(folder, arena_printf(arena, "%s: not a regular file", folder));
    assert_refused(pipe, arena_printf(arena, "%s: not a regular file", pipe));

    assert_int_equal(unlink(pipe), 0);
}

static void a_file_that_is_far_too_large_is_refused(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *path = given_a_file(arena, "");

    (void)state;
    assert_int_equal(truncate(path, 1 << 30), 0);

    assert_refused(path,
                   arena_printf(arena, "%s: larger than 256 KiB; is it the configuration?", path));

    assert_int_equal(unlink(path), 0);
}

static void the_64th_organization_is_the_last(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(config_clear) struct config config;
    char *path = given_a_file_of_organizations(arena, CONFIG_ORGANIZATIONS_MAX - 1);

    (void)state;
    assert_int_equal(config_load(path, &config, NULL), STATUS_OK);
    assert_int_equal(config.organization_count, CONFIG_ORGANIZATIONS_MAX);

    path = given_a_file_of_organizations(arena, CONFIG_ORGANIZATIONS_MAX);
    assert_refused(path, arena_printf(arena,
                                      "%s:65:3: organizations.a63 is one too many; there may be 63 "
                                      "besides default",
                                      path));
    assert_int_equal(unlink(path), 0);
}

/* What was shown, a line each. */
static void show_line(void *context, const struct config_value *value)
{
    text_add_format(context, "%s=%s@%d\n", value->name, value->value ? value->value : "",
                    value->line);
}

static void every_setting_is_shown_with_the_line_that_sets_it(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    struct text shown = {.arena = arena};
    char *path = given_a_file(arena, "http:\n  port: 81\nstore: {size: 1024MiB, path: data}\n"
                                     "organizations:\n  acme:\n    directory:\n"
                                     "      start_tls: true\n      connect_timeout: 30s\n");

    (void)state;
    assert_int_equal(config_show(path, show_line, &shown, NULL), STATUS_OK);
    assert_int_equal(unlink(path), 0);

    assert_non_null(strstr(shown.data, "http.port=81@2\n"));
    assert_non_null(strstr(shown.data, "http.address=127.0.0.1@0\n"));
    assert_non_null(strstr(shown.data, "http.certificate=@0\n"));
    assert_non_null(strstr(shown.data, "store.size=1GiB@3\n"));
    assert_non_null(strstr(shown.data, arena_printf(arena, "store.path=%s/data@3\n", folder)));
    assert_non_null(strstr(shown.data, "\ndirectory.start_tls=false@0\n"));
    assert_non_null(strstr(shown.data, "\norganizations.acme.directory.start_tls=true@7\n"));
    assert_non_null(strstr(shown.data, "\norganizations.acme.directory.connect_timeout=30s@8\n"));
    assert_null(strstr(shown.data, "organizations.acme.http"));
    for (size_t i = 0; i < setting_count; i++)
        assert_non_null(strstr(shown.data, arena_printf(arena, "%s=", settings[i].name)));
}

/* ----------------------------------------------------------------- its files */

static void note_finding(void *context, const char *setting, const char *path,
                         const struct problem *problem)
{
    (void)path;
    text_add_format(context, "%s: %s\n", setting, problem->status ? problem->detail : "ok");
}

static void given_a_named_file(struct arena *arena, const char *name, const char *content,
                               mode_t mode)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void drop_named_file(struct arena *arena, const char *name)
{
    assert_int_equal(unlink(arena_printf(arena, "%s/%s", folder, name)), 0);
}

#define WITH_FILES                                                                         \
    "http: {certificate: chain, key: key}\n"                                               \
    "directory: {uri: 'ldaps://h', ca_file: ca, bind_dn: cn=b, password_file: password,\n" \
    "  people_base: ou=p, roles_base: ou=r}\n"

static const char *findings(struct arena *arena, const char *content, size_t *wrong)
{
    SCOPED(config_clear) struct config config;
    struct text text = {.arena = arena};
    char *path = given_a_file(arena, content);

    text_add(&text, "");
    assert_int_equal(config_load(path, &config, NULL), STATUS_OK);
    *wrong = config_check_files(&config, note_finding, &text);
    assert_int_equal(unlink(path), 0);
    return text.data;
}

static void files_that_can_be_used_are_found_right(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    size_t wrong;

    (void)state;
    given_a_named_file(arena, "chain", "-----BEGIN CERTIFICATE-----\n", 0644);
    given_a_named_file(arena, "key", "-----BEGIN PRIVATE KEY-----\n", 0600);
    given_a_named_file(arena, "ca", "Root\n-----BEGIN CERTIFICATE-----\n", 0644);
    given_a_named_file(arena, "password", "hunter2\n", 0600);

    assert_string_equal(findings(arena, WITH_FILES, &wrong),
                        "http.certificate: ok\nhttp.key: ok\ndirectory.ca_file: ok\n"
                        "directory.password_file: ok\n");
    assert_int_equal(wrong, 0);

    drop_named_file(arena, "chain");
    drop_named_file(arena, "key");
    drop_named_file(arena, "ca");
    drop_named_file(arena, "password");
}

static void a_file_that_cannot_be_used_is_named_with_its_setting(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    const char *found;
    size_t wrong;

    (void)state;
    given_a_named_file(arena, "chain", "-----BEGIN PRIVATE KEY-----\n", 0600);
    given_a_named_file(arena, "key", "-----BEGIN PRIVATE KEY-----\nsecret\n", 0640);
    given_a_named_file(arena, "password", "hunter2\n", 0644);

    found = findings(arena, WITH_FILES, &wrong);

    assert_int_equal(wrong, 4);
    assert_non_null(strstr(found, "/chain holds no certificate in PEM"));
    assert_non_null(strstr(found, "/key can be reached by others than its owner: chmod 600 it"));
    assert_non_null(strstr(found, "/ca cannot be read: No such file"));
    assert_non_null(strstr(found, "directory.password_file: directory.password_file: /tmp/"));
    assert_null(strstr(found, "hunter2"));
    assert_null(strstr(found, "secret"));

    given_a_named_file(arena, "key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", 0600);
    assert_non_null(strstr(findings(arena, WITH_FILES, &wrong), "without a passphrase"));
    given_a_named_file(arena, "key", "-----BEGIN CERTIFICATE-----\n", 0600);
    assert_non_null(strstr(findings(arena, WITH_FILES, &wrong), "holds no private key in PEM"));
    drop_named_file(arena, "chain");
    drop_named_file(arena, "key");
    drop_named_file(arena, "password");
}

static void a_file_that_nobody_needs_is_not_looked_at(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    size_t wrong;

    (void)state;
    assert_string_equal(findings(arena, "directory: {ca_file: /nowhere, bind_dn: cn=b}\n", &wrong),
                        "");
    assert_string_equal(findings(arena,
                                 "directory: {uri: 'ldapi://%2Fs', bind: external,\n"
                                 "  ca_file: /nowhere, people_base: ou=p, roles_base: ou=r}\n",
                                 &wrong),
                        "");
    assert_int_equal(wrong, 0);
}

static char *sample(struct arena *arena)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    char *copy;

    config_sample(out);
    assert_int_equal(fclose(out), 0);
    copy = arena_strdup(arena, text);
    free(text);
    return copy;
}

static void the_sample_loads_as_it_is(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(config_clear) struct config config;
    struct problem problem = {0};
    char *path = given_a_file(arena, sample(arena));

    (void)state;
    assert_int_equal(config_load(path, &config, &problem), STATUS_OK);
    assert_int_equal(unlink(path), 0);

    assert_int_equal(config.http_port, 8080);
    assert_null(config.organizations[0].directory.uri);
}

/* Settings stand behind a "#" and comments behind a "# ". */
static void the_sample_loads_with_every_setting_put_in_force(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    SCOPED(config_clear) struct config config;
    struct problem problem = {0};
    char *text = sample(arena), *path;

    (void)state;
    for (char *c = text; (c = strstr(c, "  #")); c += 3)
        if (c[3] != ' ')
            memmove(c + 2, c + 3, strlen(c + 3) + 1);
    path = given_a_file(arena, text);
    assert_int_equal(config_load(path, &config, &problem), STATUS_OK);
    assert_int_equal(unlink(path), 0);

    assert_string_equal(config.organizations[0].directory.uri, "ldap://127.0.0.1:389");
    assert_string_equal(config.log_level, "info");
    assert_int_equal(config.organization_count, 2);
    assert_string_equal(config.organizations[1].name, "acme");
    assert_non_null(config.organizations[1].directory.groups_base);
}

static void every_setting_is_whole_and_in_the_sample(void **state)
{
    SCOPED(arena_release) struct arena *arena = arena_new();
    char *text = sample(arena);

    (void)state;
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &settings[i];

        assert_ptr_equal(setting_find(setting->name), setting);
        assert_int_equal(setting->owner == SETTING_OF_ORGANIZATION,
                         setting_is_in(setting, "directory"));
        assert_true(setting->fallback || setting->example);
        assert_non_null(strstr(text, arena_printf(arena, "  #%s: ", setting_key(setting))));
        assert_non_null(strstr(text, setting->help));
        assert_non_null(strstr(text, setting_expected(setting, arena)));
        assert_true(!setting->required_by || setting_find(setting->required_by));
        assert_true(!setting->barred_by || setting_is_text(setting_find(setting->barred_by)));
    }
}

static void clearing_twice_does_no_harm(void **state)
{
    struct config config;

    (void)state;
    assert_int_equal(config_load(CASES "/organizations.yaml", &config, NULL), STATUS_OK);

    config_clear(&config);
    config_clear(&config);

    assert_null(config.store_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_ends_as_its_first_line_says),
        cmocka_unit_test(what_is_not_given_has_its_default),
        cmocka_unit_test(what_is_given_is_read_with_its_unit),
        cmocka_unit_test(the_way_to_the_directory_is_read),
        cmocka_unit_test(each_organization_has_a_directory_of_its_own),
        cmocka_unit_test(default_is_there_when_nothing_is_said_of_organizations),
        cmocka_unit_test(a_relative_path_starts_from_the_folder_of_the_file),
        cmocka_unit_test(an_empty_file_is_all_defaults),
        cmocka_unit_test(a_byte_order_mark_does_not_matter),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named_with_the_reason),
        cmocka_unit_test(a_file_that_is_far_too_large_is_refused),
        cmocka_unit_test(the_64th_organization_is_the_last),
        cmocka_unit_test(every_setting_is_shown_with_the_line_that_sets_it),
        cmocka_unit_test(files_that_can_be_used_are_found_right),
        cmocka_unit_test(a_file_that_cannot_be_used_is_named_with_its_setting),
        cmocka_unit_test(a_file_that_nobody_needs_is_not_looked_at),
        cmocka_unit_test(the_sample_loads_as_it_is),
        cmocka_unit_test(the_sample_loads_with_every_setting_put_in_force),
        cmocka_unit_test(every_setting_is_whole_and_in_the_sample),
        cmocka_unit_test(clearing_twice_does_no_harm),
    };

    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
