#ifndef API_QUERY_H
#define API_QUERY_H

#include "bridge/scim/list.h"
#include "bridge/scim/projection.h"
#include "request.h"

/* What the parameters of a list ask for (RFC 7644 section 3.4.2). */
struct query {
    const struct filter *filter; /* NULL: all */
    struct page page;
    struct projection *projection; /* NULL: as stored */
};

enum status query_parse(struct exchange *exchange, const struct scim_resource_type *type,
                        struct query *query, struct problem *problem);

/* Only attributes and excludedAttributes: for a single resource. */
enum status query_projection(struct exchange *exchange, const struct scim_resource_type *type,
                             struct projection **projection, struct problem *problem);

/* Whether they can be met: asked before a change, which must not end in a refusal once it is made.
 */
enum status query_check(struct exchange *exchange, const struct scim_resource_type *type,
                        struct problem *problem);

/*
 * A resource as it is answered: document and tail, joined, with what the
 * projection leaves of it.
 */
struct bytes query_render(struct arena *arena, const struct scim_resource_type *type,
                          const struct projection *projection, struct bytes document,
                          struct bytes tail);

/* Answer one resource, its location and version in headers as well. */
void query_answer(struct exchange *exchange, int status, const struct scim_resource_type *type,
                  const struct projection *projection, const char *id, uint64_t version,
                  struct bytes document, struct bytes tail);

#endif
