/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connections to providers, and which client certificate each of them shows.
 * A connection that shows one serves requests that are signed with the same one,
 * in the same version, and no others; its TLS session serves no other
 * connection.
 */
#ifndef HOSTS_NGINX_UPSTREAM_H
#define HOSTS_NGINX_UPSTREAM_H

#include "nginx.h"

/* One of nginx's upstreams, and how it began before it was taken hold of. */
struct upstream_hold {
	ngx_http_upstream_srv_conf_t *of;
	ngx_http_upstream_init_peer_pt init;
};

/* Take hold of each upstream that nginx's files have.  NGX_OK, NGX_ERROR. */
ngx_int_t upstream_install(ngx_conf_t *cf);

/*
 * Let no connection be made for a request that is signed with a certificate,
 * unless by the functions here.  For every request whose URL nginx makes of
 * variables, once its upstream is there.
 */
void upstream_guard(ngx_http_request_t *r);

/*
 * True where the connection that nginx has for a request shows, or will show,
 * what the request is signed with now.
 */
bool upstream_fits(ngx_http_request_t *r);

#endif
