/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who calls.
 */
#ifndef HOSTS_NGINX_CALLER_H
#define HOSTS_NGINX_CALLER_H

#include "conf.h"

/*
 * Find out, and fill in `caller`, whose groups are in the request's pool.
 * `has_token`: one of its headers carries the location's token.  NGX_OK;
 * NGX_DECLINED where nobody is known, with why; NGX_ERROR.
 */
ngx_int_t caller_find(ngx_http_request_t *r, const struct location_conf *conf,
    bool has_token, struct apam_caller *caller, const char **why);

/* True where the value of a header carries the location's token. */
bool caller_is_token(const struct location_conf *conf, ngx_str_t value);

/* True where one of the request's headers does. */
bool caller_has_token(
    ngx_http_request_t *r, const struct location_conf *conf);

#endif
