/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One component of a path that is to be trusted (trust.h): what it has to be,
 * whose it may be, who may write and read it, and the text that says why it is
 * refused.  It is opened relative to the directory above it, which was checked,
 * and what was opened is what is checked.
 */
#ifndef CORE_FILE_COMPONENT_H
#define CORE_FILE_COMPONENT_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <apam/apam.h>

#include "file/steps.h"
#include "file/trust_kind.h"

/* A walk; steps.done is the component that it is at. */
struct walk {
	struct apam_str path; /* as it was asked for */
	struct steps steps;
	enum trust_kind kind;
	bool user;
	uid_t other; /* who is trusted as root is; 0: nobody else */
	bool moved; /* it may succeed if it begins again */
	struct apam_error err;
};

/*
 * Open `name` in the directory `at`, or AT_FDCWD, as a directory or as what the
 * walk's kind says, and check it.  -1 with w->err set, whose text begins with the
 * path so far; w->moved where it may be another thing by now.
 */
int component_open(struct walk *w, int at, const char *name, bool directory);

/*
 * Set w->err to "PATH what", or "PATH what; remedy PATH".  `remedy` may be NULL.
 * Returns false, as the next ones do that refuse.
 */
bool component_refuse(struct walk *w, enum apam_status status, const char *what,
    const char *remedy);
/* Say why a call of the system on it has failed. */
bool component_refuse_errno(struct walk *w, int number);

/* True if what has this mode is a directory, or what the walk's kind says. */
bool component_check_kind(struct walk *w, mode_t mode, bool directory);

/* True if links are followed on this walk. */
bool component_may_be_link(const struct walk *w);

#endif
