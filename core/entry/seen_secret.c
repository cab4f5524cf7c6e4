/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry's secret is put together for the moment that it takes to hash it.
 */
#include "entry/seen_secret.h"

#include "entry/entry.h"

/* The entry's key, whose secret lies in *secret, which the caller frees. */
static bool
read_entry_key(
    const struct entry *e, struct buf *secret, struct key_identity *key)
{
	buf_init(secret, ENTRY_SECRET_MAX);
	if (!entry_key_secret(e, secret))
		return false;
	*key = (struct key_identity){ e->conf->scheme, entry_key_id(e).p,
		buf_view(secret) };
	return true;
}

bool
entry_seen_make(const struct entry *e, char to[SEEN_TEXT])
{
	struct key_identity key;
	struct buf secret;
	bool made;

	to[0] = '\0';
	made = read_entry_key(e, &secret, &key) && seen_make(&key, to);
	buf_free(&secret);
	return made;
}

bool
entry_seen_is_of(const struct entry *e, const char *seen)
{
	struct key_identity key;
	struct buf secret;
	bool is;

	is = read_entry_key(e, &secret, &key) && seen_is_of(&key, seen);
	buf_free(&secret);
	return is;
}
