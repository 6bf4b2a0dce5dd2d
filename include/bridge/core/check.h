#ifndef BRIDGE_CORE_CHECK_H
#define BRIDGE_CORE_CHECK_H

#include "bridge/store/store.h"

/*
 * Whether what the store holds goes together. It only reads, so it can also be asked
 * of a store that a daemon has open. What is sealed is opened where the key ring is
 * loaded, and left alone where it is not.
 */

/* One thing that is wrong. The texts are good during the call. */
struct check_finding {
    const char *subject; /* "user 0190...", "count of sites", "journal" */
    const char *detail;  /* what is wrong with it */
    const char *advice;  /* what to do next */
};

typedef void check_report(void *context, const struct check_finding *finding);

/* What was looked at. */
struct check_counts {
    uint64_t users;
    uint64_t groups;
    uint64_t sites;
    uint64_t connections;
    uint64_t journal_lines;
};

/*
 * The table of organizations itself: each is whole, named once, and nothing is there
 * of one that is not.
 *
 * STATUS_INTERNAL  the store cannot be read; what was reported until then stands
 */
enum status check_organizations(struct store *store, check_report *report, void *context,
                                struct problem *problem);

/*
 * One organization: each record is whole, all that leads to it is there and leads to
 * it, nothing leads to what is not there, each count is what a recount gives, nothing
 * is left of who is gone, no number is larger than the last that was given out, and
 * the chain of the journal holds. Reads one snapshot; memory is bounded by the counters
 * and, where something is wrong, by 8 bytes for each entry of the index concerned.
 *
 * STATUS_INTERNAL  the store cannot be read; what was reported until then stands
 */
enum status check_organization(struct store *store, uint32_t organization, check_report *report,
                               void *context, struct check_counts *counts, struct problem *problem);

#endif
