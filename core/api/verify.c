/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_verify_start, _body and _end: whether an answer is the provider's, as the
 * entries say that signed its request.  All of them must agree.
 */
#include "api/verify.h"

#include <stdlib.h>

#include "abi/request.h"
#include "agent/lists.h"
#include "api/sign_served.h"
#include "api/signer.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "crypto/digests.h"
#include "entry/authentic.h"
#include "http/response.h"
#include "profile/reload.h"
#include "served/ask_nonblocking.h"
#include "served/served_verify.h"

#define ANSWER_ROOM 1024 /* bytes of headers that cost no allocation */

struct apam_verify {
	struct apam_profile *profile;
	struct stack *stack; /* whose entries are asked */
	const struct apam_signature *signature; /* the program's */
	int timeout_ms; /* of the request */
	int64_t deadline; /* clock_ms, once the body has ended */
	struct apam_error failed; /* the first failure; or OK */
	struct request request; /* as it was signed */
	struct fields added; /* its headers that the signature has */
	unsigned status; /* of the answer */
	struct fields answer; /* its headers */
	char room[ANSWER_ROOM]; /* of these */
	struct digests digests; /* of its body */
	bool hashing; /* they have not ended */
	struct ask ask; /* where the agent is asked */
};

/* ---- What is looked at --------------------------------------------------- */

/* Headers in place of the host's own, and the URL that was sent to. */
static enum apam_status
show_signed(struct apam_verify *v, const struct apam_signature *signature,
    struct apam_error *err)
{
	for (size_t i = 0; i < signature->header_count; i++)
		fields_add_header(&v->added, signature->headers[i].name,
		    signature->headers[i].value);
	if (v->added.refused != NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	v->request.earlier = &v->added;
	return request_show_headers(&v->request, err);
}

/* Its body is not there any more. */
static enum apam_status
take_request(struct apam_verify *v, const struct apam_request *given,
    const struct apam_signature *signature, struct apam_error *err)
{
	static const struct apam_body sent = { .size = sizeof(sent),
		.kind = APAM_BODY_UNKNOWN };
	struct apam_request own;
	enum apam_status status = sized_take(&sized_request, given, &own, err);

	if (status != APAM_OK)
		return status;
	v->timeout_ms = own.timeout_ms;
	own.url = signature->url;
	own.body = &sent;
	status = request_init(&v->request, &own, v->stack->profile, err);
	return status == APAM_OK ? show_signed(v, signature, err) : status;
}

/* The program may reuse its memory before the body has come. */
static enum apam_status
copy_answer(struct apam_verify *v, const struct apam_answer *answer,
    struct apam_error *err)
{
	v->status = answer->status;
	for (size_t i = 0; i < answer->header_count; i++)
		fields_add(&v->answer, answer->headers[i].name,
		    answer->headers[i].value);
	if (v->answer.text.no_memory)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (v->answer.refused == NULL && v->answer.count <= AGENT_HEADERS_MAX)
		return APAM_OK;
	return error_set(err, APAM_E_NOT_AUTHENTIC,
	    "the answer is not authentic: it has more than %d headers, or "
	    "more than %d bytes of them",
	    AGENT_HEADERS_MAX, FIELDS_MAX);
}

/* ---- Beginning ----------------------------------------------------------- */

/*
 * All that may be asked for: an entry may have moved, and which one it is the
 * agent alone knows, where that signed.
 */
static void
begin_digests(struct apam_verify *v)
{
	unsigned hashes = 0;

	for (size_t i = 0; i < v->stack->count; i++)
		hashes |= authentic_hashes(&v->stack->entries[i]);
	digests_begin(&v->digests, hashes, &v->failed);
	v->hashing = true;
}

/* ---- Asking -------------------------------------------------------------- */

static enum apam_status
ask_here(struct apam_verify *v, const struct apam_response *response,
    struct apam_error *err)
{
	const struct authentic a = { &v->request.view, response, v->digests.all,
		v->digests.count };

