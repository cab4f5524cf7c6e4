/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which secret of a key was once found good, as a text for notes (note.h):
 * so that a wrong secret under the same id is not taken for a key that died.
 */
#ifndef CORE_SEEN_H
#define CORE_SEEN_H

#include <stdbool.h>

#include "keys/mark.h"

/* A salt and a mark in hex digits, and a NUL. */
#define SEEN_TEXT ((KEY_SALT_SIZE + KEY_MARK_SIZE) * 2 + 1)

/* That of the key's secret, with a new salt.  False: no random bytes. */
bool seen_make(const struct key_identity *key, char to[SEEN_TEXT]);

/*
 * True where `seen` was made of the key's secret; one secret in 65536 passes
 * for it by chance.  What is not such a text is of none.
 */
bool seen_is_of(const struct key_identity *key, const char *seen);

/* True for what seen_make makes, and for "". */
bool seen_ok(const char *seen);

#endif
