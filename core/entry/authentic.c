/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slots verify_begin, verify_body and verify_end of a module.
 */
#include "entry/authentic.h"

#include "base/error.h"

bool
authentic_is_asked(const struct entry *e)
{
	return e->module->abi.verify_begin != NULL;
}

/* Turn what a slot returned and said into one status. */
static enum apam_status
check_result(
    const struct apam_verifying *v, int32_t returned, struct apam_error *err)
{
	if (returned == APAM_E_MEMORY)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (returned != (int32_t)v->error.status)
		return error_set(err, APAM_E_ABI,
		    "the module did not return what it said of the answer");
	if (returned == APAM_OK)
		return APAM_OK;
	return error_set(err, APAM_E_NOT_AUTHENTIC,
	    "the answer is not authentic: %s", v->error.text);
}

enum apam_status
authentic_begin(struct authentic *a, struct entry *e,
    const struct apam_request_view *request,
    const struct apam_response *response, struct apam_error *err)
{
	struct apam_verifying v;
	enum apam_status status;
	int32_t returned;

	*a = (struct authentic){ .entry = e };
	verifying_init(&v);
	entry_enter(e);
	returned = e->module->abi.verify_begin(
	    e->state, request, response, &v, &a->run);
	entry_leave(e);
	status = check_result(&v, returned, err);
	if (status == APAM_OK)
		return APAM_OK;
	/* What it made all the same is its own to free. */
	if (a->run != NULL)
		(void)authentic_end(a, false, NULL);
	*a = (struct authentic){ .entry = NULL };
	return status;
}

enum apam_status
authentic_body(
    struct authentic *a, struct apam_str piece, struct apam_error *err)
{
	struct entry *e = a->entry;
	struct apam_verifying v;
	int32_t returned;

	verifying_init(&v);
	entry_enter(e);
	returned = e->module->abi.verify_body(e->state, a->run, piece, &v);
	entry_leave(e);
	return check_result(&v, returned, err);
}

enum apam_status
authentic_end(struct authentic *a, bool whole, struct apam_error *err)
{
	struct entry *e = a->entry;
	struct apam_verifying v;
	int32_t returned;

	verifying_init(&v);
	entry_enter(e);
	returned = e->module->abi.verify_end(e->state, a->run, whole, &v);
	entry_leave(e);
	*a = (struct authentic){ .entry = NULL };
	return check_result(&v, returned, err);
}
