/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page for people, as far as it is this module's: who may see it.
 */
#ifndef HOSTS_NGINX_PAGE_H
#define HOSTS_NGINX_PAGE_H

#include "visit.h"

/* The handler of a location that has `apam_page`. */
ngx_int_t page_handler(ngx_http_request_t *r, const struct location_conf *conf);

#endif
