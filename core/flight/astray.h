/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an exchange went that led to nothing, and whose word that was: the
 * option of the profile that has the URL, with file and line.
 */
#ifndef CORE_ASTRAY_H
#define CORE_ASTRAY_H

#include "entry/entry.h"

/*
 * Add to a text of `size` bytes, what the exchange failed of, the option that
 * its URL is from, as "; token_url, /etc/apam.d/x.conf:5"; and with `whole` the
 * URL before that, without its query, which may be secret.  What does not fit
 * is cut from the text before it.
 */
void astray_tell(const struct entry *e, const struct exchange *x, bool whole,
    char *text, size_t size);

/* The same of the entry's probe. */
void astray_tell_probe(const struct entry *e, char *text, size_t size);

#endif
