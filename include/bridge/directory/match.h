#ifndef BRIDGE_DIRECTORY_MATCH_H
#define BRIDGE_DIRECTORY_MATCH_H

#include "bridge/directory/projection.h"

/*
 * Entries that are never taken for a person's: DNs, with all that is below them,
 * and filters (RFC 4515). Read-only once made; the caller's to protection_free.
 *
 * STATUS_CONFIGURATION  a text is neither; `fault` is then its index
 */
struct protection;
enum status protection_new(const char *const *texts, size_t count, struct protection **protection,
                           size_t *fault, struct problem *problem);
void protection_free(struct protection *protection); /* takes NULL */

/*
 * Look below people_base for the entry that was made by somebody else and is this
 * person's: the one that has a value of settings->match in common with the entry
 * that they should have. *matched is NULL where there is none, and where nothing
 * is matched. What cannot be seen is never taken for absent: the answer must show
 * the base itself, and that an entry is not protected.
 *
 * STATUS_DIRECTORY_REFUSED  several entries, a protected one, or an answer that proves
 *                           nothing; the words say which and what to do
 */
enum status person_match(struct directory *directory, const struct projection_settings *settings,
                         const struct entry *desired, struct arena *arena,
                         const struct entry **matched, struct problem *problem);

#endif
