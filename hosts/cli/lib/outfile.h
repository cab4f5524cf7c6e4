/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of -o: written beside itself and renamed when it is complete, so
 * that nobody reads half of it.  Mode 0600.  What exists and is no regular
 * file (/dev/null, a pipe) is written to directly.
 */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

struct outfile {
	const char *path;
	char *temporary; /* NULL where written directly */
	FILE *to;
};

/* False with errno set. */
bool outfile_open(struct outfile *out, const char *path);

/* Flush, close and put in place.  False with errno set; then it is gone. */
bool outfile_commit(struct outfile *out);

/* Close and remove the temporary file; nothing after a commit. */
void outfile_discard(struct outfile *out);

#endif
