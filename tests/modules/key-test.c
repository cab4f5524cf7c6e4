/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme that signs each request with a key that it does not see: to prove
 * that options of type KEY, and the services on keys, carry such schemes.
 *
 * "Authorization: Key-Test alg=<...>,jwk=<public part or empty>,sig=<...>" over
 * method and URL, each on a line that ends in LF.  Of no use outside tests.
 */
#include <apam/scheme.h>
#include <stdlib.h>

enum { OPT_KEY_ID, OPT_KEYS, OPT_COUNT };
enum { MEMBER_KEY, MEMBER_COUNT };

static const struct apam_option members[MEMBER_COUNT] = {
	[MEMBER_KEY] = { .name = "key",
	    .help = "reference to the key",
	    .type = APAM_OPT_KEY,
	    .flags = APAM_OPT_REQUIRED },
};

static const struct apam_option options[OPT_COUNT] = {
	[OPT_KEY_ID] = { .name = "key_id",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_KEYS] = { .name = "sign",
	    .help = "how to sign",
	    .type = APAM_OPT_GROUP,
	    .members = members,
	    .member_count = MEMBER_COUNT,
	    .flags = APAM_OPT_REQUIRED },
};

/* By enum apam_key_kind. */
static const struct {
	const char *name;
	int32_t algorithm;
} algorithms[] = {
	[APAM_KIND_SYMMETRIC] = { "HS256", APAM_HASH_SHA256 },
	[APAM_KIND_EC_P256] = { "ES256", APAM_ALG_ES256 },
	[APAM_KIND_EC_P384] = { "ES384", APAM_ALG_ES384 },
	[APAM_KIND_EC_P521] = { "ES512", APAM_ALG_ES512 },
	[APAM_KIND_ED25519] = { "EdDSA", APAM_ALG_EDDSA },
	[APAM_KIND_RSA] = { "PS256", APAM_ALG_PS256 },
};

struct state {
	const struct apam_services *svc;
	const struct apam_key *key;
	int32_t kind;
};

static int32_t
key_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	const struct apam_value *group = apam_option_value(values, OPT_KEYS);
	const struct apam_value *value = apam_value_at(
	    values, group->members, MEMBER_KEY);
	struct state *k;

	/* It is hidden. */
	if (value->str.n > 0 || value->key == NULL)
		return APAM_E_MEMORY;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return APAM_E_MEMORY;
	k->svc = svc;
	k->key = value->key;
	k->kind = svc->key_kind(svc, k->key);
	*state = k;
	return APAM_OK;
}

static void
key_close(void *state)
{
	free(state);
}

static int32_t
key_acquire(void *state, struct apam_op *op)
{
	const struct state *k = state;

	return scheme_keep_for_ever(k->svc, op, APAM_STR("none"));
}

static int32_t
make(const struct state *k, const struct apam_request_view *request,
    unsigned char *to, size_t *n)
{
	const struct apam_services *svc = k->svc;
	const struct apam_str parts[] = { request->method, { "\n", 1 },
		request->url, { "\n", 1 } };
	const int32_t algorithm = algorithms[k->kind].algorithm;

	if (k->kind == APAM_KIND_SYMMETRIC)
		return svc->hmac(svc, k->key, algorithm, parts, 4, to, n);
	return svc->key_sign(
	    svc, k->key, algorithm, parts, 4, to, APAM_SIGNATURE_MAX, n);
}

static int32_t
key_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct state *k = state;
	const struct apam_services *svc = k->svc;
	unsigned char bytes[APAM_SIGNATURE_MAX];
	struct apam_text *value;
	int32_t status;
	size_t n;

	(void)credential;
	status = make(k, request, bytes, &n);
	if (status != APAM_OK)
		return svc->refuse(svc, out,
		    status == APAM_E_MEMORY ? status : APAM_E_POLICY,
		    APAM_STR("the key does not sign"));
	value = svc->text_new(svc, 0);
	svc->text_put(
	    svc, value, APAM_WRITING_PLAIN, APAM_STR("Key-Test alg="));
	svc->text_put(
	    svc, value, APAM_WRITING_PLAIN, apam_str(algorithms[k->kind].name));
	svc->text_put(svc, value, APAM_WRITING_PLAIN, APAM_STR(",jwk="));
	if (k->kind != APAM_KIND_SYMMETRIC)
		(void)svc->key_jwk(svc, k->key, value);
	svc->text_put(svc, value, APAM_WRITING_PLAIN, APAM_STR(",sig="));
	svc->text_put(svc, value, APAM_WRITING_BASE64URL,
	    (struct apam_str){ (const char *)bytes, n });
	if (svc->text_view(svc, value).n == 0)
		status = svc->refuse(
		    svc, out, APAM_E_MEMORY, APAM_STR("out of memory"));
	else
		svc->sign_header(svc, out, APAM_STR("Authorization"),
		    svc->text_view(svc, value));
	svc->text_free(svc, &value);
	return status;
}

static int32_t
key_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)out;
	*reason = "HTTP status";
	return answer->response->status == 401 ? APAM_VERDICT_REJECTED :
						 APAM_VERDICT_ACCEPTED;
}

static int32_t
key_check(void *state, struct apam_op *op)
{
	const struct state *k = state;

	return k->svc->key_state(
	    k->svc, op, APAM_KEY_UNKNOWN, APAM_STR("nobody is asked"));
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "key-test",
	.summary = "a key that the module does not see; for tests",
	.vendor = "apam",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = key_open,
	.close = key_close,
	.acquire = key_acquire,
	.sign = key_sign,
	.judge = key_judge,
	.check = key_check,
};
