/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer of success is judged by its head, and streams.  Any other one, and
 * one that has to be verified, is held back until it is whole, as far as the
 * profile's limits.body goes: its body may say what became of the key, and
 * while nothing was passed on the request can be sent once more.
 */
#include "answer.h"

#include "problem.h"

/* Bit of r->buffered: there is more to come.  nginx leaves it to filters. */
#define HELD_BACK 0x08

/* How often a request is sent again because the server wants it otherwise. */
#define CHALLENGES_MAX 3

static ngx_http_output_header_filter_pt next_header;
static ngx_http_output_body_filter_pt next_body;

/* ---- Reading it --------------------------------------------------------- */

/* The head as apam reads it, in the request's pool; NULL without memory. */
static struct apam_header *
headers_of(ngx_http_request_t *r, size_t *count)
{
	const ngx_list_part_t *first = &r->upstream->headers_in.headers.part;
	struct apam_header *to;
	size_t n = 0;

	for (const ngx_list_part_t *p = first; p != NULL; p = p->next)
		n += p->nelts;
	*count = 0;
	to = ngx_palloc(r->pool, (n + 1) * sizeof(*to));
	if (to == NULL)
		return NULL;
	for (const ngx_list_part_t *p = first; p != NULL; p = p->next) {
		const ngx_table_elt_t *h = p->elts;

		for (ngx_uint_t i = 0; i < p->nelts; i++)
			to[(*count)++] = (struct apam_header){
				view_of(h[i].key), view_of(h[i].value)
			};
	}
	return to;
}

static struct apam_answer
answer_of(struct visit *v)
{
	struct apam_answer a = { .size = sizeof(a),
		.status = (unsigned)v->r->upstream->headers_in.status_n };

	a.headers = headers_of(v->r, &a.header_count);
	return a;
}

/* PENDING: the agent has not said yet; v->waiting has the call. */
static enum apam_status
verify(struct visit *v, struct apam_error *err)
{
	const struct apam_str body = { (char *)v->held.bytes, v->held.n };
	const struct apam_answer answer = answer_of(v);
	struct apam_verify *verify = NULL;
	enum apam_status status = apam_verify_start(
	    v->profile, &v->request, &v->signature, &answer, &verify, err);

	if (status == APAM_OK && body.n > 0)
		status = apam_verify_body(verify, body, err);
	if (status == APAM_OK) {
		status = apam_verify_end_start(
		    &verify, v->held.whole, &v->waiting.call, err);
		engine_called(status == APAM_OK);
		return status;
	}
	return apam_verify_end(&verify, false, NULL) == APAM_OK ?
	    APAM_E_NOT_AUTHENTIC :
	    status;
}

/* True where the answer says that to sign again is worth it. */
static bool
judge(struct visit *v, struct apam_judgement *j)
{
	struct apam_answer answer = answer_of(v);
	struct apam_error err;

	err.size = sizeof(err); /* the call clears the rest, which is long */
	*j = (struct apam_judgement){ .size = sizeof(*j) };
	answer.body = (struct apam_str){ (char *)v->held.bytes, v->held.n };
	if (apam_judge(v->profile, &v->signature, &answer, j, &err) != APAM_OK)
		ngx_log_error(NGX_LOG_ERR, v->r->connection->log, 0,
		    "apam: the answer cannot be judged: %s", err.text);
	engine_called(j->verdict == APAM_VERDICT_ACCEPTED ||
	    j->verdict == APAM_VERDICT_UNKNOWN);
	return j->replay;
}

/* ---- Holding it --------------------------------------------------------- */

static size_t
room_of(struct visit *v)
{
	struct apam_transport t = APAM_TRANSPORT_INIT;
	size_t room = 0;

	if (apam_transport_get(v->profile, v->target.url, &t, NULL) == APAM_OK)
		room = t.body_max;
	apam_transport_release(&t);
	return room;
}

/* More of its body.  False where that is more than is held back. */
static bool
hold_bytes(struct visit *v, const u_char *p, size_t n)
{
	struct held *h = &v->held;
	size_t room = h->room == 0 ? 4096 : h->room;
	u_char *grown;

	if (n > h->max - h->n)
		return false;
	while (room < h->n + n)
		room *= 2;
	if (room != h->room) {
		grown = ngx_palloc(v->r->pool, room);
		if (grown == NULL)
			return false;
		if (h->n > 0)
			ngx_memcpy(grown, h->bytes, h->n);
		h->bytes = grown;
		h->room = room;
	}
	ngx_memcpy(h->bytes + h->n, p, n);
	h->n += n;
	return true;
}

