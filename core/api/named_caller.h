/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Somebody whom a host names, in the form that rules are held against.
 */
#ifndef CORE_API_NAMED_CALLER_H
#define CORE_API_NAMED_CALLER_H

#include <apam/apam.h>

#include "config/allow.h"

struct named_caller {
	struct caller caller;
	uint32_t *groups; /* its memory */
};

/*
 * Take what a host gave, whose struct may have another size.  Nothing is asked
 * of the system.  Free it in any case; the unit is the host's memory.  Errors:
 * USAGE, where the struct, a user or a group cannot be; MEMORY.
 */
enum apam_status named_caller_take(struct named_caller *to,
    const struct apam_caller *from, struct apam_error *err);
void named_caller_free(struct named_caller *named);

/*
 * True where named_caller_take would take it, and it names no unit.  Nothing is
 * allocated.
 */
bool named_caller_is_plain(const struct apam_caller *caller);

/* Of a plain one: that it is root, or this process's user. */
bool named_caller_is_master(const struct apam_caller *caller);

/*
 * That it is a plain one, of this process's user, with the groups that this
 * process has, all of them and no others.  False, too, where these are many.
 */
bool named_caller_is_self(const struct apam_caller *caller);

#endif
