/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a call of the system fails with where the process or the machine has no
 * descriptor or memory left: nothing is wrong with what was asked for, and it may
 * succeed later.
 */
#ifndef CORE_BASE_SHORTAGE_H
#define CORE_BASE_SHORTAGE_H

#include <errno.h>
#include <stdbool.h>

/* `number`: an errno. */
static inline bool
is_shortage(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOMEM ||
	    number == ENOBUFS;
}

#endif
