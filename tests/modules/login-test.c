/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheme whose secret a person gets by a login, to prove that the ABI carries
 * such: with a code that is entered elsewhere, as in the device flow (RFC 8628),
 * or by a browser that comes back, as with a code of OAuth (RFC 6749, 4.1).  The
 * secret is sent as it is.  Of no use outside tests.
 */
#include <apam/scheme.h>

#include <string.h>

enum { OPT_SERVER, OPT_FLOW, OPT_PAUSE, OPT_ASKS, OPT_TOKEN, OPT_COUNT };
enum { FLOW_DEVICE, FLOW_BROWSER };

/* What a browser has to come back with. */
#define STATE "state=fake-state"

static const char *const flows[] = { "device", "browser", NULL };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_SERVER] = { .name = "server",
	    .help = "where to log in",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_BINDS },
	[OPT_FLOW] = { .name = "flow",
	    .help = "how to log in",
	    .type = APAM_OPT_CHOICE,
	    .choices = flows,
	    .default_value = "device" },
	[OPT_PAUSE] = { .name = "pause",
	    .help = "how long to wait between two questions",
	    .type = APAM_OPT_DURATION,
	    .min = 1,
	    .max = 3600,
	    .default_value = "5s" },
	[OPT_ASKS] = { .name = "asks",
	    .help = "whether the person has to confirm the server",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
	[OPT_TOKEN] = { .name = "token",
	    .help = "store:NAME, or reference to one that stays",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_DURABLE },
};

#define PHASE_CONFIRMED 100

/* ---- Logging in --------------------------------------------------------- */

/* Ask the server; `name` and `value` may be empty. */
static int32_t
ask(const struct scheme_entry *e, struct apam_op *op, struct apam_str name,
    struct apam_str value)
{
	const struct apam_services *svc = e->svc;

	svc->exchange(svc, op, APAM_STR("POST"),
	    scheme_option(e, OPT_SERVER)->str, APAM_ENCODING_FORM);
	if (name.n > 0)
		svc->exchange_field(svc, op, name, value);
	op->phase++;
	return APAM_STEP_EXCHANGE;
}

static int32_t
keep_token(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_str token = scheme_json_string(
	    e->svc, op->response, "/token");

	if (scheme_json_string(e->svc, op->response, "/expired").n > 0)
		return e->svc->fail(e->svc, op, APAM_E_EXPIRED,
		    APAM_STR("the code has expired"));
	if (token.n == 0)
		return e->svc->fail(e->svc, op, APAM_E_DENIED,
		    APAM_STR("the server gave no token"));
	e->svc->keep_fact(e->svc, op, APAM_STR("server"),
	    scheme_option(e, OPT_SERVER)->str, 0);
	if (scheme_json_string(e->svc, op->response, "/client").n > 0)
		e->svc->keep_fact(e->svc, op, APAM_STR("client"),
		    scheme_json_string(e->svc, op->response, "/client"), 1);
	e->svc->successor(e->svc, op, scheme_option(e, OPT_TOKEN), token);
	return APAM_STEP_DONE;
}

static int32_t
show_code(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_prompt prompt = { .size = sizeof(prompt),
		.text = APAM_STR("open this page and enter the code"),
		.url = scheme_json_string(e->svc, op->response, "/page"),
		.code = scheme_json_string(e->svc, op->response, "/code") };

	if (prompt.url.n == 0 || prompt.code.n == 0)
		return e->svc->fail(e->svc, op, APAM_E_PROVIDER,
		    APAM_STR("the server gave no code"));
	e->svc->memo(
	    e->svc, op, scheme_json_string(e->svc, op->response, "/device"));
	e->svc->show(e->svc, op, &prompt);
	op->phase++;
	return APAM_STEP_SHOW;
}

/* Phases 2 and 3 go round until the person has entered the code. */
static int32_t
login_by_device(const struct scheme_entry *e, struct apam_op *op)
{
	switch (op->phase) {
	case 0:
		return ask(e, op, APAM_STR(""), APAM_STR(""));
	case 1:
		return show_code(e, op);
	case 3:
		return ask(e, op, APAM_STR("device"), op->memo);
	case 4:
		if (scheme_json_string(e->svc, op->response, "/pending").n == 0)
			return keep_token(e, op);
		break;
	default:
		break;
	}
	op->phase = 3;
	e->svc->wait(e->svc, op, scheme_option(e, OPT_PAUSE)->num);
	return APAM_STEP_WAIT;
}

