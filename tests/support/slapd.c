#define _XOPEN_SOURCE 700 /* for nftw */

#include "slapd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLAPD   "/usr/sbin/slapd"
#define SLAPADD "/usr/sbin/slapadd"
#define SHELL   "/bin/sh"

enum { TRIES = 1000, TRY_NS = 10 * 1000 * 1000, STARTS = 2, FILE_MODE = 0600, FOLDER_MODE = 0700 };

static const char configuration[] =
    "include /etc/ldap/schema/core.schema\n"
    "include /etc/ldap/schema/cosine.schema\n"
    "include /etc/ldap/schema/inetorgperson.schema\n"
    "modulepath /usr/lib/ldap\n"
    "moduleload back_mdb\n"
    "%s" /* the overlay */
    "pidfile %s/pid\n"
    "%s" /* the certificate */
    "authz-regexp \"gidNumber=%u\\\\+uidNumber=%u,cn=peercred,cn=external,cn=auth\" "
    "\"" SLAPD_SERVICE "\"\n"
    "sizelimit 500\n"
    "sortvals member\n"
    "database mdb\n"
    "suffix " SLAPD_SUFFIX "\n"
    "directory %s/db\n"
    "maxsize 268435456\n"
    "rootdn cn=admin," SLAPD_SUFFIX "\n"
    "dbnosync\n"
    "index objectClass,entryUUID,entryCSN,uid,cn,member eq\n"
    "limits dn.exact=\"" SLAPD_SERVICE "\" size=unlimited time=unlimited\n"
    "limits dn.exact=\"" SLAPD_READER "\" size=10\n"
    "access to dn.subtree=\"" SLAPD_CLOSED "\" attrs=userPassword by dn.exact=\"" SLAPD_SERVICE
    "\" write by * none\n"
    "access to dn.subtree=\"" SLAPD_BLIND "\" attrs=entryUUID by * none\n"
    "access to attrs=userPassword by dn.exact=\"" SLAPD_SERVICE "\" write by self write"
    " by anonymous auth by * none\n"
    "access to * by dn.exact=\"" SLAPD_SERVICE "\" write by users read\n"
    "%s" /* its settings */;

static const struct {
    const char *module;
    const char *overlay;
} policies[] = {
    [SLAPD_POLICY] = {"moduleload ppolicy\n",
                      "overlay ppolicy\nppolicy_default cn=default,ou=policies," SLAPD_SUFFIX "\n"},
    [SLAPD_POLICY_MISSING] = {"moduleload ppolicy\n", "overlay ppolicy\n"},
    [SLAPD_POLICY_NOT_LOADED] = {"", ""},
};

static const struct {
    const char *address;
    const char *validity;
} certificates[] = {
    [SLAPD_CERTIFICATE] = {"127.0.0.1", "2"},
    [SLAPD_CERTIFICATE_EXPIRED] = {"127.0.0.1", "-1"},
    [SLAPD_CERTIFICATE_OF_ANOTHER] = {"127.0.0.9", "2"},
};

/* In the folder $1, for the address $2 and $3 days. */
static const char make_certificates[] =
    "set -e; cd \"$1\"\n"
    "key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'\n"
    "openssl req -x509 $key -keyout ca.key -out ca.pem -subj /CN=CA -days 2\n"
    "openssl req -x509 $key -keyout other.key -out other.pem -subj /CN=CA -days 2\n"
    "openssl req $key -keyout server.key -out server.csr -subj /CN=127.0.0.1"
    " -addext subjectAltName=IP:$2\n"
    "sign() { openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
    " -copy_extensions copy -out server.pem \"$@\"; }\n"
    "sign -days $3 || sign -not_before 20200101000000Z -not_after 20200102000000Z\n";

static const char entries[] = "dn: " SLAPD_SUFFIX "\n"
                              "objectClass: dcObject\n"
                              "objectClass: organization\n"
                              "o: Example\n\n"
                              "dn: " SLAPD_PEOPLE "\n"
                              "objectClass: organizationalUnit\n\n"
                              "dn: " SLAPD_ROLES "\n"
                              "objectClass: organizationalUnit\n\n"
                              "dn: " SLAPD_GROUPS "\n"
                              "objectClass: organizationalUnit\n\n"
                              "dn: " SLAPD_CLOSED "\n"
                              "objectClass: organizationalUnit\n\n"
                              "dn: " SLAPD_BLIND "\n"
                              "objectClass: organizationalUnit\n\n"
                              "dn: ou=system," SLAPD_SUFFIX "\n"
                              "objectClass: organizationalUnit\n\n"
                              "dn: ou=policies," SLAPD_SUFFIX "\n"
                              "objectClass: organizationalUnit\n\n"
                              "dn: " SLAPD_SERVICE "\n"
                              "objectClass: account\n"
                              "objectClass: simpleSecurityObject\n"
                              "userPassword: " SLAPD_PASSWORD "\n\n"
                              "dn: " SLAPD_READER "\n"
                              "objectClass: account\n"
                              "objectClass: simpleSecurityObject\n"
                              "userPassword: " SLAPD_PASSWORD "\n";

