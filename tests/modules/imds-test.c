/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credentials of an instance's metadata service, version 2 as AWS has it, to
 * prove that exchanges reach it: PUT for a token of the session, with its
 * lifetime in a header; GET for the role's name, and for its credentials in
 * JSON.  Of no use outside tests.
 */
#include <apam/scheme.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub.h"

#define TOKEN_PATH "/latest/api/token"
#define ROLES_PATH "/latest/meta-data/iam/security-credentials/"
#define PATH_SIZE 512

enum { ASK_TOKEN, READ_TOKEN, READ_ROLE, READ_CREDENTIALS };

enum { OPT_ENDPOINT, OPT_AT, OPT_COUNT };

static const struct apam_option options[OPT_COUNT] = {
	[OPT_ENDPOINT] = { .name = "endpoint",
	    .help = "the metadata service",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_LOCAL_HTTP,
	    .default_value = "http://169.254.169.254" },
	[OPT_AT] = { .name = "at",
	    .help = "JSON pointer to the object of the credentials",
	    .type = APAM_OPT_STRING },
};

struct imds {
	const struct apam_services *svc;
	struct apam_str endpoint, at;
};

static int32_t
imds_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	struct imds *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return APAM_E_MEMORY;
	s->svc = svc;
	s->endpoint = apam_option_value(values, OPT_ENDPOINT)->str;
	s->at = apam_option_value(values, OPT_AT)->str;
	*state = s;
	return APAM_OK;
}

static void
imds_close(void *state)
{
	free(state);
}

/* ---- Exchanges ---------------------------------------------------------- */

/* Begin an exchange below the endpoint, for the phase after this one. */
static void
begin(const struct imds *s, struct apam_op *op, const char *method,
    struct apam_str path, struct apam_str more)
{
	struct apam_text *url = s->svc->text_new(s->svc, 0);

	s->svc->text_put(s->svc, url, APAM_WRITING_PLAIN, s->endpoint);
	s->svc->text_put(s->svc, url, APAM_WRITING_PLAIN, path);
	s->svc->text_put(s->svc, url, APAM_WRITING_PERCENT, more);
	s->svc->exchange(s->svc, op, apam_str(method),
	    s->svc->text_view(s->svc, url), APAM_ENCODING_NONE);
	s->svc->text_free(s->svc, &url);
	op->phase++;
}

static int32_t
ask_token(const struct imds *s, struct apam_op *op)
{
	begin(s, op, "PUT", APAM_STR(TOKEN_PATH), APAM_STR(""));
	s->svc->exchange_header(s->svc, op,
	    APAM_STR("X-aws-ec2-metadata-token-ttl-seconds"), APAM_STR("60"));
	return APAM_STEP_EXCHANGE;
}

static int32_t
get(const struct imds *s, struct apam_op *op, struct apam_str role)
{
	begin(s, op, "GET", APAM_STR(ROLES_PATH), role);
	s->svc->exchange_header(s->svc, op, APAM_STR("Accept"),
	    APAM_STR("text/plain, application/json"));
	s->svc->exchange_header(
	    s->svc, op, APAM_STR("X-aws-ec2-metadata-token"), op->memo);
	return APAM_STEP_EXCHANGE;
}

/* ---- Credentials -------------------------------------------------------- */

/* A member that is a text; empty if it is not there. */
static struct apam_str
member(const struct imds *s, const struct apam_op *op, const char *name)
{
	char pointer[PATH_SIZE];

	(void)snprintf(pointer, sizeof(pointer), "%.*s/%s", (int)s->at.n,
	    s->at.n == 0 ? "" : s->at.p, name);
	return scheme_json_string(s->svc, op->response, pointer);
}

