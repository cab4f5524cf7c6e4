/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points in time as people write them.
 */
#ifndef CLI_SINCE_H
#define CLI_SINCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Unix time of "2026-01-31", "2026-01-31 12:00", "2026-01-31T12:00:00", which
 * are local, or UTC with a Z; of "90s", "15m", "24h" or "7d", so long before
 * `now`; of "today" and "yesterday", local; and of "@1769860800".  False where
 * it is none of these.
 */
bool since_read(const char *text, int64_t now, int64_t *to);

#define SINCE_FORMS                                                            \
	"write 2026-01-31, 2026-01-31T12:00:00Z, 24h, 7d, today or yesterday"

#endif
