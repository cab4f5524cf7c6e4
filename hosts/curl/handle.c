/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Callbacks and options of one sending on a handle of the host's.
 */
#include "curl/handle.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "curl/options.h"

/* ---- The response ------------------------------------------------------ */

/* Give bytes to a callback of the host, in the pieces it may expect. */
static bool
give(struct curl_handle *h, curl_write_callback to, void *arg,
    struct apam_str bytes)
{
	size_t n;

	while (to != NULL && bytes.n > 0) {
		n = bytes.n < CURL_MAX_WRITE_SIZE ? bytes.n :
						    CURL_MAX_WRITE_SIZE;
		if (to((char *)(uintptr_t)bytes.p, 1, n, arg) != n) {
			h->host_failed = "the host did not take the response";
			return false;
		}
		bytes = str_skip(bytes, n);
	}
	return true;
}

/* A header callback gets one line at a time. */
static bool
give_head(struct curl_handle *h)
{
	struct apam_str head = buf_view(&h->head);
	bool ok = true;

	while (ok && head.n > 0) {
		size_t n = str_find(head, '\n');

		n = n < head.n ? n + 1 : n;
		ok = give(h, h->transfer->header, h->transfer->header_arg,
		    str_cut(head, n));
		head = str_skip(head, n);
	}
	return ok;
}

bool
curl_handle_pass_on(struct curl_handle *h)
{
	const struct apam_transfer *t = h->transfer;

	if (h->passed_on)
		return true;
	h->passed_on = true;
	return give_head(h) &&
	    give(h, t->write, t->write_arg, buf_view(&h->r.body));
}

static bool
is_success(const struct curl_handle *h)
{
	long status = 0;

	(void)h->curl->easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 && status <= 299;
}

static size_t
on_header(char *p, size_t one, size_t n, void *arg)
{
	struct curl_handle *h = arg;
	struct apam_str line = { p, one * n };

	if (str_starts(line, APAM_STR("HTTP/")))
		buf_truncate(&h->head, 0);
	buf_put(&h->head, line);
	http_header_line(&h->r.headers, line);
	return h->r.headers.refused == NULL && !h->head.failed ? line.n : 0;
}

static size_t
on_body(char *p, size_t one, size_t n, void *arg)
{
	struct curl_handle *h = arg;
	const struct apam_transfer *t = h->transfer;
	struct apam_str bytes = { p, one * n };

	if (is_success(h) || h->r.body.n + bytes.n > h->r.body.max) {
		if (!curl_handle_pass_on(h))
			return 0;
	}
	if (h->passed_on)
		return give(h, t->write, t->write_arg, bytes) ? bytes.n : 0;
	buf_put(&h->r.body, bytes);
	return h->r.body.failed ? 0 : bytes.n;
}

/* ---- The request ------------------------------------------------------- */

static size_t
on_read(char *to, size_t one, size_t n, void *arg)
{
	struct curl_handle *h = arg;
	const struct apam_body *body = &h->transfer->body;
	long got = body->read(body->arg, h->offset, to, one * n);

	if (got < 0 || (size_t)got > one * n) {
		h->host_failed = "the body of the request cannot be read";
		return CURL_READFUNC_ABORT;
	}
	h->offset += (uint64_t)got;
	h->read_all = got == 0;
	return (size_t)got;
}

/* libcurl sends a body again where a connection that it kept has gone. */
static int
on_seek(void *arg, curl_off_t offset, int origin)
{
	struct curl_handle *h = arg;

	if (origin != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	h->offset = (uint64_t)offset;
	h->read_all = false;
	return CURL_SEEKFUNC_OK;
}

static bool
wants_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	    strcmp(method, "PATCH") == 0;
}

