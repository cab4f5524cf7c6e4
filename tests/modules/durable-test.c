/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme whose secret is replaced by each exchange, as a refresh token that
 * rotates (RFC 6749, 6; RFC 9700, 4.14), to prove that the ABI carries such
 * schemes.  It says to the server which process it is, for tests that count
 * who spent what.  Of no use outside tests.
 */
#include <apam/scheme.h>

#include <stdio.h>
#include <unistd.h>

enum { OPT_TOKEN_URL, OPT_CLIENT_ID, OPT_REFRESH_TOKEN, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_TOKEN_URL] = { .name = "token_url",
	    .help = "the token endpoint",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_BINDS },
	[OPT_CLIENT_ID] = { .name = "client_id",
	    .help = "the client",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_REFRESH_TOKEN] = { .name = "refresh_token",
	    .help = "store:NAME, or reference to one that stays",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_DURABLE },
};

/* ---- Exchanges ---------------------------------------------------------- */

static int32_t
ask(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_services *svc = e->svc;
	const struct apam_value *token = scheme_option(e, OPT_REFRESH_TOKEN);
	char pid[24];

	/* As a module must not; the core hides it. */
	svc->log(svc, APAM_LOG_DEBUG, svc->secret(svc, op, token));
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	svc->exchange(svc, op, APAM_STR("POST"),
	    scheme_option(e, OPT_TOKEN_URL)->str, APAM_ENCODING_FORM);
	svc->exchange_field(
	    svc, op, APAM_STR("refresh_token"), svc->secret(svc, op, token));
	svc->exchange_field(svc, op, APAM_STR("client_id"),
	    scheme_option(e, OPT_CLIENT_ID)->str);
	svc->exchange_field(svc, op, APAM_STR("pid"), apam_str(pid));
	svc->spend(svc, op, token);
	op->phase = 1;
	return APAM_STEP_EXCHANGE;
}

static int32_t
fail(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_services *svc = e->svc;

	if (op->response->status == 429)
		return svc->fail(svc, op, APAM_E_THROTTLED,
		    APAM_STR("the provider is throttling"));
	if (op->response->status != 400)
		return svc->fail(svc, op, APAM_E_PROVIDER,
		    APAM_STR("the provider gave no token"));
	if (scheme_same(scheme_json_string(svc, op->response, "/error"),
		APAM_STR("invalid_grant")))
		return svc->fail(svc, op, APAM_E_REVOKED,
		    APAM_STR("the provider refuses the refresh token"));
	return svc->fail(svc, op, APAM_E_DENIED,
	    APAM_STR("the provider refuses the client"));
}

/* True where the answer had a token. */
static bool
take(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_services *svc = e->svc;
	const struct apam_str token = scheme_json_string(
	    svc, op->response, "/access_token");
	const struct apam_str next = scheme_json_string(
	    svc, op->response, "/refresh_token");
	struct apam_json seconds = { .num = 0 };

	if (op->response->status != 200 || token.n == 0)
		return false;
	if (next.n > 0) {
		svc->successor(
		    svc, op, scheme_option(e, OPT_REFRESH_TOKEN), next);
		svc->log(svc, APAM_LOG_DEBUG, next);
	}
	svc->credential(svc, op, token);
	(void)svc->json(svc, op->response, "/expires_in", &seconds, NULL);
	svc->lifetime(svc, op, seconds.num);
	return true;
}

static int32_t
durable_acquire(void *state, struct apam_op *op)
{
	if (op->phase == 0)
		return ask(state, op);
	return take(state, op) ? APAM_STEP_DONE : fail(state, op);
}

static int32_t
durable_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	if (op->phase == 0)
		return ask(state, op);
	if (!take(state, op))
		return fail(state, op);
	return e->svc->key_state(
	    e->svc, op, APAM_KEY_GOOD, APAM_STR("a fresh token was given"));
}

/* ---- Signing ------------------------------------------------------------ */

static int32_t
durable_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;

	(void)request;
	e->svc->sign_header(
	    e->svc, out, APAM_STR("X-Token"), credential->secret);
	return APAM_OK;
}

static int32_t
durable_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)out;
	*reason = "the API answered";
	return answer->response->status == 401 ? APAM_VERDICT_REJECTED :
						 APAM_VERDICT_ACCEPTED;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "durable-test",
	.summary = "a secret that rotates, for tests",
	.vendor = "apam",
	.version = "0",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open,
	.close = scheme_close,
	.acquire = durable_acquire,
	.sign = durable_sign,
	.judge = durable_judge,
	.check = durable_check,
};
