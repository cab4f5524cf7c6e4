/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as text: which keys an administrator knows of, and which
 * of them are archived.  JSON, one key a line, written and read without any
 * file (registry.h has those), by administrators' programs alone: others
 * read the index (index.h).  apam-registry(5) describes it:
 *
 *	{ "apam": "keys 1", "registry": "...", "generation": 7, "keys": [
 *	{ "scheme": "...", "id": "...", ... },
 *	...
 *	] }
 *
 * A member that is empty or 0 is left out; keys keep their order.
 */
#ifndef CORE_RECORD_READ_H
#define CORE_RECORD_READ_H

#include "keys/record_set.h"

#define KEY_FILE_MAX ((size_t)256 * 1024 * 1024)

/* What functions here return for lack of memory, to be compared by address. */
extern const char key_no_memory[];

/*
 * Read the registry's text, strictly: any name that is not known, any value of
 * the wrong type, a key that is there twice is an error.  NULL and *set is the
 * caller's to free, or what is wrong, static text, and *set is empty; *line is
 * then where, 0: not known.  The text must live as long as the set, which may
 * own it as set->text.
 */
const char *key_set_read(struct apam_str text, struct key_set *set,
    unsigned *line);

/*
 * The checksum of a text, by which an index knows the text that it was made
 * from.
 */
uint64_t key_text_sum(struct apam_str text);

#endif