static const char policy_entry[] = "\ndn: cn=default,ou=policies," SLAPD_SUFFIX "\n"
                                   "objectClass: device\n"
                                   "objectClass: pwdPolicy\n"
                                   "pwdAttribute: userPassword\n"
                                   "pwdLockout: TRUE\n";

bool slapd_is_installed(void)
{
    return access(SLAPD, X_OK) == 0 && access(SLAPADD, X_OK) == 0;
}

static bool write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    int descriptor;
    bool is_written;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (descriptor < 0)
        return false;
    is_written = write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
    return close(descriptor) == 0 && is_written;
}

static void name_files(struct slapd *slapd)
{
    (void)snprintf(slapd->password_file, sizeof(slapd->password_file), "%s/password",
                   slapd->folder);
    (void)snprintf(slapd->ca_file, sizeof(slapd->ca_file), "%s/ca.pem", slapd->folder);
    (void)snprintf(slapd->other_ca_file, sizeof(slapd->other_ca_file), "%s/other.pem",
                   slapd->folder);
}

static bool write_folder(struct slapd *slapd, enum slapd_policy policy,
                         enum slapd_certificate certificate)
{
    char text[4096];
    char tls[256] = "";
    char database[96];

    (void)snprintf(slapd->folder, sizeof(slapd->folder), "/tmp/bridge-slapd-XXXXXX");
    if (!mkdtemp(slapd->folder))
        return false;
    (void)snprintf(database, sizeof(database), "%s/db", slapd->folder);
    name_files(slapd);
    if (certificate != SLAPD_NO_CERTIFICATE)
        (void)snprintf(tls, sizeof(tls),
                       "TLSCertificateFile %s/server.pem\nTLSCertificateKeyFile %s/server.key\n",
                       slapd->folder, slapd->folder);
    (void)snprintf(text, sizeof(text), configuration, policies[policy].module, slapd->folder, tls,
                   getegid(), geteuid(), slapd->folder, policies[policy].overlay);
    if (mkdir(database, FOLDER_MODE) || !write_file(slapd->folder, "slapd.conf", text) ||
        !write_file(slapd->folder, "password", SLAPD_PASSWORD "\n"))
        return false;
    (void)snprintf(text, sizeof(text), "%s%s", entries, policy == SLAPD_POLICY ? policy_entry : "");
    return write_file(slapd->folder, "entries.ldif", text);
}

/* In the child, and never back. */
static void become(char *const arguments[], const char *folder)
{
    char path[256];
    int output;

    (void)snprintf(path, sizeof(path), "%s/output", folder);
    output = open(path, O_WRONLY | O_CREAT | O_APPEND, FILE_MODE);
    if (output >= 0) {
        (void)dup2(output, STDOUT_FILENO);
        (void)dup2(output, STDERR_FILENO);
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)execv(arguments[0], arguments);
    _exit(127);
}

static pid_t spawn(char *const arguments[], const char *folder)
{
    pid_t pid = fork();

    if (pid == 0)
        become(arguments, folder);
    return pid;
}

static bool succeeds(char *const arguments[], const char *folder)
{
    int outcome = -1;
    pid_t pid = spawn(arguments, folder);

    return pid > 0 && waitpid(pid, &outcome, 0) == pid && WIFEXITED(outcome) &&
           WEXITSTATUS(outcome) == 0;
}

static bool load_entries(const struct slapd *slapd)
{
    char file[128];
    char ldif[128];
    char *arguments[] = {
        (char[]){SLAPADD}, (char[]){"-q"}, (char[]){"-f"}, file, (char[]){"-l"}, ldif, NULL};

    (void)snprintf(file, sizeof(file), "%s/slapd.conf", slapd->folder);
    (void)snprintf(ldif, sizeof(ldif), "%s/entries.ldif", slapd->folder);
    return succeeds(arguments, slapd->folder);
}

static bool write_certificates(struct slapd *slapd, enum slapd_certificate certificate)
{
    char script[sizeof(make_certificates)];
    char address[16];
    char validity[16];
    char *arguments[] = {(char[]){SHELL}, (char[]){"-c"}, script,   (char[]){"openssl"},
                         slapd->folder,   address,        validity, NULL};

    if (certificate == SLAPD_NO_CERTIFICATE)
        return true;
    memcpy(script, make_certificates, sizeof(script));
    (void)snprintf(address, sizeof(address), "%s", certificates[certificate].address);
    (void)snprintf(validity, sizeof(validity), "%s", certificates[certificate].validity);
    return succeeds(arguments, slapd->folder);
}

