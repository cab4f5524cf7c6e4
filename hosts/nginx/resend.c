/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx would send the same bytes, and with them the same nonce, which a
 * provider may have seen already.  So it is given a request that is made anew,
 * at the place where it makes its own state ready for another try.  Whatever
 * cannot be signed at once is not sent: a credential that has just ended is
 * there when the client tries again.
 */
#include "resend.h"

#include "upstream.h"

/* Sign anew, without waiting.  NGX_OK, NGX_ERROR. */
static ngx_int_t
sign_anew(struct visit *v)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	const char *why;

	visit_restore(v);
	visit_wipe_sent(v->r);
	v->uri.len = 0;
	apam_signature_release(&v->signature);
	status = visit_sign(v, &err);
	engine_forget(&v->waiting);
	why = status == APAM_OK      ? visit_unfit(&v->signature) :
	    status == APAM_E_PENDING ? "the credential has just ended" :
				       err.text;
	if (why == NULL)
		return visit_apply(v);
	ngx_log_error(NGX_LOG_ERR, v->r->connection->log, 0,
	    "apam: %s: the request is not sent again: %s",
	    apam_profile_name(v->profile), why);
	return NGX_ERROR;
}

/* Make it as nginx made it first, and look at what it sends. */
static ngx_int_t
make_anew(struct visit *v)
{
	ngx_http_request_t *r = v->r;
	ngx_http_upstream_t *u = r->upstream;

	u->request_bufs = r->request_body == NULL ? NULL :
						    r->request_body->bufs;
	if (u->create_request(r) != NGX_OK)
		return NGX_ERROR;
	/* Where proxy_pass has $apam_uri, it has the first one for ever. */
	if (u->uri.len == 0 ||
	    (u->uri.len == v->uri.len &&
		ngx_memcmp(u->uri.data, v->uri.data, v->uri.len) == 0))
		return NGX_OK;
	ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
	    "apam: %s: the request is not sent again: the scheme signs another "
	    "query, and proxy_pass ends in $apam_uri: leave that out",
	    apam_profile_name(v->profile));
	return NGX_ERROR;
}

static ngx_int_t
reinit(ngx_http_request_t *r)
{
	struct visit *v = visit_of(r);

	if (v->reinit(r) != NGX_OK)
		return NGX_ERROR;
	v->unsent = sign_anew(v) != NGX_OK || !upstream_fits(r) ||
	    make_anew(v) != NGX_OK;
	return v->unsent ? NGX_ERROR : NGX_OK;
}

void
resend_watch(struct visit *v)
{
	ngx_http_upstream_t *u = v == NULL ? NULL : v->r->upstream;

	if (u == NULL || v->state != VISIT_SIGNED ||
	    u->reinit_request == NULL || u->reinit_request == reinit)
		return;
	v->reinit = u->reinit_request;
	u->reinit_request = reinit;
}
