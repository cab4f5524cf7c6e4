/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What playing a script says: each difference with its place, as what was
 * expected and what was found, and how many there were.
 */
#ifndef HOSTS_DRIVE_TOLD_H
#define HOSTS_DRIVE_TOLD_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

struct told {
	FILE *to;
	const char *file;	/* the script's name */
	bool show;		/* secrets are not masked */
	unsigned passed, failed;
	struct buf *secrets;
	size_t secret_count, secret_room;
	bool blind;		/* one could not be kept: no text is shown */
};

/*
 * Put stars in the place of these bytes, which are copied, from now on.  Fewer
 * than 4 bytes have no stars: they stand in any text.
 */
void told_mask(struct told *t, struct apam_str secret);

/* Wipe and forget what told_mask was given. */
void told_forget(struct told *t);

/* The section at `line` is as it should be. */
void told_passed(struct told *t);

/* It is not; `what` names the part of it, "" for the whole. */
void told_failed(struct told *t, unsigned line, const char *what,
    struct apam_str expected, struct apam_str found);

/*
 * True if both are the same, or the expected one ends in "..." and what is
 * found begins with the rest of it.
 */
bool told_same(struct apam_str expected, struct apam_str found);

/*
 * Compare two texts so, and tell what differs.  True if they agree.
 */
bool told_compare(struct told *t, unsigned line, const char *what,
    struct apam_str expected, struct apam_str found);

#endif
