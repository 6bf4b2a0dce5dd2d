#ifndef TESTS_SUPPORT_ORDINARY_LIMITS_H
#define TESTS_SUPPORT_ORDINARY_LIMITS_H

/* Limits of a server that no test comes to by chance; for a struct http_limits. */
#define ORDINARY_LIMITS(bytes_of_body)                                                           \
    {                                                                                            \
        .body_size = (bytes_of_body), .connections = 1000, .header_ms = 60000, .body_ms = 60000, \
        .answer_ms = 60000, .idle_ms = 60000                                                     \
    }

#endif
