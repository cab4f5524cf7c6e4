/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files from which a profile was read, and whether they have changed since.
 */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct watched;

struct watch {
	struct watched *files;
	size_t count;
	bool failed;	/* a file could not be noted: report "changed" */
};

/* Note a file's present state, before it is read; the file may be missing. */
void watch_add(struct watch *w, const char *path);

/* True if any file differs from its noted state. */
bool watch_changed(const struct watch *w);

/* Free the list; a zeroed struct is allowed. */
void watch_free(struct watch *w);

#endif
