/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * acme-key: a key that is sent in a header, as it is.
 *
 * Nothing is exchanged, so the credential is the key itself, for ever, and only
 * the API's answers tell whether it is good: a check asks the entry's probe.
 */
#include <apam/scheme.h>
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
	    .default_value = "X-Acme-Key" },
};

/* One entry of a profile.  Does not change after open. */
struct acme_key {
	const struct apam_services *svc;
	const struct apam_options *options;
};

static const struct apam_value *
option(const struct acme_key *a, size_t i)
{
	return apam_option_value(a->options, i);
}

static void
acme_key_close(void *state)
{
	free(state);
}

static int32_t
acme_key_open(const struct apam_services *svc,
    const struct apam_options *values, void **state)
{
	struct acme_key *a = calloc(1, sizeof(*a));
	const char *why;

	if (a == NULL)
		return APAM_E_MEMORY;
	a->svc = svc;
	a->options = values;
	why = scheme_header_name_bad(option(a, OPT_HEADER)->str);
	if (why == NULL) {
		*state = a;
		return APAM_OK;
	}
	acme_key_close(a);
	return apam_refuse_optionf(svc, OPT_HEADER, "%s", why);
}

static int32_t
acme_key_acquire(void *state, struct apam_op *op)
{
	const struct acme_key *a = state;
	struct apam_str key = a->svc->secret(a->svc, op, option(a, OPT_KEY));

	if (!scheme_all_visible(key))
		return apam_failf(a->svc, op, APAM_E_SECRET,
		    "the key is empty, or has a space or a character that a "
		    "header cannot carry");
	a->svc->credential(a->svc, op, key);
	a->svc->lifetime(a->svc, op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

static int32_t
acme_key_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct acme_key *a = state;

	(void)request;
	a->svc->sign_header(
	    a->svc, out, option(a, OPT_HEADER)->str, credential->secret);
	return APAM_OK;
}

static int32_t
acme_key_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const struct acme_key *a = state;

	(void)out;
	return scheme_judge(a->svc, answer->response, reason);
}

static int32_t
acme_key_check(void *state, struct apam_op *op)
{
	const struct acme_key *a = state;
	const char *reason;
	int32_t verdict;

	if (op->phase == SCHEME_PHASE_PROBE) {
		verdict = scheme_judge(a->svc, op->response, &reason);
		return scheme_probe_done(a->svc, op, verdict, reason);
	}
	if (acme_key_acquire(state, op) != APAM_STEP_DONE)
		return APAM_STEP_FAILED;
	return scheme_probe_alone(a->svc, op);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "acme-key",
	.summary = "A key in a header",
	.vendor = "example",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = acme_key_open,
	.close = acme_key_close,
	.acquire = acme_key_acquire,
	.sign = acme_key_sign,
	.judge = acme_key_judge,
	.check = acme_key_check,
};
