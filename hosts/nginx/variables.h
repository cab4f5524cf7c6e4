/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The variables that nginx's configuration builds the request from.
 */
#ifndef HOSTS_NGINX_VARIABLES_H
#define HOSTS_NGINX_VARIABLES_H

#include "nginx.h"

/* NGX_OK, NGX_ERROR. */
ngx_int_t variables_add(ngx_conf_t *cf);

#endif
