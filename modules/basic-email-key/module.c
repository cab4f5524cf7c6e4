/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Basic authentication (RFC 7617) with an e-mail address, or another user id,
 * and an API key, as SEED Platform accepts it.
 *
 * Nothing is exchanged: the credential is both in base64, valid for ever.
 */
#include <stdlib.h>

#include "../common/location.h"

enum {
	OPT_EMAIL,
	OPT_KEY,
	OPT_LOWERCASE,
	OPT_LOGIN_REDIRECTS,
	OPT_QUERY,
	OPT_COUNT
};

/*
 * Where SEED redirects users who are not logged in; older and current servers.
 */
static const char *const usual_redirects[] = { "/app/login",
	"/accounts/login/" };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_EMAIL] = { .name = "email",
	    .help = "the user id, usually an e-mail address; no colon",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	[OPT_KEY] = { .name = "key",
	    .help = "reference to the API key; no colon in it",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_LOWERCASE] = { .name = "lowercase",
	    .help = "send the user id in lower case",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
	[OPT_LOGIN_REDIRECTS] = { .name = "login_redirects",
	    .help = "redirects to these paths or URLs put the key in doubt; "
		    "default: /app/login and /accounts/login/",
	    .type = APAM_OPT_LIST },
	[OPT_QUERY] = { .name = "query",
	    .help = "query parameters for requests that lack them",
	    .type = APAM_OPT_MAP },
};

/* ---- Options ---------------------------------------------------------- */

/* RFC 7617, 2: no colon in the user id, no control characters in either. */
static int32_t
check_part(const struct scheme_entry *e, size_t i)
{
	struct apam_str s = scheme_option(e, i)->str;

	if (s.n == 0)
		return apam_refuse_optionf(e->svc, i, "is empty");
	if (scheme_has_control(s))
		return apam_refuse_optionf(
		    e->svc, i, "has a control character");
	/*
	 * A colon in the key would be legal, but SEED accepts only one in all.
	 */
	if (scheme_has_char(s, ':'))
		return apam_refuse_optionf(e->svc, i, "has a colon");
	return APAM_OK;
}

static int32_t
check_redirects(const struct scheme_entry *e)
{
	const struct apam_value *list = scheme_option(e, OPT_LOGIN_REDIRECTS);
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!location_is_target(list->items[i]))
			return apam_refuse_optionf(e->svc, OPT_LOGIN_REDIRECTS,
			    "element %zu is neither a path nor a URL", i + 1);
	return APAM_OK;
}

static int32_t
basic_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	const struct scheme_entry e = { svc, values };
	int32_t status = check_part(&e, OPT_EMAIL);

	if (status == APAM_OK)
		status = check_part(&e, OPT_KEY);
	if (status == APAM_OK)
		status = check_redirects(&e);
	if (status == APAM_OK)
		status = scheme_open(svc, values, state);
	return status;
}

/* ---- Credential ------------------------------------------------------- */

/* Only ASCII letters: no locale is needed, and servers fold no others. */
static void
put_email(const struct scheme_entry *e, struct apam_text *text)
{
	struct apam_str email = scheme_option(e, OPT_EMAIL)->str;
	size_t i;
	char c;

	if (scheme_option(e, OPT_LOWERCASE)->num == 0) {
		e->svc->text_put(e->svc, text, APAM_WRITING_PLAIN, email);
		return;
	}
	for (i = 0; i < email.n; i++) {
		c = scheme_lower(email.p[i]);
		e->svc->text_put(e->svc, text, APAM_WRITING_PLAIN,
		    (struct apam_str){ &c, 1 });
	}
}

static int32_t
basic_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	const struct apam_services *svc = e->svc;
	struct apam_text *pair = svc->text_new(svc, 1);
	struct apam_text *encoded = svc->text_new(svc, 1);
	struct apam_str key = svc->secret(svc, op, scheme_option(e, OPT_KEY));
	int32_t step;

	/*
	 * RFC 7617, 2 and 2.1: UTF-8 unchanged, in standard base64 with
	 * padding.
	 */
	put_email(e, pair);
	svc->text_put(svc, pair, APAM_WRITING_PLAIN, APAM_STR(":"));
	svc->text_put(svc, pair, APAM_WRITING_PLAIN, key);
	svc->text_put(
	    svc, encoded, APAM_WRITING_BASE64, svc->text_view(svc, pair));
	step = scheme_keep_text_for_ever(svc, op, encoded);
	svc->text_free(svc, &encoded);
	svc->text_free(svc, &pair);
	return step;
}

/* ---- Signing ---------------------------------------------------------- */

static int32_t
basic_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;
	const struct apam_value *query = scheme_option(e, OPT_QUERY);
	size_t i;

	(void)request;
	for (i = 0; i < query->count; i++)
		e->svc->sign_query_default(
		    e->svc, out, query->names[i], query->items[i]);
	/* The capital letter matters: SEED compares "Basic" with case. */
	return scheme_sign_authorization(
	    e->svc, out, APAM_STR("Basic "), credential->secret);
}

/* ---- Judging ---------------------------------------------------------- */

/* True for a redirect to a login page, RFC 9110, 10.2.2. */
static bool
is_login(const struct scheme_entry *e, struct apam_str location)
{
	const struct apam_value *list = scheme_option(e, OPT_LOGIN_REDIRECTS);
	size_t i;

	if (list->count > 0)
		return location_below_any(location, list->items, list->count);
	for (i = 0; i < sizeof(usual_redirects) / sizeof(usual_redirects[0]);
	     i++)
		if (location_below(location, apam_str(usual_redirects[i])))
			return true;
	return false;
}

static int32_t
judge_response(void *state, const struct apam_response *r, const char **reason)
{
	const struct scheme_entry *e = state;

	/*
	 * Some servers send it for dead keys, some for any key outside the API.
	 */
	*reason = "a redirect to a login page";
	if (r->status >= 300 && r->status < 400 &&
	    is_login(e, e->svc->header(e->svc, r, "Location")))
		return APAM_VERDICT_SUSPECT;

	/* The server checks the key before it runs the code that failed. */
	*reason = "the API let the request in and found an error in it";
	if (r->status == 400 && scheme_is_json(e->svc, r) &&
	    !scheme_is_html(e->svc, r))
		return APAM_VERDICT_ACCEPTED;
	return scheme_judge(e->svc, r, reason);
}

static int32_t
basic_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)out;
	return judge_response(state, answer->response, reason);
}

/*
 * Only an API's answer tells whether a key is good, so the probe decides.  It
 * also decides after a redirect to a login page, which may mean a dead key or a
 * path outside the API.
 */
static int32_t
basic_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;

	return scheme_check_by_probe(
	    e->svc, op, state, basic_acquire, judge_response);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "basic-email-key",
	.summary = "Basic authentication with an e-mail address and an API key",
	.vendor = "apam",
	.version = APAM_VERSION,
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = basic_open,
	.close = scheme_close,
	.acquire = basic_acquire,
	.sign = basic_sign,
	.judge = basic_judge,
	.check = basic_check,
	.revoke = NULL, /* a key ends only when a new one is made */
};
