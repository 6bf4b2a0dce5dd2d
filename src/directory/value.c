#include "value.h"

#include <ctype.h>

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