	v->request.view.now_ms = clock_unix_ms();
	return signer_verify(v->stack, v->signature, &a, err);
}

static enum apam_status
ask_agent(struct apam_verify *v, const struct apam_response *response,
    bool soon, struct apam_error *err)
{
	const bool here = v->stack->profile->agent == AGENT_PREFER;
	const struct served_proof proof = {
		.profile = v->profile->name,
		.request = &v->request,
		.signature = v->signature,
		.response = response,
		.digests = v->digests.all,
		.digest_count = v->digests.count,
		.deadline = v->deadline,
		.soon = soon,
		.hurry = here,
	};
	enum apam_status status;
	const enum served_end end = served_verify(
	    v->profile->ctx->served, &v->ask, &proof, &status, err);

	if (end == SERVED_PENDING)
		return APAM_E_PENDING;
	if (end != SERVED_AWAY || !here)
		return status;
	status = sign_open_here(v->profile, &v->stack, v->deadline, err);
	return status == APAM_OK ? ask_here(v, response, err) : status;
}

enum apam_status
verify_ask(struct apam_verify *v, bool soon, struct apam_error *err)
{
	struct response response;
	enum apam_status status;

	response_view(&response, v->status, fields_array(&v->answer),
	    v->answer.count, APAM_STR(""));
	/* The profile may have been given to the agent since it signed here. */
	if (v->stack->withheld ||
	    signer_is_agent(v->profile, v->stack, v->signature))
		status = ask_agent(v, &response.pub, soon, err);
	else
		status = ask_here(v, &response.pub, err);
	response_free(&response);
	if (status != APAM_OK && status != APAM_E_PENDING)
		error_locate(err, v->profile->name, -1);
	return status;
}

enum apam_status
verify_close(struct apam_verify *v, bool whole, struct apam_error *err)
{
	enum apam_status status = digests_end(&v->digests);

	v->hashing = false;
	v->deadline = profile_deadline(v->profile, v->timeout_ms);
	if (status == APAM_OK)
		status = v->failed.status;
	if (status != APAM_OK)
		error_copy(err, &v->failed);
	else if (!whole)
		status = error_set(err, APAM_E_NOT_AUTHENTIC,
		    "the answer is not authentic: its body did not come to its "
		    "end");
	else if (v->answer.count > 0 && fields_array(&v->answer) == NULL)
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	if (status != APAM_OK)
		error_locate(err, v->profile->name, -1);
	return status;
}

int64_t
verify_deadline(const struct apam_verify *v)
{
	return v->deadline;
}

struct apam_profile *
verify_profile(const struct apam_verify *v)
{
	return v->profile;
}

void
verify_free(struct apam_verify **verify)
{
	struct apam_verify *v = *verify;

	*verify = NULL;
	if (v == NULL)
		return;
	if (v->hashing)
		(void)(digests_end(&v->digests) == APAM_OK);
	ask_nonblocking_forget(v->profile->ctx->served, &v->ask);
	ask_free(&v->ask);
	request_free(&v->request);
	fields_free(&v->added);
	fields_free(&v->answer);
	stack_release(&v->stack);
	free(v);
}

/* ---- Beginning it all ---------------------------------------------------- */

static struct apam_verify *
new_verify(struct apam_profile *profile, const struct apam_signature *signature)
{
	struct apam_verify *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	error_init(&v->failed);
	fields_init(&v->added);
	fields_init_in(&v->answer, v->room, sizeof(v->room));
	ask_init(&v->ask);
	v->profile = profile;
	v->signature = signature;
	return v;
}

/* A call for the answer to a signature that asks for one. */
static enum apam_status
start(struct apam_profile *profile, const struct apam_request *request,
    const struct apam_signature *signature, const struct apam_answer *answer,
    struct apam_verify **verify, struct apam_error *err)
{
	struct apam_verify *v = new_verify(profile, signature);
	enum apam_status status;

	if (v == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	status = signer_stack(profile, &v->stack, err);
	if (status == APAM_OK)
		status = signer_check(v->stack, signature, answer, err);
	if (status == APAM_OK)
		status = take_request(v, request, signature, err);
	if (status == APAM_OK)
		status = copy_answer(v, answer, err);
	if (status == APAM_OK)
		begin_digests(v);
	*verify = v;
	if (status == APAM_OK)
		return APAM_OK;
	error_locate(err, profile->name, -1);
	verify_free(verify);
	return status;
}

enum apam_status
apam_verify_start(struct apam_profile *profile,
    const struct apam_request *request, const struct apam_signature *signature,
    const struct apam_answer *given, struct apam_verify **verify,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_answer answer;

	*verify = NULL;
	if (!sized_begin(err) ||
	    sized_check(&sized_signature, signature, err) != APAM_OK ||
	    sized_take(&sized_answer, given, &answer, err) != APAM_OK)
		return APAM_E_USAGE;
	if (!SIZED_HAS(struct apam_signature, signature, verifies) ||
	    signature->verifies == 0)
		return APAM_OK;
	return start(profile, request, signature, &answer, verify, err);
}

/* ---- The body ------------------------------------------------------------ */

enum apam_status
apam_verify_body(
    struct apam_verify *verify, struct apam_str bytes, struct apam_error *err)
{
	HOLD_CANCEL;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (verify == NULL)
		return APAM_OK;
	digests_put(&verify->digests, bytes);
	if (verify->failed.status == APAM_OK)
		return APAM_OK;
	error_locate(&verify->failed, verify->profile->name, -1);
	error_copy(err, &verify->failed);
	return verify->failed.status;
}

enum apam_status
apam_verify_end(struct apam_verify **verify, bool whole, struct apam_error *err)
{
	HOLD_CANCEL;
	enum apam_status status;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (*verify == NULL)
		return APAM_OK;
	status = verify_close(*verify, whole, err);
	if (status == APAM_OK)
		status = verify_ask(*verify, false, err);
	verify_free(verify);
	return status;
}