/*
 * Take what came.  Returns what is left where there was no room, else NULL.
 * `ended`: nothing more will come.
 */
static ngx_chain_t *
hold(struct visit *v, ngx_chain_t *in, bool *ended)
{
	*ended = v->r->upstream->cleanup == NULL; /* nginx is done with it */
	for (; in != NULL; in = in->next) {
		ngx_buf_t *b = in->buf;

		if (ngx_buf_in_memory(b)) {
			if (!hold_bytes(v, b->pos, (size_t)(b->last - b->pos)))
				return in;
			b->pos = b->last;
		}
		if (b->last_buf || b->last_in_chain)
			v->held.whole = true;
	}
	*ended = *ended || v->held.whole;
	return NULL;
}

static bool
must_hold(const struct visit *v)
{
	const ngx_uint_t status = v->r->upstream->headers_in.status_n;

	if (v->signature.verifies != 0)
		return true;
	return status >= 300 && status != NGX_HTTP_NOT_MODIFIED;
}

/* ---- Passing it on ------------------------------------------------------ */

/* Head and body, and what comes after that. */
static ngx_int_t
pass(struct visit *v, ngx_chain_t *rest)
{
	ngx_http_request_t *r = v->r;
	ngx_chain_t *out = ngx_alloc_chain_link(r->pool);
	ngx_buf_t *b = ngx_calloc_buf(r->pool);
	ngx_int_t rc;

	v->state = VISIT_DONE;
	if (out == NULL || b == NULL)
		return NGX_ERROR;
	rc = next_header(r);
	if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
		return rc;
	b->pos = b->start = v->held.bytes;
	b->last = b->end = v->held.bytes + v->held.n;
	b->temporary = v->held.n > 0;
	b->last_buf = v->held.whole && r == r->main;
	b->last_in_chain = v->held.whole;
	b->flush = !v->held.whole;
	out->buf = b;
	out->next = rest;
	return next_body(r, out);
}

/* No more of the answer is read: as if all of it were there. */
static void
end_upstream(ngx_http_upstream_t *u)
{
	u->keepalive = 0;
	u->length = 0;
	if (u->pipe != NULL)
		u->pipe->upstream_done = 1;
}

/* The answer is not to be believed: none of it is passed on. */
static ngx_int_t
pass_failure(struct visit *v, const struct apam_error *err)
{
	const struct problem problem = problem_of(err);
	ngx_http_request_t *r = v->r;
	ngx_chain_t out = { .next = NULL };
	ngx_int_t rc;

	ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "apam: %s: %s",
	    err->profile, err->text);
	v->state = VISIT_REFUSED;
	end_upstream(r->upstream);
	ngx_http_clean_header(r);
	out.buf = problem_make(r, &problem);
	if (out.buf == NULL)
		return NGX_ERROR;
	rc = next_header(r);
	if (rc == NGX_ERROR || rc > NGX_OK || r->header_only)
		return rc;
	return next_body(r, &out);
}

/* None of this is sent. */
static void
drop(ngx_chain_t *in)
{
	for (; in != NULL; in = in->next) {
		in->buf->pos = in->buf->last;
		in->buf->file_pos = in->buf->file_last;
	}
}

/* ---- Once more ---------------------------------------------------------- */

/* RFC 9110, 9.2.2. */
static bool
is_idempotent(const ngx_http_request_t *r)
{
	return (r->method &
		   (NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_PUT |
		       NGX_HTTP_DELETE | NGX_HTTP_OPTIONS)) != 0;
}

/* True if it may be sent once more; that is then counted. */
static bool
may_replay(struct visit *v, const struct apam_judgement *j)
{
	const ngx_http_request_t *r = v->r;

	if (!v->held.whole || r->request_body_no_buffering)
		return false;
	if (r->upstream->headers_in.status_n < 400 && !is_idempotent(r))
		return false; /* it may have taken effect */
	if (j->verdict == APAM_VERDICT_CHALLENGED)
		return v->challenges++ < CHALLENGES_MAX;
	if (v->rejected)
		return false;
	v->rejected = true;
	return true;
}

