/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a directory of files from those of a template, with one name put in
 * the place of another.
 */
#ifndef HOSTS_CLI_LIB_TEMPLATE_H
#define HOSTS_CLI_LIB_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#define TEMPLATE_PATH 4096

/* What is put in the place of what, in texts and in names of files. */
struct template_word {
	const char *from, *to;
};

struct template {
	const struct template_word *words; /* the longest `from` first */
	size_t count;
	const char *to;		/* the directory that is made */
	char made[TEMPLATE_PATH]; /* the file last made, below it */
};

/*
 * The directory of the templates, with room for TEMPLATE_PATH: the one beside
 * this program, as in the build tree, or else the installed one.  False where
 * there is none.
 */
bool template_directory(char *to);

/*
 * Copy each file below `from` to the same place below t->to, which exists.  A
 * file's ".in" at the end of its name is left out.  Nothing is overwritten.
 * `each` is called for each file that was made.  False with errno set, and
 * t->made naming the file.
 */
bool template_copy(struct template *t, const char *from,
    void (*each)(const char *made));

#endif
