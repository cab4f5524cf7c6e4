/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long what came along with a durable secret lives, such as the access
 * token beside a refresh token: the secret's record says so (durable_record.h).
 *
 * It is said by the clock that counts from the boot, with the boot's id: nobody
 * sets that clock, and it goes on through suspend.  What came along is kept for
 * one boot alone (entry/share_record.h), so after the next one nobody has it.
 */
#ifndef CORE_DURABLE_DURABLE_LIFE_H
#define CORE_DURABLE_DURABLE_LIFE_H

#include <stdint.h>

#include "base/boot.h"

#define DURABLE_BOOT_UNKNOWN "-"

/* A zeroed one: nothing came along, or nobody knows how long it lives. */
struct durable_life {
	int64_t from, until;	/* clock_ms; INT64_MAX: it has no end */
	char boot[BOOT_ID_SIZE + 1]; /* or DURABLE_BOOT_UNKNOWN */
};

/* A life that began at `from`, both clock_ms, in this boot. */
struct durable_life durable_life_of(int64_t from, int64_t until);

/* True for one as durable_life_of makes it, and for a zeroed one. */
bool durable_life_ok(const struct durable_life *life);

/*
 * How many ms of it are left at `now`, clock_ms; 0: it has ended.  Where the
 * system does not tell one boot from another, another one is known by a clock
 * that has not come as far as the beginning.
 */
int64_t durable_life_left(const struct durable_life *life, int64_t now);

#endif
