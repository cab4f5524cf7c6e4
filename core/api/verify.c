/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_verify_start, _body and _end: whether an answer is the provider's, as the
 * entries say that signed its request.  All of them must agree.
 */
#include <stdio.h>
#include <stdlib.h>

#include "abi/request.h"
#include "agent/lists.h"
#include "api/signer.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "crypto/digests.h"
#include "entry/authentic.h"
#include "http/response.h"
#include "profile/reload.h"

#define ANSWER_ROOM 1024 /* bytes of headers that cost no allocation */

struct apam_verify {
	struct stack *stack; /* whose entries are asked */
	char profile[APAM_NAME_SIZE];
	struct apam_error failed; /* the first failure; or OK */
	struct request request; /* as it was signed */
	struct fields added; /* its headers that the signature has */
	unsigned status; /* of the answer */
	struct fields answer; /* its headers */
	char room[ANSWER_ROOM]; /* of these */
	struct digests digests; /* of its body */
	size_t count;
	struct entry *asked[APAM_ENTRIES_MAX];
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

/* The entry to ask in place of entry `i` of the stack that signed; or NULL. */
static struct entry *
who_verifies(struct stack *s, const struct apam_signature *signature, size_t i)
{
	size_t at = signer_place(s, signature, i);

	/* What took its place may still know what its provider's answers have. */
	if (at == s->count && i < s->count)
		at = i;
	if (at == s->count || !authentic_is_asked(&s->entries[at]))
		return NULL;
	return &s->entries[at];
}

static enum apam_status
find_entries(struct apam_verify *v, const struct apam_signature *signature,
    struct apam_error *err)
{
	unsigned hashes = 0;

	for (size_t i = 0; i < APAM_ENTRIES_MAX; i++) {
		struct entry *e;

		if ((signature->verifies & (uint64_t)1 << i) == 0)
			continue;
		e = who_verifies(v->stack, signature, i);
		if (e == NULL)
			return error_set(err, APAM_E_NOT_AUTHENTIC,
			    "nobody can tell whether the answer is authentic: "
			    "the entry that signed is gone from the profile");
		v->asked[v->count++] = e;
		hashes |= authentic_hashes(e);
	}
	digests_begin(&v->digests, hashes, &v->failed);
	return APAM_OK;
}

/* ---- Ending -------------------------------------------------------------- */

static enum apam_status
ask_all(struct apam_verify *v, struct apam_error *err)
{
	struct response response;
	const struct authentic a = { &v->request.view, &response.pub,
		v->digests.all, v->digests.count };
	enum apam_status status = APAM_OK;

	response_view(&response, v->status, fields_array(&v->answer),
	    v->answer.count, APAM_STR(""));
	v->request.view.now_ms = clock_unix_ms();
	for (size_t i = 0; status == APAM_OK && i < v->count; i++)
		status = authentic_verify(v->asked[i], &a, err);
	response_free(&response);
	return status;
}

static enum apam_status
decide(struct apam_verify *v, bool whole, struct apam_error *err)
{
	enum apam_status status = digests_end(&v->digests);

	if (status == APAM_OK)
		status = v->failed.status;
	if (status != APAM_OK) {
		error_copy(err, &v->failed);
		return status;
	}
	if (!whole)
		return error_set(err, APAM_E_NOT_AUTHENTIC,
		    "the answer is not authentic: its body did not come to its "
		    "end");
	if (v->answer.count > 0 && fields_array(&v->answer) == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return ask_all(v, err);
}

/* End what began, and let go of everything; *v is not NULL. */
static enum apam_status
end(struct apam_verify **verify, bool whole, struct apam_error *err)
{
	struct apam_verify *v = *verify;
	const enum apam_status status = decide(v, whole, err);

	*verify = NULL;
	if (status != APAM_OK)
		error_locate(err, v->profile, -1);
	request_free(&v->request);
	fields_free(&v->added);
	fields_free(&v->answer);
	stack_release(&v->stack);
	free(v);
	return status;
}

/* ---- Beginning it all ---------------------------------------------------- */

static struct apam_verify *
new_verify(const struct apam_profile *profile)
{
	struct apam_verify *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	error_init(&v->failed);
	fields_init(&v->added);
	fields_init_in(&v->answer, v->room, sizeof(v->room));
	(void)snprintf(v->profile, sizeof(v->profile), "%s", profile->name);
	return v;
}

/* A call for the answer to a signature that asks for one. */
static enum apam_status
start(struct apam_profile *profile, const struct apam_request *request,
    const struct apam_signature *signature, const struct apam_answer *answer,
    struct apam_verify **verify, struct apam_error *err)
{
	struct apam_verify *v = new_verify(profile);
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
		status = find_entries(v, signature, err);
	if (status == APAM_OK) {
		*verify = v;
		return APAM_OK;
	}
	error_locate(err, profile->name, -1);
	(void)end(&v, false, NULL);
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
	error_locate(&verify->failed, verify->profile, -1);
	error_copy(err, &verify->failed);
	return verify->failed.status;
}

enum apam_status
apam_verify_end(struct apam_verify **verify, bool whole, struct apam_error *err)
{
	HOLD_CANCEL;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	return *verify == NULL ? APAM_OK : end(verify, whole, err);
}
