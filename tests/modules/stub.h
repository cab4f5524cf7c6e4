/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots that do the least that the contract allows, for modules that exist to
 * have one thing wrong, or to be older or newer than the core.
 *
 * Include it after a module.h, whichever that is.
 */
#ifndef STUB_H
#define STUB_H

/* The services are the state: nothing else is needed. */
static inline enum apam_status
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

static inline enum apam_step
stub_acquire(void *state, struct apam_op *op)
{
	const struct apam_services *svc = state;

	svc->credential(op, APAM_STR("stub"));
	svc->lifetime(op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

static inline enum apam_status
stub_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct apam_services *svc = state;

	(void)request;
	svc->sign_header(out, "X-Stub", credential->secret);
	return APAM_OK;
}

static inline enum apam_verdict
stub_judge(void *state, const struct apam_response *r, const char **reason)
{
	(void)state;
	*reason = "the status alone";
	if (r->status == 401)
		return APAM_VERDICT_REJECTED;
	return r->status < 300 ? APAM_VERDICT_ACCEPTED : APAM_VERDICT_UNKNOWN;
}

#endif
