/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The libcurl adapter: sign, have the host send, judge, and once more where
 * that is worth it.  apam_curl_perform is the other two calls around
 * curl_easy_perform.
 */
#include <apam/curl.h>
#include <stdlib.h>
#include <string.h>

#include "api/sign.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "curl/handle.h"
#include "flight/loop.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "text/header.h"

enum stage {
	STAGE_SIGN, /* for the first sending */
	STAGE_SEND, /* the host's turn */
	STAGE_SIGN_AGAIN, /* for the second one */
	STAGE_SIGN_LOST, /* as before, for one whose answer was lost */
	STAGE_ENDED
};

struct apam_curl_call {
	struct apam_profile *profile;
	struct stack *stack; /* whose policy holds for all of it */
	struct curl_handle handle;
	enum stage stage;
	bool waits; /* for a credential */
	bool rejected; /* what was sent before, for a second one */
	struct apam_body body; /* of the request */
	struct apam_request request;
	struct apam_signature signature;
	struct apam_call *signing; /* where it does not wait; or NULL */
	uint64_t credential; /* that was rejected, and the entries it is of */
	unsigned entries;
	struct apam_result result;
};

/* ---- Signing ----------------------------------------------------------- */

/* Begin to sign, or go on with it. */
static enum apam_status
sign(struct apam_curl_call *call, struct apam_error *err)
{
	long left = http_remaining(call->handle.deadline);
	enum apam_status status;

	if (call->signing == NULL) {
		call->request.timeout_ms = left > 0 ? (int)left : 1;
		return call->waits ?
		    apam_sign(
			call->profile, &call->request, &call->signature, err) :
		    apam_sign_start(call->profile, &call->request,
			&call->signature, &call->signing, err);
	}
	status = apam_call_result(call->signing, err);
	if (status != APAM_E_PENDING)
		apam_call_cancel(&call->signing);
	return status;
}

/* What is signed goes into the handle: the host's turn. */
static enum apam_status
hand_over(struct apam_curl_call *call, struct apam_error *err)
{
	const struct apam_transfer *t = call->handle.transfer;

	if (t->sending != NULL)
		t->sending(t->arg, &call->signature);
	if (!curl_handle_set(&call->handle))
		return error_set(
		    err, APAM_E_MEMORY, "libcurl does not accept the request");
	call->result.tries++;
	call->stage = STAGE_SEND;
	return APAM_OK;
}

/* ---- Beginning --------------------------------------------------------- */

/* Any other, apam_sign checks. */
static enum apam_status
check_headers(const struct apam_transfer *t, struct apam_error *err)
{
	for (size_t i = 0; t->headers != NULL && i < t->header_count; i++) {
		struct apam_str name = t->headers[i].name;

		if (header_is_framing(name))
			return error_set(err, APAM_E_HEADER,
			    "%.*s is set from the URL and the body: leave the "
			    "header out",
			    (int)name.n, name.p);
	}
	return APAM_OK;
}

static enum apam_status
check_form(const struct apam_transfer *t, struct apam_error *err)
{
	if (t->size < sizeof(*t) || t->method == NULL || t->url == NULL ||
	    t->timeout_ms < 0)
		return error_set(err, APAM_E_USAGE,
		    "the transfer lacks size, method or URL, or has a "
		    "negative timeout");
	if (t->body.kind == APAM_BODY_SHA256 ||
	    t->body.kind == APAM_BODY_UNKNOWN)
		return error_set(err, APAM_E_USAGE,
		    "the body cannot be sent: only its digest is known");
	if (t->body.kind > APAM_BODY_UNKNOWN ||
	    (t->body.kind == APAM_BODY_READER && t->body.read == NULL))
		return error_set(err, APAM_E_USAGE,
		    "the body is of no kind, or lacks its function");
	if (curl_api_of_host() == NULL)
		return error_set(err, APAM_E_USAGE,
		    "the program is not linked with libcurl");
	return check_headers(t, err);
}

