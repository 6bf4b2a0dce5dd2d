#ifndef DIRECTORY_MEMBERS_H
#define DIRECTORY_MEMBERS_H

#include "bridge/directory/connection.h"

/* DNs in order, each once, whatever its letter case and idle space. */
struct member_set {
    struct member *members;
    size_t count;
};

/* `values` are kept, each with a NUL behind it. */
struct member_set member_set(struct arena *arena, const struct bytes *values, size_t count);

bool member_set_has(const struct member_set *set, const char *dn);

/* False when it was not there. */
bool member_set_remove(struct member_set *set, const char *dn);

/* Modifications of the attribute member. */
struct member_change {
    const struct modification *modifications;
    size_t count;
};

/* What makes `actual` the same as `desired`: first what goes, then what comes. */
struct member_change member_difference(const struct member_set *desired,
                                       const struct member_set *actual, struct arena *arena);

/* The same to a set that is `actual` by now: without what is so already. */
struct member_change member_change_left(const struct member_change *change,
                                        const struct member_set *actual, struct arena *arena);

/* How many values there are in all. */
size_t member_change_size(const struct member_change *change);

/*
 * How many values from `first` on go in one operation of at most `count` of them
 * and `bytes` in all; one goes in any case.
 */
size_t member_change_fitting(const struct member_change *change, size_t first, size_t count,
                             size_t bytes);

/* Of these the `size` from `first` on, or as many as there are. */
struct member_change member_change_part(const struct member_change *change, size_t first,
                                        size_t size, struct arena *arena);

#endif
