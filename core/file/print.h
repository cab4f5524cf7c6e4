/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that a profile was made of, and whether they have changed since.
 */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct watched;

struct watch {
	struct watched *files;
	size_t count;
	bool failed;	/* a file could not be noted: say "changed" */
};

/* Note a file as it is now, before it is read; it may be absent. */
void watch_add(struct watch *w, const char *path);

/* True where any file is not what it was when it was noted. */
bool watch_changed(const struct watch *w);

/* Fine on a zeroed struct. */
void watch_free(struct watch *w);

#endif
