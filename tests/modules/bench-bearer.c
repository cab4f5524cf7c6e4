/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme for measuring: a bearer token (RFC 6750, 2.1) from a secret file,
 * with a lifetime as if a provider had issued it, and no exchange.
 *
 * What a cached OAuth token costs to send, without a network to get it from.
 * Of no use outside measurements.
 */
#include <apam/scheme.h>

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

static int32_t
bearer_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	e->svc->credential(e->svc, op, scheme_option(e, OPT_TOKEN)->str);
	e->svc->lifetime(e->svc, op, scheme_option(e, OPT_LIFETIME)->num);
	return APAM_STEP_DONE;
}

static int32_t
bearer_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;

	(void)request;
	return scheme_sign_authorization(
	    e->svc, out, APAM_STR("Bearer "), credential->secret);
}

static int32_t
bearer_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return apam_key_statef(
	    e->svc, op, APAM_KEY_UNKNOWN, "nobody can be asked");
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
	.open = scheme_open,
	.close = scheme_close,
	.acquire = bearer_acquire,
	.sign = bearer_sign,
	.judge = scheme_judge_answer,
	.check = bearer_check,
};
