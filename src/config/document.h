#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include "bridge/base/arena.h"
#include "bridge/base/status.h"

/* Counted from 1, as editors do. */
struct place {
    int line;
    int column;
};

/* A file as YAML. Start with {.path = ..., .arena = ..., .problem = ...}. */
struct document {
    const char *path;
    struct arena *arena;
    struct problem *problem;
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct fy_document *tree; /* NULL: the file is empty */
};

/* Read and parse the file; what is wrong with it goes into the problem. */
enum status document_load(struct document *document);
void document_release(struct document *document);

/* Give up: "FILE:LINE:COLUMN: what" is the problem. */
enum status document_fail(struct document *document, struct place place, const char *what);

/* The same for the file as a whole. */
enum status document_fail_file(struct document *document, const char *why);

#endif
