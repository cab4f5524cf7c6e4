/* SPDX-License-Identifier: BSD-2-Clause */
/* api-key: a key in a header of its own. */
#include <apam/module.h>
#include <stdlib.h>

enum { OPT_KEY, OPT_HEADER, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_KEY] = { .name = "key",
	    .help = "reference to the key",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_HEADER] = { .name = "header",
	    .help = "name of the header that carries it",
	    .type = APAM_OPT_STRING,
	    .default_value = "X-Api-Key" },
};

/* One entry of a profile. */
struct api_key {
	const struct apam_services *svc;
	const struct apam_options *options;
};

static int32_t
api_key_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	struct api_key *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return APAM_E_MEMORY;
	k->svc = svc;
	k->options = values;
	*state = k;
	return APAM_OK;
}

static void
api_key_close(void *state)
{
	free(state);
}

/* No exchange: the key is the credential, for ever. */
static int32_t
api_key_acquire(void *state, struct apam_op *op)
{
	const struct api_key *k = state;

	k->svc->credential(
	    k->svc, op, apam_option_value(k->options, OPT_KEY)->str);
	k->svc->lifetime(k->svc, op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

static int32_t
api_key_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct api_key *k = state;

	(void)request;
	k->svc->sign_header(k->svc, out,
	    apam_option_value(k->options, OPT_HEADER)->str, credential->secret);
	return APAM_OK;
}

static int32_t
api_key_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const struct apam_response *r = answer->response;

	(void)state;
	(void)out;
	*reason = "the status";
	if (r->status == 401)
		return APAM_VERDICT_REJECTED;
	if (r->status == 403)
		return APAM_VERDICT_FORBIDDEN;
	if (r->status == 429)
		return APAM_VERDICT_THROTTLED;
	/* A redirect or a fault of the server says nothing of the key. */
	return r->status < 300 ? APAM_VERDICT_ACCEPTED : APAM_VERDICT_UNKNOWN;
}

/* There is nobody to ask but by the entry's probe. */
static int32_t
api_key_check(void *state, struct apam_op *op)
{
	const struct api_key *k = state;

	if (op->response != NULL && op->response->status == 401)
		return apam_key_statef(
		    k->svc, op, APAM_KEY_REVOKED, "the probe was refused");
	if (op->response != NULL)
		return apam_key_statef(k->svc, op,
		    op->response->status < 300 ? APAM_KEY_GOOD :
						 APAM_KEY_UNKNOWN,
		    "the probe was answered with %d", op->response->status);
	if (op->probe.n == 0)
		return apam_key_statef(
		    k->svc, op, APAM_KEY_UNKNOWN, "no probe is configured");
	(void)api_key_acquire(state, op);
	k->svc->exchange_probe(k->svc, op);
	return APAM_STEP_EXCHANGE;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "api-key",
	.summary = "An API key in a header",
	.vendor = "example",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = api_key_open,
	.close = api_key_close,
	.acquire = api_key_acquire,
	.sign = api_key_sign,
	.judge = api_key_judge,
	.check = api_key_check,
};