/* What is signed with the same gets the same answer. */
static bool
is_other(const struct visit *v)
{
	const struct apam_signature *s = &v->signature;

	return s->credential != v->credential || s->entries != v->entries ||
	    s->memo != v->memo;
}

static ngx_int_t
keep_back(struct visit *v, enum visit_state state)
{
	v->state = state;
	v->r->buffered |= HELD_BACK;
	return NGX_AGAIN;
}

/* Sign again; else the first answer stands. */
static ngx_int_t
sign_again(struct visit *v)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;

	v->credential = v->signature.credential;
	v->memo = v->signature.memo;
	v->entries = v->signature.entries;
	apam_signature_release(&v->signature);
	status = visit_sign(v, &err);
	if (status == APAM_E_PENDING) {
		visit_wait(v);
		return keep_back(v, VISIT_SIGNING_AGAIN);
	}
	if (status != APAM_OK || !is_other(v))
		return pass(v, NULL);
	ngx_post_event(&v->waiting.ended, &ngx_posted_events);
	return keep_back(v, VISIT_REPLAYING);
}

/* Back to where it was signed first, with nothing of the answer left. */
static void
replay(struct visit *v)
{
	ngx_http_request_t *r = v->r;

	if (r->connection->write->timer_set)
		ngx_del_timer(r->connection->write);
	ngx_http_clean_header(r);
	v->held = (struct held){ .max = 0 };
	r->read_event_handler = ngx_http_block_reading;
	r->write_event_handler = ngx_http_core_run_phases;
	r->phase_handler = v->phase;
	if (visit_apply(v) != NGX_OK) {
		ngx_http_finalize_request(r, NGX_ERROR);
		return;
	}
	ngx_http_core_run_phases(r);
}

/* ---- All of it ---------------------------------------------------------- */

static ngx_int_t
judge_held(struct visit *v, ngx_chain_t *rest)
{
	struct apam_judgement j;

	if (judge(v, &j) && may_replay(v, &j))
		return sign_again(v);
	return pass(v, rest);
}

/* It is the provider's, or not, or nobody has said yet. */
static ngx_int_t
take_proof(
    struct visit *v, enum apam_status status, const struct apam_error *err)
{
	if (status == APAM_E_PENDING) {
		engine_wait(&v->waiting);
		return keep_back(v, VISIT_VERIFYING);
	}
	return status == APAM_OK ? judge_held(v, NULL) : pass_failure(v, err);
}

/* All of it is there, or as much as will come. */
static ngx_int_t
decide(struct visit *v, ngx_chain_t *rest)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (v->signature.verifies == 0)
		return judge_held(v, rest);
	if (rest == NULL)
		return take_proof(v, verify(v, &err), &err);
	drop(rest);
	err.status = APAM_E_PROVIDER;
	(void)ngx_snprintf((u_char *)err.profile, sizeof(err.profile), "%s%Z",
	    apam_profile_name(v->profile));
	(void)ngx_snprintf((u_char *)err.text, sizeof(err.text),
	    "the answer is too large to be verified: raise the profile's "
	    "limits.body%Z");
	return pass_failure(v, &err);
}

/* ---- Woken -------------------------------------------------------------- */

static enum apam_status
take_result(struct visit *v, struct apam_error *err)
{
	const enum apam_status status = v->state == VISIT_REPLAYING ?
	    APAM_OK :
	    apam_call_result(v->waiting.call, err);

	engine_forget(&v->waiting);
	v->r->buffered &= (unsigned)~HELD_BACK & 0x0f;
	return status;
}

void
answer_woken(struct visit *v)
{
	ngx_http_request_t *r = v->r;
	struct apam_error err = APAM_ERROR_INIT;
	const enum apam_status status = take_result(v, &err);
	ngx_int_t rc;

	if (v->state == VISIT_VERIFYING) {
		rc = take_proof(v, status, &err);
		if (rc != NGX_AGAIN)
			ngx_http_finalize_request(r, rc);
		return;
	}
	if (status == APAM_OK && is_other(v)) {
		replay(v);
		return;
	}
	if (status != APAM_OK)
		ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
		    "apam: %s: the request is not sent again: %s", err.profile,
		    err.text);
	ngx_http_finalize_request(r, pass(v, NULL));
}

