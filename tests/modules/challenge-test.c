/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme with a nonce that the server gives, as those of Digest (RFC 7616)
 * and DPoP (RFC 9449, 8) are: each request is signed with the last nonce of its
 * origin and the number of its use.  Of no use outside tests.
 *
 * A request goes out as it is while there is no nonce, or with `eager` signed
 * with an empty one.  The server challenges by
 * "WWW-Authenticate: Challenge-Test nonce=...", and may give a new nonce with
 * any answer by the header Next-Nonce.
 */
#include <apam/scheme.h>

enum { OPT_SECRET, OPT_TOKEN_URL, OPT_EAGER, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_SECRET] = { .name = "secret",
	    .help = "reference to the secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_TOKEN_URL] = { .name = "token_url",
	    .help = "where tokens are minted; without it the secret is one",
	    .type = APAM_OPT_URL },
	[OPT_EAGER] = { .name = "eager",
	    .help = "sign also without a nonce",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
};

static int32_t
challenge_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	if (!scheme_option(e, OPT_TOKEN_URL)->set)
		return scheme_keep_for_ever(
		    e->svc, op, scheme_option(e, OPT_SECRET)->str);
	if (op->response == NULL) {
		e->svc->exchange(e->svc, op, APAM_STR("POST"),
		    scheme_option(e, OPT_TOKEN_URL)->str, APAM_ENCODING_FORM);
		e->svc->exchange_field(e->svc, op, APAM_STR("secret"),
		    scheme_option(e, OPT_SECRET)->str);
		return APAM_STEP_EXCHANGE;
	}
	if (op->response->status != 200 || op->response->body.n == 0)
		return apam_failf(e->svc, op, APAM_E_PROVIDER, "no token");
	e->svc->credential(e->svc, op, op->response->body);
	e->svc->lifetime(e->svc, op, 3600);
	return APAM_STEP_DONE;
}

static int32_t
challenge_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;
	const struct apam_services *svc = e->svc;
	struct apam_text *value;

	if (request->memo.n == 0 && scheme_option(e, OPT_EAGER)->num == 0) {
		svc->sign_nothing(svc, out);
		return APAM_OK;
	}
	value = svc->text_new(svc, 1);
	svc->text_put(
	    svc, value, APAM_WRITING_PLAIN, APAM_STR("Challenge-Test token="));
	svc->text_put(svc, value, APAM_WRITING_PLAIN, credential->secret);
	svc->text_put(svc, value, APAM_WRITING_PLAIN, APAM_STR(", nonce="));
	svc->text_put(svc, value, APAM_WRITING_PLAIN, request->memo);
	svc->text_put(svc, value, APAM_WRITING_PLAIN, APAM_STR(", nc="));
	svc->text_put_number(svc, value, (int64_t)request->memo_count);
	svc->sign_header(
	    svc, out, APAM_STR("Authorization"), svc->text_view(svc, value));
	svc->text_free(svc, &value);
	return APAM_OK;
}

/* The nonce that the server asks for, as text; false where it asks for none. */
static bool
is_challenged(const struct scheme_entry *e, const struct apam_response *r,
    char *nonce, size_t size)
{
	const struct apam_services *svc = e->svc;
	char scheme[32];

	for (size_t i = 0; svc->challenge(svc, r, i, scheme, sizeof(scheme));
	     i++)
		if (svc->equal(
			svc, apam_str(scheme), APAM_STR("Challenge-Test")) &&
		    svc->challenge_parameter(svc, r, i, "nonce", nonce, size))
			return true;
	return false;
}

/* "GET https://api.example" in a header Asked must be what was judged. */
static bool
is_asked(const struct scheme_entry *e, const struct apam_answer_view *a)
{
	const struct apam_services *svc = e->svc;
	const struct apam_str asked = svc->header(svc, a->response, "Asked");
	struct apam_text *text = svc->text_new(svc, 0);
	bool same;

	svc->text_put(svc, text, APAM_WRITING_PLAIN, a->method);
	svc->text_put(svc, text, APAM_WRITING_PLAIN, APAM_STR(" "));
	svc->text_put(svc, text, APAM_WRITING_PLAIN, a->origin);
	same = svc->equal(svc, asked, svc->text_view(svc, text));
	svc->text_free(svc, &text);
	return asked.n == 0 || same;
}

static int32_t
challenge_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const struct scheme_entry *e = state;
	const struct apam_response *r = answer->response;
	const struct apam_str next = e->svc->header(e->svc, r, "Next-Nonce");
	char nonce[5000];

	*reason = "the status alone";
	if (!is_asked(e, answer)) {
		*reason = "the answer is to another request";
		return APAM_VERDICT_FORBIDDEN;
	}
	if (next.n > 0)
		e->svc->judge_memo(e->svc, out, next);
	if (r->status == 401 && is_challenged(e, r, nonce, sizeof(nonce))) {
		*reason = "the server gave a nonce to sign with";
		e->svc->judge_memo(e->svc, out, apam_str(nonce));
		return APAM_VERDICT_CHALLENGED;
	}
	if (r->status == 401)
		return APAM_VERDICT_REJECTED;
	return r->status < 300 ? APAM_VERDICT_ACCEPTED : APAM_VERDICT_UNKNOWN;
}

static int32_t
challenge_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	if (op->response != NULL)
		return apam_key_statef(e->svc, op,
		    op->response->status < 300 ? APAM_KEY_GOOD :
						 APAM_KEY_UNKNOWN,
		    "the status alone");
	if (op->probe.n == 0)
		return apam_key_statef(e->svc, op, APAM_KEY_UNKNOWN,
		    "no probe is configured to ask the provider");
	e->svc->credential(e->svc, op, scheme_option(e, OPT_SECRET)->str);
	e->svc->exchange_probe(e->svc, op);
	return APAM_STEP_EXCHANGE;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "challenge-test",
	.summary = "signs with a nonce that the server gives",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open,
	.close = scheme_close,
	.acquire = challenge_acquire,
	.sign = challenge_sign,
	.judge = challenge_judge,
	.check = challenge_check,
};
