/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Metrics of the entries of profiles: their exchanges, their credentials, and what
 * is known of their keys.
 */
#ifndef HOSTS_AGENT_ENTRY_METRICS_H
#define HOSTS_AGENT_ENTRY_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/admin.h>

#include "base/buf.h"

/* How one entry of a profile stands. */
struct entry_shown {
	const char *profile;	/* its name, the caller's */
	struct apam_entry_status s;
};

/* All that are shown; zeroed before the first is added. */
struct entry_metrics {
	struct entry_shown *entries;
	size_t count;
};

/*
 * Add the entries of a profile; one that cannot be read has none.  `name` must
 * live as long as *all.  False without memory.
 */
bool entry_metrics_add(
    struct entry_metrics *all, struct apam *ctx, const char *name);

/* Append the families of entries.  A failure stays in `to`. */
void entry_metrics_write(const struct entry_metrics *all, struct buf *to);

void entry_metrics_free(struct entry_metrics *all);

#endif
