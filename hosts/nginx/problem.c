/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which status says what.  A client that gets 502, 503 or 504 may try again;
 * one that gets 403 needs an administrator.
 */
#include "problem.h"

#include "json_text.h"

#define RETRY_SECONDS 5 /* of Retry-After, where nobody says when */

/* ---- Which status ------------------------------------------------------ */

static const struct {
	enum apam_status from;
	ngx_uint_t to;
} statuses[] = {
	{ APAM_E_NO_PROFILE, NGX_HTTP_NOT_FOUND },
	{ APAM_E_URL, NGX_HTTP_BAD_REQUEST },
	{ APAM_E_HEADER, NGX_HTTP_BAD_REQUEST },
	{ APAM_E_DEADLINE, NGX_HTTP_GATEWAY_TIME_OUT },
	{ APAM_E_NETWORK, NGX_HTTP_BAD_GATEWAY },
	{ APAM_E_PROVIDER, NGX_HTTP_BAD_GATEWAY },
	{ APAM_E_NOT_AUTHENTIC, NGX_HTTP_BAD_GATEWAY },
};

static ngx_uint_t
status_of(enum apam_status status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].from == status)
			return statuses[i].to;
	switch (APAM_CLASS(status)) {
	case APAM_CLASS_TEMPORARY:
		return NGX_HTTP_SERVICE_UNAVAILABLE;
	case APAM_CLASS_DENIED:
	case APAM_CLASS_REVOKED:
		return NGX_HTTP_FORBIDDEN;
	default:
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	}
}

struct problem
problem_of(const struct apam_error *err)
{
	return (struct problem){ .status = status_of(err->status),
		.detail = err->text,
		.name = apam_status_name(err->status),
		.profile = err->profile[0] == '\0' ? NULL : err->profile,
		.retry_at = err->retry_at };
}

/* ---- Texts ------------------------------------------------------------- */

static const struct {
	ngx_uint_t status;
	const char *title, *detail;
} texts[] = {
	{ 400, "Bad Request",
	    "the request is malformed, or its head too large" },
	{ 401, "Unauthorized", "the caller is not known" },
	{ 403, "Forbidden", "the request is not allowed" },
	{ 404, "Not Found",
	    "nothing is served here; see what the gateway said "
	    "at its start" },
	{ 405, "Not Allowed", "the method is not passed on" },
	{ 407, "Proxy Authentication Required", "the caller is not known" },
	{ 408, "Request Timeout",
	    "the request did not come to its end in time" },
	{ 413, "Content Too Large",
	    "the body is larger than the gateway takes" },
	{ 414, "URI Too Long", "the URL is longer than the gateway takes" },
	{ 421, "Misdirected Request",
	    "the gateway does not answer for that "
	    "host" },
	{ 500, "Internal Server Error",
	    "the gateway cannot do this: its error "
	    "log says why" },
	{ 502, "Bad Gateway",
	    "the provider cannot be reached, or cannot prove "
	    "who it is: the gateway's error log says why" },
	{ 503, "Service Unavailable", "try again later" },
	{ 504, "Gateway Timeout", "the provider did not answer in time" },
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static size_t
find_text(ngx_uint_t status)
{
	for (size_t i = 0; i < TEXTS; i++)
		if (texts[i].status == status)
			return i;
	return 0;
}

/* ---- JSON -------------------------------------------------------------- */

static ngx_buf_t *
make_json(ngx_http_request_t *r, const struct problem *p)
{
	const size_t i = find_text(p->status);
	const char *detail = p->detail == NULL ? texts[i].detail : p->detail;
	ngx_buf_t *b = ngx_create_temp_buf(r->pool,
	    256 + json_room(detail) + json_room(p->name) +
		json_room(p->profile));

	if (b == NULL)
		return NULL;
	b->last = ngx_sprintf(b->last, "{\"status\":%ui", p->status);
	b->last = json_put_member(b->last, "title", texts[i].title);
	b->last = json_put_member(b->last, "detail", detail);
	b->last = json_put_member(b->last, "apam", p->name);
	b->last = json_put_member(b->last, "profile", p->profile);
	*b->last++ = '}';
	*b->last++ = '\n';
	b->last_buf = r == r->main;
	b->last_in_chain = 1;
	return b;
}

/* ---- The response ------------------------------------------------------ */

static bool
add_field(ngx_http_request_t *r, ngx_str_t name, ngx_str_t value)
{
	ngx_table_elt_t *h = ngx_list_push(&r->headers_out.headers);

	if (h == NULL)
		return false;
	ngx_memzero(h, sizeof(*h));
	h->hash = 1;
	h->key = name;
	h->value = value;
	return true;
}

/* RFC 9110, 10.2.3; in seconds, where it is known or would help. */
static bool
add_retry(ngx_http_request_t *r, const struct problem *p)
{
	const int64_t wait = p->retry_at - ngx_time();
	ngx_str_t value;

	if (p->status != 503 && p->retry_at == 0)
		return true;
	value.data = ngx_pnalloc(r->pool, NGX_INT64_LEN);
	if (value.data == NULL)
		return false;
	value.len = (size_t)(ngx_sprintf(value.data, "%L",
				 p->retry_at == 0 ? (int64_t)RETRY_SECONDS :
				     wait < 1     ? (int64_t)1 :
						    wait) -
	    value.data);
	return add_field(r, TEXT("Retry-After"), value);
}

static bool
add_fields(ngx_http_request_t *r, const struct problem *p)
{
	const ngx_str_t challenge = TEXT("Basic realm=\"apam\"");

	if (!add_retry(r, p))
		return false;
	if (p->status == 401 &&
	    !add_field(r, TEXT("WWW-Authenticate"), challenge))
		return false;
	return p->status != 407 ||
	    add_field(r, TEXT("Proxy-Authenticate"), challenge);
}

ngx_buf_t *
problem_make(ngx_http_request_t *r, const struct problem *problem)
{
	ngx_buf_t *b = make_json(r, problem);

	if (b == NULL)
		return NULL;
	ngx_http_clear_content_length(r);
	ngx_http_clear_accept_ranges(r);
	ngx_http_clear_last_modified(r);
	r->headers_out.status = problem->status;
	r->headers_out.status_line.len = 0;
	r->headers_out.content_type = TEXT("application/problem+json");
	r->headers_out.content_type_len = r->headers_out.content_type.len;
	r->headers_out.content_type_lowcase = NULL;
	r->headers_out.content_length_n = b->last - b->pos;
	return add_fields(r, problem) ? b : NULL;
}

/*
 * A client that waits for 100 Continue is told no, and not asked for its body
 * first (RFC 9110, 10.1.1).  Whether one comes is not known then, and the
 * connection cannot have another request.
 */
static void
expect_nothing(ngx_http_request_t *r)
{
	if (r->headers_in.expect == NULL || r->expect_tested)
		return;
	r->expect_tested = 1;
	r->keepalive = 0;
}

ngx_int_t
problem_send(ngx_http_request_t *r, const struct problem *problem)
{
	ngx_chain_t out = { .next = NULL };
	ngx_int_t rc;

	expect_nothing(r);
	rc = ngx_http_discard_request_body(r);
	if (rc != NGX_OK)
		return rc;
	out.buf = problem_make(r, problem);
	if (out.buf == NULL)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	rc = ngx_http_send_header(r);
	if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
		return rc;
	return ngx_http_output_filter(r, &out);
}
