/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ids and secrets look like.  Whoever puts one in the other's place would
 * find the secret in logs and lists, where ids are.
 */
#ifndef CORE_KEY_LOOK_H
#define CORE_KEY_LOOK_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * Static text on what is odd about the two, for lint; NULL where nothing is.
 * Either way it proves nothing: providers make both as they like.
 */
const char *key_look_problem(struct apam_str id, struct apam_str secret);

/*
 * An id that may be a secret, for logs: its first characters, four at most and
 * a quarter of it, and "...".  An email address is none, and stays whole.  `to`
 * has `size` bytes, 20 at least.
 */
void key_look_cut(const char *id, char *to, size_t size);

#endif