/* ---- The filters -------------------------------------------------------- */

/* Of the provider, as it comes: not one of nginx's own pages. */
static bool
is_providers(const ngx_http_request_t *r)
{
	return r->upstream != NULL && r->upstream->cleanup != NULL &&
	    r->upstream->headers_in.status_n != 0;
}

static ngx_int_t
begin_problem(ngx_http_request_t *r, struct visit *v)
{
	struct problem problem = { .status = r->err_status };

	if (v == NULL)
		v = visit_new(r);
	if (v == NULL)
		return NGX_ERROR;
	problem.detail = v->why;
	if (v->unsent) {
		problem.status = NGX_HTTP_BAD_GATEWAY;
		problem.detail = "the connection ended while the request was "
				 "sent, and it could not be signed anew";
	} else if (v->why != NULL)
		ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
		    "apam: %s: %s", apam_profile_name(v->profile), v->why);
	v->problem = problem_make(r, &problem);
	if (v->problem == NULL)
		return NGX_ERROR;
	v->state = VISIT_ANSWERING;
	return next_header(r);
}

/* nginx's page is dropped. */
static ngx_int_t
give_problem(struct visit *v, ngx_chain_t *in)
{
	ngx_chain_t out = { .buf = v->problem };

	drop(in);
	if (v->problem == NULL)
		return next_body(v->r, NULL);
	v->problem = NULL;
	return next_body(v->r, &out);
}

/*
 * After this answer nginx would pass on what comes as it is, past all filters: it
 * cannot be verified.
 */
static bool
is_unverifiable(const struct visit *v)
{
	return v->signature.verifies != 0 &&
	    v->r->upstream->headers_in.status_n == NGX_HTTP_SWITCHING_PROTOCOLS;
}

static ngx_int_t
refuse_switching(struct visit *v)
{
	v->why = "the provider signs its answers, and has changed to another "
		 "protocol, in which nothing can be verified";
	ngx_http_clean_header(v->r);
	return NGX_HTTP_BAD_GATEWAY;
}

static ngx_int_t
header_filter(ngx_http_request_t *r)
{
	const struct location_conf *conf = ngx_http_get_module_loc_conf(
	    r, ngx_http_apam_module);
	struct visit *v = visit_of(r);
	struct apam_judgement j;

	if (v != NULL)
		visit_restore(v);
	if (v == NULL || v->state != VISIT_SIGNED || !is_providers(r)) {
		if (conf->problems == 1 && r->err_status >= 400 &&
		    r == r->main && !(v != NULL && v->state == VISIT_ANSWERING))
			return begin_problem(r, v);
		return next_header(r);
	}
	if (is_unverifiable(v))
		return refuse_switching(v);
	if (!must_hold(v)) {
		v->state = VISIT_DONE;
		(void)judge(v, &j);
		return next_header(r);
	}
	v->state = VISIT_HOLDING;
	v->held = (struct held){ .max = room_of(v) };
	r->filter_need_in_memory = 1;
	r->preserve_body = 1;
	return NGX_OK;
}

static ngx_int_t
body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
	struct visit *v = visit_of(r);
	ngx_chain_t *rest;
	bool ended;

	if (v == NULL)
		return next_body(r, in);
	if (v->state == VISIT_ANSWERING)
		return give_problem(v, in);
	/* More of it; or nginx has more of what is there sent. */
	if (v->state == VISIT_REFUSED) {
		drop(in);
		return next_body(r, NULL);
	}
	if (v->state == VISIT_VERIFYING || v->state == VISIT_SIGNING_AGAIN ||
	    v->state == VISIT_REPLAYING)
		return NGX_AGAIN;
	if (v->state != VISIT_HOLDING)
		return next_body(r, in);
	rest = hold(v, in, &ended);
	return rest == NULL && !ended ? NGX_OK : decide(v, rest);
}

void
answer_install(void)
{
	next_header = ngx_http_top_header_filter;
	ngx_http_top_header_filter = header_filter;
	next_body = ngx_http_top_body_filter;
	ngx_http_top_body_filter = body_filter;
}
