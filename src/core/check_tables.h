#ifndef CORE_CHECK_TABLES_H
#define CORE_CHECK_TABLES_H

#include <stdbool.h>

#include "bridge/store/store.h"

/* What the check knows of each table: a new one needs a row. */
struct check_table {
    const char *name;
    bool is_of_organizations; /* keys begin with the number of one */
    bool is_of_daemon;        /* or with 0: of the whole daemon */
};

extern const struct check_table check_tables[STORE_TABLE_COUNT];

#endif
