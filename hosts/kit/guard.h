/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inputs of the module, in memory that cannot be written to and that ends where
 * they end: a module that reads beyond them, or writes to them, crashes on the
 * spot.
 */
#ifndef HOSTS_KIT_GUARD_H
#define HOSTS_KIT_GUARD_H

#include <apam/types.h>

/* Make room for copies, once in a process.  Ends the check if there is none. */
void guard_open(void);

/*
 * A copy of `n` bytes.  `what` is a static text that says what they are, as
 * "the body of a response".  Ends the check if room runs out.
 */
const void *guard_copy(const char *what, const void *bytes, size_t n);

/* The same of a text; a NUL follows it where `ends` says so. */
struct apam_str guard_text(
    const char *what, struct apam_str text, bool ends);

/* Wipe and free all copies that were made since guard_mark returned `mark`. */
size_t guard_mark(void);
void guard_release(size_t mark);

/*
 * What the copy is that an address belongs to; *beyond tells whether it is the
 * page behind it.  NULL where it is of none.
 */
const char *guard_of(const void *address, bool *beyond);

#endif