static void
fill_in(struct apam_curl_call *call, CURL *easy, const struct apam_transfer *t)
{
	const struct profile *conf = call->stack->profile;

	call->body = t->body;
	call->body.size = sizeof(call->body);
	call->request = (struct apam_request){
		.size = sizeof(call->request),
		.method = t->method,
		.url = t->url,
		.headers = t->headers,
		.header_count = t->header_count,
		.body = t->body.kind == APAM_BODY_NONE ? NULL : &call->body,
	};
	call->signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	call->handle = (struct curl_handle){
		.curl = curl_api_of_host(),
		.easy = easy,
		.transfer = t,
		.signature = &call->signature,
		.policy = { .ca_file = conf->ca_file,
		    .proxy = conf->proxy,
		    .body_max = (size_t)conf->body_max,
		    .allow_http = conf->allow_http },
		.deadline = profile_deadline(call->profile, t->timeout_ms),
	};
	curl_handle_init(&call->handle);
}

static struct apam_curl_call *
call_new(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_error *err)
{
	struct apam_curl_call *call;

	if (check_form(transfer, err) != APAM_OK)
		return NULL;
	call = calloc(1, sizeof(*call));
	if (call == NULL) {
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
		return NULL;
	}
	call->profile = profile;
	call->stack = profile_hold(profile);
	call->waits = true;
	error_clear(&call->result.detail);
	fill_in(call, easy, transfer);
	return call;
}

/* Sign for the first time, or go on with it. */
static enum apam_status
begin(struct apam_curl_call *call, struct apam_error *err)
{
	enum apam_status status = sign(call, err);

	if (status == APAM_OK)
		status = hand_over(call, err);
	return status;
}

enum apam_status
apam_curl_start(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_curl_call **call,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_error unwanted;
	enum apam_status status;

	if (err == NULL)
		err = &unwanted;
	error_clear(err);
	if (*call == NULL) {
		*call = call_new(profile, easy, transfer, err);
		if (*call != NULL)
			(*call)->waits = profile->ctx->env.loop->threaded;
	}
	status = err->status;
	if (*call != NULL && (*call)->stage != STAGE_SIGN)
		return error_set(
		    err, APAM_E_USAGE, "the call has been started already");
	if (*call != NULL)
		status = begin(*call, err);
	if (status == APAM_OK || status == APAM_E_PENDING)
		return status;
	error_locate(err, profile->name, -1);
	apam_curl_cancel(call);
	return status;
}

/* ---- Ending ------------------------------------------------------------ */

static enum apam_status
judge(struct apam_curl_call *call, struct apam_error *err)
{
	const struct response *r = &call->handle.r;
	const struct apam_answer answer = {
		.size = sizeof(answer),
		.status = call->handle.status,
		.headers = r->pub.headers,
		.header_count = r->pub.header_count,
		.body = r->pub.body,
	};

	return apam_judge(call->profile, &call->signature, &answer,
	    &call->result.judgement, err);
}

/* The response stands: the host may have it. */
static enum apam_status
settle(struct apam_curl_call *call, struct apam_error *err)
{
	if (curl_handle_pass_on(&call->handle))
		return APAM_OK;
	return error_set(err, APAM_E_USAGE, "%s", call->handle.host_failed);
}

/*
 * Why what was signed anew is not sent; or NULL.  The same credential would
 * get the same answer; and a redirect is how many a POST that took effect is
 * answered, whatever became of the key since.
 */
static const char *
keep_back(const struct apam_curl_call *call)
{
	const struct apam_signature *s = &call->signature;

	if (s->credential == call->credential && s->entries == call->entries)
		return "there is no other credential than the one that was "
		       "rejected";
	if (call->result.status < 400 &&
	    !method_is_idempotent(call->handle.transfer->method))
		return "after a redirect it may have taken effect";
	return NULL;
}

/* A new signature for what was rejected, where there is one to be had. */
static enum apam_status
sign_again(struct apam_curl_call *call, bool *again, struct apam_error *err)
{
	enum apam_status status = sign(call, &call->result.detail);

	if (status == APAM_E_PENDING)
		return error_set(
		    err, status, "the credential is being acquired");
	/* Not sent again: the first response stands, and says why. */
	if (status == APAM_OK && keep_back(call) != NULL)
		status = error_set(&call->result.detail, APAM_E_UNKNOWN, "%s",
		    keep_back(call));
	if (status != APAM_OK)
		return settle(call, err);
	error_clear(&call->result.detail);
	status = hand_over(call, err);
	*again = status == APAM_OK;
	return status;
}

