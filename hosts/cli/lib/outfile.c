/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output files.
 */
#include "lib/outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static bool
open_temporary(struct outfile *out)
{
	size_t size = strlen(out->path) + sizeof(".XXXXXX");
	int fd;

	out->temporary = malloc(size);
	if (out->temporary == NULL)
		return false;
	snprintf(out->temporary, size, "%s.XXXXXX", out->path);
	fd = mkstemp(out->temporary); /* mode 0600 */
	if (fd < 0) {
		free(out->temporary);
		out->temporary = NULL;
		return false;
	}
	out->to = fdopen(fd, "wb");
	if (out->to == NULL)
		close(fd);
	return out->to != NULL;
}

bool
outfile_open(struct outfile *out, const char *path)
{
	*out = (struct outfile){ .path = path };
	if (special(path)) {
		out->to = fopen(path, "wb");
		return out->to != NULL;
	}
	if (open_temporary(out))
		return true;
	outfile_discard(out);
	return false;
}

bool
outfile_commit(struct outfile *out)
{
	bool ok = fflush(out->to) == 0 && ferror(out->to) == 0;

	ok = fclose(out->to) == 0 && ok;
	out->to = NULL;
	if (ok && out->temporary != NULL)
		ok = rename(out->temporary, out->path) == 0;
	if (!ok) {
		outfile_discard(out);
		return false;
	}
	free(out->temporary);
	out->temporary = NULL;
	return true;
}

void
outfile_discard(struct outfile *out)
{
	int saved = errno;

	if (out->to != NULL)
		fclose(out->to);
	out->to = NULL;
	if (out->temporary != NULL)
		unlink(out->temporary);
	free(out->temporary);
	out->temporary = NULL;
	errno = saved;
}
