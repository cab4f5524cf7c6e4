/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a key of the registry is the key of an entry.  This is the only rule
 * for that, for programs that sign and for administrators' programs: a key that
 * one of them takes as archived must be archived for the other.  The registry
 * identifies a key by scheme and id, and may know its secret by a mark
 * (mark.h).  Without a mark it stands for all secrets of that id.  If several
 * keys match, an archived one counts before an active one.
 */
#ifndef CORE_KEYS_STANDS_H
#define CORE_KEYS_STANDS_H

#include "keys/record_set.h"

/* How the registry distinguishes keys with one id, in a record or the index. */
struct key_claim {
	bool marked;		/* false: it stands for all secrets */
	const unsigned char *salt, *mark; /* KEY_SALT_SIZE, KEY_MARK_SIZE */
};

/* The key of an entry that is looked up. */
struct key_asked {
	struct key_identity key;
	/*
	 * Gives its secret in place of key.secret; NULL: that is used.  It is
	 * called once for each mark that must be compared.  False: the secret
	 * cannot be read.
	 */
	bool (*read)(void *arg, struct apam_str *secret);
	void *arg;
	/* Set if a secret could not be hashed; may be NULL. */
	struct apam_error *failed;
};

enum key_stands {
	KEY_STANDS_NOT,
	/* it depends on the secret, which cannot be read or hashed */
	KEY_STANDS_UNSURE,
	KEY_STANDS
};

/* For a claim with the key's scheme and id. */
enum key_stands key_claim_stands(const struct key_claim *claim,
    const struct key_asked *key);

/* The same for a record; its scheme and id are compared first. */
enum key_stands key_record_stands(const struct key_record *record,
    const struct key_asked *key);

/*
 * Of two that match, whether the second counts instead of the first; both are
 * given by their archived_at.
 */
static inline bool
key_counts_before(int64_t first, int64_t second)
{
	return first == 0 && second != 0;
}

/*
 * The record that counts, or NULL if none certainly matches: the first in the
 * set's order, but an archived one before an active one.
 */
struct key_record *key_set_find(const struct key_set *set,
    const struct key_asked *key);

#endif
