#include "output.h"

#include <ctype.h>
#include <string.h>

#include "bridge/base/screen.h"

enum { FIELD_MAX = 20, GAP = 2 };

enum output { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

static enum output output_of(const struct invocation *invocation)
{
    const char *given = invocation->options[OPTION_OUTPUT];

    if (!given || strcmp(given, "table") == 0)
        return OUTPUT_TABLE;
    return strcmp(given, "csv") == 0 ? OUTPUT_CSV : OUTPUT_JSON;
}

bool output_is_table(const struct invocation *invocation)
{
    return output_of(invocation) == OUTPUT_TABLE;
}

/* ------------------------------------------------------------------- values */

const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

const char *capitalized(const char *text, struct arena *arena)
{
    char *copy = text ? arena_strdup(arena, text) : NULL;

    if (copy)
        copy[0] = (char)toupper((unsigned char)copy[0]);
    return copy;
}

static const char *member_text(const json_t *resource, const char *const path[FIELD_DEPTH],
                               struct arena *arena)
{
    const json_t *member = resource;

    for (size_t i = 0; i < FIELD_DEPTH && path[i]; i++)
        member = json_object_get(member, path[i]);
    if (json_is_integer(member))
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(member));
    return json_string_value(member);
}

static const char *heading(const char *label, struct arena *arena)
{
    char *copy = arena_strdup(arena, label);

    for (char *c = copy; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy;
}

/* Safe to print; `otherwise` when there is nothing to say. */
static const char *field_value(const struct field *field, const json_t *resource,
                               const char *otherwise, struct arena *arena)
{
    const char *text =
        field->text ? field->text(resource, arena) : member_text(resource, field->path, arena);
    struct text safe = {.arena = arena};

    screen_add(&safe, text && *text ? text : otherwise);
    return safe.data;
}

static size_t count_fields(const struct field *fields)
{
    size_t count = 0;

    while (fields[count].label)
        count++;
    return count < FIELD_MAX ? count : FIELD_MAX;
}

/* -------------------------------------------------------------------- table */

static void print_cell(FILE *out, const char *text, size_t width)
{
    size_t padding = width - screen_width(text);

    fprintf(out, "%s%*s", text, (int)padding, "");
}

/* The cells of all lines one after the other, `columns` a line. */
static void print_cells(FILE *out, const char *const *cells, size_t lines, size_t columns)
{
    size_t widths[FIELD_MAX] = {0};

    for (size_t i = 0; i < lines * columns; i++) {
        size_t width = screen_width(cells[i]) + GAP;

        if (widths[i % columns] < width)
            widths[i % columns] = width;
    }
    for (size_t i = 0; i < lines * columns; i++) {
        bool is_last = i % columns == columns - 1;

        if (is_last)
            fprintf(out, "%s\n", cells[i]);
        else
            print_cell(out, cells[i], widths[i % columns]);
    }
}

static void print_table(struct invocation *invocation, const json_t *resources,
                        const struct field *fields)
{
    struct arena *arena = invocation->arena;
    size_t columns = count_fields(fields);
    size_t lines = json_array_size(resources) + 1;
    const char **cells = arena_alloc(arena, lines * columns * sizeof(*cells));

    for (size_t j = 0; j < columns; j++)
        cells[j] = heading(fields[j].label, arena);
    for (size_t i = 1; i < lines; i++)
        for (size_t j = 0; j < columns; j++)
            cells[i * columns + j] =
                field_value(&fields[j], json_array_get(resources, i - 1), "-", arena);
    print_cells(invocation->out, cells, lines, columns);
}

static void print_lines(struct invocation *invocation, const json_t *resource,
                        const struct field *fields)
{
    for (; fields->label; fields++)
        fprintf(invocation->out, "%s: %s\n", fields->label,
                field_value(fields, resource, "-", invocation->arena));
}

/* ---------------------------------------------------------------------- CSV */

/* What a spreadsheet takes for a formula, in narrow and in wide letters. */
static bool is_formula(const char *text)
{
    static const char *const starts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};

    text += strspn(text, " ");
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (strncmp(text, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static void print_csv_cell(FILE *out, const char *text)
{
    bool is_quoted = strpbrk(text, ",\" ");

    if (is_quoted)
        fputc('"', out);
    if (is_formula(text))
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    if (is_quoted)
        fputc('"', out);
}

static void print_csv_head(struct invocation *invocation, const struct field *fields)
{
    for (const struct field *field = fields; field->label; field++) {
        fputs(field == fields ? "" : ",", invocation->out);
        print_csv_cell(invocation->out, heading(field->label, invocation->arena));
    }
    fputs("\r\n", invocation->out);
}

static void print_csv_line(struct invocation *invocation, const json_t *resource,
                           const struct field *fields)
{
    for (const struct field *field = fields; field->label; field++) {
        fputs(field == fields ? "" : ",", invocation->out);
        print_csv_cell(invocation->out, field_value(field, resource, "", invocation->arena));
    }
    fputs("\r\n", invocation->out);
}

/* --------------------------------------------------------------------- face */

static void print_json(struct invocation *invocation, const json_t *value)
{
    (void)json_dumpf(value, invocation->out, JSON_INDENT(2));
    fputc('\n', invocation->out);
}

void output_list(struct invocation *invocation, const json_t *resources, const struct field *fields)
{
    size_t i;
    json_t *resource;

    switch (output_of(invocation)) {
    case OUTPUT_TABLE:
        print_table(invocation, resources, fields);
        return;
    case OUTPUT_JSON:
        print_json(invocation, resources);
        return;
    case OUTPUT_CSV:
        print_csv_head(invocation, fields);
        json_array_foreach (resources, i, resource)
            print_csv_line(invocation, resource, fields);
        return;
    }
}

void output_one(struct invocation *invocation, const json_t *resource, const struct field *fields)
{
    switch (output_of(invocation)) {
    case OUTPUT_TABLE:
        print_lines(invocation, resource, fields);
        return;
    case OUTPUT_JSON:
        print_json(invocation, resource);
        return;
    case OUTPUT_CSV:
        print_csv_head(invocation, fields);
        print_csv_line(invocation, resource, fields);
        return;
    }
}

void output_changed(struct invocation *invocation, json_t *resource, const struct field *fields)
{
    json_auto_t *list = json_pack("[O]", resource);

    if (output_is_table(invocation))
        output_list(invocation, list, fields);
    else
        output_one(invocation, resource, fields);
}
