/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points in time, in the forms in which people write them.
 */
#ifndef HOSTS_CLI_LIB_SINCE_H
#define HOSTS_CLI_LIB_SINCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Read a point in time as Unix time.  Local time: "2026-01-31", "2026-01-31
 * 12:00", "2026-01-31T12:00:00", "today", "yesterday"; UTC with a Z at the end.
 * "90s", "15m", "24h" and "7d" are so long before `now`.  "@1769860800" is Unix
 * time.  Returns false for anything else.
 */
bool since_read(const char *text, int64_t now, int64_t *to);

#define SINCE_FORMS                                                            \
	"write 2026-01-31, 2026-01-31T12:00:00Z, 24h, 7d, today or yesterday"

#endif
