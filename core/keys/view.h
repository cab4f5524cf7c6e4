/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as programs that sign see it: the index, found and opened.
 * No text is read, nothing is allocated, no descriptor is kept.  If there is
 * neither an index nor anything else of a registry, there is none, and no key
 * is archived.  If the index is missing, damaged, or older than announced, and
 * there is or was a registry, nothing is known: that is an error, and no key
 * may be taken as active.
 */
#ifndef CORE_KEYS_VIEW_H
#define CORE_KEYS_VIEW_H

#include "keys/counter.h"
#include "keys/index.h"
#include "keys/place.h"

/* Between two looks at the file, for programs that cannot use the counter. */
#define KEYS_LOOK_MS 1000

struct key_view {
	int fd;			/* the index's; -1: there is no registry */
	uid_t owner;		/* the index's */
	struct key_index_head head;
	struct file_print print;
	uint64_t counter;	/* its value before the index was opened */
};

/*
 * Open the index and read its head.  `counter`, which may be NULL, follows the
 * registry's.  Errors, with fd -1: CONFIG or TRUST with what to do; MEMORY if
 * this process has no memory or descriptor left.
 */
enum apam_status key_view_open(const struct key_registry *registry,
    struct key_counter *counter, struct key_view *view, struct apam_error *err);
void key_view_close(struct key_view *view);

/*
 * Turn the result of a function of index.h, called for the view, into an error.
 */
enum apam_status key_view_refuse(const struct key_registry *registry,
    int failed, struct apam_error *err);

/*
 * Only make a counter follow the registry's.  True if the index is not the file
 * of the print, which is checked on the way.  `print` may be NULL.
 */
bool key_view_follow(const struct key_registry *registry,
    struct key_counter *counter, const struct file_print *print);

/* The same question by path alone, without a descriptor. */
bool key_view_changed(const struct key_registry *registry,
    const struct file_print *print);

#endif
