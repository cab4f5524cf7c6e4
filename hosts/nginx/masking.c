/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line is nginx's own; what it shows of the upstream's URL is cut for as
 * long as it is made.
 */
#include "masking.h"

static u_char *
log_without_query(
    ngx_http_request_t *r, ngx_http_request_t *sr, u_char *buf, size_t len)
{
	const struct visit *v = visit_of(r);
	ngx_http_upstream_t *u = sr->upstream;
	ngx_str_t whole = ngx_null_string;
	u_char *query = NULL;

	if (v == NULL || v->log_handler == NULL)
		return buf;
	if (u != NULL && u->uri.len > 0) {
		whole = u->uri;
		query = ngx_strlchr(whole.data, whole.data + whole.len, '?');
		if (query != NULL)
			u->uri.len = (size_t)(query - whole.data);
	}
	buf = v->log_handler(r, sr, buf, len);
	if (query != NULL)
		u->uri = whole;
	return buf;
}

void
masking_begin(struct visit *v)
{
	if (v->r->log_handler == log_without_query)
		return;
	v->log_handler = v->r->log_handler;
	v->r->log_handler = log_without_query;
}
