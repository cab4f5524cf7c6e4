/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which secret of a key was once found good, as a text for notes (note.h):
 * so that a wrong secret under the same id is not taken for a key that died.
 */
#ifndef CORE_SEEN_H
#define CORE_SEEN_H

#include <stdbool.h>

#include "keys/mark.h"

struct entry;

/* A salt and a mark in hex digits, and a NUL. */
#define SEEN_TEXT ((KEY_SALT_SIZE + KEY_MARK_SIZE) * 2 + 1)

/* That of the entry's secret, with a new salt.  False without memory. */
bool seen_make(const struct entry *e, char to[SEEN_TEXT]);

/*
 * True where `seen` was made of the entry's secret; of another one it is by
 * chance in one of 65536.  What is no such text is of none.
 */
bool seen_is_of(const struct entry *e, const char *seen);

/* True for what seen_make makes, and for "". */
bool seen_ok(const char *seen);

#endif
