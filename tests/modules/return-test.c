/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module that returns whatever its options say, legal or not, for the table
 * of control words and statuses.  After OpenPAM's pam_return.
 *
 * Failures are reported through the services, as the contract wants, unless
 * `silent` is set: then a slot returns its number and does nothing else, which
 * breaks the contract wherever it has to have done something.
 */
#include <apam/scheme.h>

enum {
	OPT_KEY_ID,
	OPT_OPEN,
	OPT_ACQUIRE,
	OPT_ACQUIRE_STATUS,
	OPT_URL,
	OPT_CREDENTIAL,
	OPT_LIFETIME,
	OPT_PREPARE,
	OPT_SIGN,
	OPT_JUDGE,
	OPT_JUDGE_REASON,
	OPT_CHECK,
	OPT_CHECK_STATUS,
	OPT_KEY_STATE,
	OPT_REVOKE,
	OPT_REVOKE_STATUS,
	OPT_WAIT,
	OPT_SILENT,
	OPT_COUNT
};

#define NUMBER .type = APAM_OPT_INTEGER, .min = -100000, .max = 100000

static const struct apam_option options[OPT_COUNT] = {
	[OPT_KEY_ID] = { .name = "key_id",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_KEY_ID,
	    .default_value = "return-test" },
	[OPT_OPEN] = { .name = "open",
	    .help = "status that open returns",
	    NUMBER,
	    .default_value = "0" },
	[OPT_ACQUIRE] = { .name = "acquire",
	    .help = "step that acquire returns",
	    NUMBER,
	    .default_value = "1" },
	[OPT_ACQUIRE_STATUS] = { .name = "acquire_status",
	    .help = "status that it gives to fail",
	    NUMBER,
	    .default_value = "770" },
	[OPT_URL] = { .name = "url",
	    .help = "where exchanges go; without it none is built",
	    .type = APAM_OPT_URL },
	[OPT_CREDENTIAL] = { .name = "credential",
	    .help = "the credential",
	    .type = APAM_OPT_STRING,
	    .default_value = "returned" },
	[OPT_LIFETIME] = { .name = "lifetime",
	    .help = "its lifetime in seconds; -1: not stated",
	    NUMBER,
	    .default_value = "3600" },
	[OPT_PREPARE] = { .name = "prepare",
	    .help = "status that prepare returns",
	    NUMBER,
	    .default_value = "0" },
	[OPT_SIGN] = { .name = "sign",
	    .help = "status that sign returns",
	    NUMBER,
	    .default_value = "0" },
	[OPT_JUDGE] = { .name = "judge",
	    .help = "verdict that judge returns",
	    NUMBER,
	    .default_value = "0" },
	[OPT_JUDGE_REASON] = { .name = "judge_reason",
	    .help = "whether it gives a reason",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "true" },
	[OPT_CHECK] = { .name = "check",
	    .help = "step that check returns",
	    NUMBER,
	    .default_value = "1" },
	[OPT_CHECK_STATUS] = { .name = "check_status",
	    .help = "status that it gives to fail",
	    NUMBER,
	    .default_value = "770" },
	[OPT_KEY_STATE] = { .name = "key_state",
	    .help = "key state that it finds",
	    NUMBER,
	    .default_value = "0" },
	[OPT_REVOKE] = { .name = "revoke",
	    .help = "step that revoke returns",
	    NUMBER,
	    .default_value = "1" },
	[OPT_REVOKE_STATUS] = { .name = "revoke_status",
	    .help = "status that it gives to fail",
	    NUMBER,
	    .default_value = "770" },
	[OPT_WAIT] = { .name = "wait",
	    .help = "seconds that acquire waits for",
	    NUMBER,
	    .default_value = "1" },
	[OPT_SILENT] = { .name = "silent",
	    .help = "return the number and do nothing else",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
};

static int
number(const struct scheme_entry *e, size_t i)
{
	return (int)scheme_option(e, i)->num;
}

static int32_t
return_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	const struct scheme_entry e = { svc, values };
	int status = number(&e, OPT_OPEN);

	if (status == APAM_OK)
		return scheme_open(svc, values, state);
	if (status == APAM_E_CONFIG && !number(&e, OPT_SILENT))
		(void)apam_refuse_optionf(svc, OPT_OPEN, "says so");
	return (int32_t)status;
}

