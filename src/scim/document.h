#ifndef SCIM_DOCUMENT_H
#define SCIM_DOCUMENT_H

#include <stddef.h>

/* A file of scim-schemas/, embedded by embed.cmake. */
struct scim_document {
    const char *file;
    const unsigned char *data;
    size_t size;
};

/* Ended by a row without a file. */
extern const struct scim_document scim_documents[];

#endif
