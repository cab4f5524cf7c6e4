/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call of curl.h, from stage to stage: sign, have the host send, judge, and
 * do it once more where that is worth it.
 */
#include "curl/curl_call.h"

#include <stdlib.h>

#include "curl/border.h"
#include "curl/failure.h"
#include "curl/handle.h"

/* How often a request is sent again because the server wants it otherwise. */
#define CHALLENGES_MAX 3

enum stage {
	STAGE_SIGN, /* for the first sending */
	STAGE_SEND, /* the host's turn */
	STAGE_SIGN_AGAIN, /* for the next sending */
	STAGE_SIGN_LOST, /* again, for a request whose answer was lost */
	STAGE_ENDED
};

struct apam_curl_call {
	struct apam_profile *profile;
	struct apam_transfer transfer; /* as this library knows it */
	struct apam_transport transport; /* one for all sendings */
	struct curl_handle handle;
	enum stage stage;
	bool waits; /* for a credential */
	bool rejected; /* a sending was, and another one followed */
	unsigned challenges; /* the same of those that were challenged */
	struct apam_request request;
	struct apam_signature signature;
	struct apam_call *signing; /* where it does not wait; or NULL */
	/* Of the sending that was rejected or challenged. */
	uint64_t credential, memo;
	unsigned entries;
	unsigned tries;
	struct apam_judgement judgement;
	struct apam_error detail; /* why it was not sent again */
};

/* ---- Signing ----------------------------------------------------------- */

