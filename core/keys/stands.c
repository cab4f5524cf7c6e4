/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rule, and the choice among several records.
 */
#include "keys/stands.h"

#include <string.h>

enum key_stands
key_claim_stands(const struct key_claim *claim, const struct key_asked *key)
{
	struct key_identity identity = key->key;
	unsigned char mark[KEY_MARK_SIZE];
	struct apam_error why = APAM_ERROR_INIT;

	if (!claim->marked)
		return KEY_STANDS;
	if (key->read != NULL && !key->read(key->arg, &identity.secret))
		return KEY_STANDS_UNSURE;
	if (key_mark(&identity, claim->salt, mark, &why) != APAM_OK) {
		if (key->failed != NULL)
			*key->failed = why;
		return KEY_STANDS_UNSURE;
	}
	return memcmp(mark, claim->mark, sizeof(mark)) == 0 ? KEY_STANDS :
							      KEY_STANDS_NOT;
}

enum key_stands
key_record_stands(const struct key_record *record, const struct key_asked *key)
{
	const struct key_claim claim = { record->marked, record->salt,
		record->mark };

	if (strcmp(record->scheme, key->key.scheme) != 0 ||
	    strcmp(record->id, key->key.id) != 0)
		return KEY_STANDS_NOT;
	return key_claim_stands(&claim, key);
}

struct key_record *
key_set_find(const struct key_set *set, const struct key_asked *key)
{
	struct key_record *found = NULL, *r;

	for (size_t i = 0; i < set->count; i++) {
		r = &set->records[i];
		if ((found == NULL ||
			key_counts_before(
			    found->archived_at, r->archived_at)) &&
		    key_record_stands(r, key) == KEY_STANDS)
			found = r;
	}
	return found;
}
