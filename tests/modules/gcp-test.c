/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Impersonation of a service account as Google Cloud has it, to prove that an
 * exchange carries nested JSON and a credential of its own: a token of the
 * instance, by the metadata service, is the bearer of a request for the token
 * of the account (projects.serviceAccounts.generateAccessToken of the IAM
 * Service Account Credentials API).  Of no use outside tests.
 */
#define _DEFAULT_SOURCE /* timegm */
#include <apam/scheme.h>

#include <stdio.h>
#include <time.h>

#include "stub.h"

#define TOKEN_PATH "/computeMetadata/v1/instance/service-accounts/default/token"

enum { ASK_OWN, READ_OWN, READ_ACCOUNT };

enum { OPT_METADATA, OPT_IAM, OPT_ACCOUNT, OPT_SCOPES, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_METADATA] = { .name = "metadata",
	    .help = "the metadata service",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_LOCAL_HTTP,
	    .default_value = "http://169.254.169.254" },
	[OPT_IAM] = { .name = "iam",
	    .help = "the service that gives tokens of accounts",
	    .type = APAM_OPT_URL,
	    .default_value = "https://iamcredentials.googleapis.com" },
	[OPT_ACCOUNT] = { .name = "account",
	    .help = "the account's e-mail",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
	[OPT_SCOPES] = { .name = "scopes",
	    .help = "what the token may be used for",
	    .type = APAM_OPT_LIST,
	    .flags = APAM_OPT_REQUIRED },
};

static void
put(const struct scheme_entry *e, struct apam_text *text, const char *plain)
{
	e->svc->text_put(e->svc, text, APAM_WRITING_PLAIN, apam_str(plain));
}

/* ---- The instance's own token -------------------------------------------- */

static int32_t
ask_own(const struct scheme_entry *e, struct apam_op *op)
{
	struct apam_text *url = e->svc->text_new(e->svc, 0);

	e->svc->text_put(e->svc, url, APAM_WRITING_PLAIN,
	    scheme_option(e, OPT_METADATA)->str);
	put(e, url, TOKEN_PATH);
	e->svc->exchange(e->svc, op, APAM_STR("GET"),
	    e->svc->text_view(e->svc, url), APAM_ENCODING_NONE);
	e->svc->exchange_header(
	    e->svc, op, APAM_STR("Metadata-Flavor"), APAM_STR("Google"));
	e->svc->text_free(e->svc, &url);
	op->phase = READ_OWN;
	return APAM_STEP_EXCHANGE;
}

/* ---- The account's token ------------------------------------------------- */

static void
put_url(const struct scheme_entry *e, struct apam_text *to)
{
	e->svc->text_put(
	    e->svc, to, APAM_WRITING_PLAIN, scheme_option(e, OPT_IAM)->str);
	put(e, to, "/v1/projects/-/serviceAccounts/");
	e->svc->text_put(e->svc, to, APAM_WRITING_PERCENT,
	    scheme_option(e, OPT_ACCOUNT)->str);
	put(e, to, ":generateAccessToken");
}

static void
put_body(const struct scheme_entry *e, struct apam_text *to)
{
	const struct apam_value *scopes = scheme_option(e, OPT_SCOPES);

	put(e, to, "{\"delegates\":[],\"scope\":[");
	for (size_t i = 0; i < scopes->count; i++) {
		put(e, to, i == 0 ? "" : ",");
		e->svc->text_put(
		    e->svc, to, APAM_WRITING_JSON, scopes->items[i]);
	}
	put(e, to, "],\"lifetime\":\"3600s\"}");
}

static int32_t
ask_account(
    const struct scheme_entry *e, struct apam_op *op, struct apam_str own)
{
	const struct apam_services *svc = e->svc;
	struct apam_text *url = svc->text_new(svc, 0);
	struct apam_text *body = svc->text_new(svc, 0);
	struct apam_text *bearer = svc->text_new(svc, 1);

	put_url(e, url);
	put_body(e, body);
	put(e, bearer, "Bearer ");
	svc->text_put(svc, bearer, APAM_WRITING_PLAIN, own);
	svc->exchange(svc, op, APAM_STR("POST"), svc->text_view(svc, url),
	    APAM_ENCODING_RAW);
	svc->exchange_query(
	    svc, op, APAM_STR("alt"), APAM_STR("json;enum-encoding=int"));
	svc->exchange_header(
	    svc, op, APAM_STR("Authorization"), svc->text_view(svc, bearer));
	svc->exchange_body(
	    svc, op, APAM_STR("application/json"), svc->text_view(svc, body));
	svc->text_free(svc, &bearer);
	svc->text_free(svc, &body);
	svc->text_free(svc, &url);
	op->phase = READ_ACCOUNT;
	return APAM_STEP_EXCHANGE;
}

/* Seconds until a time such as "2026-01-02T03:04:05Z"; 0: it is not one. */
static int64_t
seconds_until(const struct scheme_entry *e, struct apam_str time)
{
	struct tm tm = { 0 };
	char text[20];

	if (time.n < sizeof(text))
		return 0;
	(void)snprintf(text, sizeof(text), "%s", time.p);
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon,
		&tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm) - e->svc->now_ms(e->svc) / 1000;
}

/* ---- Steps ---------------------------------------------------------------- */

static int32_t
refused(const struct scheme_entry *e, struct apam_op *op)
{
	const int32_t status = op->response->status;
	struct apam_str why = scheme_json_string(
	    e->svc, op->response, "/error/status");

	if (status == 403 || status == 401)
		return apam_failf(e->svc, op, APAM_E_DENIED,
		    "the account cannot be impersonated: %d%s", (int)status,
		    why.n > 0 ? ", with a reason" : "");
	return apam_failf(
	    e->svc, op, APAM_E_PROVIDER, "the answer is %d", (int)status);
}

static int32_t
gcp_acquire(void *state, struct apam_op *op)
{
	static const char *const pointers[] = {
		[READ_OWN] = "/access_token", [READ_ACCOUNT] = "/accessToken"
	};
	const struct scheme_entry *e = state;
	struct apam_str token, time;

	if (op->phase == ASK_OWN)
		return ask_own(e, op);
	if (op->response->status != 200)
		return refused(e, op);
	token = scheme_json_string(e->svc, op->response, pointers[op->phase]);
	if (token.n == 0)
		return apam_failf(
		    e->svc, op, APAM_E_PROVIDER, "the answer has no token");
	if (op->phase == READ_OWN)
		return ask_account(e, op, token);
	time = scheme_json_string(e->svc, op->response, "/expireTime");
	e->svc->credential(e->svc, op, token);
	e->svc->lifetime(e->svc, op, seconds_until(e, time));
	return APAM_STEP_DONE;
}

static int32_t
gcp_check(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	const int32_t step = gcp_acquire(state, op);

	if (step != APAM_STEP_DONE)
		return step;
	return apam_key_statef(
	    e->svc, op, APAM_KEY_GOOD, "a token of the account was given");
}

static int32_t
gcp_sign(void *state, const struct apam_credential_view *credential,
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
	.scheme = "gcp-test",
	.summary = "tokens of impersonated service accounts",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = scheme_open_short_lived,
	.close = scheme_close,
	.acquire = gcp_acquire,
	.sign = gcp_sign,
	.judge = stub_judge,
	.check = gcp_check,
};
