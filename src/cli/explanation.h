#ifndef CLI_EXPLANATION_H
#define CLI_EXPLANATION_H

/*
 * What the help of a command says beyond its one line: for who has never seen it.
 * A command needs none.
 */
struct explanation {
    const char *noun;
    const char *verb;    /* NULL: the noun is all */
    const char *text;    /* a few sentences; NULL: the one line is enough */
    const char *example; /* what may stand behind noun and verb; NULL: nothing that would help */
};

/* NULL: there is none. */
const struct explanation *explanation_of(const char *noun, const char *verb);

#endif
