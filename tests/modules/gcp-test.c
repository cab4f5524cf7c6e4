/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Impersonation of a service account as Google Cloud has it, to prove that an
 * exchange carries nested JSON and a credential of its own: a token of the
 * instance, by the metadata service, is the bearer of a request for the token
 * of the account (projects.serviceAccounts.generateAccessToken of the IAM
 * Service Account Credentials API).  Of no use outside tests.
 */
#define _DEFAULT_SOURCE /* timegm */
#include <apam/module.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

struct gcp {
	const struct apam_services *svc;
	const struct apam_options *options;
};

static const struct apam_value *
option(const struct gcp *g, size_t i)
{
	return apam_option_value(g->options, i);
}

static int32_t
gcp_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	struct gcp *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return APAM_E_MEMORY;
	g->svc = svc;
	g->options = values;
	*state = g;
	return APAM_OK;
}

static void
gcp_close(void *state)
{
	free(state);
}

static void
put(const struct gcp *g, struct apam_text *text, const char *plain)
{
	g->svc->text_put(g->svc, text, APAM_WRITING_PLAIN, apam_str(plain));
}

/* ---- The instance's own token -------------------------------------------- */

static int32_t
ask_own(const struct gcp *g, struct apam_op *op)
{
	struct apam_text *url = g->svc->text_new(g->svc, 0);

	g->svc->text_put(
	    g->svc, url, APAM_WRITING_PLAIN, option(g, OPT_METADATA)->str);
	put(g, url, TOKEN_PATH);
	g->svc->exchange(g->svc, op, APAM_STR("GET"),
	    g->svc->text_view(g->svc, url), APAM_ENCODING_NONE);
	g->svc->exchange_header(
	    g->svc, op, APAM_STR("Metadata-Flavor"), APAM_STR("Google"));
	g->svc->text_free(g->svc, &url);
	op->phase = READ_OWN;
	return APAM_STEP_EXCHANGE;
}

/* ---- The account's token ------------------------------------------------- */

static void
put_url(const struct gcp *g, struct apam_text *to)
{
	g->svc->text_put(
	    g->svc, to, APAM_WRITING_PLAIN, option(g, OPT_IAM)->str);
	put(g, to, "/v1/projects/-/serviceAccounts/");
	g->svc->text_put(
	    g->svc, to, APAM_WRITING_PERCENT, option(g, OPT_ACCOUNT)->str);
	put(g, to, ":generateAccessToken");
}

static void
put_body(const struct gcp *g, struct apam_text *to)
{
	const struct apam_value *scopes = option(g, OPT_SCOPES);

	put(g, to, "{\"delegates\":[],\"scope\":[");
	for (size_t i = 0; i < scopes->count; i++) {
		put(g, to, i == 0 ? "" : ",");
		g->svc->text_put(
		    g->svc, to, APAM_WRITING_JSON, scopes->items[i]);
	}
	put(g, to, "],\"lifetime\":\"3600s\"}");
}

static int32_t
ask_account(const struct gcp *g, struct apam_op *op, struct apam_str own)
{
	const struct apam_services *svc = g->svc;
	struct apam_text *url = svc->text_new(svc, 0);
	struct apam_text *body = svc->text_new(svc, 0);
	struct apam_text *bearer = svc->text_new(svc, 1);

	put_url(g, url);
	put_body(g, body);
	put(g, bearer, "Bearer ");
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
seconds_until(const struct gcp *g, struct apam_str time)
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
	return (int64_t)timegm(&tm) - g->svc->now_ms(g->svc) / 1000;
}

/* ---- Steps ---------------------------------------------------------------- */

static int32_t
refused(const struct gcp *g, struct apam_op *op)
{
	const int32_t status = op->response->status;
	struct apam_json why = { 0 };

	(void)g->svc->json(g->svc, op->response, "/error/status", &why, NULL);
	if (status == 403 || status == 401)
		return apam_failf(g->svc, op, APAM_E_DENIED,
		    "the account cannot be impersonated: %d%s", (int)status,
		    why.type == APAM_JSON_STRING ? ", with a reason" : "");
	return apam_failf(
	    g->svc, op, APAM_E_PROVIDER, "the answer is %d", (int)status);
}

static int32_t
gcp_acquire(void *state, struct apam_op *op)
{
	static const char *const pointers[] = {
		[READ_OWN] = "/access_token", [READ_ACCOUNT] = "/accessToken"
	};
	const struct gcp *g = state;
	struct apam_json token = { 0 }, time = { 0 };

	if (op->phase == ASK_OWN)
		return ask_own(g, op);
	if (op->response->status != 200)
		return refused(g, op);
	(void)g->svc->json(
	    g->svc, op->response, pointers[op->phase], &token, NULL);
	if (token.type != APAM_JSON_STRING || token.str.n == 0)
		return apam_failf(
		    g->svc, op, APAM_E_PROVIDER, "the answer has no token");
	if (op->phase == READ_OWN)
		return ask_account(g, op, token.str);
	(void)g->svc->json(g->svc, op->response, "/expireTime", &time, NULL);
	g->svc->credential(g->svc, op, token.str);
	g->svc->lifetime(g->svc, op, seconds_until(g, time.str));
	return APAM_STEP_DONE;
}

static int32_t
gcp_check(void *state, struct apam_op *op)
{
	const struct gcp *g = state;
	const int32_t step = gcp_acquire(state, op);

	if (step != APAM_STEP_DONE)
		return step;
	return apam_key_statef(
	    g->svc, op, APAM_KEY_GOOD, "a token of the account was given");
}

static int32_t
gcp_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct gcp *g = state;
	struct apam_text *value = g->svc->text_new(g->svc, 1);
	int32_t status = APAM_OK;

	(void)request;
	put(g, value, "Bearer ");
	g->svc->text_put(g->svc, value, APAM_WRITING_PLAIN, credential->secret);
	if (g->svc->text_view(g->svc, value).n == 0)
		status = apam_refusef(g->svc, out, APAM_E_MEMORY, "no memory");
	else
		g->svc->sign_header(g->svc, out, APAM_STR("Authorization"),
		    g->svc->text_view(g->svc, value));
	g->svc->text_free(g->svc, &value);
	return status;
}

static int32_t
gcp_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const int32_t status = answer->response->status;

	(void)state;
	(void)out;
	*reason = "the status alone";
	if (status == 401)
		return APAM_VERDICT_REJECTED;
	return status / 100 == 2 ? APAM_VERDICT_ACCEPTED : APAM_VERDICT_UNKNOWN;
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
	.open = gcp_open,
	.close = gcp_close,
	.acquire = gcp_acquire,
	.sign = gcp_sign,
	.judge = gcp_judge,
	.check = gcp_check,
};
