/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module with a key that it does not see: it signs method and path with it,
 * by what kind of key it is.
 */
#include "kit/sound.h"

static const struct apam_option options[] = {
	{ .name = "name",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	{ .name = "key",
	    .help = "reference to the key",
	    .type = APAM_OPT_KEY,
	    .flags = APAM_OPT_REQUIRED },
};

static int32_t
keys_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	return scheme_keep_for_ever(s->svc, op, APAM_STR("the key"));
}

static int32_t
algorithm_of(int32_t kind)
{
	switch (kind) {
	case APAM_KIND_EC_P256:
		return APAM_ALG_ES256;
	case APAM_KIND_EC_P384:
		return APAM_ALG_ES384;
	case APAM_KIND_EC_P521:
		return APAM_ALG_ES512;
	case APAM_KIND_ED25519:
		return APAM_ALG_EDDSA;
	default:
		return APAM_ALG_RS256;
	}
}

static int32_t
make_signature(const struct scheme_entry *s,
    const struct apam_request_view *request,
    unsigned char signature[APAM_SIGNATURE_MAX], size_t *n)
{
	const struct apam_key *key = apam_option_value(s->options, 1)->key;
	const struct apam_str parts[] = { request->method, request->path };
	const int32_t kind = s->svc->key_kind(s->svc, key);

	if (kind == APAM_KIND_SYMMETRIC)
		return s->svc->hmac(
		    s->svc, key, APAM_HASH_SHA256, parts, 2, signature, n);
	return s->svc->key_sign(s->svc, key, algorithm_of(kind), parts, 2,
	    signature, APAM_SIGNATURE_MAX, n);
}

static int32_t
keys_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;
	unsigned char signature[APAM_SIGNATURE_MAX];
	struct apam_text *text;
	size_t n = 0;
	int32_t status = make_signature(s, request, signature, &n);

	(void)credential;
	if (status != APAM_OK)
		return apam_refusef(
		    s->svc, out, status, "the request cannot be signed");
	text = s->svc->text_new(s->svc, 0);
	s->svc->text_put(s->svc, text, APAM_WRITING_BASE64URL,
	    (struct apam_str){ (const char *)signature, n });
	if (s->svc->text_view(s->svc, text).n == 0)
		status = apam_refusef(
		    s->svc, out, APAM_E_MEMORY, "out of memory");
	else
		s->svc->sign_header(s->svc, out, APAM_STR("Signature"),
		    s->svc->text_view(s->svc, text));
	s->svc->text_free(s->svc, &text);
	return status;
}

SOUND_MODULE("kit-keys", .options = options, .option_count = 2,
    .acquire = keys_acquire, .sign = keys_sign);
