/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers of a request: which of the client's are sent on, and those that
 * the signature puts in their place.
 */
#ifndef HOSTS_NGINX_FIELDS_H
#define HOSTS_NGINX_FIELDS_H

#include "conf.h"

struct fields {
	ngx_list_t client;	/* as they came; put back once they were sent */
	struct apam_header *kept; /* those that are sent on, cookies as one */
	const ngx_table_elt_t **from; /* each of them, or the first cookie */
	size_t count;
	bool has_token;		/* the client sent it, and it is not sent on */
	bool replaced;		/* headers_in has those of a signature */
};

/*
 * Choose what is sent on: not what is of the client's connection (RFC 9110,
 * 7.6.1), nor what it has named there, nor what carries the token or a
 * placeholder.  NGX_OK, NGX_ERROR without memory.
 */
ngx_int_t fields_take(ngx_http_request_t *r, const struct location_conf *conf,
    struct fields *f);

/*
 * Put these and the signature's in the place of the client's, which lose each
 * header that could be read as one of the signature's.  The signature has to
 * stay.  NGX_OK, NGX_ERROR.
 */
ngx_int_t fields_replace(ngx_http_request_t *r, struct fields *f,
    const struct apam_signature *signature);

/* Put the client's back, so that nothing logs the signature's. */
void fields_restore(ngx_http_request_t *r, struct fields *f);

#endif
