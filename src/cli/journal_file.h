#ifndef CLI_JOURNAL_FILE_H
#define CLI_JOURNAL_FILE_H

#include <stdio.h>

#include "bridge/core/journal_list.h"
#include "command.h"

/*
 * An exported journal: one line of JSON each for where it begins, for every line of
 * the journal, and for where it ends. The file alone can be verified: each link is the
 * SHA-256 of the link before it and of the record, byte for byte as it stands here, so
 * a program that writes the JSON anew breaks it.
 *
 *   {"journal":"rolebridge","after":0,"link":"AAAA..."}
 *   {"number":1,"link":"...","record":{"at":1769846400,...}}
 *   {"end":1,"link":"..."}
 */
struct journal_file {
    const char *path;          /* for messages */
    struct journal_mark start; /* the line before the first one */
    struct journal_mark last;  /* the last line so far */
};

/* The lines of a file, with their newlines. */
char *journal_file_head(const struct journal_mark *start, struct arena *arena);
char *journal_file_line(const struct journal_mark *mark, const char *record, struct arena *arena);
char *journal_file_end(const struct journal_mark *last, struct arena *arena);

/* Go on to the line with this record; the link is computed. */
void journal_file_add(struct journal_mark *mark, const char *record);

/* Each line that fits. `record` is good during the call. */
typedef void journal_file_visit(void *context, const struct journal_mark *mark, const char *record);

/*
 * Read a whole file and check it. `visit` may be NULL.
 *
 * STATUS_NOT_FOUND      there is no such file
 * STATUS_CONFLICT       it does not fit its chain; names the first number that does not
 * STATUS_INVALID_VALUE  it is no exported journal, or ends before its end
 */
enum status journal_file_read(const char *path, struct journal_file *file,
                              journal_file_visit *visit, void *context, struct problem *problem);

#endif
