#ifndef DIRECTORY_VALUE_H
#define DIRECTORY_VALUE_H

#include <stdbool.h>

#include "bridge/base/bytes.h"

/* The attribute syntaxes of RFC 4517 that a person's entry uses. */
enum syntax {
    SYNTAX_TEXT,      /* 3.3.6 Directory String, in UTF-8 */
    SYNTAX_IA5,       /* 3.3.15: ASCII */
    SYNTAX_PRINTABLE, /* 3.3.29, and 3.3.31 Telephone Number, which is the same characters */
};

/*
 * Whether a server takes the value. One that it refuses would take the whole
 * entry with it, and blank ones are refused by most: so such are left out.
 */
bool value_fits(enum syntax syntax, struct bytes value);

/* Why the value cannot name an entry: "is missing", for a sentence; NULL when it can. */
const char *name_fault(struct bytes name);

#endif
