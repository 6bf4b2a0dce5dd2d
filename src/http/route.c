#include "route.h"

#include <stdbool.h>
#include <string.h>

#include "bridge/base/text.h"

enum { NO_MATCH = -1 };

/* The segment that begins behind the slash at `path`. */
static struct bytes segment_at(const char *path)
{
    size_t size = 0;

    while (path[1 + size] != '/' && path[1 + size] != '\0')
        size++;
    return bytes_of(path + 1, size);
}

static const char *behind(struct bytes segment)
{
    return (const char *)segment.data + segment.size;
}

static bool is_name(struct bytes segment)
{
    const char *text = segment.data;

    return segment.size > 2 && text[0] == '{' && text[segment.size - 1] == '}';
}

/*
 * How literally a route's path takes a path, NO_MATCH if not at all: one bit a
 * segment, the leftmost the heaviest. Of the routes that take one path, those
 * with equal rank have equal literals, so they differ only in the method.
 */
static long path_rank(const char *pattern, const char *path)
{
    long rank = 0;

    while (*pattern == '/' && *path == '/') {
        struct bytes wanted = segment_at(pattern);
        struct bytes given = segment_at(path);
        bool is_literal = !is_name(wanted);

        if (is_literal ? !bytes_equal(wanted, given) : given.size == 0)
            return NO_MATCH;
        rank = rank * 2 + is_literal;
        pattern = behind(wanted);
        path = behind(given);
    }
    return *pattern || *path ? NO_MATCH : rank;
}

static const char *methods_of(const struct routes *routes, const char *path, long rank,
                              struct arena *arena)
{
    struct text methods = {.arena = arena};

    for (size_t i = 0; i < routes->count; i++) {
        const struct route *route = &routes->rows[i];

        if (path_rank(route->path, path) != rank)
            continue;
        if (methods.size)
            text_add(&methods, ", ");
        text_add(&methods, route->method);
        if (strcmp(route->method, "GET") == 0)
            text_add(&methods, ", HEAD");
    }
    return methods.data;
}

enum status routes_find(const struct routes *routes, const char *method, const char *path,
                        struct arena *arena, const struct route **found, const char **allowed,
                        struct problem *problem)
{
    long best = NO_MATCH;

    *found = NULL;
    for (size_t i = 0; i < routes->count; i++) {
        const struct route *route = &routes->rows[i];
        long rank = path_rank(route->path, path);

        if (rank == NO_MATCH || rank < best)
            continue;
        if (rank > best)
            *found = NULL;
        if (strcmp(route->method, method) == 0)
            *found = route;
        best = rank;
    }
    if (*found)
        return STATUS_OK;
    if (best == NO_MATCH)
        return problem_set(problem, STATUS_NOT_FOUND, "there is nothing at %s", path);
    *allowed = methods_of(routes, path, best, arena);
    return problem_set(problem, STATUS_METHOD_NOT_ALLOWED, "this path takes %s", *allowed);
}

struct bytes route_segment(const struct route *route, const char *path, const char *name)
{
    const char *pattern = route->path;
    struct bytes wanted_name = bytes_of_text(name);

    while (*pattern == '/' && *path == '/') {
        struct bytes wanted = segment_at(pattern);
        struct bytes given = segment_at(path);

        if (is_name(wanted) &&
            bytes_equal(bytes_of((const char *)wanted.data + 1, wanted.size - 2), wanted_name))
            return given;
        pattern = behind(wanted);
        path = behind(given);
    }
    return (struct bytes){0};
}
