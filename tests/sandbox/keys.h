/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fake keys of the providers, and what has become of each.
 * Fixed ones are listed in README.md; more may be added while it runs.
 * Callers hold the sandbox's lock.
 */
#ifndef SANDBOX_KEYS_H
#define SANDBOX_KEYS_H

#include "request.h"

enum key_state { KEY_GOOD, KEY_ARCHIVED, KEY_DELETED };

#define KEY_TEXT_MAX 128

struct key {
	enum provider provider;
	enum key_state state;
	char id[KEY_TEXT_MAX];
	char secret[KEY_TEXT_MAX];
	char access[16]; /* "admin", "user", "read" or "write" */
};

/* Puts the fixed keys in place, dropping all others. */
void keys_reset(void);

/* The key with that id, whatever its state, or NULL. */
struct key *key_find(enum provider provider, const char *id, bool ignore_case);

/* Whether the key is good and SECRET is its secret; KEY may be NULL. */
bool key_accepts(const struct key *key, const char *secret);

/* Replaces the key's secret; false when it is too long. */
bool key_rotate(struct key *key, const char *secret);

/* Adds a good key; false when there is no room or the id is taken. */
bool key_add(enum provider provider, const char *id, const char *secret,
    const char *access);

#endif
