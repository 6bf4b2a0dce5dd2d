#include "value.h"

#include <ctype.h>

enum { NAME_SIZE_MAX = 1024 };

static bool is_printable(unsigned char c)
{
    return c < 0x80 && (isalnum(c) || (c && strchr("'()+,-./:=? ", c)));
}

static bool fits(enum syntax syntax, unsigned char c)
{
    switch (syntax) {
    case SYNTAX_TEXT:
        return c != '\0';
    case SYNTAX_IA5:
        return c != '\0' && c < 0x80;
    case SYNTAX_PRINTABLE:
        return is_printable(c);
    }
    return false;
}

bool value_fits(enum syntax syntax, struct bytes value)
{
    const unsigned char *characters = value.data;
    bool is_blank = true;

    for (size_t i = 0; i < value.size; i++) {
        if (!fits(syntax, characters[i]))
            return false;
        is_blank = is_blank && isspace(characters[i]);
    }
    return !is_blank;
}

/* A name with a NUL byte would end there elsewhere. */
const char *name_fault(struct bytes name)
{
    if (!name.data || name.size == 0)
        return "is missing";
    if (name.size > NAME_SIZE_MAX)
        return "is longer than 1024 bytes";
    if (!value_fits(SYNTAX_TEXT, name))
        return "is blank or has a NUL byte";
    return NULL;
}