static bool
set_body(struct curl_handle *h)
{
	const struct apam_transfer *t = h->transfer;
	struct apam_str bytes = APAM_STR("");
	CURL *easy = h->easy;
	CURLcode c = CURLE_OK;

	/* It undoes what made the last one an upload or a HEAD. */
	c |= h->curl->easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	if (t->body.kind == APAM_BODY_READER) {
		h->offset = 0;
		h->read_all = false;
		c |= h->curl->easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		c |= h->curl->easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
		c |= h->curl->easy_setopt(easy, CURLOPT_READDATA, h);
		c |= h->curl->easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
		c |= h->curl->easy_setopt(easy, CURLOPT_SEEKDATA, h);
		c |= h->curl->easy_setopt(
		    easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)-1);
	} else if (t->body.kind == APAM_BODY_BYTES || wants_body(t->method)) {
		if (t->body.kind == APAM_BODY_BYTES && t->body.bytes.n > 0)
			bytes = t->body.bytes;
		c |= h->curl->easy_setopt(easy, CURLOPT_POST, 1L);
		c |= h->curl->easy_setopt(
		    easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)bytes.n);
		c |= h->curl->easy_setopt(easy, CURLOPT_POSTFIELDS, bytes.p);
	}
	if (strcmp(t->method, "HEAD") == 0)
		c |= h->curl->easy_setopt(easy, CURLOPT_NOBODY, 1L);
	c |= h->curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, t->method);
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
make_list(struct curl_handle *h)
{
	const struct apam_transfer *t = h->transfer;
	const struct apam_signature *s = h->signature;
	bool typed = false;

	h->list = h->curl->slist_append(NULL, "Expect:");
	if (h->list == NULL)
		return false;
	for (size_t i = 0; i < t->header_count; i++) {
		typed |= str_equal_nocase(
		    t->headers[i].name, APAM_STR("Content-Type"));
		if (!is_signed(s, t->headers[i].name) &&
		    !http_list_add(h->curl, &h->list, t->headers[i].name,
			t->headers[i].value))
			return false;
	}
	for (size_t i = 0; i < s->header_count; i++)
		if (!http_list_add(h->curl, &h->list, s->headers[i].name,
			s->headers[i].value))
			return false;
	/* libcurl would call any body without a type a form. */
	if (!typed && h->transfer->body.kind != APAM_BODY_NONE)
		return h->curl->slist_append(h->list, "Content-Type:") != NULL;
	return true;
}

