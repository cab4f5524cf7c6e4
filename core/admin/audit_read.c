/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_audit_lines: reading the audit log where it is a file.  Other users
 * wrote what is read: its size is bounded, and a file counts as a user's only
 * if that user owns it and no other may write it.
 */
#define _GNU_SOURCE
#include <apam/admin.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/line.h"
#include "audit/sink.h"
#include "base/cancel.h"
#include "base/sized.h"
#include "file/user_dir.h"
#include "profile/handle.h"

/* O_NONBLOCK: a FIFO in a file's place must not hang us. */
#define OPEN_ANY (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* A log is moved aside at half of this size; one line may exceed it. */
#define READ_MAX (2 * AUDIT_FILE_MAX)

struct reading {
	bool (*each)(void *arg, const struct apam_audit_info *line);
	void *arg;
	bool stopped;
};

/* Open a user's file as a stream; NULL if it is missing or not a proper one. */
static FILE *
open_log(int directory, const char *name, unsigned long uid)
{
	const int fd = openat(directory, name, OPEN_ANY);
	FILE *file = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == uid &&
	    (st.st_mode & 077) == 0 && st.st_size <= READ_MAX)
		file = fdopen(fd, "r");
	if (file == NULL)
		(void)close(fd);
	return file;
}

/*
 * Give a line without its newline; a line that was cut short, or is too long,
 * is left out.  The user may write at the same time, and must not keep us here
 * by that.
 */
static void
read_log(struct reading *r, FILE *file, unsigned long uid)
{
	char line[AUDIT_LINE_MAX + 2];
	const struct apam_audit_info info = {
		.size = sizeof(info), .uid = uid, .line = line
	};
	size_t n, seen = 0;
	bool whole = true;

	while (!r->stopped && seen < READ_MAX &&
	    fgets(line, sizeof(line), file) != NULL) {
		n = strlen(line);
		seen += n + 1;
		if (n > 0 && line[n - 1] == '\n') {
			line[n - 1] = '\0';
			/* Empty ones mean nothing: audit/sink.c. */
			if (whole && n > 1)
				r->stopped = !r->each(r->arg, &info);
			whole = true;
		} else {
			whole = false;
		}
	}
}

static void
read_user_log(void *arg, unsigned long uid, int directory)
{
	static const char *const names[] = { AUDIT_FILE_OLD, AUDIT_FILE };
	FILE *file;

	for (size_t i = 0; i < 2; i++) {
		file = open_log(directory, names[i], uid);
		if (file == NULL)
			continue;
		read_log(arg, file, uid);
		(void)fclose(file);
	}
}

enum apam_status
apam_audit_lines(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_audit_info *line), void *arg,
    struct apam_error *err)
{
	HOLD_CANCEL;
	const struct settings *s = ctx->env.settings;
	struct reading r = { each, arg, false };

	if (!sized_begin(err))
		return APAM_E_USAGE;
	user_dir_each(s->state_dir, s->user, read_user_log, &r);
	return APAM_OK;
}
