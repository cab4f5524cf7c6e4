/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots that do the least that the contract allows, for modules that exist to
 * have one thing wrong, or to be older or newer than the core.  stub_judge
 * needs no state, so test modules that judge by the status alone have it, too.
 *
 * Include it after a module.h, whichever that is.
 */
#ifndef STUB_H
#define STUB_H

/* The services are the state: nothing else is needed. */
static inline int32_t
stub_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	(void)options;
	*state = (void *)(uintptr_t)svc;
	return APAM_OK;
}

static inline void
stub_close(void *state)
{
	(void)state;
}

static inline int32_t
stub_acquire(void *state, struct apam_op *op)
{
	const struct apam_services *svc = state;

	svc->credential(svc, op, APAM_STR("stub"));
	svc->lifetime(svc, op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

static inline int32_t
stub_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct apam_services *svc = state;

	(void)request;
	svc->sign_header(svc, out, APAM_STR("X-Stub"), credential->secret);
	return APAM_OK;
}

/* There is nobody to ask. */
static inline int32_t
stub_check(void *state, struct apam_op *op)
{
	const struct apam_services *svc = state;

	return svc->key_state(svc, op, APAM_KEY_UNKNOWN, APAM_STR("a stub"));
}

static inline int32_t
stub_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const struct apam_response *r = answer->response;
	(void)state;
	(void)out;
	*reason = "the status alone";
	if (r->status == 401)
		return APAM_VERDICT_REJECTED;
	return r->status < 300 ? APAM_VERDICT_ACCEPTED : APAM_VERDICT_UNKNOWN;
}

#endif
