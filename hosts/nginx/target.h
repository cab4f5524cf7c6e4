/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a request is to go: which URL is signed and sent.
 */
#ifndef HOSTS_NGINX_TARGET_H
#define HOSTS_NGINX_TARGET_H

#include "conf.h"

struct target {
	char *url;		/* in the request's pool; ends in NUL */
	ngx_str_t path;		/* of the URL, with its query */
	ngx_str_t authority;	/* of the URL: host, and port where it says one */
	const char *why;	/* it was refused: what to tell the client */
	ngx_uint_t status;	/* and the status */
};

/*
 * The authority that the client asked for: of a request in absolute form that
 * of its URL (RFC 9112, 3.2.2), else Host.  Empty where there is none, or these
 * two differ, or it has user information.
 */
ngx_str_t target_asked(ngx_http_request_t *r);

/*
 * Whether a request is for the gateway itself, by one of its names, and not by a
 * page of another origin.  NGX_OK; NGX_DECLINED with `why`.
 */
ngx_int_t target_is_gateway(ngx_http_request_t *r,
    const struct location_conf *conf, struct target *to);

/*
 * Make the URL from the raw request, so that no two readings of it can differ.
 * NGX_OK; NGX_DECLINED with `why`; NGX_ERROR without memory.
 */
ngx_int_t target_find(ngx_http_request_t *r, const struct location_conf *conf,
    struct target *to);

#endif
