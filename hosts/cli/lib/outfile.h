/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file given with -o, mode 0600.  It is written under a temporary name
 * beside it and renamed when it is complete, so that no reader sees half of it.
 * If the path exists and is not a regular file (/dev/null, a pipe), it is
 * written to directly.
 */
#ifndef HOSTS_CLI_LIB_OUTFILE_H
#define HOSTS_CLI_LIB_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

struct outfile {
	const char *path;
	char *temporary; /* NULL if the path is written to directly */
	FILE *to;
};

/* Returns false with errno set. */
bool outfile_open(struct outfile *out, const char *path);

/*
 * Flush, close and rename.  Returns false with errno set; the temporary file is
 * then removed.
 */
bool outfile_commit(struct outfile *out);

/* Close and remove the temporary file.  Does nothing after a commit. */
void outfile_discard(struct outfile *out);

#endif
