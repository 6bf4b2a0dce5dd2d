#include "fuzz.h"

static size_t larger_of(size_t left, size_t right)
{
    return left > right ? left : right;
}

static size_t depth_of(json_t *value)
{
    size_t depth = 0, i;
    const char *name;
    json_t *child;

    json_object_foreach (value, name, child)
        depth = larger_of(depth, depth_of(child));
    json_array_foreach (value, i, child)
        depth = larger_of(depth, depth_of(child));
    return depth + (json_is_object(value) || json_is_array(value));
}

static size_t count_of(json_t *value)
{
    size_t count = 1, i;
    const char *name;
    json_t *child;

    json_object_foreach (value, name, child)
        count += count_of(child);
    json_array_foreach (value, i, child)
        count += count_of(child);
    return count;
}

static size_t longest_in(json_t *value)
{
    size_t longest = json_string_length(value), i;
    const char *name;
    json_t *child;

    json_object_foreach (value, name, child)
        longest = larger_of(longest, larger_of(strlen(name), longest_in(child)));
    json_array_foreach (value, i, child)
        longest = larger_of(longest, longest_in(child));
    return longest;
}

static bool has_twins(json_t *value)
{
    const char *name, *other;
    size_t i;
    json_t *child, *twin;

    json_object_foreach (value, name, child) {
        json_object_foreach (value, other, twin)
            if (other != name && text_equal_ascii(name, other))
                return true;
        if (has_twins(child))
            return true;
    }
    json_array_foreach (value, i, child)
        if (has_twins(child))
            return true;
    return false;
}

/* With limits so small that inputs come to all of them. */
static void keep_limits(struct bytes bytes)
{
    static const struct json_limits limits = {.depth = 4, .values = 12, .text = 10};
    json_auto_t *json = NULL;
    struct problem problem = {0};

    if (json_read(bytes, &limits, &json, &problem)) {
        fuzz_must_explain(&problem);
        return;
    }
    fuzz_must(depth_of(json) <= limits.depth, "what is nested too deep is refused");
    fuzz_must(count_of(json) <= limits.values, "too many values are refused");
    fuzz_must(longest_in(json) <= limits.text, "a long text is refused");
}

/* Any bytes are JSON or are refused; jansson alone would not know of twins among names. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = bytes_of(data, size);
    json_auto_t *json = fuzz_json(bytes);
    json_auto_t *plain =
        json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

    keep_limits(bytes);
    if (json)
        fuzz_must(!has_twins(json) && json_equal(json, plain), "what is read is what is there");
    else
        fuzz_must(!plain || has_twins(plain) || depth_of(plain) > FUZZ_DEPTH_MAX,
                  "what is within the limits is read");
    return 0;
}
