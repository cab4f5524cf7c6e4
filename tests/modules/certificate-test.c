/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme that signs with a TLS client certificate, and with nothing else
 * unless `header` is set; where `token_url` is set, it first shows the same
 * certificate there.  Of no use outside tests.
 */
#include <apam/scheme.h>

enum {
	OPT_FILE,
	OPT_KEY_FILE,
	OPT_KEY,
	OPT_PASSPHRASE,
	OPT_HEADER,
	OPT_TOKEN_URL,
	OPT_COUNT
};

static const struct apam_option options[OPT_COUNT] = {
	[OPT_FILE] = { .name = "certificate",
	    .help = "the certificate's file",
	    .type = APAM_OPT_PATH,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_KEY_FILE] = { .name = "key_file",
	    .help = "the key's file",
	    .type = APAM_OPT_PATH },
	[OPT_KEY] = { .name = "key",
	    .help = "reference to the key, in place of key_file",
	    .type = APAM_OPT_KEY },
	[OPT_PASSPHRASE] = { .name = "passphrase",
	    .help = "reference to the key's passphrase",
	    .type = APAM_OPT_SECRET },
	[OPT_HEADER] = { .name = "header",
	    .help = "a header to sign with, too",
	    .type = APAM_OPT_STRING },
	[OPT_TOKEN_URL] = { .name = "token_url",
	    .help = "where to show it before anything is signed",
	    .type = APAM_OPT_URL },
};

static struct apam_str
text_of(const struct scheme_entry *e, size_t i)
{
	const struct apam_value *value = scheme_option(e, i);

	return value->set ? value->str : APAM_STR("");
}

static struct apam_certificate
pair_of(const struct scheme_entry *e)
{
	return (struct apam_certificate){
		.size = sizeof(struct apam_certificate),
		.file = text_of(e, OPT_FILE),
		.key_file = text_of(e, OPT_KEY_FILE),
		.key = scheme_option(e, OPT_KEY)->key,
		.passphrase = text_of(e, OPT_PASSPHRASE),
	};
}

static int32_t
certificate_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	const struct apam_certificate pair = pair_of(e);
	const struct apam_str url = text_of(e, OPT_TOKEN_URL);

	if (url.n > 0 && op->response == NULL) {
		e->svc->exchange(
		    e->svc, op, APAM_STR("GET"), url, APAM_ENCODING_NONE);
		e->svc->exchange_certificate(e->svc, op, &pair);
		return APAM_STEP_EXCHANGE;
	}
	if (url.n > 0 && op->response->status != 200)
		return apam_failf(e->svc, op, APAM_E_PROVIDER,
		    "the certificate was not accepted");
	return scheme_keep_for_ever(e->svc, op, APAM_STR("the certificate"));
}

static int32_t
certificate_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;
	const struct apam_certificate pair = pair_of(e);

	(void)credential;
	(void)request;
	e->svc->sign_certificate(e->svc, out, &pair);
	if (text_of(e, OPT_HEADER).n > 0)
		e->svc->sign_header(
		    e->svc, out, text_of(e, OPT_HEADER), APAM_STR("here"));
	return APAM_OK;
}

static int32_t
certificate_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)out;
	*reason = "the status alone";
	return answer->response->status < 300 ? APAM_VERDICT_ACCEPTED :
						APAM_VERDICT_UNKNOWN;
}

static int32_t
certificate_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	if (op->response != NULL)
		return apam_key_statef(
		    e->svc, op, APAM_KEY_GOOD, "the probe was answered");
	if (op->probe.n == 0)
		return apam_key_statef(
		    e->svc, op, APAM_KEY_UNKNOWN, "there is nobody to ask");
	e->svc->credential(e->svc, op, APAM_STR("the certificate"));
	e->svc->lifetime(e->svc, op, APAM_FOREVER);
	e->svc->exchange_probe(e->svc, op);
	return APAM_STEP_EXCHANGE;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "certificate-test",
	.summary = "signs with a client certificate",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open,
	.close = scheme_close,
	.acquire = certificate_acquire,
	.sign = certificate_sign,
	.judge = certificate_judge,
	.check = certificate_check,
};