/*
 * The same once more, by HTTP/1.1; signed anew, because the server may know the
 * signature, if it is one that counts once.
 */
static enum apam_status
sign_lost(struct apam_curl_call *call, bool *again, struct apam_error *err)
{
	enum apam_status status = sign(call, err);

	if (status == APAM_OK)
		status = hand_over(call, err);
	*again = status == APAM_OK;
	return status;
}

static enum apam_status
lost(struct apam_curl_call *call, bool *again, struct apam_error *err)
{
	call->handle.by_http1 = true;
	apam_signature_release(&call->signature);
	call->stage = STAGE_SIGN_LOST;
	return sign_lost(call, again, err);
}

static enum apam_status
sent(struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_error *err)
{
	const bool is_lost = curl_handle_lost(&call->handle, code);
	enum apam_status status = curl_handle_sent(&call->handle, code, err);

	if (is_lost) {
		error_clear(err);
		return lost(call, again, err);
	}
	call->result.status = call->handle.status;
	if (status == APAM_OK)
		status = judge(call, err);
	if (status != APAM_OK)
		return status;
	if (call->rejected || call->handle.passed_on ||
	    !call->result.judgement.replay)
		return settle(call, err);
	call->rejected = true;
	call->credential = call->signature.credential;
	call->entries = call->signature.entries;
	apam_signature_release(&call->signature);
	call->stage = STAGE_SIGN_AGAIN;
	return sign_again(call, again, err);
}

static enum apam_status
proceed(struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_error *err)
{
	enum apam_status status = APAM_E_USAGE;

	switch (call->stage) {
	case STAGE_SEND:
		status = sent(call, code, again, err);
		break;
	case STAGE_SIGN_AGAIN:
		error_clear(&call->result.detail);
		status = sign_again(call, again, err);
		break;
	case STAGE_SIGN_LOST:
		status = sign_lost(call, again, err);
		break;
	case STAGE_SIGN:
	case STAGE_ENDED:
		return error_set(
		    err, status, "the call has ended, or has not been started");
	}
	if (status == APAM_E_PENDING || *again)
		return status;
	call->stage = STAGE_ENDED;
	apam_signature_release(&call->signature);
	return status;
}

enum apam_status
apam_curl_finish(struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_result *result, struct apam_error *err)
{
	HOLD_CANCEL;
	enum apam_status status;
	size_t size = result->size;

	*again = false;
	error_clear(err);
	if (size < sizeof(*result))
		return error_set(
		    err, APAM_E_USAGE, "the result lacks its size");
	status = proceed(call, code, again, err);
	*result = call->result;
	result->size = size;
	if (status != APAM_OK)
		error_locate(err, call->profile->name, -1);
	return status;
}

void
apam_curl_cancel(struct apam_curl_call **call)
{
	HOLD_CANCEL;
	struct apam_curl_call *c = *call;

	*call = NULL;
	if (c == NULL)
		return;
	apam_call_cancel(&c->signing);
	curl_handle_free(&c->handle);
	apam_signature_release(&c->signature);
	stack_release(&c->stack);
	free(c);
}

/* ---- All of it --------------------------------------------------------- */

enum apam_status
apam_curl_perform(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_result *result,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_curl_call *call;
	struct apam_error unwanted;
	enum apam_status status;
	size_t size = result->size;
	bool again = true;
	CURLcode code;

	if (err == NULL)
		err = &unwanted;
	error_clear(err);
	if (size < sizeof(*result))
		return error_set(
		    err, APAM_E_USAGE, "the result lacks its size");
	*result = (struct apam_result){ .size = size };
	error_clear(&result->detail);
	call = call_new(profile, easy, transfer, err);
	status = call == NULL ? err->status : begin(call, err);
	while (status == APAM_OK && again) {
		code = call->handle.curl->easy_perform(easy);
		status = apam_curl_finish(call, code, &again, result, err);
	}
	if (status != APAM_OK)
		error_locate(err, profile->name, -1);
	apam_curl_cancel(&call);
	return status;
}
