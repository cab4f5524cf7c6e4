/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx's headers, in the order that they need, and apam's.  All other files of
 * this folder include this one first: ngx_config.h settles what the system's
 * headers declare.
 */
#ifndef HOSTS_NGINX_NGINX_H
#define HOSTS_NGINX_NGINX_H

#include <ngx_config.h>

#include <ngx_core.h>

#include <ngx_http.h>

#include <apam/admin.h>

/*
 * nginx's strings are of bytes that may be written, and its macros make literals
 * such strings, and members of its lists the structs that they are in.
 */
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wcast-align"

/* A view of nginx's as one of apam's. */
static inline struct apam_str
view_of(ngx_str_t s)
{
	return (struct apam_str){ (const char *)s.data, s.len };
}

/* A literal as nginx's string, also where nothing may be written. */
#define TEXT(literal) ((ngx_str_t)ngx_string(literal))

/* The module, by which nginx finds what is of a request or a location. */
extern ngx_module_t ngx_http_apam_module;

#endif
