#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "bridge/config/config.h"
#include "document.h"

/* One organization, with what was read of it. */
struct scope {
    const char *prefix; /* what its settings' names begin with: "", "organizations.acme." */
    struct organization_config *organization;
    struct place *given; /* where each setting is; line 0: nowhere */
};

/* A configuration while it is read. */
struct reader {
    struct document document;
    struct arena *arena;
    struct config *config;
    const char *folder;                            /* absolute: what relative paths start from */
    struct scope scopes[CONFIG_ORGANIZATIONS_MAX]; /* one for each organization */
    struct scope *scope; /* whose section is read; the daemon's own are in the first one */
};

/*
 * Read the file of the document, which is started with its path; the configuration
 * is to be cleared, whatever comes back.
 */
enum status reader_load(struct reader *reader);

/*
 * What can be said only when everything has been read: a setting that another
 * one needs or bars, a directory that cannot be reached as its settings say,
 * attributes that cannot be mapped so, and organizations within each other's
 * reach. The attribute maps are made.
 */
enum status check_settings(struct reader *reader);

#endif
