/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which secret of an entry's key was seen good, as a text for notes
 * (keys/seen.h).
 */
#ifndef CORE_ENTRY_SEEN_SECRET_H
#define CORE_ENTRY_SEEN_SECRET_H

#include "keys/seen.h"

struct entry;

/* That of the entry's secret, with a new salt.  False without memory. */
bool entry_seen_make(const struct entry *e, char to[SEEN_TEXT]);

/* True where `seen` was made of the entry's secret; false without memory. */
bool entry_seen_is_of(const struct entry *e, const char *seen);

#endif
