/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys that profiles name: one for each entry of each profile, as the files
 * are now.  Their entries are read, never opened, and a secret only when it is
 * asked for.
 */
#ifndef CORE_KEY_NAMED_H
#define CORE_KEY_NAMED_H

#include "admin/record_edit.h"
#include "entry/entry.h"
#include "keys/secret_readers.h"
#include "keys/stands.h"

struct named_key {
	struct named_key *next;
	const char *profile;	/* its name; lives as long as the stack */
	struct stack *stack;	/* held */
	struct entry entry;
	struct key_readers readers; /* of its secrets' files */
	struct buf secret;	/* entry_key_secret's */
	bool asked;		/* for the secret */
	struct apam_error secret_error; /* status OK: it was read */
};

struct named_keys {
	struct named_key *first, **end;
	struct apam_error partial; /* the last profile that cannot be read */
};

/*
 * Read all profiles.  One that cannot be read is left out, and `partial` says
 * so.  Errors: CONFIG, TRUST, MEMORY; the list is then empty.
 */
enum apam_status named_keys_read(struct apam *ctx, struct named_keys *to,
    struct apam_error *err);

/*
 * Free it, but keep for the next reading of the same context what was read of
 * profiles; one whose files have changed by then is read anew.  No secret is
 * kept.  So who looks at the keys first and changes one then reads once.
 * What is kept is freed with the context.
 */
void named_keys_keep(struct apam *ctx, struct named_keys *named);

/* Wipe and free; fine on a zeroed struct. */
void named_keys_free(struct named_keys *named);

/*
 * Add the keys of one stack that is not opened.  False, with problems added,
 * where an entry cannot be read; nothing is then added.
 */
bool named_keys_add(struct named_keys *to, struct stack *stack,
    struct problems *all);

/* An empty list. */
void named_keys_init(struct named_keys *named);

/* Read its secret, once.  False with key->secret_error set. */
bool named_key_secret(struct named_key *key);

/* Of this scheme, or any where that is NULL, and of this id. */
bool named_key_is(const struct named_key *key, const char *scheme,
    const char *id);

/*
 * As the registry knows it; the secret only where it was read and is the same
 * to all processes.
 */
struct key_identity named_key_identity(const struct named_key *key);

/*
 * The key as the registry is asked of it (keys/stands.h); its secret is read
 * when a mark asks for it.  *key must live as long.
 */
struct key_asked named_key_asked(struct named_key *key);

#endif
