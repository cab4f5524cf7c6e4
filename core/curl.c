/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The libcurl adapter: sign, send, judge, send once more where that is worth
 * it.  A response that may be superseded is held back until it was judged.
 */
#include <apam/curl.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "http.h"
#include "reload.h"
#include "sign.h"
#include "str.h"

/* One call of apam_curl_perform. */
struct call {
	struct apam_profile *profile;
	const struct apam_transfer *transfer;
	const struct curl_api *curl;
	CURL *easy;
	struct http_policy policy;
	int64_t deadline;
	struct apam_signature signature;
	struct curl_slist *list;
	uint64_t offset; /* of a body that is read */
	struct response r; /* headers; the body while held back */
	struct buf head; /* header lines as they came */
	bool passed_on; /* the host has seen some of it */
	bool host_failed; /* a callback of the host did not take it */
};

/* ---- The response ------------------------------------------------------ */

/* Give bytes to a callback of the host, in the pieces it may expect. */
static bool
give(
    struct call *call, curl_write_callback to, void *arg, struct apam_str bytes)
{
	size_t n;

	while (to != NULL && bytes.n > 0) {
		n = bytes.n < CURL_MAX_WRITE_SIZE ? bytes.n :
						    CURL_MAX_WRITE_SIZE;
		if (to((char *)(uintptr_t)bytes.p, 1, n, arg) != n) {
			call->host_failed = true;
			return false;
		}
		bytes = str_skip(bytes, n);
	}
	return true;
}

/* A header callback gets one line at a time. */
static bool
give_head(struct call *call)
{
	struct apam_str head = buf_view(&call->head);
	bool ok = true;

	while (ok && head.n > 0) {
		size_t n = str_find(head, '\n');

		n = n < head.n ? n + 1 : n;
		ok = give(call, call->transfer->header,
		    call->transfer->header_arg, str_cut(head, n));
		head = str_skip(head, n);
	}
	return ok;
}

/* From now on the host sees the response; it cannot be superseded. */
static bool
pass_on(struct call *call)
{
	const struct apam_transfer *t = call->transfer;

	if (call->passed_on)
		return true;
	call->passed_on = true;
	return give_head(call) &&
	    give(call, t->write, t->write_arg, buf_view(&call->r.body));
}

static bool
is_success(const struct call *call)
{
	long status = 0;

	(void)call->curl->easy_getinfo(
	    call->easy, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 && status <= 299;
}

static size_t
on_header(char *p, size_t one, size_t n, void *arg)
{
	struct call *call = arg;
	struct apam_str line = { p, one * n };

	if (str_starts(line, APAM_STR("HTTP/")))
		buf_truncate(&call->head, 0);
	buf_put(&call->head, line);
	http_header_line(&call->r.headers, line);
	return call->r.headers.refused == NULL && !call->head.failed ? line.n :
								       0;
}

static size_t
on_body(char *p, size_t one, size_t n, void *arg)
{
	struct call *call = arg;
	const struct apam_transfer *t = call->transfer;
	struct apam_str bytes = { p, one * n };

	if (is_success(call) || call->r.body.n + bytes.n > call->r.body.max) {
		if (!pass_on(call))
			return 0;
	}
	if (call->passed_on)
		return give(call, t->write, t->write_arg, bytes) ? bytes.n : 0;
	buf_put(&call->r.body, bytes);
	return call->r.body.failed ? 0 : bytes.n;
}

/* ---- The request ------------------------------------------------------- */

static size_t
on_read(char *to, size_t one, size_t n, void *arg)
{
	struct call *call = arg;
	const struct apam_body *body = &call->transfer->body;
	long got = body->read(body->arg, call->offset, to, one * n);

	if (got < 0 || (size_t)got > one * n)
		return CURL_READFUNC_ABORT;
	call->offset += (uint64_t)got;
	return (size_t)got;
}

static bool
wants_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	    strcmp(method, "PATCH") == 0;
}

