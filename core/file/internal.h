/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects of apam's own that are loaded when they are first needed.
 *
 * libcrypto and libcurl cost each process milliseconds to load, and most
 * processes need neither.  So libapam is linked to neither: an object in
 * MODULEDIR/internal is linked to one of them and exports one table of
 * functions, which the linker has filled in.  What is missing shows when apam
 * is built, and packagers' tools see what the package depends on.
 */
#ifndef CORE_FILE_INTERNAL_H
#define CORE_FILE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <apam/apam.h>

/* How each table begins. */
struct internal_head {
	size_t size;		/* of the whole table */
	char version[20];	/* of the apam that it was built with */
};

#define INTERNAL_HEAD(table)                                                   \
	{                                                                      \
		.size = sizeof(table), .version = APAM_VERSION                 \
	}

/* One such object, in static storage. */
struct internal {
	const char *name;
	size_t size;		/* of its table */
	/* Set up its library; called once that went well, and no more. */
	enum apam_status (*start)(
	    const struct internal_head *head, struct apam_error *err);
	_Atomic(const struct internal_head *) started;
};

/* Where they lie; which of the two depends on what libapam is linked with. */
struct internal_place {
	const char *directory;	/* an absolute path */
	bool checked;		/* false: it is as good as the library itself */
};
extern const struct internal_place internal_place;

/*
 * The table of NAME.so in that place, its library set up, for the life of the
 * process.  Threads may call it at once, and a fork waits for it.  What failed
 * is tried anew by the next call.  NULL with *err set, and the file named: what
 * internal_load has, and what `start` has.
 */
const struct internal_head *internal_get(
    struct internal *what, struct apam_error *err);

/*
 * Load a file as such an object; for internal_get and tests.  Where it is
 * `checked` it must be trusted (trust.h): root's, or this user's where the
 * program has no more rights than its user.  NULL with *err set: TRUST; MEMORY;
 * INTERNAL, where it is absent, does not load, or is another version's.
 */
const struct internal_head *internal_load(
    const char *path, bool checked, size_t size, struct apam_error *err);

#endif
