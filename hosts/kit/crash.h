/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a crash was about: which of the inputs a module read beyond the end of,
 * or wrote to, and in which of its functions.
 */
#ifndef HOSTS_KIT_CRASH_H
#define HOSTS_KIT_CRASH_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/types.h>

/* Have crashes of this process explained from now on. */
void crash_watch(void);

/* The module is loaded: name its functions.  `base` is where it lies. */
void crash_module(const void *base);

/* A call to this address is one of a service that is not there. */
void crash_absent_service(const void *address);
/* This check is about such calls: one is heard, even if it is muted. */
void crash_seek_absent(void);

/* True where the C library is about to abort, as after an array was overrun. */
bool crash_aborts(void);

/*
 * Find the innermost function of the module among the callers of this one, and
 * write " in NAME" or " at OFFSET" to `to`, or "".  True where the module is the
 * first of them, but for the C library.
 */
bool crash_caller(char *to, size_t size);

#endif
