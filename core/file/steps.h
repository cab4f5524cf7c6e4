/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A path on its way from the root, name by name, through symbolic links.  It
 * is text alone: the caller opens each name, and says what a link holds.
 *
 * The kernel is not asked to follow a link, because it would follow one that
 * another user has made.  A ".." leads back to the root and down again, to
 * where the names so far led without their last one: the directory above an
 * open one may have become another's.
 */
#ifndef CORE_FILE_STEPS_H
#define CORE_FILE_STEPS_H

#include <stdbool.h>

#include "base/str.h"

#define STEPS_PATH_MAX 511 /* bytes; fits apam_error.file */
/* Links and ".." on one way; Linux follows 40 links. */
#define STEPS_TURNS_MAX 40

enum step {
	STEP_NAME,	/* the next name was taken; it is the last of `done` */
	STEP_ROOT,	/* go back to the root; `done` is "/" */
	STEP_END	/* there is none left: `done` is the whole */
};

struct steps {
	/* "/", or names without a link or ".." among them; a NUL follows. */
	char done[STEPS_PATH_MAX + 1];
	char todo[STEPS_PATH_MAX + 1]; /* what is still to go; a NUL follows */
	unsigned turns;
	/* Static text that continues "DONE ": why the way ends; or NULL. */
	const char *why;
};

/* `path` is as trust_path_problem (file/trust.h) wants it. */
void steps_init(struct steps *s, struct apam_str path);

/*
 * Take the next name.  Also STEP_END, with s->why set, if the way takes too
 * many turns.
 */
enum step steps_next(struct steps *s);

/* The last name of `done`, with its NUL; not empty after STEP_NAME. */
const char *steps_name(const struct steps *s);

/* True if the name that was taken is the last one. */
bool steps_is_last(const struct steps *s);

/*
 * The name that was taken is a link to `target`, which comes in its place.
 * STEP_NAME: go on in the directory that holds the link; else as steps_next.
 */
enum step steps_link(struct steps *s, struct apam_str target);

#endif
