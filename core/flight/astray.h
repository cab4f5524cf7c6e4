/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Naming the option of the profile, with file and line, that sent an exchange
 * to a place where it led to nothing.
 */
#ifndef CORE_FLIGHT_ASTRAY_H
#define CORE_FLIGHT_ASTRAY_H

#include "entry/entry.h"

/*
 * Add to a text of `size` bytes, which says why the exchange failed, the option
 * that its URL is from, as "; token_url, /etc/apam.d/x.conf:5".  With `whole`,
 * the URL comes before that, without its query, which may be secret.  What does
 * not fit is cut from the text before it.
 */
void astray_tell(const struct entry *e, const struct exchange *x, bool whole,
    char *text, size_t size);

/* The same for the entry's probe. */
void astray_tell_probe(const struct entry *e, char *text, size_t size);

#endif
