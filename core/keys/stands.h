/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a key of the registry is the key that an entry has.  This is the one
 * rule for that, for programs that sign as for those of administrators: a key
 * that one of them takes for archived must be archived to the other.
 *
 * The registry knows a key by scheme and id, and may know its secret by a mark
 * (mark.h).  Without a mark it stands for every secret of that id.  If several
 * stand for one key, an archived one counts before an active one.
 */
#ifndef CORE_KEY_STANDS_H
#define CORE_KEY_STANDS_H

#include "keys/record_set.h"

/* How the registry tells keys of one id apart, in a record or in the index. */
struct key_claim {
	bool marked;		/* false: it stands for any secret */
	const unsigned char *salt, *mark; /* KEY_SALT_SIZE, KEY_MARK_SIZE */
};

/* The key of an entry, of which the registry is asked. */
struct key_asked {
	struct key_identity key;
	/*
	 * Gives its secret in place of key.secret; NULL: that is at hand.  It
	 * is called once for each mark that has to be compared.  False: the
	 * secret cannot be read.
	 */
	bool (*read)(void *arg, struct apam_str *secret);
	void *arg;
	/* Says why a secret could not be hashed; may be NULL. */
	struct apam_error *failed;
};

enum key_stands {
	KEY_STANDS_NOT,
	/* That depends on the secret, which cannot be read, or not hashed. */
	KEY_STANDS_UNSURE,
	KEY_STANDS
};

/* For what has the scheme and the id of the key. */
enum key_stands key_claim_stands(const struct key_claim *claim,
    const struct key_asked *key);

/* The same for a record, whose scheme and id are compared first. */
enum key_stands key_record_stands(const struct key_record *record,
    const struct key_asked *key);

/*
 * Of two that stand for one key, whether the second counts in place of the
 * first; both are given by their archived_at.
 */
static inline bool
key_counts_before(int64_t first, int64_t second)
{
	return first == 0 && second != 0;
}

/*
 * The record that counts, or NULL if none surely stands for the key.  It is the
 * first one in the set's order, but an archived one before an active one.
 */
struct key_record *key_set_find(const struct key_set *set,
    const struct key_asked *key);

#endif
