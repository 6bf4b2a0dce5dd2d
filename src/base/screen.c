#include "bridge/base/screen.h"

#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

size_t screen_width(const char *text)
{
    int width = u8_strwidth((const uint8_t *)text, "UTF-8");

    return width > 0 ? (size_t)width : 0;
}

static bool is_plain(ucs4_t character)
{
    static const uint32_t acting =
        UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp | UC_CATEGORY_MASK_Cs;

    return !uc_is_general_category_withtable(character, acting) &&
           !uc_is_property_bidi_control(character);
}

static void add_escape(struct text *text, ucs4_t character)
{
    if (character == '\n')
        text_add(text, "\\n");
    else if (character == '\t')
        text_add(text, "\\t");
    else
        text_add_format(text, character < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)character);
}

void screen_add(struct text *text, const char *more)
{
    const uint8_t *from = (const uint8_t *)more;
    size_t left = strlen(more);

    text_add(text, ""); /* so that `data` is there even when nothing follows */
    while (left > 0) {
        ucs4_t character;
        int size = u8_mbtoucr(&character, from, left);

        if (size <= 0) {
            add_escape(text, *from);
            size = 1;
        } else if (is_plain(character)) {
            text_add_bytes(text, bytes_of(from, (size_t)size));
        } else {
            add_escape(text, character);
        }
        from += size;
        left -= (size_t)size;
    }
}
