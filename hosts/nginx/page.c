/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Its files are the same for everybody, and are not asked for a token: a browser
 * sends none with an address that somebody opens.  What it shows is asked for by
 * its script, which has the token, and is given to whom the gateway knows.
 */
#include "page.h"

#include "caller.h"
#include "problem.h"
#include "tally.h"

static ngx_int_t
finish(ngx_http_request_t *r, ngx_int_t rc)
{
	ngx_http_finalize_request(r, rc);
	return NGX_DONE;
}

static ngx_int_t
refuse(struct visit *v, ngx_uint_t status, const char *why)
{
	const struct problem problem = { .status = status, .detail = why };

	ngx_log_error(NGX_LOG_WARN, v->r->connection->log, 0,
	    "apam: the page is refused: %s", why);
	return finish(v->r, problem_send(v->r, &problem));
}

static ngx_int_t
send_calls(struct visit *v)
{
	ngx_http_request_t *r = v->r;
	ngx_chain_t out = { .buf = tally_json(r, &v->caller), .next = NULL };
	ngx_int_t rc;

	if (out.buf == NULL)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	out.buf->last_buf = r == r->main;
	out.buf->last_in_chain = 1;
	r->headers_out.status = NGX_HTTP_OK;
	r->headers_out.content_type = TEXT("application/json");
	r->headers_out.content_type_len = r->headers_out.content_type.len;
	r->headers_out.content_length_n = out.buf->last - out.buf->pos;
	rc = ngx_http_send_header(r);
	if (rc != NGX_ERROR && rc <= NGX_OK && !r->header_only)
		rc = ngx_http_output_filter(r, &out);
	return finish(r, rc);
}

/* Who it is, for what is shown. */
static ngx_int_t
show(struct visit *v)
{
	const char *why = NULL;
	ngx_int_t rc;

	if (v->conf->callers == CALLERS_ANY)
		return refuse(v, NGX_HTTP_FORBIDDEN,
		    "what the page shows is for a caller who is known, and "
		    "apam_callers is `any` here");
	rc = caller_find(
	    v->r, v->conf, caller_has_token(v->r, v->conf), &v->caller, &why);
	if (rc == NGX_DECLINED)
		return refuse(v,
		    v->conf->callers == CALLERS_TOKEN ? NGX_HTTP_UNAUTHORIZED :
							NGX_HTTP_FORBIDDEN,
		    why);
	if (rc != NGX_OK)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	return v->conf->page == PAGE_CALLS ? send_calls(v) : NGX_DECLINED;
}

ngx_int_t
page_handler(ngx_http_request_t *r, const struct location_conf *conf)
{
	struct visit *v = visit_of(r);
	struct target to;

	if (v != NULL)
		return NGX_DECLINED;
	v = visit_new(r);
	if (v == NULL)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	v->state = VISIT_DONE;
	if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0)
		return refuse(v, NGX_HTTP_NOT_ALLOWED,
		    "the page is looked at, and takes nothing");
	if (target_is_gateway(r, conf, &to) != NGX_OK)
		return refuse(v, to.status, to.why);
	return conf->page == PAGE_FILES ? NGX_DECLINED : show(v);
}
