#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge/base/arena.h"
#include "bridge/base/json.h"
#include "bridge/base/status.h"
#include "bridge/base/text.h"
#include "bridge/scim/schema.h"

/*
 * A fuzzer is one function, which is given any bytes at all. It crashes, leaks or
 * hangs on none, and what it says of them with fuzz_must holds for all.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_must(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* A refusal has words for a person, which can be a part of an answer in JSON. */
static inline void fuzz_must_explain(const struct problem *problem)
{
    fuzz_must(problem->status != STATUS_OK && *problem->detail, "a refusal says why");
    fuzz_must(text_is_utf8(problem->detail), "the words of a refusal are UTF-8");
}

/* The input as text, up to a NUL in it. */
static inline char *fuzz_text(struct arena *arena, const uint8_t *data, size_t size)
{
    return arena_text(arena, bytes_of(data, size));
}

enum { FUZZ_DEPTH_MAX = 32 };

/* As the body of a request is read; NULL when it is refused. */
static inline json_t *fuzz_json(struct bytes bytes)
{
    static const struct json_limits limits = {
        .depth = FUZZ_DEPTH_MAX, .values = 100000, .text = 65536};
    struct problem problem = {0};
    json_t *json;

    if (json_read(bytes, &limits, &json, &problem))
        fuzz_must_explain(&problem);
    return json;
}

static inline const struct scim_resource_type *fuzz_type(enum scim_kind kind)
{
    if (scim_load(NULL))
        abort();
    return scim_resource_type(kind);
}

/* Something of everything. */
static inline const json_t *fuzz_resource(void)
{
    static json_t *resource;

    if (!resource)
        resource = json_loads(
            "{\"id\":\"U1\",\"externalId\":\"E\",\"userName\":\"ada\",\"active\":true,"
            "\"displayName\":\"\\u00dcnal\",\"name\":{\"familyName\":\"L\"},\"userCount\":3,"
            "\"emails\":[{\"value\":\"a@x\",\"type\":\"work\",\"primary\":true},{\"value\":\"b\"}],"
            "\"members\":[{\"value\":\"U1\"},{\"value\":\"U2\"}],"
            "\"meta\":{\"created\":\"2026-01-31T08:00:00Z\"},"
            "\"" SCIM_URN_ENTERPRISE "\":{\"manager\":{\"value\":\"M\"}},"
            "\"" SCIM_URN_BRIDGE "\":{\"role\":\"user\",\"blocked\":false}}",
            0, NULL);
    return resource;
}

#endif
