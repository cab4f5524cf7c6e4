/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * None of them is kept: a request that is signed again has others.
 */
#include "variables.h"

#include "resend.h"
#include "upstream.h"
#include "visit.h"

static ngx_int_t
give(ngx_http_variable_value_t *to, ngx_str_t value)
{
	to->valid = value.data != NULL;
	to->not_found = value.data == NULL;
	to->no_cacheable = 0;
	to->len = (unsigned)value.len & 0xfffffff;
	to->data = value.data;
	return NGX_OK;
}

/* Path and query, as they were signed; until they are sent. */
static ngx_int_t
get_uri(ngx_http_request_t *r, ngx_http_variable_value_t *to, uintptr_t data)
{
	const struct visit *v = visit_of(r);
	const ngx_str_t none = ngx_null_string;

	(void)data;
	upstream_guard(r);
	return give(to, v != NULL && v->state == VISIT_SIGNED ? v->uri : none);
}

/* Host and port of the URL, which nginx asks for as it makes the request. */
static ngx_int_t
get_authority(
    ngx_http_request_t *r, ngx_http_variable_value_t *to, uintptr_t data)
{
	struct visit *v = visit_of(r);
	const ngx_str_t none = ngx_null_string;

	(void)data;
	resend_watch(v);
	upstream_guard(r);
	return give(to, v != NULL ? v->target.authority : none);
}

/* What the client asked for, in lower case. */
static ngx_int_t
get_asked(ngx_http_request_t *r, ngx_http_variable_value_t *to, uintptr_t data)
{
	ngx_str_t asked = target_asked(r);
	u_char *low = ngx_pnalloc(r->pool, asked.len + 1);

	(void)data;
	if (low == NULL)
		return NGX_ERROR;
	ngx_strlow(low, asked.data, asked.len);
	asked.data = low;
	return give(to, asked);
}

static ngx_int_t
get_profile(
    ngx_http_request_t *r, ngx_http_variable_value_t *to, uintptr_t data)
{
	const struct visit *v = visit_of(r);
	ngx_str_t name = ngx_null_string;
	const char *text;

	(void)data;
	if (v != NULL && v->profile != NULL) {
		text = apam_profile_name(v->profile);
		name = (ngx_str_t){ strlen(text), (u_char *)(uintptr_t)text };
	}
	return give(to, name);
}

/* User and groups, as numbers. */
static ngx_int_t
get_caller(ngx_http_request_t *r, ngx_http_variable_value_t *to, uintptr_t data)
{
	const struct visit *v = visit_of(r);
	ngx_str_t text = ngx_null_string;
	u_char *p;

	(void)data;
	if (v == NULL || v->caller.size == 0)
		return give(to, text);
	p = ngx_pnalloc(
	    r->pool, (v->caller.gid_count + 1) * (NGX_INT64_LEN + 1));
	if (p == NULL)
		return NGX_ERROR;
	text.data = p;
	p = ngx_sprintf(p, "%ul", v->caller.uid);
	for (size_t i = 0; i < v->caller.gid_count; i++)
		p = ngx_sprintf(p, " %ul", v->caller.gids[i]);
	text.len = (size_t)(p - text.data);
	return give(to, text);
}

static const struct {
	ngx_str_t name;
	ngx_http_get_variable_pt get;
} variables[] = {
	{ ngx_string("apam_uri"), get_uri },
	{ ngx_string("apam_authority"), get_authority },
	{ ngx_string("apam_asked"), get_asked },
	{ ngx_string("apam_profile"), get_profile },
	{ ngx_string("apam_caller"), get_caller },
};

ngx_int_t
variables_add(ngx_conf_t *cf)
{
	ngx_http_variable_t *v;

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		ngx_str_t name = variables[i].name;

		v = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
		if (v == NULL)
			return NGX_ERROR;
		v->get_handler = variables[i].get;
	}
	return NGX_OK;
}
