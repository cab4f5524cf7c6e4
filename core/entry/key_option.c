/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text stays with the secrets: fingerprints and marks are made of it, and
 * the handle knows where it is.
 */
#include "entry/key_option.h"

#include "crypto/key_pem.h"
#include "crypto/key_text.h"

/* Nobody chooses a key that looks so. */
static bool
is_written_key(struct apam_str text)
{
	return key_pem_is(text) ||
	    (text.n >= 2 && text.p[0] == '{' && text.p[text.n - 1] == '}');
}

static bool
make_one(struct secret_source *source, const char *file, struct problems *all)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	struct apam_key *key;

	if (source->symmetric)
		status = key_of_bytes(
		    APAM_STR(""), source->value->str, &key, &err);
	else
		status = key_of_text(source->value->str, &key, &err);
	if (status != APAM_OK) {
		problems_add(all,
		    status == APAM_E_USAGE ? APAM_E_SECRET : status, file,
		    source->line, "%s: %s", source->option, err.text);
		return false;
	}
	if (source->symmetric && is_written_key(source->value->str))
		problems_warn(all, file, source->line,
		    "%s: the secret looks like a key in PEM or as JWK, and is "
		    "the key itself, letter by letter: is that intended?",
		    source->option);
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
