/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of curl.h: what the host gave is looked at, its thread is not
 * cancelled meanwhile, and curl_call.c does the rest.  apam_curl_perform is the
 * other two calls around curl_easy_perform.
 */
#include "curl/curl_call.h"

#include <pthread.h>

#include "curl/border.h"
#include "curl/failure.h"

/* ---- Threads that the host cancels -------------------------------------- */

/*
 * A cancellation takes effect after the call: libcurl has no handlers that
 * would let go of what it holds.  Returns what cancel_restore needs.
 */
static int
cancel_hold(void)
{
	int before = PTHREAD_CANCEL_ENABLE;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	return before;
}

static void
cancel_restore(int before)
{
	(void)pthread_setcancelstate(before, NULL);
}

/* ---- One part after the other ------------------------------------------- */

static enum apam_status
start(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_curl_call **call,
    struct apam_error *err)
{
	enum apam_status status;

	if (!failure_has_size(err))
		return APAM_E_USAGE;
	failure_clear(err);
	if (*call != NULL && curl_call_is_begun(*call))
		return failure_set(
		    err, APAM_E_USAGE, "the call has been started already");
	if (*call == NULL)
		*call = curl_call_new(profile, easy, transfer,
		    apam_profile_has_thread(profile), err);
	status = *call == NULL ? err->status : curl_call_begin(*call, err);
	if (status == APAM_OK || status == APAM_E_PENDING)
		return status;
	failure_locate(err, apam_profile_name(profile));
	curl_call_free(call);
	return status;
}

enum apam_status
apam_curl_start(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_curl_call **call,
    struct apam_error *err)
{
	struct apam_error unwanted = APAM_ERROR_INIT;
	const int before = cancel_hold();
	const enum apam_status status = start(
	    profile, easy, transfer, call, err == NULL ? &unwanted : err);

	cancel_restore(before);
	return status;
}

/* Check what a call is to fill in, and clear `err`. */
static enum apam_status
take_results(struct apam_result *result, struct apam_error *err)
{
	if (!failure_has_size(err))
		return APAM_E_USAGE;
	failure_clear(err);
	return border_check(result, err);
}

static enum apam_status
finish(struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_result *result, struct apam_error *err)
{
	enum apam_status status = take_results(result, err);

	*again = false;
	if (status != APAM_OK)
		return status;
	status = curl_call_proceed(call, code, again, err);
	curl_call_tell(call, result);
	return status;
}

enum apam_status
apam_curl_finish(struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_result *result, struct apam_error *err)
{
	struct apam_error unwanted = APAM_ERROR_INIT;
	const int before = cancel_hold();
	const enum apam_status status = finish(
	    call, code, again, result, err == NULL ? &unwanted : err);

	cancel_restore(before);
	return status;
}

void
apam_curl_cancel(struct apam_curl_call **call)
{
	const int before = cancel_hold();

	curl_call_free(call);
	cancel_restore(before);
}

/* ---- All of it --------------------------------------------------------- */

static enum apam_status
perform(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_result *result,
    struct apam_error *err)
{
	const struct apam_result nothing = { .status = 0 };
	struct apam_curl_call *call;
	enum apam_status status = take_results(result, err);
	bool again = true;

	if (status != APAM_OK)
		return status;
	border_give(&nothing, result);
	if (result->detail != NULL)
		failure_clear(result->detail);
	call = curl_call_new(profile, easy, transfer, true, err);
	status = call == NULL ? err->status : curl_call_begin(call, err);
	while (status == APAM_OK && again)
		status = finish(
		    call, curl_easy_perform(easy), &again, result, err);
	if (status != APAM_OK)
		failure_locate(err, apam_profile_name(profile));
	curl_call_free(&call);
	return status;
}

enum apam_status
apam_curl_perform(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_result *result,
    struct apam_error *err)
{
	struct apam_error unwanted = APAM_ERROR_INIT;
	const int before = cancel_hold();
	const enum apam_status status = perform(
	    profile, easy, transfer, result, err == NULL ? &unwanted : err);

	cancel_restore(before);
	return status;
}
