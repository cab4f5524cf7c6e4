/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of the registry's text, for messages: jansson tells the line of what it
 * cannot parse, and not where a thing was that it could.
 */
#ifndef CORE_KEY_LINE_H
#define CORE_KEY_LINE_H

#include <stddef.h>

#include <apam/types.h>

#define KEY_DEPTH_MAX 3 /* of a registry: the object, the array, a key */

/*
 * Where the text first has more than KEY_DEPTH_MAX levels, from line 1; 0:
 * nowhere.  It need not be JSON.
 */
unsigned key_line_too_deep(struct apam_str text);

/*
 * Where a key begins, counted from 0, in text that has the shape of a registry;
 * 0: it has no such key.
 */
unsigned key_line(struct apam_str text, size_t key);

#endif