static int32_t
show_page(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_services *svc = e->svc;
	const struct apam_prompt prompt = { .size = sizeof(prompt),
		.text = APAM_STR("log in there"),
		.url = scheme_option(e, OPT_SERVER)->str };

	if (op->redirect_uri.n == 0)
		return svc->fail(svc, op, APAM_E_CONFIG,
		    APAM_STR("a browser has nowhere to come back to"));
	svc->show(svc, op, &prompt);
	op->phase++;
	return APAM_STEP_REDIRECT;
}

static bool
holds_state(struct apam_str query)
{
	const size_t n = sizeof(STATE) - 1;

	return query.n >= n && memcmp(query.p + query.n - n, STATE, n) == 0;
}

static int32_t
login_by_browser(const struct scheme_entry *e, struct apam_op *op)
{
	if (op->phase == 0)
		return show_page(e, op);
	if (op->phase == 1 && !holds_state(op->redirected))
		return e->svc->fail(e->svc, op, APAM_E_DENIED,
		    APAM_STR("the browser came back with another state"));
	if (op->phase == 1)
		return ask(e, op, APAM_STR("query"), op->redirected);
	return keep_token(e, op);
}

/* The person has to know the server, unless the last login was there. */
static int32_t
confirm(const struct scheme_entry *e, struct apam_op *op)
{
	const struct apam_prompt prompt = { .size = sizeof(prompt),
		.text = APAM_STR("log in at this server?"),
		.url = scheme_option(e, OPT_SERVER)->str };

	e->svc->show(e->svc, op, &prompt);
	op->phase = PHASE_CONFIRMED;
	return APAM_STEP_CONFIRM;
}

static int32_t
login_login(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	bool browser = scheme_option(e, OPT_FLOW)->num == FLOW_BROWSER;

	if (op->way != APAM_LOGIN_ANY)
		browser = op->way == APAM_LOGIN_BROWSER;
	if (op->phase == 0 && scheme_option(e, OPT_ASKS)->num != 0 &&
	    e->svc->fact(e->svc, op, APAM_STR("server")).n == 0)
		return confirm(e, op);
	if (op->phase == PHASE_CONFIRMED)
		op->phase = 0;
	return browser ? login_by_browser(e, op) : login_by_device(e, op);
}

/* A logout shows the token, which the server is then told to end. */
static int32_t
login_revoke(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	const struct apam_str token = e->svc->secret(
	    e->svc, op, scheme_option(e, OPT_TOKEN));

	if (op->phase == 1 && op->response->status != 200)
		return e->svc->fail(e->svc, op, APAM_E_PROVIDER,
		    APAM_STR("the server did not end the token"));
	if (op->phase == 1 || token.n == 0)
		return APAM_STEP_DONE;
	return ask(e, op, APAM_STR("end"), token);
}

/* ---- Signing ------------------------------------------------------------ */

static int32_t
login_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	const struct apam_str token = e->svc->secret(
	    e->svc, op, scheme_option(e, OPT_TOKEN));

	if (token.n == 0)
		return e->svc->fail(e->svc, op, APAM_E_SECRET,
		    APAM_STR("somebody has to log in"));
	return scheme_keep_for_ever(e->svc, op, token);
}

static int32_t
login_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return apam_key_statef(
	    e->svc, op, APAM_KEY_UNKNOWN, "there is nobody to ask");
}

static int32_t
login_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;

	(void)request;
	e->svc->sign_header(
	    e->svc, out, APAM_STR("X-Token"), credential->secret);
	return APAM_OK;
}

static int32_t
login_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)out;
	*reason = "the status alone";
	return answer->response->status == 401 ? APAM_VERDICT_REJECTED :
						 APAM_VERDICT_UNKNOWN;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "login-test",
	.summary = "a secret that a login brings, for tests",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open,
	.close = scheme_close,
	.acquire = login_acquire,
	.sign = login_sign,
	.judge = login_judge,
	.check = login_check,
	.revoke = login_revoke,
	.login = login_login,
};
