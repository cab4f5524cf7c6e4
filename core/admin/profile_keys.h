/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys that profiles name: one for each entry of each profile, as the files
 * are now.  The entries are read, never opened, and a secret is read only when
 * it is asked for.
 */
#ifndef CORE_ADMIN_PROFILE_KEYS_H
#define CORE_ADMIN_PROFILE_KEYS_H

#include "admin/record_edit.h"
#include "entry/entry.h"
#include "keys/secret_readers.h"
#include "keys/stands.h"

struct named_key {
	struct named_key *next;
	const char *profile;	/* its name; lives as long as the stack */
	struct stack *stack;	/* held */
	struct entry entry;
	/* which users may read the files of its secrets */
	struct key_readers readers;
	struct buf secret;	/* as entry_key_secret makes it */
	bool asked;		/* the secret has been asked for */
	struct apam_error secret_error; /* status OK: it was read */
};

struct named_keys {
	struct named_key *first, **end;
	/* why the last unreadable profile cannot be read */
	struct apam_error partial;
};

/*
 * Read all profiles.  A profile that cannot be read is left out, and `partial`
 * says so.  Errors: CONFIG, TRUST, MEMORY; the list is then empty.
 */
enum apam_status named_keys_read(struct apam *ctx, struct named_keys *to,
    struct apam_error *err);

/*
 * Free the keys, but keep what was read of profiles for the next reading of the
 * same context, so that a program that first looks at the keys and then changes
 * one reads once.  A profile whose files have changed by then is read again.
 * No secret is kept.  What is kept is freed with the context.
 */
void named_keys_keep(struct apam *ctx, struct named_keys *named);

/* Wipe and free.  A zeroed struct is allowed. */
void named_keys_free(struct named_keys *named);

/*
 * Add the keys of one stack that is not opened.  False, with problems added and
 * no keys, if an entry cannot be read.
 */
bool named_keys_add(struct named_keys *to, struct stack *stack,
    struct problems *all);

/* Make the list empty. */
void named_keys_init(struct named_keys *named);

/* Read the key's secret, once.  False with key->secret_error set. */
bool named_key_secret(struct named_key *key);

/* True if the key has this scheme, or NULL is given, and this id. */
bool named_key_is(const struct named_key *key, const char *scheme,
    const char *id);

/*
 * The key's identity in the registry; with the secret only if it was read and
 * is the same for all processes.
 */
struct key_identity named_key_identity(const struct named_key *key);

/*
 * The key as a question to the registry (keys/stands.h); its secret is read
 * when a mark asks for it.  *key must live as long.
 */
struct key_asked named_key_asked(struct named_key *key);

#endif
