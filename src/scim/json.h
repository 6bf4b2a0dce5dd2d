#ifndef SCIM_JSON_H
#define SCIM_JSON_H

#include <jansson.h>

#include "bridge/base/arena.h"
#include "bridge/base/status.h"

/* What SCIM needs of JSON values beyond jansson. */

/* A member by its name without ASCII letter case; NULL where there is none. */
json_t *json_member(const json_t *object, const char *name);

/* The arena takes the caller's reference. */
json_t *json_take(struct arena *arena, json_t *value);

/* For json_object_foreach over what is borrowed: jansson's iterator asks for more than it uses. */
json_t *json_walk(const json_t *value);

/* The member, made as an empty object where it is missing or none. Borrowed. */
json_t *json_make_object(json_t *object, const char *name);

/* The value as compact bytes in the arena, NUL behind them. */
struct bytes json_encode(const json_t *value, struct arena *arena);

/* What a message calls the value: "maybe", 17, a list. `out` always ends. */
enum { JSON_EXCERPT_SIZE = 72 };
const char *json_excerpt(const json_t *value, char out[JSON_EXCERPT_SIZE]);

#endif
