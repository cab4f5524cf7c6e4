/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text stays with the secrets: fingerprints and marks are made of it, and
 * the handle knows where it is.
 */
#include "entry/key_option.h"

#include "crypto/key_text.h"

static bool
make_one(struct secret_source *source, const char *file, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	struct apam_key *key;

	status = key_of_text(source->value->str, &key, &err);
	if (status != APAM_OK) {
		problems_add(all,
		    status == APAM_E_USAGE ? APAM_E_SECRET : status, file,
		    source->line, "%s: %s", source->option, err.text);
		return false;
	}
	key->written = source->value->str;
	source->value->key = key;
	source->value->str = APAM_STR("");
	return true;
}

bool
key_options_make(
    struct secrets *secrets, const char *file, struct problems *all)
{
	bool ok = true;

	for (size_t i = 0; i < secrets->count; i++)
		if (secrets->sources[i].key)
			ok = make_one(&secrets->sources[i], file, all) && ok;
	return ok;
}