/* Do what goes with a failure or an exchange, and return the step. */
static int32_t
step(const struct scheme_entry *e, struct apam_op *op, int what, int status)
{
	if (what == APAM_STEP_FAILED)
		(void)apam_failf(
		    e->svc, op, (int32_t)status, "return-test says so");
	if (what == APAM_STEP_WAIT)
		e->svc->wait(e->svc, op, number(e, OPT_WAIT));
	if (what == APAM_STEP_EXCHANGE && scheme_option(e, OPT_URL)->set)
		e->svc->exchange(e->svc, op, APAM_STR("GET"),
		    scheme_option(e, OPT_URL)->str, APAM_ENCODING_NONE);
	return (int32_t)what;
}

static int32_t
return_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	int what = number(e, OPT_ACQUIRE);

	/* It has waited: done. */
	if (what == APAM_STEP_WAIT && op->phase++ > 0)
		what = APAM_STEP_DONE;
	/* An exchange that was answered: done. */
	if (what == APAM_STEP_EXCHANGE && op->response != NULL &&
	    op->response->status == 200)
		what = APAM_STEP_DONE;
	if (number(e, OPT_SILENT))
		return (int32_t)what;
	if (what == APAM_STEP_DONE) {
		e->svc->credential(
		    e->svc, op, scheme_option(e, OPT_CREDENTIAL)->str);
		if (number(e, OPT_LIFETIME) >= 0)
			e->svc->lifetime(e->svc, op, number(e, OPT_LIFETIME));
	}
	return step(e, op, what, number(e, OPT_ACQUIRE_STATUS));
}

static int32_t
answer(const struct scheme_entry *e, struct apam_signing *out, int status)
{
	if (status != APAM_OK && !number(e, OPT_SILENT))
		(void)apam_refusef(
		    e->svc, out, (int32_t)status, "return-test says so");
	return (int32_t)status;
}

static int32_t
return_prepare(void *state, const struct apam_request_view *request,
    struct apam_signing *out)
{
	const struct scheme_entry *e = state;

	(void)request;
	return answer(e, out, number(e, OPT_PREPARE));
}

static int32_t
return_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *e = state;
	int status = number(e, OPT_SIGN);

	(void)request;
	if (status == APAM_OK && !number(e, OPT_SILENT))
		e->svc->sign_header(
		    e->svc, out, APAM_STR("X-Return"), credential->secret);
	return answer(e, out, status);
}

static int32_t
return_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const struct scheme_entry *e = state;

	(void)answer;
	(void)out;
	*reason = number(e, OPT_JUDGE_REASON) ? "return-test says so" : NULL;
	return (int32_t)scheme_option(e, OPT_JUDGE)->num;
}

/* Nothing is found but by a fresh credential, and by the probe. */
static int32_t
check_by_minting(struct scheme_entry *e, struct apam_op *op)
{
	int32_t made;

	if (op->credential != NULL && number(e, OPT_ACQUIRE) != APAM_STEP_DONE)
		return apam_key_statef(
		    e->svc, op, APAM_KEY_UNKNOWN, "return-test says so");
	made = return_acquire(e, op);
	if (made != APAM_STEP_DONE)
		return made;
	if (op->response != NULL)
		return scheme_probe_or_end(
		    e->svc, op, APAM_KEY_GOOD, "a fresh credential was given");
	return scheme_probe_or_end(
	    e->svc, op, APAM_KEY_UNKNOWN, "return-test says so");
}

static int32_t
return_check(void *state, struct apam_op *op)
{
	struct scheme_entry *e = state;
	int what = number(e, OPT_CHECK);

	if (number(e, OPT_SILENT))
		return (int32_t)what;
	if (op->phase == SCHEME_PHASE_PROBE)
		return scheme_probe_done(
		    e->svc, op, number(e, OPT_JUDGE), "return-test says so");
	if (what == APAM_STEP_DONE &&
	    number(e, OPT_KEY_STATE) == APAM_KEY_UNKNOWN)
		return check_by_minting(e, op);
	if (what == APAM_STEP_DONE)
		(void)apam_key_statef(e->svc, op,
		    (enum apam_key_state)scheme_option(e, OPT_KEY_STATE)->num,
		    "return-test says so");
	return step(e, op, what, number(e, OPT_CHECK_STATUS));
}

static int32_t
return_revoke(void *state, struct apam_op *op)
{
	const struct scheme_entry *e = state;
	int what = number(e, OPT_REVOKE);

	if (number(e, OPT_SILENT))
		return (int32_t)what;
	return step(e, op, what, number(e, OPT_REVOKE_STATUS));
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	/* Not STATIC: every request asks for its answer. */
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "return-test",
	.summary = "returns what its options say",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = return_open,
	.close = scheme_close,
	.acquire = return_acquire,
	.sign = return_sign,
	.judge = return_judge,
	.check = return_check,
	.revoke = return_revoke,
	.prepare = return_prepare,
};
