/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme that signs with a TLS client certificate, and with nothing else
 * unless `header` is set; where `token_url` is set, it first shows the same
 * certificate there.  Of no use outside tests.
 */
#include <apam/module.h>

#include <stdlib.h>

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

struct certificate_state {
	const struct apam_services *svc;
	const struct apam_options *options;
};

static struct apam_str
text_of(const struct certificate_state *c, size_t i)
{
	const struct apam_value *value = apam_option_value(c->options, i);

	return value->set ? value->str : APAM_STR("");
}

static struct apam_certificate
pair_of(const struct certificate_state *c)
{
	return (struct apam_certificate){
		.size = sizeof(struct apam_certificate),
		.file = text_of(c, OPT_FILE),
		.key_file = text_of(c, OPT_KEY_FILE),
		.key = apam_option_value(c->options, OPT_KEY)->key,
		.passphrase = text_of(c, OPT_PASSPHRASE),
	};
}

static int32_t
certificate_open(const struct apam_services *svc,
    const struct apam_options *values, void **state)
{
	struct certificate_state *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return APAM_E_MEMORY;
	c->svc = svc;
	c->options = values;
	*state = c;
	return APAM_OK;
}

static void
certificate_close(void *state)
{
	free(state);
}

static int32_t
certificate_acquire(void *state, struct apam_op *op)
{
	const struct certificate_state *c = state;
	const struct apam_certificate pair = pair_of(c);
	const struct apam_str url = text_of(c, OPT_TOKEN_URL);

	if (url.n > 0 && op->response == NULL) {
		c->svc->exchange(
		    c->svc, op, APAM_STR("GET"), url, APAM_ENCODING_NONE);
		c->svc->exchange_certificate(c->svc, op, &pair);
		return APAM_STEP_EXCHANGE;
	}
	if (url.n > 0 && op->response->status != 200)
		return apam_failf(c->svc, op, APAM_E_PROVIDER,
		    "the certificate was not accepted");
	c->svc->credential(c->svc, op, APAM_STR("the certificate"));
	c->svc->lifetime(c->svc, op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

static int32_t
certificate_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct certificate_state *c = state;
	const struct apam_certificate pair = pair_of(c);

	(void)credential;
	(void)request;
	c->svc->sign_certificate(c->svc, out, &pair);
	if (text_of(c, OPT_HEADER).n > 0)
		c->svc->sign_header(
		    c->svc, out, text_of(c, OPT_HEADER), APAM_STR("here"));
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
	const struct certificate_state *c = state;

	if (op->response != NULL)
		return apam_key_statef(
		    c->svc, op, APAM_KEY_GOOD, "the probe was answered");
	if (op->probe.n == 0)
		return apam_key_statef(
		    c->svc, op, APAM_KEY_UNKNOWN, "there is nobody to ask");
	c->svc->credential(c->svc, op, APAM_STR("the certificate"));
	c->svc->lifetime(c->svc, op, APAM_FOREVER);
	c->svc->exchange_probe(c->svc, op);
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
	.open = certificate_open,
	.close = certificate_close,
	.acquire = certificate_acquire,
	.sign = certificate_sign,
	.judge = certificate_judge,
	.check = certificate_check,
};
