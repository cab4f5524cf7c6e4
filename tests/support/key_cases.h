/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys as folders below tests/vectors: a case is a folder with files, whose
 * file `source` says where they come from.
 */
#ifndef TESTS_KEY_CASES_H
#define TESTS_KEY_CASES_H

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apam/types.h>

#define KEY_CASE_MAX 65536

struct key_cases {
	const char *folder;
	struct dirent **list;
	int count;
};

static inline int
key_cases_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* All cases of a folder; the test ends if there are none. */
static inline void
key_cases_find(struct key_cases *c, const char *folder)
{
	c->folder = folder;
	c->count = scandir(folder, &c->list, key_cases_visible, alphasort);
	if (c->count <= 0) {
		perror(folder);
		exit(1);
	}
}

static inline void
key_cases_free(struct key_cases *c)
{
	for (int i = 0; i < c->count; i++)
		free(c->list[i]);
	free(c->list);
}

static inline const char *
key_case_name(const struct key_cases *c, int i)
{
	return c->list[i]->d_name;
}

/* A file of case `i` in `to`, which has KEY_CASE_MAX bytes; a NUL follows. */
static inline struct apam_str
key_case_read(const struct key_cases *c, int i, const char *file, char *to)
{
	char path[512];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", c->folder,
	    key_case_name(c, i), file);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	n = fread(to, 1, KEY_CASE_MAX - 1, f);
	(void)fclose(f);
	to[n] = '\0';
	return (struct apam_str){ to, n };
}

/* The same without its last newline. */
static inline struct apam_str
key_case_line(const struct key_cases *c, int i, const char *file, char *to)
{
	struct apam_str text = key_case_read(c, i, file, to);

	if (text.n > 0 && to[text.n - 1] == '\n')
		to[--text.n] = '\0';
	return text;
}

#endif
