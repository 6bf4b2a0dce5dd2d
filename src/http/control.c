#define _GNU_SOURCE /* struct ucred */

#include "control.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BACKLOG = 128,
    SOCKET_UMASK = 0117, /* leaves 0660 */
    GROUPS_MAX = 1024,
    PASSWD_BUFFER_SIZE = 16384
};

static void close_release(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int socket_open(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool somebody_answers(const struct sockaddr_un *address)
{
    SCOPED(close_release) int fd = socket_open();

    return fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
           errno != ECONNREFUSED;
}

/* Take away the socket of a dead process, and nothing else. */
static enum status make_way(const struct sockaddr_un *address, struct problem *problem)
{
    const char *path = address->sun_path;
    struct stat found;

    if (lstat(path, &found))
        return STATUS_OK; /* bind says more, if the reason is another than absence */
    if (!S_ISSOCK(found.st_mode))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "control socket %s: the file there is no socket; move it away or choose "
                           "another path",
                           path);
    if (somebody_answers(address))
        return problem_set(problem, STATUS_CONFLICT,
                           "control socket %s: another process listens there; stop it first", path);
    if (unlink(path))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "control socket %s: remove the one a dead process left: %s", path,
                           strerror(errno));
    return STATUS_OK;
}

static int bind_for_group(int fd, const struct sockaddr_un *address)
{
    mode_t before = umask(SOCKET_UMASK);
    int result = bind(fd, (const struct sockaddr *)address, sizeof(*address));
    int reason = errno;

    umask(before);
    errno = reason;
    return result;
}

static enum status open_to_group(int fd, const char *path, gid_t group, struct problem *problem)
{
    if (group != (gid_t)-1 && chown(path, (uid_t)-1, group))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "control socket %s: give it to group %u: %s; make our user a member",
                           path, (unsigned)group, strerror(errno));
    if (listen(fd, BACKLOG))
        return problem_set(problem, STATUS_CONFIGURATION, "control socket %s: listen: %s", path,
                           strerror(errno));
    return STATUS_OK;
}

enum status control_listen(const char *path, gid_t group, int *fd, struct problem *problem)
{
    SCOPED(close_release) int opened = socket_open();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    enum status status;

    if (strlen(path) >= sizeof(address.sun_path))
        return problem_set(problem, STATUS_CONFIGURATION,
                           "control socket %s: the path is longer than %zu bytes", path,
                           sizeof(address.sun_path) - 1);
    memcpy(address.sun_path, path, strlen(path));
    if ((status = make_way(&address, problem)))
        return status;
    if (opened < 0 || bind_for_group(opened, &address))
        return problem_set(problem, errno == EADDRINUSE ? STATUS_CONFLICT : STATUS_CONFIGURATION,
                           "control socket %s: bind: %s%s", path, strerror(errno),
                           errno == ENOENT ? "; make its folder first" : "");
    if ((status = open_to_group(opened, path, group, problem))) {
        unlink(path);
        return status;
    }
    *fd = opened;
    opened = -1; /* now the caller's */
    return STATUS_OK;
}

static bool is_member(const struct ucred *peer, gid_t group)
{
    char buffer[PASSWD_BUFFER_SIZE];
    struct passwd passwd, *found = NULL;
    gid_t groups[GROUPS_MAX];
    int count = GROUPS_MAX;

    if (peer->gid == group)
        return true;
    if (getpwuid_r(peer->uid, &passwd, buffer, sizeof(buffer), &found) || !found)
        return false;
    if (getgrouplist(passwd.pw_name, passwd.pw_gid, groups, &count) < 0)
        return false;
    for (int i = 0; i < count; i++)
        if (groups[i] == group)
            return true;
    return false;
}

bool control_peer_is_welcome(int fd, gid_t group, uid_t *uid)
{
    struct ucred peer;
    socklen_t size = sizeof(peer);

    *uid = (uid_t)-1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
        return false;
    *uid = peer.uid;
    if (peer.uid == 0 || peer.uid == geteuid())
        return true;
    return group != (gid_t)-1 && is_member(&peer, group);
}
