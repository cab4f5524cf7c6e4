/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request on its way through a location that signs.
 */
#ifndef HOSTS_NGINX_VISIT_H
#define HOSTS_NGINX_VISIT_H

#include "engine.h"
#include "fields.h"
#include "store.h"
#include "target.h"

enum visit_state {
	VISIT_NEW = 0,
	VISIT_SIGNING, /* it waits for a credential */
	VISIT_SIGNED, /* nginx has it, until the answer comes */
	VISIT_HOLDING, /* the answer is held back, until all of it is there */
	VISIT_VERIFYING, /* the same, and the agent is asked whose it is */
	VISIT_SIGNING_AGAIN, /* the same, and a second signature is awaited */
	VISIT_REPLAYING, /* that is there, and is about to be sent */
	VISIT_REFUSED, /* a problem took its place, and the rest is dropped */
	VISIT_ANSWERING, /* a problem takes the place of nginx's own page */
	VISIT_DONE /* what comes is passed on */
};

/* An answer that is held back. */
struct held {
	u_char *bytes;
	size_t n, room, max;
	bool whole;		/* its end was seen */
};

struct visit {
	ngx_http_request_t *r;
	const struct location_conf *conf;
	enum visit_state state;
	ngx_int_t phase;	/* index of the handler, to begin anew */
	struct target target;
	struct fields fields;
	ngx_str_t uri;		/* path and query to send; secret where the
				   scheme has added parameters */
	ngx_str_t client_uri;	/* the client's, while the request has `uri`;
				   else empty */
	ngx_http_handler_pt reinit; /* nginx's own, resend.c; or NULL */
	bool unsent;		/* it was not signed anew, resend.c */
	struct apam_profile *profile;
	struct apam_caller caller;
	struct apam_request request;
	struct apam_body body;
	struct apam_signature signature;
	struct store *store;	/* what the signature is written into; or NULL */
	struct waiting waiting;
	/* Of the answer. */
	struct held held;
	/* nginx cannot send what was signed, or pass on what came; or NULL */
	const char *why;
	ngx_buf_t *problem;	/* VISIT_ANSWERING: what is sent; NULL: it was */
	ngx_http_log_handler_pt log_handler; /* nginx's own */
	bool was_signed;	/* once at least */
	/* Of the sending that was rejected or challenged. */
	uint64_t credential, memo;
	unsigned entries;
	bool rejected;		/* a sending was, and another one followed */
	unsigned challenges;	/* the same of those that were challenged */
};

/* The request's visit; NULL: it has none. */
struct visit *visit_of(ngx_http_request_t *r);

/* Make one, which ends with the request; NULL without memory. */
struct visit *visit_new(ngx_http_request_t *r);

/*
 * The handler of nginx's phase PRECONTENT: access was decided, and the proxy's
 * turn is next.
 */
ngx_int_t visit_handler(ngx_http_request_t *r);

/* Sign; as apam_sign_start, with the visit's own parts. */
enum apam_status visit_sign(struct visit *v, struct apam_error *err);

/* Give nginx what is signed.  NGX_OK, NGX_ERROR. */
ngx_int_t visit_apply(struct visit *v);

/* Put back what was the client's, so that nothing logs what is signed. */
void visit_restore(struct visit *v);

/* Wipe the head that nginx has sent, and would free as it is. */
void visit_wipe_sent(ngx_http_request_t *r);

/* Why nginx's proxy cannot send a request as it was signed; NULL: it can. */
const char *visit_unfit(const struct apam_signature *signature);

/* Wait for the signature that is pending. */
void visit_wait(struct visit *v);

#endif
