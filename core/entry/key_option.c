/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text stays with the secrets: fingerprints and marks are made of it, and
 * the handle knows where it is.
 */
#include "entry/key_option.h"

#include "base/error.h"
#include "crypto/jwk_write.h"
#include "crypto/key_pem.h"
#include "crypto/key_text.h"
#include "crypto/store_key.h"

/* One of the secrets, and the buffer in which it is. */
struct making {
	struct secret_source *source;
	struct buf *text;
	const struct key_terms *terms;
};

/* ---- In an OpenSSL store ------------------------------------------------ */

/* Put what stands for the key into the place of the PIN. */
static enum apam_status
write_stand_in(
    const struct making *m, const struct apam_key *key, struct apam_error *err)
{
	enum apam_status status;

	buf_free(m->text);
	buf_put(m->text, m->source->ref);
	buf_put_char(m->text, '\n');
	status = jwk_write(key, m->text, err);
	m->source->value->str = buf_view(m->text);
	return status;
}

static enum apam_status
open_elsewhere(
    const struct making *m, struct apam_key **key, struct apam_error *err)
{
	enum apam_status status;
	struct key_uri uri = { 0 };

	if (!m->terms->may_wait)
		return error_set(err, APAM_E_CONFIG,
		    "a key in an OpenSSL store keeps whoever signs waiting, and "
		    "this program may not wait (APAM_OPEN_NO_THREAD)");
	/* It was one when it was found. */
	(void)secret_ref_key_uri(m->source->ref, &uri);
	status = store_key_open(
	    &uri, buf_view(m->text), m->terms->user, key, err);
	if (status == APAM_OK)
		status = write_stand_in(m, *key, err);
	if (status != APAM_OK)
		key_drop(key);
	return status;
}

/* ---- All ----------------------------------------------------------------- */

static enum apam_status
make_key(const struct making *m, struct apam_key **key, struct apam_error *err)
{
	const struct apam_str text = m->source->value->str;

	*key = NULL;
	if (m->source->elsewhere)
		return open_elsewhere(m, key, err);
	if (m->source->symmetric)
		return key_of_bytes(APAM_STR(""), text, key, err);
	return key_of_text(text, key, err);
}

/* Nobody chooses a key that looks so. */
static bool
is_written_key(struct apam_str text)
{
	return key_pem_is(text) ||
	    (text.n >= 2 && text.p[0] == '{' && text.p[text.n - 1] == '}');
}

static bool
make_one(const struct making *m, const char *file, struct problems *all)
{
	struct secret_source *source = m->source;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_key *key;
	const enum apam_status status = make_key(m, &key, &err);

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
key_options_make(struct secrets *secrets, const struct key_terms *terms,
    const char *file, struct problems *all)
{
	bool ok = true;

	for (size_t i = 0; i < secrets->count; i++) {
		const struct making m = { &secrets->sources[i],
			&secrets->all[i], terms };

		if (m.source->key)
			ok = make_one(&m, file, all) && ok;
	}
	return ok;
}
