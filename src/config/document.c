#include "document.h"

#include <errno.h>
#include <fcntl.h>
#include <libfyaml.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/base/text.h"

enum { FILE_MOST = 256 * 1024 };

enum status document_fail(struct document *document, struct place place, const char *what)
{
    return problem_set(document->problem, STATUS_CONFIGURATION, "%s:%d:%d: %s", document->path,
                       place.line, place.column, what);
}

enum status document_fail_file(struct document *document, const char *why)
{
    return problem_set(document->problem, STATUS_CONFIGURATION, "%s: %s", document->path, why);
}

static void close_file(const int *file)
{
    if (*file >= 0)
        (void)close(*file);
}

static enum status read_open_file(struct document *document, int file, struct bytes *content)
{
    char *data = arena_alloc(document->arena, FILE_MOST + 1);
    size_t size = 0;
    ssize_t got;

    while ((got = read(file, data + size, FILE_MOST + 1 - size)) > 0)
        size += (size_t)got;
    if (got < 0)
        return document_fail_file(document, strerror(errno));
    if (size > FILE_MOST)
        return document_fail_file(document, "larger than 256 KiB; is it the configuration?");
    *content = bytes_of(data, size);
    return STATUS_OK;
}

static enum status read_file(struct document *document, struct bytes *content)
{
    /* Not waiting: the other end of a pipe may never come. */
    SCOPED(close_file) int file = open(document->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat stat;

    if (file < 0 && errno == ENOENT)
        return document_fail_file(document, "there is no such file; one to start from is printed "
                                            "by: rolebridge config sample");
    if (file < 0 || fstat(file, &stat))
        return document_fail_file(document, strerror(errno));
    if (!S_ISREG(stat.st_mode))
        return document_fail_file(document, "not a regular file");
    return read_open_file(document, file, content);
}

/* The parser would take what is no UTF-8 for the end of the file. */
static enum status check_encoding(struct document *document, struct bytes content)
{
    const char *data = content.data;
    size_t good = strnlen(data, text_utf8_size(content));
    struct place place = {1, 1};

    if (good == content.size)
        return STATUS_OK;
    for (size_t i = 0; i < good; i++) {
        bool is_inside = ((unsigned char)data[i] & 0xC0) == 0x80; /* of a character */

        place.column = data[i] == '\n' ? 1 : place.column + !is_inside;
        place.line += data[i] == '\n';
    }
    return document_fail(document, place, "this is no UTF-8 text; save the file as UTF-8");
}

static enum status open_parser(struct document *document)
{
    struct fy_diag_cfg diag_settings;
    /* Twins are refused later, with a message that names the first one. */
    struct fy_parse_cfg settings = {.flags = FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_JSON_NONE};

    fy_diag_cfg_default(&diag_settings);
    diag_settings.fp = NULL; /* nothing goes to standard error by itself */
    document->diag = fy_diag_create(&diag_settings);
    if (!document->diag)
        return document_fail_file(document, "out of memory");
    fy_diag_set_collect_errors(document->diag, true);
    settings.diag = document->diag;
    document->parser = fy_parser_create(&settings);
    return document->parser ? STATUS_OK : document_fail_file(document, "out of memory");
}

static enum status fail_yaml(struct document *document)
{
    void *position = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(document->diag, &position);

    if (!error)
        return document_fail_file(document, "this cannot be read as YAML");
    return document_fail(document, (struct place){error->line, error->column}, error->msg);
}

static enum status parse(struct document *document, struct bytes content)
{
    struct fy_document *second = NULL;

    if (fy_parser_set_string(document->parser, content.data, content.size))
        return document_fail_file(document, "out of memory");
    document->tree = fy_parse_load_document(document->parser);
    if (document->tree)
        second = fy_parse_load_document(document->parser);
    if (second) {
        fy_parse_document_destroy(document->parser, second);
        return document_fail_file(document, "more than one YAML document; keep one");
    }
    return fy_diag_got_error(document->diag) ? fail_yaml(document) : STATUS_OK;
}

enum status document_load(struct document *document)
{
    struct bytes content = {0};
    enum status status;

    if ((status = read_file(document, &content)))
        return status;
    if ((status = check_encoding(document, content)))
        return status;
    if ((status = open_parser(document)))
        return status;
    return parse(document, content);
}

void document_release(struct document *document)
{
    if (document->tree)
        fy_parse_document_destroy(document->parser, document->tree);
    fy_parser_destroy(document->parser);
    fy_diag_destroy(document->diag);
    document->tree = NULL;
    document->parser = NULL;
    document->diag = NULL;
}