static int32_t
read_credentials(const struct imds *s, struct apam_op *op)
{
	const struct apam_services *svc = s->svc;
	const struct apam_str id = member(s, op, "AccessKeyId");
	const struct apam_str secret = member(s, op, "SecretAccessKey");
	const struct apam_str token = member(s, op, "Token");
	int32_t step = APAM_STEP_DONE;
	struct apam_text *made;

	if (id.n == 0 || secret.n == 0 || token.n == 0)
		return apam_failf(
		    svc, op, APAM_E_PROVIDER, "the answer has no credentials");
	made = svc->text_new(svc, 1);
	svc->text_put(svc, made, APAM_WRITING_PLAIN, APAM_STR("{\"id\":"));
	svc->text_put(svc, made, APAM_WRITING_JSON, id);
	svc->text_put(svc, made, APAM_WRITING_PLAIN, APAM_STR(",\"secret\":"));
	svc->text_put(svc, made, APAM_WRITING_JSON, secret);
	svc->text_put(svc, made, APAM_WRITING_PLAIN, APAM_STR(",\"token\":"));
	svc->text_put(svc, made, APAM_WRITING_JSON, token);
	svc->text_put(svc, made, APAM_WRITING_PLAIN, APAM_STR("}"));
	if (svc->text_view(svc, made).n == 0)
		step = apam_failf(svc, op, APAM_E_MEMORY, "no memory");
	else
		svc->credential(svc, op, svc->text_view(svc, made));
	svc->text_free(svc, &made);
	return step;
}

static int32_t
refused(const struct imds *s, struct apam_op *op)
{
	const int32_t status = op->response->status;

	if (status == 404)
		return apam_failf(
		    s->svc, op, APAM_E_CONFIG, "this instance has no role");
	if (status == 401 || status == 403)
		return apam_failf(s->svc, op, APAM_E_DENIED,
		    "the metadata service is closed to this process");
	return apam_failf(s->svc, op, APAM_E_PROVIDER,
	    "the metadata service answered %d", (int)status);
}

static int32_t
imds_acquire(void *state, struct apam_op *op)
{
	const struct imds *s = state;

	if (op->phase == ASK_TOKEN)
		return ask_token(s, op);
	if (op->response->status != 200 || op->response->body.n == 0)
		return refused(s, op);
	switch (op->phase) {
	case READ_TOKEN:
		s->svc->memo(s->svc, op, op->response->body);
		return get(s, op, APAM_STR(""));
	case READ_ROLE:
		return get(s, op, op->response->body);
	default:
		return read_credentials(s, op);
	}
}

static int32_t
imds_check(void *state, struct apam_op *op)
{
	const struct imds *s = state;
	const int32_t step = imds_acquire(state, op);

	if (step != APAM_STEP_DONE)
		return step;
	return apam_key_statef(
	    s->svc, op, APAM_KEY_GOOD, "the instance gave credentials");
}

/* ---- Requests ----------------------------------------------------------- */

/* Send a member of the credential as a header. */
static int32_t
send_member(const struct imds *s, struct apam_str credential,
    const char *pointer, struct apam_str header, struct apam_signing *out)
{
	struct apam_text *strings = s->svc->text_new(s->svc, 1);
	struct apam_json json = { 0 };
	int32_t status = s->svc->json_of(
	    s->svc, credential, pointer, &json, strings);

	if (status == APAM_OK && json.str.n > 0)
		s->svc->sign_header(s->svc, out, header, json.str);
	else
		status = apam_refusef(
		    s->svc, out, APAM_E_MEMORY, "no memory for the signature");
	s->svc->text_free(s->svc, &strings);
	return status;
}

static int32_t
imds_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct imds *s = state;
	int32_t status;

	(void)request;
	status = send_member(
	    s, credential->secret, "/id", APAM_STR("X-Access-Key"), out);
	if (status == APAM_OK)
		status = send_member(s, credential->secret, "/token",
		    APAM_STR("X-Amz-Security-Token"), out);
	return status;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "imds-test",
	.summary = "credentials of an instance's metadata service",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = imds_open,
	.close = imds_close,
	.acquire = imds_acquire,
	.sign = imds_sign,
	.judge = stub_judge,
	.check = imds_check,
};
