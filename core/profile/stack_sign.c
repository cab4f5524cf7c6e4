/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rule on control words, and the loop over the entries.
 */
#include "profile/stack_sign.h"

#include "base/error.h"
#include "entry/authentic.h"
#include "flight/admit.h"
#include "text/header.h"

/* ---- The rule --------------------------------------------------------- */

static bool
falls_through(bool fallback_unavailable, enum apam_status status)
{
	if (APAM_CLASS(status) == APAM_CLASS_REVOKED)
		return true;
	return fallback_unavailable &&
	    APAM_CLASS(status) == APAM_CLASS_TEMPORARY;
}

/* What an optional entry may fail with and still be left out. */
static bool
may_be_left_out(enum apam_status status)
{
	switch (APAM_CLASS(status)) {
	case APAM_CLASS_TEMPORARY:
	case APAM_CLASS_DENIED:
	case APAM_CLASS_REVOKED:
		return true;
	default:
		return false;
	}
}

enum stack_step
stack_decide(
    enum control control, bool fallback_unavailable, enum apam_status status)
{
	/* A pending entry may still contribute, so no other replaces it. */
	if (!status_is_known(status) || status == APAM_E_PENDING)
		return STACK_REFUSE;
	switch (control) {
	case CONTROL_SUFFICIENT:
		if (status == APAM_OK)
			return STACK_DONE;
		return falls_through(fallback_unavailable, status) ?
		    STACK_SKIP :
		    STACK_REFUSE;
	case CONTROL_REQUIRED:
		return status == APAM_OK ? STACK_NEXT : STACK_REFUSE;
	case CONTROL_OPTIONAL:
		if (status == APAM_OK)
			return STACK_NEXT;
		return may_be_left_out(status) ? STACK_SKIP : STACK_REFUSE;
	}
	return STACK_REFUSE;
}

/* ---- The entries, one after another -------------------------------------- */

/* One signature being made. */
struct attempt {
	struct keys *keys;
	struct request *request;
	const struct patience *patience;
	struct stack_result *result;
};

/* Let one entry contribute. */
static enum apam_status
try_entry(struct entry *e, const struct attempt *a, struct apam_error *err)
{
	struct stack_result *result = a->result;
	struct request *request = a->request;
	struct apam_signing part;
	struct signing_room room;
	struct credential *c = NULL;
	size_t before = request->view.url.n;
	enum apam_status status;

	signing_init_in(&part, &room);
	request->earlier = &result->total.headers;
	status = admit_entry(e, a->keys, err);
	keys_close(a->keys);
	/* Policy before exchanges: what is refused anyway costs none. */
	if (status == APAM_OK)
		status = entry_prepare(e, request, &part, err);
	if (status == APAM_OK)
		status = obtain_credential(e, a->patience, &c, err);
	if (status == APAM_OK)
		status = entry_sign(e, c, request, &part, err);
	if (status == APAM_OK)
		status = signing_merge(&result->total, &part, err);
	if (status == APAM_OK) {
		result->entries |= 1U << e->index;
		if (authentic_is_asked(e))
			result->verifies |= 1U << e->index;
		if (c->generation > result->generation)
			result->generation = c->generation;
		if (c->id > result->credential)
			result->credential = c->id;
	} else {
		request_rewind(request, before);
	}
	credential_release(&c);
	signing_free(&part);
	return status;
}

/* Nothing more to try: may the request go out with what there is? */
static enum apam_status
finish_request(const struct stack *s, const struct stack_result *result,
    const struct apam_error *last, struct apam_error *err)
{
	bool sufficient = false;

	for (size_t i = 0; i < s->count; i++)
		sufficient |= s->profile->entries[i].control ==
		    CONTROL_SUFFICIENT;
	if (!sufficient && result->entries != 0)
		return APAM_OK;
	if (last->status == APAM_OK)
		return error_set(err, APAM_E_DENIED,
		    "no entry of the profile contributed a signature");
	error_copy(err, last);
	return last->status;
}

static enum apam_status
try_all(struct stack *s, const struct attempt *a, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct apam_error last = APAM_ERROR_INIT;
	enum apam_status status;

	for (size_t i = 0; i < s->count; i++) {
		const struct profile_entry *conf = &s->profile->entries[i];

		error_clear(&why);
		status = try_entry(&s->entries[i], a, &why);
		error_locate(&why, s->profile->name, (int)i);
		switch (stack_decide(
		    conf->control, conf->fallback_unavailable, status)) {
		case STACK_DONE:
			return APAM_OK;
		case STACK_NEXT:
			continue;
		case STACK_SKIP:
			log_line(&s->env->log, APAM_LOG_WARNING,
			    "%s: entry %zu skipped: %s", s->profile->name,
			    entry_number(&s->entries[i]), why.text);
			last = why;
			continue;
		case STACK_REFUSE:
			break;
		}
		error_copy(err, &why);
		return status;
	}
	return finish_request(s, a->result, &last, err);
}

void
stack_result_init(struct stack_result *result, struct signing_room *room)
{
	signing_init_in(&result->total, room);
	result->generation = 0;
	result->credential = 0;
	result->entries = 0;
	result->verifies = 0;
	result->counted = 0;
	result->look_at = 0;
}

static struct apam_str
own_cookie(const struct request *request)
{
	return header_find(
	    request->headers, request->header_count, APAM_STR("Cookie"));
}

enum apam_status
stack_finish(struct request *request, struct stack_result *result,
    struct apam_error *err)
{
	return signing_join_cookies(&result->total, own_cookie(request), err);
}

enum apam_status
stack_sign(struct stack *s, struct request *request,
    const struct patience *patience, struct stack_result *result,
    struct apam_error *err)
{
	struct keys keys;
	const struct attempt attempt = { &keys, request, patience, result };
	enum apam_status status = keys_current(
	    &s->env->keys, &keys, &result->look_at, err);

	if (status == APAM_OK) {
		result->counted = keys.counter;
		status = try_all(s, &attempt, err);
	}
	keys_close(&keys);
	if (status == APAM_OK)
		status = stack_finish(request, result, err);
	return status;
}
