/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that is wrong with a set of files, collected in one pass.
 */
#ifndef CORE_BASE_PROBLEMS_H
#define CORE_BASE_PROBLEMS_H

#include <apam/apam.h>

struct problems {
	struct apam_error first; /* status APAM_OK while there is none */
	unsigned count; /* of errors; warnings are not counted */
	/* Called for each, the first included, until it returns false; may be
	   NULL. */
	bool (*each)(void *arg, const struct apam_error *problem);
	void *arg;
	bool stopped; /* it returned false */
	/* What this user may not read is a warning: others may. */
	bool unreadable_warns;
};

/* No problems yet, and no function to call. */
void problems_init(struct problems *all);

/* Add a problem; line 0: none.  The text must not contain bytes of a secret. */
void problems_add(struct problems *all, enum apam_status status,
    const char *file, unsigned line, const char *format, ...) APAM_PRINTF(5, 6);

/*
 * Add an error that a call filled in; `file` and `line` are used if it has
 * none.
 */
void problems_add_error(struct problems *all, const char *file, unsigned line,
    const struct apam_error *err);

/* Add that path_absolute has failed for this file, with errno as it left it. */
void problems_add_no_folder(struct problems *all, const char *file);

/*
 * Pass on a warning, about something that works but is probably not intended: a
 * problem with status APAM_OK.  The text must not contain bytes of a secret.
 */
void problems_warn(struct problems *all, const char *file, unsigned line,
    const char *format, ...) APAM_PRINTF(4, 5);

#endif
