/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of the gateway's own, as RFC 9457 has them.
 */
#ifndef HOSTS_NGINX_PROBLEM_H
#define HOSTS_NGINX_PROBLEM_H

#include "nginx.h"

/* What is told.  No text holds a secret. */
struct problem {
	ngx_uint_t status;	/* of HTTP */
	const char *detail;	/* or NULL: what the status means */
	const char *name;	/* of apam's status, as "APAM_E_ARCHIVED"; NULL */
	const char *profile;	/* or NULL */
	int64_t retry_at;	/* Unix s: not earlier; 0: not known */
	bool proxy;		/* the client takes this for a proxy (407) */
};

/* The problem that an error of apam's is. */
struct problem problem_of(const struct apam_error *err);

/*
 * Set the response's head, and return its body, which is the last; NULL without
 * memory.
 */
ngx_buf_t *problem_make(ngx_http_request_t *r, const struct problem *problem);

/* Send it, in place of what a phase would have done. */
ngx_int_t problem_send(ngx_http_request_t *r, const struct problem *problem);

#endif
