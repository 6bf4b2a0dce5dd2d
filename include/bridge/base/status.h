#ifndef BRIDGE_BASE_STATUS_H
#define BRIDGE_BASE_STATUS_H

/* Run `release` on the variable's address when it leaves scope (GCC and Clang). */
#define SCOPED(release) __attribute__((cleanup(release)))

/*
 * How an operation ended. STATUS_OK is zero. The names follow the reasons that
 * a SCIM service may give (RFC 7644 section 3.12); how each one is rendered on
 * the wire is one row of the table in status.c.
 */
enum status {
    STATUS_OK = 0,
    STATUS_INVALID_SYNTAX,
    STATUS_INVALID_FILTER,
    STATUS_INVALID_PATH,
    STATUS_INVALID_VALUE,
    STATUS_NO_TARGET,
    STATUS_MUTABILITY,
    STATUS_TOO_MANY,
    STATUS_UNIQUENESS,
    STATUS_UNAUTHORIZED,
    STATUS_FORBIDDEN,
    STATUS_NOT_FOUND,
    STATUS_METHOD_NOT_ALLOWED,
    STATUS_CONFLICT, /* in the way of something else that is there; not a matter of unique values */
    STATUS_VERSION_MISMATCH,
    STATUS_TOO_LARGE,
    STATUS_TARGET_TOO_LONG,
    STATUS_UNSUPPORTED_MEDIA,
    STATUS_HEADERS_TOO_LARGE,
    STATUS_STORE_FULL,
    STATUS_TOO_MANY_REQUESTS,     /* of what each takes long: come back later */
    STATUS_BUSY,                  /* a queue is full: come back later */
    STATUS_TIMED_OUT,             /* the work was given up at its deadline */
    STATUS_DIRECTORY_UNAVAILABLE, /* nobody there, or no answer in time */
    STATUS_DIRECTORY_REFUSED,     /* it answered, and the answer was no */
    STATUS_UNREACHABLE,           /* the daemon, as the command line sees it */
    STATUS_CONFIGURATION,         /* a setting is wrong; the detail names file and line */
    STATUS_INTERNAL,
    STATUS_COUNT
};

enum { PROBLEM_DETAIL_MAX = 512 };

/* What went wrong, for the person who reads the response or the log: UTF-8, whatever went in. */
struct problem {
    enum status status;
    char detail[PROBLEM_DETAIL_MAX];
};

/*
 * Record a failure and hand the status back, so that a caller can return it in
 * the same breath. The first record wins: code that fails while cleaning up
 * does not hide the cause. `problem` may be NULL when nobody wants the words.
 * Text that is too long is cut at a character.
 */
enum status problem_set(struct problem *problem, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The HTTP status code that tells a client about this status. */
int status_http(enum status status);

/* RFC 7644 table 9; NULL where SCIM has no word for it. */
const char *status_scim_type(enum status status);

#endif