/* Begin to sign, or go on with it. */
static enum apam_status
sign(struct apam_curl_call *call, struct apam_error *err)
{
	enum apam_status status;

	if (call->signing == NULL) {
		call->request.timeout_ms = curl_handle_left(&call->handle);
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

/* Put what is signed into the handle; the next turn is the host's. */
static enum apam_status
hand_over(struct apam_curl_call *call, struct apam_error *err)
{
	const struct apam_transfer *t = call->handle.transfer;

	if (t->sending != NULL)
		t->sending(t->arg, &call->signature);
	if (!curl_handle_set(&call->handle))
		return failure_set(
		    err, APAM_E_MEMORY, "libcurl does not accept the request");
	call->tries++;
	call->stage = STAGE_SEND;
	return APAM_OK;
}

/* ---- Beginning --------------------------------------------------------- */

/* The rest of them, as the body, is checked by apam_sign. */
static enum apam_status
check_headers(const struct apam_transfer *t, struct apam_error *err)
{
	for (size_t i = 0; t->headers != NULL && i < t->header_count; i++) {
		struct apam_str name = t->headers[i].name;

		if (apam_header_is_framing(name))
			return failure_set(err, APAM_E_HEADER,
			    "%.*s is set from the URL and the body: leave the "
			    "header out",
			    (int)name.n, name.p);
	}
	return APAM_OK;
}

static enum apam_status
check_form(const struct apam_transfer *t, struct apam_error *err)
{
	if (t->method == NULL || t->url == NULL || t->timeout_ms < 0)
		return failure_set(err, APAM_E_USAGE,
		    "the transfer lacks method or URL, or has a negative "
		    "timeout");
	if (t->body != NULL &&
	    (t->body->kind == APAM_BODY_DIGESTS ||
		t->body->kind == APAM_BODY_UNKNOWN))
		return failure_set(err, APAM_E_USAGE,
		    "the body cannot be sent: only its digest is known");
	if ((t->flags & ~(uint64_t)APAM_TRANSFER_UNVERIFIED) != 0)
		return failure_set(err, APAM_E_USAGE,
		    "the transfer has a flag that is not known");
	return check_headers(t, err);
}

static void
fill_in(struct apam_curl_call *call, CURL *easy)
{
	const struct apam_transfer *t = &call->transfer;
	const int timeout_ms = t->timeout_ms > 0 ? t->timeout_ms :
						   call->transport.timeout_ms;

	call->request = (struct apam_request){
		.size = sizeof(call->request),
		.method = t->method,
		.url = t->url,
		.headers = t->headers,
		.header_count = t->header_count,
		.body = t->body,
	};
	call->signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	call->handle = (struct curl_handle){
		.easy = easy,
		.transfer = t,
		.signature = &call->signature,
		.transport = &call->transport,
		.deadline = curl_handle_clock() + timeout_ms,
	};
	curl_handle_init(&call->handle);
	call->handle.answer.proof = (struct proof){ .profile = call->profile,
		.request = &call->request,
		.signature = &call->signature,
		.streams = (t->flags & APAM_TRANSFER_UNVERIFIED) != 0 };
	failure_clear(&call->detail);
}

/* Take the transfer, and the way that it is to go. */
static enum apam_status
take(struct apam_curl_call *call, const struct apam_transfer *theirs,
    struct apam_error *err)
{
	enum apam_status status = border_take(theirs, &call->transfer, err);

	if (status == APAM_OK)
		status = check_form(&call->transfer, err);
	if (status == APAM_OK)
		status = apam_transport_get(
		    call->profile, call->transfer.url, &call->transport, err);
	return status;
}

struct apam_curl_call *
curl_call_new(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, bool waits, struct apam_error *err)
{
	struct apam_curl_call *call = calloc(1, sizeof(*call));

	if (call == NULL) {
		(void)failure_set(err, APAM_E_MEMORY, "out of memory");
		return NULL;
	}
	call->profile = profile;
	call->waits = waits;
	call->judgement.size = sizeof(call->judgement);
	call->detail.size = sizeof(call->detail);
	call->transport.size = sizeof(call->transport);
	if (take(call, transfer, err) != APAM_OK) {
		free(call);
		return NULL;
	}
	fill_in(call, easy);
	return call;
}

void
curl_call_free(struct apam_curl_call **call)
{
	struct apam_curl_call *c = *call;

	*call = NULL;
	if (c == NULL)
		return;
	apam_call_cancel(&c->signing);
	curl_handle_free(&c->handle);
	apam_signature_release(&c->signature);
	apam_transport_release(&c->transport);
	free(c);
}

enum apam_status
curl_call_begin(struct apam_curl_call *call, struct apam_error *err)
{
	enum apam_status status = sign(call, err);

	if (status == APAM_OK)
		status = hand_over(call, err);
	return status;
}

bool
curl_call_is_begun(const struct apam_curl_call *call)
{
	return call->stage != STAGE_SIGN;
}

/* ---- Ending ------------------------------------------------------------ */

static enum apam_status
judge(struct apam_curl_call *call, struct apam_error *err)
{
	const struct answer *a = &call->handle.answer;
	const struct apam_answer answer = {
		.size = sizeof(answer),
		.status = call->handle.status,
		.headers = a->headers,
		.header_count = a->header_count,
		.body = { a->body.p, a->body.n },
	};

	return apam_judge(
	    call->profile, &call->signature, &answer, &call->judgement, err);
}

/* The response stands; the host may have it. */
static enum apam_status
settle(struct apam_curl_call *call, struct apam_error *err)
{
	struct answer *a = &call->handle.answer;

	if (answer_pass_on(a))
		return APAM_OK;
	return failure_set(err, a->status, "%s", a->why);
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

	if (s->credential == call->credential && s->entries == call->entries &&
	    s->memo == call->memo)
		return "there is no other credential than the one that was "
		       "rejected";
	if (call->handle.status < 400 &&
	    !method_is_idempotent(call->handle.transfer->method))
		return "after a redirect it may have taken effect";
	return NULL;
}

/* A new signature for what was rejected or challenged, if possible. */
static enum apam_status
sign_again(struct apam_curl_call *call, bool *again, struct apam_error *err)
{
	enum apam_status status = sign(call, &call->detail);

	if (status == APAM_E_PENDING)
		return failure_set(
		    err, status, "the credential is being acquired");
	/* It is not sent again: the first response stands, and says why. */
	if (status == APAM_OK && keep_back(call) != NULL)
		status = failure_set(
		    &call->detail, APAM_E_UNKNOWN, "%s", keep_back(call));
	if (status != APAM_OK)
		return settle(call, err);
	failure_clear(&call->detail);
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
	failure_clear(err);
	call->handle.by_http1 = true;
	apam_signature_release(&call->signature);
	call->stage = STAGE_SIGN_LOST;
	return sign_lost(call, again, err);
}

/* True if it may be sent once more; that is then counted. */
static bool
may_replay(struct apam_curl_call *call)
{
	if (call->handle.answer.passed_on || !call->judgement.replay)
		return false;
	if (call->judgement.verdict == APAM_VERDICT_CHALLENGED)
		return call->challenges++ < CHALLENGES_MAX;
	if (call->rejected)
		return false;
	call->rejected = true;
	return true;
}

static enum apam_status
sent(struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_error *err)
{
	const bool is_lost = curl_handle_lost(&call->handle, code);
	enum apam_status status = curl_handle_sent(&call->handle, code, err);

	if (is_lost)
		return lost(call, again, err);
	if (status == APAM_OK)
		status = judge(call, err);
	if (status != APAM_OK)
		return status;
	if (!may_replay(call))
		return settle(call, err);
	call->credential = call->signature.credential;
	call->memo = call->signature.memo;
	call->entries = call->signature.entries;
	apam_signature_release(&call->signature);
	call->stage = STAGE_SIGN_AGAIN;
	return sign_again(call, again, err);
}

static enum apam_status
step(struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_error *err)
{
	enum apam_status status = APAM_E_USAGE;

	switch (call->stage) {
	case STAGE_SEND:
		status = sent(call, code, again, err);
		break;
	case STAGE_SIGN_AGAIN:
		failure_clear(&call->detail);
		status = sign_again(call, again, err);
		break;
	case STAGE_SIGN_LOST:
		status = sign_lost(call, again, err);
		break;
	case STAGE_SIGN:
	case STAGE_ENDED:
		return failure_set(
		    err, status, "the call has ended, or has not been started");
	}
	if (status == APAM_E_PENDING || *again)
		return status;
	call->stage = STAGE_ENDED;
	apam_signature_release(&call->signature);
	return status;
}

enum apam_status
curl_call_proceed(struct apam_curl_call *call, CURLcode code, bool *again,
    struct apam_error *err)
{
	const enum apam_status status = step(call, code, again, err);

	if (status != APAM_OK)
		failure_locate(err, apam_profile_name(call->profile));
	return status;
}

void
curl_call_tell(const struct apam_curl_call *call, struct apam_result *result)
{
	const struct apam_result known = {
		.status = call->handle.status,
		.tries = call->tries,
		.verdict = call->judgement.verdict,
		.retry_at = call->judgement.retry_at,
		.reason = call->judgement.reason,
	};

	border_give(&known, result);
	if (result->detail != NULL)
		failure_copy(result->detail, &call->detail);
}
