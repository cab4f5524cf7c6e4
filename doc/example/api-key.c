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

static enum apam_status
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
static enum apam_step
api_key_acquire(void *state, struct apam_op *op)
{
	const struct api_key *k = state;

	k->svc->credential(op, apam_option_value(k->options, OPT_KEY)->str);
	k->svc->lifetime(op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

static enum apam_status
api_key_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct api_key *k = state;

	(void)request;
	k->svc->sign_header(out,
	    apam_option_value(k->options, OPT_HEADER)->str.p,
	    credential->secret);
	return APAM_OK;
}

static enum apam_verdict
api_key_judge(void *state, const struct apam_response *r, const char **reason)
{
	(void)state;
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

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC_HEADERS,
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
};
