/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vectors as folders: each case is a folder with an answer in the file
 * "response" and its result in the file "expected".
 *
 * "expected" has a line for each: the status; then the error's text, or else
 * the credential and its lifetime.
 */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include <dirent.h>

#include "support/drive.h"

#define CASE_MAX 65536

struct cases {
	const char *folder;
	struct dirent **list;
	int count;
};

static inline int
cases_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Find all cases of a folder; aborts if there are none. */
static inline void
cases_find(struct cases *c, const char *folder)
{
	c->folder = folder;
	c->count = scandir(folder, &c->list, cases_visible, alphasort);
	drive_need(c->count > 0, "no cases in", folder);
}

/* Read a file of case `i`, with a NUL; the caller frees it. */
static inline char *
cases_read(const struct cases *c, int i, const char *file)
{
	char path[512];
	char *text = calloc(1, CASE_MAX);
	size_t n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", c->folder,
	    c->list[i]->d_name, file);
	f = fopen(path, "r");
	drive_need(f != NULL && text != NULL, "cannot read", path);
	if (f != NULL && text != NULL)
		n = fread(text, 1, CASE_MAX - 1, f);
	drive_need(n > 0, "empty", path);
	if (f != NULL)
		(void)fclose(f);
	return text;
}

/* Write the result of a step in the form of "expected". */
static inline void
cases_describe(const struct op *op, enum apam_step step, char *to, size_t size)
{
	if (step == APAM_STEP_FAILED)
		(void)snprintf(to, size, "%s\n%s\n",
		    apam_status_name(op->error.status), op->error.text);
	else
		(void)snprintf(to, size, "APAM_OK\n%s\n%lld\n",
		    buf_view(&op->credential).p, (long long)op->lifetime);
}

#endif
