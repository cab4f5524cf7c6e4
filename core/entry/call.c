/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calling a module's prepare, sign and judge, and believing nothing of what
 * they return before it is checked: dispatch fails closed.
 */
#include "base/error.h"
#include "entry/body_run.h"
#include "entry/entry.h"
#include "text/url.h"

/* Turn what a signing slot returned and built into one status. */
static enum apam_status
check_result(
    const struct apam_signing *out, int32_t returned, struct apam_error *err)
{
	if (returned == APAM_E_MEMORY)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (returned != APAM_OK && returned != (int32_t)out->error.status)
		return error_set(
		    err, APAM_E_ABI, "the module returned an illegal status");
	if (returned != APAM_OK)
		return error_set(err, out->error.status, "%s", out->error.text);
	/* A builder's own word, which the module does not see. */
	if (out->error.status == APAM_E_ABI ||
	    out->error.status == APAM_E_MEMORY)
		return error_set(err, out->error.status, "%s", out->error.text);
	if (out->error.status != APAM_OK)
		return error_set(err, APAM_E_ABI,
		    "the module refused the request and then signed it");
	return signing_check(out, err);
}

enum apam_status
entry_prepare(struct entry *e, struct request *request,
    struct apam_signing *out, struct apam_error *err)
{
	enum apam_status status;
	int32_t returned;

	if (!e->needs_prepare)
		return APAM_OK;
	status = request_show_headers(request, err);
	if (status != APAM_OK)
		return status;
	out->request = &request->view;
	entry_enter(e);
	returned = e->module->abi.prepare(e->state, &request->view, out);
	entry_leave(e);
	status = check_result(out, returned, err);
	if (status != APAM_OK)
		return status;
	return request_add_query(request, out, 0, err);
}

/* The run is ended in any case, once. */
static enum apam_status
take_run(struct entry *e, struct apam_signing *out, enum apam_status status,
    struct apam_error *err)
{
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct rewriter *run;

	if (status == APAM_OK)
		return body_run_new(e, out, &out->rewriter, err);
	(void)body_run_new(e, out, &run, &unwanted);
	rewriter_free(&run);
	return status;
}

static enum apam_status
call_sign(struct entry *e, const struct credential *c,
    const struct apam_request_view *view, struct apam_signing *out,
    struct apam_error *err)
{
	enum apam_status status;
	int32_t returned;

	entry_enter(e);
	returned = e->module->abi.sign(e->state, &c->view, view, out);
	entry_leave(e);
	status = check_result(out, returned, err);
	if (status == APAM_OK && !signing_contributed(out))
		status = error_set(err, APAM_E_ABI,
		    "the module signed without adding anything");
	return out->rewrites ? take_run(e, out, status, err) : status;
}

/* Sign with the memo for the request's origin, where there is one. */
static enum apam_status
sign_remembering(struct entry *e, const struct credential *c,
    struct request *request, struct apam_signing *out, struct apam_error *err)
{
	struct apam_request_view *view = &request->view;
	char origin[URL_ORIGIN_SIZE];
	struct memo *memo = NULL;
	enum apam_status status;

	if (memos_any(e->memos)) {
		url_origin(view->scheme.n == APAM_STR("https").n, view->host.p,
		    (uint16_t)view->port, origin);
		memo = memos_find(e->memos,
		    &(const struct memo_key){ request->asker, origin });
	}
	if (memo != NULL) {
		view->memo = buf_view(&memo->bytes);
		view->memo_count = memo_count(memo);
	}
	out->memo = memo_version(memo);
	status = call_sign(e, c, view, out, err);
	/* It is this entry's: the next one does not see it. */
	view->memo = APAM_STR("");
	view->memo_count = 0;
	memo_release(&memo);
	return status;
}

/* Other threads copy it, too: its arrays were made when it was rendered. */
static enum apam_status
copy_rendered(const struct credential *c, struct apam_signing *out,
    struct apam_error *err)
{
	const struct apam_signing *from = &c->rendered;

	out->nothing = from->nothing;
	out->query_defaults |= from->query_defaults << out->query.count;
	if (out->query.count + from->query.count > SIGNING_QUERY_MAX)
		fields_refuse(&out->query, "too many query parameters");
	for (size_t i = 0; i < from->headers.count; i++)
		fields_add(&out->headers, from->headers.array[i].name,
		    from->headers.array[i].value);
	for (size_t i = 0; i < from->cookies.count; i++)
		fields_add(&out->cookies, from->cookies.array[i].name,
		    from->cookies.array[i].value);
	for (size_t i = 0; i < from->query.count; i++)
		fields_add(&out->query, from->query.array[i].name,
		    from->query.array[i].value);
	return check_result(out, APAM_OK, err);
}

/* Read the client certificate that the module named, if it did. */
static enum apam_status
find_pair(struct entry *e, const struct credential *c,
    const struct request *request, struct apam_signing *out,
    struct apam_error *err)
{
	const struct pair_source *source = out->certificate;

	if (source == NULL)
		source = c->rendered.certificate;
	if (source == NULL)
		return APAM_OK;
	if (request->view.scheme.n != APAM_STR("https").n)
		return error_set(err, APAM_E_POLICY,
		    "the scheme signs with a client certificate, which needs "
		    "https");
	out->pair = pair_get(&e->pairs, source, e->policy.user, err);
	return out->pair == NULL ? err->status : APAM_OK;
}