static bool
set_request(struct curl_handle *h)
{
	CURL *easy = h->easy;
	CURLcode c = CURLE_OK;
	long left = http_remaining(h->deadline);

	if (!curl_options_reset(h->curl, easy))
		return false;
	c |= h->curl->easy_setopt(easy, CURLOPT_URL, h->signature->url);
	c |= h->curl->easy_setopt(easy, CURLOPT_HTTPHEADER, h->list);
	c |= h->curl->easy_setopt(
	    easy, CURLOPT_TIMEOUT_MS, left > 0 ? left : 1L);
	c |= h->curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	c |= h->curl->easy_setopt(easy, CURLOPT_HEADERDATA, h);
	c |= h->curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	c |= h->curl->easy_setopt(easy, CURLOPT_WRITEDATA, h);
	c |= h->curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, h->detail);
	/* Nor may a proxy see what is for the API. */
	c |= h->curl->easy_setopt(
	    easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	if (h->by_http1)
		c |= h->curl->easy_setopt(
		    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	return c == CURLE_OK &&
	    http_secure(
		h->curl, easy, &h->policy, apam_str(h->signature->url)) &&
	    set_body(h);
}

/* ---- An answer that was lost --------------------------------------------- */

bool
method_is_idempotent(const char *method)
{
	static const char *const all[] = { "GET", "HEAD", "OPTIONS", "TRACE",
		"PUT", "DELETE" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(method, all[i]) == 0)
			return true;
	return false;
}

/* The server may have all of the request, so that it may have taken effect. */
static bool
went_out_whole(const struct curl_handle *h)
{
	const struct apam_body *body = &h->transfer->body;
	curl_off_t sent = 0;
	uint64_t all = 0;

	if (body->kind == APAM_BODY_BYTES)
		all = body->bytes.n;
	if (body->kind == APAM_BODY_READER)
		all = h->read_all ? h->offset : UINT64_MAX;
	(void)h->curl->easy_getinfo(h->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	return sent >= 0 && (uint64_t)sent >= all;
}

bool
curl_handle_lost(const struct curl_handle *h, CURLcode code)
{
	if (code != CURLE_HTTP2 && code != CURLE_HTTP2_STREAM &&
	    code != CURLE_HTTP3)
		return false;
	return !h->by_http1 && !h->passed_on && h->host_failed == NULL &&
	    (method_is_idempotent(h->transfer->method) || !went_out_whole(h));
}

/* ---- Before and after --------------------------------------------------- */

/* What may stay in the handle is policy; what is of this call goes. */
static const CURLoption pointers[] = {
	CURLOPT_URL,
	CURLOPT_HTTPHEADER,
	CURLOPT_HEADERFUNCTION,
	CURLOPT_HEADERDATA,
	CURLOPT_WRITEFUNCTION,
	CURLOPT_WRITEDATA,
	CURLOPT_READFUNCTION,
	CURLOPT_READDATA,
	CURLOPT_SEEKFUNCTION,
	CURLOPT_SEEKDATA,
	CURLOPT_POSTFIELDS,
	CURLOPT_CUSTOMREQUEST,
	CURLOPT_ERRORBUFFER,
};

static void
take_back(struct curl_handle *h)
{
	const struct curl_api *curl = h->curl;

	/* Nothing was ever set, or it is already back. */
	if (h->list == NULL)
		return;
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		(void)curl->easy_setopt(h->easy, pointers[i], NULL);
	(void)curl->easy_setopt(
	    h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
	(void)curl->easy_setopt(h->easy, CURLOPT_HTTPGET, 1L);
	if (h->by_http1)
		(void)curl->easy_setopt(h->easy, CURLOPT_HTTP_VERSION,
		    (long)CURL_HTTP_VERSION_NONE);
	http_list_free(curl, &h->list);
}

void
curl_handle_init(struct curl_handle *h)
{
	response_init(&h->r, h->policy.body_max);
	buf_init(&h->head, FIELDS_MAX);
}

bool
curl_handle_set(struct curl_handle *h)
{
	response_free(&h->r);
	response_init(&h->r, h->policy.body_max);
	buf_truncate(&h->head, 0);
	if (make_list(h) && set_request(h))
		return true;
	take_back(h);
	return false;
}

/* ---- No answer ---------------------------------------------------------- */

static long
info_long(const struct curl_handle *h, CURLINFO what)
{
	long value = 0;

	(void)h->curl->easy_getinfo(h->easy, what, &value);
	return value;
}

/* True where a stage of the transfer was reached. */
static bool
reached(const struct curl_handle *h, CURLINFO what)
{
	curl_off_t when = 0;

	(void)h->curl->easy_getinfo(h->easy, what, &when);
	return when > 0;
}

static enum apam_stage
stage_of(const struct curl_handle *h)
{
	if (!reached(h, CURLINFO_NAMELOOKUP_TIME_T))
		return APAM_STAGE_NAME;
	/* libcurl 7.88 notes the time once TLS is there as well. */
	if (!reached(h, CURLINFO_CONNECT_TIME_T) &&
	    info_long(h, CURLINFO_LOCAL_PORT) == 0)
		return APAM_STAGE_CONNECTION;
	if (!reached(h, CURLINFO_PRETRANSFER_TIME_T))
		return APAM_STAGE_TLS;
	return APAM_STAGE_ANSWER;
}

static enum apam_status
explain(const struct curl_handle *h, CURLcode code, struct apam_error *err)
{
	const struct apam_failure f = { .size = sizeof(f),
		.code = (int)code,
		.url = h->signature->url,
		.proxy = http_proxy(&h->policy, apam_str(h->signature->url)),
		.stage = stage_of(h),
		.system_error = (int)info_long(h, CURLINFO_OS_ERRNO),
		.proxy_status = (unsigned)info_long(
		    h, CURLINFO_HTTP_CONNECTCODE),
		.openssl = curl_api_has_openssl(h->curl),
		.verify_result = info_long(h, CURLINFO_SSL_VERIFYRESULT),
		.detail = h->detail,
		.what = h->curl->easy_strerror(code) };

	return apam_failure_explain(&f, err);
}

enum apam_status
curl_handle_sent(struct curl_handle *h, CURLcode code, struct apam_error *err)
{
	enum apam_status status;
	long http = 0;

	(void)h->curl->easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &http);
	if (h->host_failed != NULL)
		status = error_set(err, APAM_E_USAGE, "%s", h->host_failed);
	else
		status = explain(h, code, err);
	take_back(h);
	h->status = (unsigned)http;
	if (status == APAM_OK && !response_finish(&h->r))
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	return status;
}

void
curl_handle_free(struct curl_handle *h)
{
	if (h->curl != NULL)
		take_back(h);
	buf_free(&h->head);
	response_free(&h->r);
}
