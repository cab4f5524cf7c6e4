/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who called which profile through this gateway, and what was refused: counted in
 * memory that all workers have, and that outlives a reload.  Nothing is kept of a
 * request but who, which profile, when, and why it was refused.
 */
#ifndef HOSTS_NGINX_TALLY_H
#define HOSTS_NGINX_TALLY_H

#include "conf.h"

struct problem;

/* Make the memory, where a location shows what is in it.  NGX_OK, NGX_ERROR. */
ngx_int_t tally_install(ngx_conf_t *cf);

/* A request was signed; `profile` is its name. */
void tally_signed(const struct apam_caller *caller, const char *profile);

/*
 * A request was refused.  `caller` is NULL where nobody is known, `profile` where
 * the request belongs to none.
 */
void tally_refused(const struct apam_caller *caller, const char *profile,
    const struct problem *problem);

/*
 * All of it as JSON, in the request's pool; for a caller who is neither root nor
 * this process's user, what is his own.  NULL without memory.
 */
ngx_buf_t *tally_json(ngx_http_request_t *r, const struct apam_caller *caller);

#endif
