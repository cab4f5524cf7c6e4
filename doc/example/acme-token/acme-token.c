/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * acme-token: an id and a secret are exchanged for a token, which requests
 * carry as "Authorization: Bearer".
 *
 * A token that works proves nothing of the secret that it was made from, so a
 * check makes a new one; the entry's probe, where there is one, may refute it.
 */
#include <apam/scheme.h>

/* The endpoint, in messages. */
#define WHO "token endpoint"

enum { OPT_ID, OPT_SECRET, OPT_TOKEN_URL, OPT_COUNT };

/* op->phase: which answer a step waits for. */
enum { PHASE_START, PHASE_TOKEN };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_ID] = { .name = "id",
	    .help = "the id of the key",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_SECRET] = { .name = "secret",
	    .help = "reference to its secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_TOKEN_URL] = { .name = "token_url",
	    .help = "the URL that gives a token for both",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_REQUIRED },
};

/* ---- The exchange ----------------------------------------------------- */

static int32_t
ask(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_services *svc = e->svc;

	op->phase = PHASE_TOKEN;
	svc->exchange(svc, op, APAM_STR("POST"),
	    scheme_option(e, OPT_TOKEN_URL)->str, APAM_ENCODING_JSON);
	svc->exchange_field(
	    svc, op, APAM_STR("id"), scheme_option(e, OPT_ID)->str);
	svc->exchange_field(svc, op, APAM_STR("secret"),
	    svc->secret(svc, op, scheme_option(e, OPT_SECRET)));
	return APAM_STEP_EXCHANGE;
}

/*
 * Believe an answer only as a whole: the expected status, JSON, the right
 * shape.  Where it is, give the core the credential.
 */
static struct scheme_fault
take(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_services *svc = e->svc;
	const struct apam_response *r = op->response;
	struct scheme_fault fault;
	struct apam_json token;
	const char *why = NULL;

	/* Only the endpoint's own word ends a key, never a proxy's page. */
	if (r->status == 401 && !scheme_is_html(svc, r))
		return scheme_fault(APAM_E_REVOKED,
		    "the key is revoked or unknown, or its secret is wrong");
	if (r->status != 200)
		return scheme_fault_of_status(svc, r);
	fault = scheme_fault_of_success(svc, r);
	if (fault.status != APAM_OK)
		return fault;
	if (svc->json(svc, r, "/token", &token, &why) != APAM_OK)
		return scheme_provider_fault(why);
	if (token.type != APAM_JSON_STRING || !scheme_all_visible(token.str))
		return scheme_provider_fault(
		    "the answer has no token that a header can carry");
	svc->credential(svc, op, token.str);
	svc->lifetime_json(svc, op, "/expires_in");
	return scheme_no_fault();
}

static int32_t
acme_token_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	struct scheme_fault fault;

	if (op->phase == PHASE_START)
		return ask(e, op);
	fault = take(e, op);
	if (fault.status != APAM_OK)
		return scheme_fail(e->svc, op, WHO, fault);
	return APAM_STEP_DONE;
}

static int32_t
acme_token_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	const char *reason;
	int32_t verdict;

	if (op->phase == PHASE_START)
		return ask(e, op);
	if (op->phase == PHASE_TOKEN)
		return scheme_check_by_minting(e->svc, op, WHO, take(e, op));
	verdict = scheme_judge(e->svc, op->response, &reason);
	return scheme_probe_done(e->svc, op, verdict, reason);
}

/* ---- Signing ---------------------------------------------------------- */

static int32_t
acme_token_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;

	(void)request;
	return scheme_sign_authorization(
	    e->svc, out, APAM_STR("Bearer "), credential->secret);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "acme-token",
	.summary = "A token for an id and a secret",
	.vendor = "example",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open_short_lived,
	.close = scheme_close,
	.acquire = acme_token_acquire,
	.sign = acme_token_sign,
	.judge = scheme_judge_answer,
	.check = acme_token_check,
};
