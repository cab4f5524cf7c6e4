/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The body of a request, in memory or in a file of nginx's, as apam reads it.
 */
#ifndef HOSTS_NGINX_BODY_H
#define HOSTS_NGINX_BODY_H

#include "nginx.h"

/* Before it is read: none, or one that is not to be had yet. */
void body_unread(ngx_http_request_t *r, struct apam_body *to);

/* Once nginx has read it, whole; it is read from the request's buffers. */
void body_read(ngx_http_request_t *r, struct apam_body *to);

#endif
