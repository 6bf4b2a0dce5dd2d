#ifndef BRIDGE_BASE_LOG_H
#define BRIDGE_BASE_LOG_H

/*
 * One line a fact, on standard error:
 *
 *   2026-01-31T08:00:00Z warning "entry parked" dn="uid=ada,ou=people" reason="..."
 *
 * Values are quoted, controls are escaped, a line is at most 4 KiB. Secrets and
 * what people are called never go in: name the resource by id or DN.
 */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Lines below this level are dropped. LOG_INFO until told otherwise. */
void log_set_level(enum log_level level);

/* What happened, then name and value in turn, then NULL. A NULL value leaves its name out. */
void log_write(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
