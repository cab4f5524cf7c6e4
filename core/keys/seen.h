/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which secret of a key was found good before, as a text for notes (note.h).
 * With it, a wrong secret under the same id is not taken for a dead key.
 */
#ifndef CORE_KEYS_SEEN_H
#define CORE_KEYS_SEEN_H

#include <stdbool.h>

#include "keys/mark.h"

/* A salt and a mark in hex digits, and a NUL. */
#define SEEN_TEXT ((KEY_SALT_SIZE + KEY_MARK_SIZE) * 2 + 1)

/*
 * Make it for the key's secret, with a new salt.  False if there are no random
 * bytes.
 */
bool seen_make(const struct key_identity *key, char to[SEEN_TEXT]);

/*
 * True if `seen` was made for the key's secret; one secret in 65536 matches by
 * chance.  A text of another form matches no secret.
 */
bool seen_is_of(const struct key_identity *key, const char *seen);

/* True for a text that seen_make can make, and for "". */
bool seen_ok(const char *seen);

#endif