/* A port that was free a moment ago. */
static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int port = 0;

    if (descriptor < 0)
        return 0;
    if (bind(descriptor, (struct sockaddr *)&address, size) == 0 &&
        getsockname(descriptor, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    (void)close(descriptor);
    return port;
}

static bool accepts(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_there =
        descriptor >= 0 && connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0;

    if (descriptor >= 0)
        (void)close(descriptor);
    return is_there;
}

/* False when it ended, or took more than ten seconds. */
static bool wait_until_ready(struct slapd *slapd, int port)
{
    const struct timespec pause = {.tv_nsec = TRY_NS};

    for (int i = 0; i < TRIES; i++) {
        if (accepts(port))
            return true;
        if (waitpid(slapd->pid, NULL, WNOHANG) == slapd->pid) {
            slapd->pid = 0;
            return false;
        }
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

static void name_uris(struct slapd *slapd, int port, int tls_port)
{
    const char *name = strrchr(slapd->folder, '/') + 1;

    (void)snprintf(slapd->uri, sizeof(slapd->uri), "ldap://127.0.0.1:%d", port);
    if (tls_port)
        (void)snprintf(slapd->tls_uri, sizeof(slapd->tls_uri), "ldaps://127.0.0.1:%d", tls_port);
    (void)snprintf(slapd->socket_uri, sizeof(slapd->socket_uri), "ldapi://%%2Ftmp%%2F%s%%2Fldapi",
                   name);
}

static bool has_ended(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = TRY_NS};

    for (int i = 0; i < TRIES; i++) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return true;
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

static void end_process(struct slapd *slapd)
{
    if (slapd->pid <= 0)
        return;
    (void)kill(slapd->pid, SIGCONT);
    (void)kill(slapd->pid, SIGTERM);
    if (!has_ended(slapd->pid)) {
        (void)kill(slapd->pid, SIGKILL);
        (void)waitpid(slapd->pid, NULL, 0);
    }
    slapd->pid = 0;
}

static bool run(struct slapd *slapd, bool has_tls)
{
    char file[128];
    char uris[320];
    char *arguments[] = {(char[]){SLAPD}, (char[]){"-f"}, file, (char[]){"-h"}, uris,
                         (char[]){"-d"},  (char[]){"0"},  NULL};
    int port = free_port();
    int tls_port = has_tls ? free_port() : 0;

    name_uris(slapd, port, tls_port);
    (void)snprintf(file, sizeof(file), "%s/slapd.conf", slapd->folder);
    (void)snprintf(uris, sizeof(uris), "%s/ %s %s", slapd->uri, slapd->socket_uri, slapd->tls_uri);
    slapd->pid = spawn(arguments, slapd->folder);
    return slapd->pid > 0 && wait_until_ready(slapd, port) &&
           (!has_tls || wait_until_ready(slapd, tls_port));
}

/* Somebody else may have taken the port in between: then once more. */
static bool run_somewhere(struct slapd *slapd, bool has_tls)
{
    for (int i = 0; i < STARTS; i++) {
        if (run(slapd, has_tls))
            return true;
        end_process(slapd);
    }
    return false;
}

bool slapd_start(struct slapd *slapd, enum slapd_policy policy)
{
    return slapd_start_with_tls(slapd, policy, SLAPD_NO_CERTIFICATE);
}

bool slapd_start_with_tls(struct slapd *slapd, enum slapd_policy policy,
                          enum slapd_certificate certificate)
{
    *slapd = (struct slapd){.pid = 0};
    if (write_folder(slapd, policy, certificate) && write_certificates(slapd, certificate) &&
        load_entries(slapd) && run_somewhere(slapd, certificate != SLAPD_NO_CERTIFICATE))
        return true;
    (void)fprintf(stderr, "slapd does not start: see %s/output\n", slapd->folder);
    return false;
}

void slapd_freeze(const struct slapd *slapd)
{
    int state = 0;

    (void)kill(slapd->pid, SIGSTOP);
    (void)waitpid(slapd->pid, &state, WUNTRACED);
}

void slapd_thaw(const struct slapd *slapd)
{
    (void)kill(slapd->pid, SIGCONT);
}

static int remove_one(const char *path, const struct stat *file, int kind, struct FTW *position)
{
    (void)file;
    (void)kind;
    (void)position;
    return remove(path);
}

void slapd_stop(struct slapd *slapd)
{
    end_process(slapd);
    if (slapd->folder[0])
        (void)nftw(slapd->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    slapd->folder[0] = '\0';
}
