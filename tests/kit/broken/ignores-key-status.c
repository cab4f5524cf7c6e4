/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It signs with any key as if it were of RSA, and does not ask whether that was done.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;
	const struct apam_key *key = apam_option_value(s->options, 2)->key;
	unsigned char signature[APAM_SIGNATURE_MAX];
	size_t n = 0;

	(void)credential;
	(void)s->svc->key_sign(s->svc, key, APAM_ALG_RS256, &request->url, 1,
	    signature, sizeof(signature), &n);
	s->svc->sign_header(s->svc, out, APAM_STR("Signature"),
	    (struct apam_str){ (const char *)signature, n });
	return APAM_OK;
}

static const struct apam_option own[] = {
	{ .name = "name",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	{ .name = "secret",
	    .help = "reference to the secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	{ .name = "key",
	    .help = "reference to the key",
	    .type = APAM_OPT_KEY,
	    .flags = APAM_OPT_REQUIRED },
};

SOUND_MODULE("ignores-key-status", .sign = own_sign, .options = own,
    .option_count = sizeof(own) / sizeof(own[0]));
