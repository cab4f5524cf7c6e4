/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ids and secrets look like.  If a user swaps the two, the secret would
 * appear in logs and lists, where ids are shown.
 */
#ifndef CORE_TEXT_KEY_LOOK_H
#define CORE_TEXT_KEY_LOOK_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * A static text about what is odd about the two, for lint; NULL if nothing is.
 * It is never proof: providers make both in any form.
 */
const char *key_look_problem(struct apam_str id, struct apam_str secret);

/*
 * True for what is long and random, made of letters and digits, as a secret is
 * and an id or a word is not.  A guess, as above.
 */
bool key_look_is_secret(struct apam_str text);

/*
 * Shorten an id that may be a secret, for logs: at most its first four
 * characters and at most a quarter of it, then "...".  An email address is not
 * a secret, and stays whole.  `to` has `size` bytes, at least 20.
 */
void key_look_cut(const char *id, char *to, size_t size);

#endif
