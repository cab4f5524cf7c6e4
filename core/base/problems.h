/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that is wrong with a set of files, collected in one pass.
 */
#ifndef CORE_PROBLEMS_H
#define CORE_PROBLEMS_H

#include <apam/apam.h>

struct problems {
	struct apam_error first; /* status APAM_OK while there is none */
	unsigned count; /* of errors: warnings are told and not counted */
	/* Called for each, the first included; may be NULL. */
	void (*each)(void *arg, const struct apam_error *problem);
	void *arg;
};

/* None yet, and nobody to tell. */
void problems_init(struct problems *all);

/* Add one.  line 0: none.  Never bytes of a secret. */
void problems_add(struct problems *all, enum apam_status status,
    const char *file, unsigned line, const char *format, ...) APAM_PRINTF(5, 6);

/* Add one that a call has filled in; `file` and `line` where it has none. */
void problems_add_error(struct problems *all, const char *file, unsigned line,
    const struct apam_error *err);

/*
 * Tell whoever listens of what works and is most likely not meant: a problem
 * of status APAM_OK, which is no error.  Never bytes of a secret.
 */
void problems_warn(struct problems *all, const char *file, unsigned line,
    const char *format, ...) APAM_PRINTF(4, 5);

#endif
