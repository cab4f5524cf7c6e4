/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_verify_start, _body and _end: whether an answer is the provider's, as the
 * entries say that signed its request.  All of them must agree.
 */
#include <stdio.h>
#include <stdlib.h>

#include "abi/request.h"
#include "api/signer.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "entry/authentic.h"
#include "http/response.h"
#include "profile/reload.h"

struct apam_verify {
	struct stack *stack; /* whose entries are asked */
	char profile[APAM_NAME_SIZE];
	struct apam_error failed; /* the first failure; or OK */
	size_t count;
	struct authentic runs[APAM_ENTRIES_MAX];
};

/* ---- The request as it was signed --------------------------------------- */

/* Headers in place of the host's own, and the URL that was sent to. */
static enum apam_status
show_signed(struct request *r, struct fields *added,
    const struct apam_signature *signature, struct apam_error *err)
{
	for (size_t i = 0; i < signature->header_count; i++)
		fields_add_header(added, signature->headers[i].name,
		    signature->headers[i].value);
	if (added->refused != NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	r->earlier = added;
	return request_show_headers(r, err);
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
begin_all(struct apam_verify *v, const struct apam_signature *signature,
    const struct request *request, const struct apam_response *response,
    struct apam_error *err)
{
	enum apam_status status = APAM_OK;

	for (size_t i = 0; status == APAM_OK && i < APAM_ENTRIES_MAX; i++) {
		struct entry *e;

		if ((signature->verifies & (uint64_t)1 << i) == 0)
			continue;
		e = who_verifies(v->stack, signature, i);
		if (e == NULL)
			return error_set(err, APAM_E_NOT_AUTHENTIC,
			    "nobody can tell whether the answer is authentic: "
			    "the entry that signed is gone from the profile");
		status = authentic_begin(
		    &v->runs[v->count], e, &request->view, response, err);
		v->count += status == APAM_OK;
	}
	return status;
}

/* Begin with views that live until this returns. */
static enum apam_status
begin(struct apam_verify *v, const struct apam_request *given,
    const struct apam_signature *signature, const struct apam_answer *answer,
    struct apam_error *err)
{
	struct apam_request own;
	enum apam_status status;
	struct fields added;
	struct request r;
	struct response response;

	fields_init(&added);
	response_view(&response, answer->status, answer->headers,
	    answer->header_count, APAM_STR(""));
	status = sized_take(&sized_request, given, &own, err);
	if (status != APAM_OK)
		return status;
	own.url = signature->url;
	status = request_init(&r, &own, v->stack->profile, err);
	if (status == APAM_OK)
		status = show_signed(&r, &added, signature, err);
	if (status == APAM_OK)
		status = begin_all(v, signature, &r, &response.pub, err);
	request_free(&r);
	fields_free(&added);
	response_free(&response);
	return status;
}

/* End what began, and let go of everything; *v is not NULL. */
static enum apam_status
end(struct apam_verify **verify, bool whole, struct apam_error *err)
{
	struct apam_verify *v = *verify;
	enum apam_status status = v->failed.status;

	*verify = NULL;
	if (status != APAM_OK)
		error_copy(err, &v->failed);
	for (size_t i = 0; i < v->count; i++) {
		const bool failed = status != APAM_OK;
		const enum apam_status said = authentic_end(
		    &v->runs[i], whole, failed ? NULL : err);

		if (!failed)
			status = said;
	}
	if (status == APAM_OK && !whole)
		status = error_set(err, APAM_E_NOT_AUTHENTIC,
		    "the answer is not authentic: its body did not come to its "
		    "end");
	if (status != APAM_OK)
		error_locate(err, v->profile, -1);
	stack_release(&v->stack);
	free(v);
	return status;
}

/* A call for the answer to a signature that asks for one. */
static enum apam_status
start(struct apam_profile *profile, const struct apam_request *request,
    const struct apam_signature *signature, const struct apam_answer *answer,
    struct apam_verify **verify, struct apam_error *err)
{
	struct apam_verify *v = calloc(1, sizeof(*v));
	enum apam_status status;

	if (v == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	error_init(&v->failed);
	(void)snprintf(v->profile, sizeof(v->profile), "%s", profile->name);
	status = signer_stack(profile, &v->stack, err);
	if (status == APAM_OK)
		status = signer_check(v->stack, signature, answer, err);
	if (status == APAM_OK)
		status = begin(v, request, signature, answer, err);
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
	struct apam_error *why;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (verify == NULL)
		return APAM_OK;
	why = &verify->failed;
	for (size_t i = 0; why->status == APAM_OK && i < verify->count; i++)
		(void)authentic_body(&verify->runs[i], bytes, why);
	if (why->status == APAM_OK)
		return APAM_OK;
	error_locate(why, verify->profile, -1);
	error_copy(err, why);
	return why->status;
}

enum apam_status
apam_verify_end(struct apam_verify **verify, bool whole, struct apam_error *err)
{
	HOLD_CANCEL;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	return *verify == NULL ? APAM_OK : end(verify, whole, err);
}
