/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as programs that sign see it: the index, found and opened.
 * No text is read, nothing allocated, no descriptor kept.
 *
 * Where there is neither an index nor anything else of a registry there is
 * none, and no key is archived.  Where the index is missing, damaged, or older
 * than this machine has been told of, and there is or was a registry, nothing
 * is known: that is an error, and no key may be taken for an active one.
 */
#ifndef CORE_KEY_VIEW_H
#define CORE_KEY_VIEW_H

#include "keys/counter.h"
#include "keys/index.h"
#include "keys/place.h"

/* Between two looks at the file, of programs that the counter cannot tell. */
#define KEYS_LOOK_MS 1000

struct key_view {
	int fd;			/* of the index; -1: there is no registry */
	uid_t owner;		/* of the index */
	struct key_index_head head;
	struct file_print print;
	uint64_t counter;	/* its value before the index was opened */
};

/*
 * Open the index and read its head; `counter`, which may be NULL, follows the
 * registry's.  Errors, with fd -1: CONFIG or TRUST with what to do; MEMORY,
 * where this process has no memory or descriptor left.
 */
enum apam_status key_view_open(const struct key_registry *registry,
    struct key_counter *counter, struct key_view *view, struct apam_error *err);
void key_view_close(struct key_view *view);

/* What a function of index.h, that was given the view, returned. */
enum apam_status key_view_refuse(const struct key_registry *registry,
    int failed, struct apam_error *err);

/*
 * Have a counter follow the registry's, and no more.  True if the index is not
 * the one that the print is of; that is found on the same way to it.  `print`
 * may be NULL.
 */
bool key_view_follow(const struct key_registry *registry,
    struct key_counter *counter, const struct file_print *print);

/* The same question by path alone, which takes no descriptor. */
bool key_view_changed(const struct key_registry *registry,
    const struct file_print *print);

#endif
