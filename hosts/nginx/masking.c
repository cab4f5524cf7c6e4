/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line is nginx's own; what it shows of the request and of the upstream's URL
 * is cut for as long as it is made.
 */
#include "masking.h"

/* End it before its query.  Returns how long it was. */
static size_t
cut(ngx_str_t *s)
{
	const size_t whole = s->len;
	const u_char *query = ngx_strlchr(s->data, s->data + whole, '?');

	if (query != NULL)
		s->len = (size_t)(query - s->data);
	return whole;
}

static u_char *
log_without_query(
    ngx_http_request_t *r, ngx_http_request_t *sr, u_char *buf, size_t len)
{
	const struct visit *v = visit_of(r);
	ngx_http_upstream_t *u = sr->upstream;
	size_t line, uri = 0;

	if (v == NULL || v->log_handler == NULL)
		return buf;
	line = cut(&r->request_line);
	if (u != NULL)
		uri = cut(&u->uri);
	buf = v->log_handler(r, sr, buf, len);
	r->request_line.len = line;
	if (u != NULL)
		u->uri.len = uri;
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