static bool
set_body(struct call *call)
{
	const struct apam_transfer *t = call->transfer;
	struct apam_str bytes = APAM_STR("");
	CURL *easy = call->easy;
	CURLcode c = CURLE_OK;

	if (t->body.kind == APAM_BODY_READER) {
		call->offset = 0;
		c |= call->curl->easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		c |= call->curl->easy_setopt(
		    easy, CURLOPT_READFUNCTION, on_read);
		c |= call->curl->easy_setopt(easy, CURLOPT_READDATA, call);
	} else if (t->body.kind == APAM_BODY_BYTES || wants_body(t->method)) {
		if (t->body.kind == APAM_BODY_BYTES && t->body.bytes.n > 0)
			bytes = t->body.bytes;
		c |= call->curl->easy_setopt(easy, CURLOPT_POST, 1L);
		c |= call->curl->easy_setopt(
		    easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)bytes.n);
		c |= call->curl->easy_setopt(easy, CURLOPT_POSTFIELDS, bytes.p);
	} else {
		c |= call->curl->easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	if (strcmp(t->method, "HEAD") == 0)
		c |= call->curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
	c |= call->curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, t->method);
	return c == CURLE_OK;
}

static bool
is_signed(const struct apam_signature *s, struct apam_str name)
{
	for (size_t i = 0; i < s->header_count; i++)
		if (str_equal_nocase(s->headers[i].name, name))
			return true;
	return false;
}

static bool
make_list(struct call *call)
{
	const struct apam_transfer *t = call->transfer;
	const struct apam_signature *s = &call->signature;
	bool typed = false;

	call->list = call->curl->slist_append(NULL, "Expect:");
	if (call->list == NULL)
		return false;
	for (size_t i = 0; i < t->header_count; i++) {
		typed |= str_equal_nocase(
		    t->headers[i].name, APAM_STR("Content-Type"));
		if (!is_signed(s, t->headers[i].name) &&
		    !http_list_add(call->curl, &call->list, t->headers[i].name,
			t->headers[i].value))
			return false;
	}
	for (size_t i = 0; i < s->header_count; i++)
		if (!http_list_add(call->curl, &call->list, s->headers[i].name,
			s->headers[i].value))
			return false;
	/* libcurl would call any body without a type a form. */
	if (!typed && call->transfer->body.kind != APAM_BODY_NONE)
		return call->curl->slist_append(call->list, "Content-Type:") !=
		    NULL;
	return true;
}

static bool
set_request(struct call *call)
{
	CURL *easy = call->easy;
	CURLcode c = CURLE_OK;
	long left = http_remaining(call->deadline);

	c |= call->curl->easy_setopt(easy, CURLOPT_URL, call->signature.url);
	c |= call->curl->easy_setopt(easy, CURLOPT_HTTPHEADER, call->list);
	c |= call->curl->easy_setopt(
	    easy, CURLOPT_TIMEOUT_MS, left > 0 ? left : 1L);
	c |= call->curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	c |= call->curl->easy_setopt(easy, CURLOPT_HEADERDATA, call);
	c |= call->curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	c |= call->curl->easy_setopt(easy, CURLOPT_WRITEDATA, call);
	/* No credential of the handle's own beside ours. */
	c |= call->curl->easy_setopt(easy, CURLOPT_USERPWD, NULL);
	c |= call->curl->easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, NULL);
	return c == CURLE_OK && http_secure(call->curl, easy, &call->policy) &&
	    set_body(call);
}

/* Leave nothing in the handle that points into this call. */
static void
unset_request(struct call *call)
{
	CURL *easy = call->easy;

	call->curl->easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
	call->curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, NULL);
	call->curl->easy_setopt(easy, CURLOPT_HEADERDATA, NULL);
	call->curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, NULL);
	call->curl->easy_setopt(easy, CURLOPT_WRITEDATA, NULL);
	call->curl->easy_setopt(easy, CURLOPT_READFUNCTION, NULL);
	call->curl->easy_setopt(easy, CURLOPT_READDATA, NULL);
	call->curl->easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
	call->curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
	call->curl->easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	http_list_free(call->curl, &call->list);
}

/* ---- One sending ------------------------------------------------------- */

