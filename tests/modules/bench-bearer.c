/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme for measuring: a bearer token (RFC 6750, 2.1) from a secret file,
 * with a lifetime as if a provider had issued it, and no exchange.
 *
 * What a cached OAuth token costs to send, without a network to get it from.
 * Of no use outside measurements.
 */
#include <apam/scheme.h>

#include <stdlib.h>

enum { OPT_TOKEN, OPT_LIFETIME, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_TOKEN] = { .name = "token",
	    .help = "reference to the token",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_LIFETIME] = { .name = "lifetime",
	    .help = "how long it lives",
	    .type = APAM_OPT_DURATION,
	    .default_value = "8h" },
};

struct bearer {
	const struct apam_services *svc;
	const struct apam_options *options;
};

static int32_t
bearer_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	struct bearer *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return APAM_E_MEMORY;
	b->svc = svc;
	b->options = values;
	*state = b;
	return APAM_OK;
}

static void
bearer_close(void *state)
{
	free(state);
}

static int32_t
bearer_acquire(void *state, struct apam_op *op)
{
	const struct bearer *b = state;

	b->svc->credential(
	    b->svc, op, apam_option_value(b->options, OPT_TOKEN)->str);
	b->svc->lifetime(
	    b->svc, op, apam_option_value(b->options, OPT_LIFETIME)->num);
	return APAM_STEP_DONE;
}

static int32_t
bearer_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct bearer *b = state;

	(void)request;
	return scheme_sign_authorization(
	    b->svc, out, APAM_STR("Bearer "), credential->secret);
}

static int32_t
bearer_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const struct bearer *b = state;

	(void)out;
	return scheme_judge(b->svc, answer->response, reason);
}

static int32_t
bearer_check(void *state, struct apam_op *op)
{
	const struct bearer *b = state;

	return apam_key_statef(
	    b->svc, op, APAM_KEY_UNKNOWN, "nobody can be asked");
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "bench-bearer",
	.summary = "sends a bearer token from a file",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = bearer_open,
	.close = bearer_close,
	.acquire = bearer_acquire,
	.sign = bearer_sign,
	.judge = bearer_judge,
	.check = bearer_check,
};
