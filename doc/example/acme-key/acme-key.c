/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * acme-key: a key that is sent in a header, as it is.
 *
 * Nothing is exchanged, so the credential is the key itself, for ever, and only
 * the API's answers tell whether it is good: a check asks the entry's probe.
 */
#include <apam/scheme.h>

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

static int32_t
acme_key_open(const struct apam_services *svc,
    const struct apam_options *values, void **state)
{
	const char *why = scheme_header_name_bad(
	    apam_option_value(values, OPT_HEADER)->str);

	if (why != NULL)
		return apam_refuse_optionf(svc, OPT_HEADER, "%s", why);
	return scheme_open(svc, values, state);
}

static int32_t
acme_key_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	struct apam_str key = e->svc->secret(
	    e->svc, op, scheme_option(e, OPT_KEY));

	if (!scheme_all_visible(key))
		return apam_failf(e->svc, op, APAM_E_SECRET,
		    "the key is empty, or has a space or a character that a "
		    "header cannot carry");
	return scheme_keep_for_ever(e->svc, op, key);
}

static int32_t
acme_key_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;

	(void)request;
	e->svc->sign_header(
	    e->svc, out, scheme_option(e, OPT_HEADER)->str, credential->secret);
	return APAM_OK;
}

static int32_t
acme_key_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return scheme_check_by_probe(e->svc, op, state, acme_key_acquire, NULL);
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
	.close = scheme_close,
	.acquire = acme_key_acquire,
	.sign = acme_key_sign,
	.judge = scheme_judge_answer,
	.check = acme_key_check,
};
