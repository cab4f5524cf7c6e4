/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options and slots of login-token.
 *
 * A session may end before its time, so what the API answers then is said by
 * the profile, where it is not 401: other statuses, or redirects to a login.
 */
#include <stdlib.h>

#include "login_token.h"

#include "../common/location.h"

static const char *const methods[] = { "POST", "GET", "PUT", NULL };
static const char *const logout_methods[] = { "POST", "DELETE", "GET", "PUT",
	NULL };
static const char *const encodings[] = { "json", "form", NULL };
static const char *const who[] = { "user", "secret", NULL };
static const char *const units[] = { "seconds", "minutes", "milliseconds",
	"unix", "unix_ms", "rfc3339", NULL };

static const struct apam_option login_options[LOGIN_COUNT] = {
	[LOGIN_URL] = { .name = "url",
	    .help = "the URL of the login",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_REQUIRED },
	[LOGIN_METHOD] = { .name = "method",
	    .help = "its method",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "POST",
	    .choices = methods },
	[LOGIN_ENCODING] = { .name = "encoding",
	    .help = "how its fields are sent",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "json",
	    .choices = encodings },
	[LOGIN_USER_FIELD] = { .name = "user_field",
	    .help = "name of the field for the user; in JSON also a pointer, "
		    "such as \"/auth/name\"",
	    .type = APAM_OPT_STRING },
	[LOGIN_SECRET_FIELD] = { .name = "secret_field",
	    .help = "name of the field for the secret; likewise",
	    .type = APAM_OPT_STRING },
	[LOGIN_BASIC] = { .name = "basic",
	    .help = "send user and secret as Authorization: Basic",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
	[LOGIN_STATUS] = { .name = "status",
	    .help = "the status of a good answer; default: 200 to 299",
	    .type = APAM_OPT_INTEGER,
	    .min = 200,
	    .max = 499 },
};

static const struct apam_option send_options[SEND_COUNT] = {
	[SEND_VALUE] = { .name = "value",
	    .help = "the entry's user or its secret",
	    .type = APAM_OPT_CHOICE,
	    .choices = who },
	[SEND_TEXT] = { .name = "text",
	    .help = "in its place: a text that is not secret",
	    .type = APAM_OPT_STRING },
	[SEND_JSON] = { .name = "json",
	    .help = "in its place: JSON, such as \"1\", \"true\" or \"[]\"",
	    .type = APAM_OPT_STRING },
	[SEND_SECRET] = { .name = "secret",
	    .help = "in its place: reference to another secret",
	    .type = APAM_OPT_SECRET },
	[SEND_FIELD] = { .name = "field",
	    .help = "name of the field that carries it; in JSON also a pointer",
	    .type = APAM_OPT_STRING },
	[SEND_HEADER] = { .name = "header",
	    .help = "name of the header that carries it",
	    .type = APAM_OPT_STRING },
	[SEND_PREFIX] = { .name = "prefix",
	    .help = "what stands before it in the header",
	    .type = APAM_OPT_STRING },
	[SEND_QUERY] = { .name = "query",
	    .help = "name of the query parameter that carries it",
	    .type = APAM_OPT_STRING },
};

static const struct apam_option csrf_options[CSRF_COUNT] = {
	[CSRF_URL] = { .name = "url",
	    .help = "the URL of a GET that gives the token",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_REQUIRED },
	[CSRF_FROM_POINTER] = { .name = "from_pointer",
	    .help = "JSON pointer to the token in its answer",
	    .type = APAM_OPT_STRING },
	[CSRF_FROM_HEADER] = { .name = "from_header",
	    .help = "name of the header that has it",
	    .type = APAM_OPT_STRING },
	[CSRF_FROM_COOKIE] = { .name = "from_cookie",
	    .help = "name of the cookie that has it",
	    .type = APAM_OPT_STRING },
	[CSRF_FIELD] = { .name = "field",
	    .help = "name of the field with which the login carries it",
	    .type = APAM_OPT_STRING },
	[CSRF_HEADER] = { .name = "header",
	    .help = "name of the header with which the login carries it",
	    .type = APAM_OPT_STRING },
};

static const struct apam_option token_options[TOKEN_COUNT] = {
	[TOKEN_FROM_POINTER] = { .name = "from_pointer",
	    .help = "JSON pointer to the token in the login's answer",
	    .type = APAM_OPT_STRING },
	[TOKEN_FROM_HEADER] = { .name = "from_header",
	    .help = "name of the header of that answer that has it",
	    .type = APAM_OPT_STRING },
	[TOKEN_FROM_COOKIE] = { .name = "from_cookie",
	    .help = "name of the cookie that it sets",
	    .type = APAM_OPT_STRING },
	[TOKEN_FROM_BODY] = { .name = "from_body",
	    .help = "the whole body is the token: text, or a JSON string",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
	[TOKEN_HEADER] = { .name = "header",
	    .help = "name of the header that carries it; default: where it "
		    "came from, or Authorization: Bearer",
	    .type = APAM_OPT_STRING },
	[TOKEN_PREFIX] = { .name = "prefix",
	    .help = "what stands before it in the header, such as \"Token \" "
		    "with its space",
	    .type = APAM_OPT_STRING },
	[TOKEN_COOKIE] = { .name = "cookie",
	    .help = "name of the cookie that carries it",
	    .type = APAM_OPT_STRING },
	[TOKEN_QUERY] = { .name = "query",
	    .help = "name of the query parameter that carries it",
	    .type = APAM_OPT_STRING },
};

static const struct apam_option lifetime_options[LIFETIME_COUNT] = {
	[LIFETIME_POINTER] = { .name = "pointer",
	    .help = "JSON pointer to it in the login's answer",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
	[LIFETIME_UNIT] = { .name = "unit",
	    .help = "what it says: a span, or a point in time as Unix time or "
		    "by RFC 3339",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "seconds",
	    .choices = units },
};

static const struct apam_option logout_options[LOGOUT_COUNT] = {
	[LOGOUT_URL] = { .name = "url",
	    .help = "the URL of the logout",
	    .type = APAM_OPT_URL },
	[LOGOUT_FROM_HEADER] = { .name = "from_header",
	    .help = "in its place: name of the header of the login's answer "
		    "that says it, such as Location",
	    .type = APAM_OPT_STRING },
	[LOGOUT_METHOD] = { .name = "method",
	    .help = "its method",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "POST",
	    .choices = logout_methods },
	[LOGOUT_TOKEN_IN_PATH] = { .name = "token_in_path",
	    .help = "the first token is a segment after the URL",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
	[LOGOUT_TOKEN_HEADER] = { .name = "token_header",
	    .help = "name of a header that carries the first token once more",
	    .type = APAM_OPT_STRING },
	[LOGOUT_JSON] = { .name = "json",
	    .help = "its body, JSON",
	    .type = APAM_OPT_STRING },
};

static const struct apam_option refusal_options[RULE_COUNT] = {
	[RULE_STATUS] = { .name = "status",
	    .help = "the status of the answer",
	    .type = APAM_OPT_INTEGER,
	    .flags = APAM_OPT_REQUIRED,
	    .min = 200,
	    .max = 499 },
	[RULE_POINTER] = { .name = "pointer",
	    .help = "JSON pointer to the value that tells it",
	    .type = APAM_OPT_STRING },
	[RULE_VALUE] = { .name = "value",
	    .help = "what stands there",
	    .type = APAM_OPT_STRING },
};

static const struct apam_option options[OPT_COUNT] = {
	[OPT_USER] = { .name = "user",
	    .help = "the user's name, or a key's id; it names the key in "
		    "reports and the key registry",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_KEY_ID },
	[OPT_SECRET] = { .name = "secret",
	    .help = "reference to the password, or the key's secret",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_LOGIN] = { .name = "login",
	    .help = "the request that brings the token",
	    .type = APAM_OPT_GROUP,
	    .flags = APAM_OPT_REQUIRED,
	    .members = login_options,
	    .member_count = LOGIN_COUNT },
	[OPT_SEND] = { .name = "send",
	    .help = "what else the login carries",
	    .type = APAM_OPT_GROUPS,
	    .members = send_options,
	    .member_count = SEND_COUNT },
	[OPT_CSRF] = { .name = "csrf",
	    .help = "a request before it, for a CSRF token that it carries",
	    .type = APAM_OPT_GROUP,
	    .members = csrf_options,
	    .member_count = CSRF_COUNT },
	[OPT_TOKEN] = { .name = "token",
	    .help = "what the login's answer has, and where requests carry it",
	    .type = APAM_OPT_GROUPS,
	    .flags = APAM_OPT_REQUIRED,
	    .members = token_options,
	    .member_count = TOKEN_COUNT },
	[OPT_LIFETIME] = { .name = "lifetime",
	    .help = "where the login's answer says how long they live; "
		    "default: a cookie's Max-Age, a JWT's exp, or ttl",
	    .type = APAM_OPT_GROUP,
	    .members = lifetime_options,
	    .member_count = LIFETIME_COUNT },
	[OPT_LOGOUT] = { .name = "logout",
	    .help = "the request that ends the session, for apam revoke",
	    .type = APAM_OPT_GROUP,
	    .members = logout_options,
	    .member_count = LOGOUT_COUNT },
	[OPT_REFUSALS] = { .name = "refusals",
	    .help = "answers besides 401 and 403 with which the login refuses "
		    "user or secret",
	    .type = APAM_OPT_GROUPS,
	    .members = refusal_options,
	    .member_count = RULE_COUNT },
	[OPT_ENDED] = { .name = "ended",
	    .help = "answers besides 401 with which the API says that the "
		    "session has ended",
	    .type = APAM_OPT_GROUPS,
	    .members = refusal_options,
	    .member_count = RULE_COUNT },
	[OPT_LOGIN_REDIRECTS] = { .name = "login_redirects",
	    .help = "redirects to these paths or URLs say so, too",
	    .type = APAM_OPT_LIST },
};

/* ---- Opening ---------------------------------------------------------- */

static const char refused[] = "the user or the secret is wrong, or may not log "
			      "in";
static const char misunderstood[] = "it does not understand the request: check "
				    "login, send and csrf";
static const char absent[] = "nothing is at from_pointer";

static const struct session_texts texts = {
	.who = "login",
	.refused = refused,
	.misunderstood = misunderstood,
	.absent = absent,
};

static void
login_token_close(void *state)
{
	struct login_token *t = state;

	free(t->ended.rules);
	free(t->session.refusals.rules);
	free(t->tokens);
	free(t->parts);
	free(t);
}

static int32_t
check_redirects(const struct login_token *t)
{
	const struct apam_value *list = option(t, OPT_LOGIN_REDIRECTS);
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!location_is_target(list->items[i]))
			return apam_refuse_optionf(t->svc, OPT_LOGIN_REDIRECTS,
			    "element %zu is neither a path nor a URL", i + 1);
	return APAM_OK;
}

/* A control character could end a header; the core refuses it, too. */
static int32_t
check_secret(const struct login_token *t)
{
	const struct apam_str secret = option(t, OPT_SECRET)->str;

	if (secret.n == 0 || scheme_has_control(secret))
		return apam_refuse_optionf(
		    t->svc, OPT_SECRET, "is empty or has a control character");
	return APAM_OK;
}

static int32_t
fill(struct login_token *t)
{
	int32_t status = check_secret(t);

	if (status == APAM_OK)
		status = login_parts_open(t);
	if (status == APAM_OK)
		status = login_tokens_open(t);
	if (status == APAM_OK)
		status = login_logout_open(t);
	if (status == APAM_OK)
		status = answer_rules_open(
		    t->svc, t->options, OPT_REFUSALS, &t->session.refusals);
	if (status == APAM_OK)
		status = answer_rules_open(
		    t->svc, t->options, OPT_ENDED, &t->ended);
	return status == APAM_OK ? check_redirects(t) : status;
}

static int32_t
login_token_open(const struct apam_services *svc,
    const struct apam_options *given, void **state)
{
	struct login_token *t = calloc(1, sizeof(*t));
	int32_t status;

	if (t == NULL)
		return APAM_E_MEMORY;
	t->svc = svc;
	t->options = given;
	t->session.svc = svc;
	t->session.texts = &texts;
	status = fill(t);
	if (status != APAM_OK) {
		login_token_close(t);
		return status;
	}
	svc->short_lived(svc);
	*state = t;
	return APAM_OK;
}

/* ---- Judging ---------------------------------------------------------- */

static int32_t
judge_response(void *state, const struct apam_response *r, const char **reason)
{
	const struct login_token *t = state;
	const struct apam_value *logins = option(t, OPT_LOGIN_REDIRECTS);
	const enum rule_match ended = answer_rules_meet(t->svc, &t->ended, r);

	*reason = "the session has ended, as the option \"ended\" says";
	if (ended == RULE_MEETS)
		return APAM_VERDICT_REJECTED;
	/* A success may still say that it has ended. */
	*reason = "a body that may say that the session has ended, and cannot "
		  "be read";
	if (ended == RULE_UNREADABLE && r->status / 100 == 2)
		return APAM_VERDICT_UNKNOWN;
	/* RFC 9110, 10.2.2.  A login anew finds whether it was the session. */
	*reason = "a redirect to a login page";
	if (r->status / 100 == 3 &&
	    location_below_any(t->svc->header(t->svc, r, "Location"),
		logins->items, logins->count))
		return APAM_VERDICT_SUSPECT;
	return scheme_judge(t->svc, r, reason);
}

static int32_t
login_token_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)out;
	return judge_response(state, answer->response, reason);
}

/* ---- The other slots -------------------------------------------------- */

static int32_t
login_token_acquire(void *state, struct apam_op *op)
{
	const struct login_token *t = state;

	return session_acquire(&t->session, op);
}

static int32_t
login_token_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct login_token *t = state;

	(void)request;
	return session_sign(&t->session, credential->secret, out);
}

static int32_t
login_token_check(void *state, struct apam_op *op)
{
	const struct login_token *t = state;

	return session_check(&t->session, op, state, judge_response);
}

static int32_t
login_token_revoke(void *state, struct apam_op *op)
{
	const struct login_token *t = state;

	return session_revoke(&t->session, op);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "login-token",
	.summary =
	    "A login that brings a token, in a shape that the profile says",
	.vendor = "apam",
	.version = APAM_VERSION,
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = login_token_open,
	.close = login_token_close,
	.acquire = login_token_acquire,
	.sign = login_token_sign,
	.judge = login_token_judge,
	.check = login_token_check,
	.revoke = login_token_revoke,
};