static enum apam_status
sign(struct call *call, struct apam_error *err)
{
	const struct apam_transfer *t = call->transfer;
	long left = http_remaining(call->deadline);
	const struct apam_request request = {
		.size = sizeof(request),
		.method = t->method,
		.url = t->url,
		.headers = t->headers,
		.header_count = t->header_count,
		.body = t->body,
		.timeout_ms = left > 0 ? (int)left : 1,
	};

	return apam_sign(call->profile, &request, &call->signature, err);
}

static enum apam_status
send_once(struct call *call, struct apam_result *result, struct apam_error *err)
{
	const struct apam_transfer *t = call->transfer;
	enum apam_status status;
	CURLcode code;
	long http = 0;

	response_free(&call->r);
	response_init(&call->r, call->policy.body_max);
	buf_truncate(&call->head, 0);
	if (t->sending != NULL)
		t->sending(t->arg, &call->signature);
	result->tries++;
	if (!make_list(call) || !set_request(call)) {
		unset_request(call);
		return error_set(
		    err, APAM_E_MEMORY, "libcurl does not take the request");
	}
	code = call->curl->easy_perform(call->easy);
	(void)call->curl->easy_getinfo(
	    call->easy, CURLINFO_RESPONSE_CODE, &http);
	unset_request(call);
	result->status = (unsigned)http;
	if (call->host_failed)
		return error_set(
		    err, APAM_E_USAGE, "the host did not take the response");
	status = http_error(call->curl, code, err);
	if (status == APAM_OK && !response_finish(&call->r))
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	return status;
}

static enum apam_status
judge(struct call *call, struct apam_result *result, struct apam_error *err)
{
	const struct apam_answer answer = {
		.size = sizeof(answer),
		.status = result->status,
		.headers = call->r.pub.headers,
		.header_count = call->r.pub.header_count,
		.body = call->r.pub.body,
	};

	return apam_judge(
	    call->profile, &call->signature, &answer, &result->judgement, err);
}

/* Send, judge, and once more where a new signature may help. */
static enum apam_status
run(struct call *call, struct apam_result *result, struct apam_error *err)
{
	enum apam_status status = sign(call, err);

	if (status == APAM_OK)
		status = send_once(call, result, err);
	if (status == APAM_OK)
		status = judge(call, result, err);
	if (status != APAM_OK || call->passed_on || !result->judgement.replay)
		return status;
	/* Not signed again: the first response stands, and says why. */
	if (sign(call, &result->detail) != APAM_OK)
		return APAM_OK;
	status = send_once(call, result, err);
	if (status == APAM_OK)
		status = judge(call, result, err);
	return status;
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
	return APAM_OK;
}

static enum apam_status
perform(struct call *call, struct apam_result *result, struct apam_error *err)
{
	enum apam_status status;

	response_init(&call->r, call->policy.body_max);
	buf_init(&call->head, FIELDS_MAX);
	status = run(call, result, err);
	if (status == APAM_OK && !pass_on(call))
		status = error_set(
		    err, APAM_E_USAGE, "the host did not take the response");
	apam_signature_release(&call->signature);
	buf_free(&call->head);
	response_free(&call->r);
	return status;
}

enum apam_status
apam_curl_perform(struct apam_profile *profile, CURL *easy,
    const struct apam_transfer *transfer, struct apam_result *result,
    struct apam_error *err)
{
	struct stack *stack = profile_hold(profile);
	const struct profile *conf = stack->profile;
	struct call call = {
		.profile = profile,
		.transfer = transfer,
		.curl = curl_api_of_host(),
		.easy = easy,
		.deadline = deadline_of(stack, transfer->timeout_ms),
		.signature = APAM_SIGNATURE_INIT,
		.policy = { .ca_file = conf->ca_file,
		    .proxy = conf->proxy,
		    .body_max = (size_t)conf->body_max,
		    .allow_http = conf->allow_http },
	};
	enum apam_status status;

	error_clear(err);
	memset(result, 0, sizeof(*result));
	error_clear(&result->detail);
	status = check_form(transfer, err);
	if (status == APAM_OK && call.curl == NULL)
		status = error_set(err, APAM_E_USAGE,
		    "the program is not linked with libcurl");
	if (status == APAM_OK)
		status = perform(&call, result, err);
	error_locate(err, profile->name, -1);
	stack_release(&stack);
	return status;
}