enum apam_status
entry_sign(struct entry *e, const struct credential *c, struct request *request,
    struct apam_signing *out, struct apam_error *err)
{
	size_t prepared = out->query.count;
	enum apam_status status;

	if (e->module->abi.traits & APAM_TRAIT_STATIC) {
		status = copy_rendered(c, out, err);
	} else {
		status = request_show_headers(request, err);
		out->request = &request->view;
		if (status == APAM_OK)
			status = sign_remembering(e, c, request, out, err);
	}
	if (status == APAM_OK)
		status = find_pair(e, c, request, out, err);
	if (status != APAM_OK)
		return status;
	return request_add_query(request, out, prepared, err);
}

/* Make the array of a list that may be empty; false if memory runs out. */
static bool
has_array(struct fields *f)
{
	return fields_array(f) != NULL || f->count == 0;
}

enum apam_status
entry_render(struct entry *e, struct credential *c, struct apam_error *err)
{
	static const struct apam_body none = { .size = sizeof(none),
		.kind = APAM_BODY_NONE };
	const struct apam_request_view empty = {
		.size = sizeof(empty),
		.body = &none,
	};
	struct apam_signing *to = &c->rendered;
	enum apam_status status;

	if (!(e->module->abi.traits & APAM_TRAIT_STATIC))
		return APAM_OK;
	status = call_sign(e, c, &empty, to, err);
	if (status != APAM_OK)
		return status;
	if (to->covers.count > 0 || to->rewriter != NULL)
		return error_set(err, APAM_E_ABI,
		    "a module whose signature depends on the credential alone "
		    "covers headers of the request");
	if (!has_array(&to->headers) || !has_array(&to->cookies) ||
	    !has_array(&to->query))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return APAM_OK;
}

/* Its signatures see no memo where they depend on the credential alone. */
static bool
keeps_memos(const struct entry *e, const struct apam_answer_view *answer)
{
	return answer->origin.n > 0 &&
	    (e->module->abi.traits & APAM_TRAIT_STATIC) == 0;
}

/* NULL, or why what the module wanted to keep is not kept. */
static const char *
keep_memo(struct entry *e, const struct apam_answer_view *answer, uint32_t user,
    const struct apam_judging *judging)
{
	const struct memo_key key = { user, answer->origin.p };
	const struct buf *memo = &judging->memo;

	if (!judging->has_memo || !keeps_memos(e, answer))
		return NULL;
	if (memo->failed && !memo->no_memory)
		return "the module wanted to keep more than there is room for";
	if (memo->failed || !memos_keep(e->memos, &key, buf_view(memo)))
		return "out of memory";
	return NULL;
}

/* The same for a verdict that is illegal. */
static const char *
illegal(int32_t verdict, const char *reason)
{
	if (verdict < 0 || verdict > APAM_VERDICT_CHALLENGED || reason == NULL)
		return "the module returned an illegal verdict";
	return NULL;
}

enum apam_verdict
entry_judge(struct entry *e, const struct apam_answer_view *answer,
    uint32_t user, const char **reason)
{
	const struct memo_key key = { user, answer->origin.p };
	struct apam_answer_view view = *answer;
	struct apam_judging judging;
	struct memo *memo = NULL;
	const char *why;
	int32_t verdict;

	*reason = NULL;
	judging_init(&judging);
	if (keeps_memos(e, answer))
		memo = memos_find(e->memos, &key);
	if (memo != NULL)
		view.memo = buf_view(&memo->bytes);
	entry_enter(e);
	verdict = e->module->abi.judge(e->state, &view, &judging, reason);
	entry_leave(e);
	why = illegal(verdict, *reason);
	if (why == NULL)
		why = keep_memo(e, answer, user, &judging);
	memo_release(&memo);
	judging_free(&judging);
	if (why == NULL)
		return (enum apam_verdict)verdict;
	*reason = why;
	return APAM_VERDICT_UNKNOWN;
}

uint64_t
entry_memo_version(const struct entry *e, const char *origin)
{
	struct memo *memo;
	uint64_t version;

	if (!memos_any(e->memos))
		return 0;
	memo = memos_find(e->memos, &(const struct memo_key){ 0, origin });
	version = memo_version(memo);
	memo_release(&memo);
	return version;
}

void
entry_init_op(struct entry *e, struct op *op, enum op_kind kind,
    const struct credential *credential)
{
	op_init(op, kind, e->profile->allow_http,
	    credential == NULL ? NULL : &credential->view);
	op->reach = (struct reach){
		.allow_http = e->profile->allow_http,
		.addresses = e->profile->http_addresses,
		.address_count = e->profile->http_address_count,
		.options = e->module->options,
		.values = e->values.values,
	};
	if (stored_is(&e->stored))
		op->durable.value = &e->values.values[e->stored.option];
	op->secrets = e->secrets.all;
	op->places = e->secrets.places;
	op->secret_count = e->secrets.count;
	if (kind == OP_CHECK && e->conf->probe_method != NULL)
		op->pub.probe = e->conf->probe;
}

bool
entry_asks(struct entry *e)
{
	enum apam_step step;
	struct op op;

	entry_init_op(e, &op, OP_CHECK, NULL);
	entry_enter(e);
	step = op_step(&op, &e->module->abi, e->state, NULL);
	entry_leave(e);
	op_free(&op);
	return step == APAM_STEP_EXCHANGE;
}
