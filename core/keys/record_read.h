/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key registry as text: which keys an administrator knows, and which are
 * archived.  It is JSON with one key in each line, read and written without
 * files (registry.h has those), and only by administrators' programs: others
 * read the index (index.h).  apam-registry(5) describes it:
 *
 *	{ "apam": "keys 1", "registry": "...", "generation": 7, "keys": [
 *	{ "scheme": "...", "id": "...", ... },
 *	...
 *	] }
 *
 * A member that is empty or 0 is left out; keys keep their order.
 */
#ifndef CORE_KEYS_RECORD_READ_H
#define CORE_KEYS_RECORD_READ_H

#include "keys/record_set.h"

#define KEY_FILE_MAX ((size_t)256 * 1024 * 1024)

/* key_set_read returns this if memory runs out; compare the address. */
extern const char key_no_memory[];

/*
 * Read the registry's text strictly: an unknown name, a value of the wrong type
 * and a key that is there twice are errors.  Returns NULL, and the caller frees
 * *set; or a static text that says what is wrong, with *set empty and the line
 * in *line (0: not known).  The text must live as long as the set, which may
 * own it as set->text.
 */
const char *key_set_read(struct apam_str text, struct key_set *set,
    unsigned *line);

/* The checksum of a text, by which an index recognises its text. */
uint64_t key_text_sum(struct apam_str text);

#endif
