/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calling a module's prepare, sign and judge, and believing nothing of what
 * they return before it is checked: dispatch fails closed.
 */
#include "base/error.h"
#include "entry/entry.h"

/* Turn what a signing slot returned and built into one status. */
static enum apam_status
check_result(const struct apam_signing *out, enum apam_status returned,
    struct apam_error *err)
{
	if (returned == APAM_E_MEMORY)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (returned != APAM_OK && returned != out->error.status)
		return error_set(
		    err, APAM_E_ABI, "the module returned an illegal status");
	if (returned != APAM_OK)
		return error_set(err, returned, "%s", out->error.text);
	if (out->error.status == APAM_E_ABI)
		return error_set(err, APAM_E_ABI, "%s", out->error.text);
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

	if (!e->needs_prepare)
		return APAM_OK;
	entry_enter(e);
	status = e->module->abi.prepare(e->state, &request->view, out);
	entry_leave(e);
	status = check_result(out, status, err);
	if (status != APAM_OK)
		return status;
	return request_add_query(request, &out->query, 0, err);
}

static enum apam_status
call_sign(struct entry *e, const struct credential *c,
    const struct apam_request_view *view, struct apam_signing *out,
    struct apam_error *err)
{
	enum apam_status status;

	entry_enter(e);
	status = e->module->abi.sign(e->state, &c->view, view, out);
	entry_leave(e);
	status = check_result(out, status, err);
	if (status == APAM_OK && !signing_contributed(out))
		return error_set(err, APAM_E_ABI,
		    "the module signed without adding anything");
	return status;
}

static enum apam_status
copy_rendered(const struct credential *c, struct apam_signing *out,
    struct apam_error *err)
{
	const struct fields *from = &c->rendered.headers;

	for (size_t i = 0; i < from->count; i++)
		fields_add(
		    &out->headers, from->array[i].name, from->array[i].value);
	return check_result(out, APAM_OK, err);
}

enum apam_status
entry_sign(struct entry *e, const struct credential *c, struct request *request,
    struct apam_signing *out, struct apam_error *err)
{
	size_t prepared = out->query.count;
	enum apam_status status;

	if (e->module->abi.traits & APAM_TRAIT_STATIC_HEADERS)
		return copy_rendered(c, out, err);
	status = call_sign(e, c, &request->view, out, err);
	if (status != APAM_OK)
		return status;
	return request_add_query(request, &out->query, prepared, err);
}

enum apam_status
entry_render(struct entry *e, struct credential *c, struct apam_error *err)
{
	static const struct apam_body none = { .size = sizeof(none),
		.kind = APAM_BODY_NONE };
	const struct apam_request_view empty = {
		.size = sizeof(empty),
		.header_size = sizeof(struct apam_header),
		.body = &none,
	};
	enum apam_status status;

	if (!(e->module->abi.traits & APAM_TRAIT_STATIC_HEADERS))
		return APAM_OK;
	status = call_sign(e, c, &empty, &c->rendered, err);
	if (status != APAM_OK)
		return status;
	if (c->rendered.query.count > 0 || c->rendered.covers.count > 0)
		return error_set(err, APAM_E_ABI,
		    "a module with static headers added more than headers");
	if (fields_array(&c->rendered.headers) == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return APAM_OK;
}

enum apam_verdict
entry_judge(struct entry *e, const struct response *r, const char **reason)
{
	enum apam_verdict verdict;

	*reason = NULL;
	entry_enter(e);
	verdict = e->module->abi.judge(e->state, &r->pub, reason);
	entry_leave(e);
	if ((unsigned)verdict > APAM_VERDICT_SUSPECT || *reason == NULL) {
		*reason = "the module returned an illegal verdict";
		return APAM_VERDICT_UNKNOWN;
	}
	return verdict;
}
