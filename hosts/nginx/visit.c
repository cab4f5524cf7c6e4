/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a client's request to a signed one.  Whatever is not signed is answered
 * here: nothing goes to the provider then.
 */
#include "visit.h"

#include "answer.h"
#include "body.h"
#include "caller.h"
#include "masking.h"
#include "page.h"
#include "problem.h"
#include "tally.h"

/* ---- The visit --------------------------------------------------------- */

struct visit *
visit_of(ngx_http_request_t *r)
{
	return ngx_http_get_module_ctx(r, ngx_http_apam_module);
}

void
visit_wipe_sent(ngx_http_request_t *r)
{
	ngx_buf_t *b = r->upstream == NULL ||
		r->upstream->request_bufs == NULL ?
	    NULL :
	    r->upstream->request_bufs->buf;

	if (b != NULL && b->temporary && b->start != NULL)
		explicit_bzero(b->start, (size_t)(b->end - b->start));
}

static void
end(void *data)
{
	struct visit *v = data;

	engine_forget(&v->waiting);
	visit_restore(v);
	if (v->was_signed)
		visit_wipe_sent(v->r);
	v->uri.len = 0;
	apam_signature_release(&v->signature);
	store_give_back(&v->store);
	v->state = VISIT_DONE;
}

static void
woken(ngx_event_t *event)
{
	struct visit *v = event->data;
	ngx_http_request_t *r = v->r;
	ngx_connection_t *c = r->connection;

	ngx_http_set_log_request(c->log, r);
	if (v->state == VISIT_SIGNING) {
		r->read_event_handler = ngx_http_block_reading;
		r->write_event_handler = ngx_http_core_run_phases;
		ngx_http_core_run_phases(r);
	} else {
		answer_woken(v);
	}
	ngx_http_run_posted_requests(c);
}

struct visit *
visit_new(ngx_http_request_t *r)
{
	struct visit *v = ngx_pcalloc(r->pool, sizeof(*v));
	ngx_http_cleanup_t *cleanup = ngx_http_cleanup_add(r, 0);

	if (v == NULL || cleanup == NULL)
		return NULL;
	cleanup->handler = end;
	cleanup->data = v;
	v->r = r;
	v->conf = ngx_http_get_module_loc_conf(r, ngx_http_apam_module);
	v->signature.size = sizeof(v->signature);
	v->store = store_take();
	if (v->store != NULL) {
		v->signature.store = v->store->bytes;
		v->signature.store_size = sizeof(v->store->bytes);
	}
	v->waiting.ended.handler = woken;
	v->waiting.ended.data = v;
	v->waiting.ended.log = r->connection->log;
	ngx_http_set_ctx(r, v, ngx_http_apam_module);
	masking_begin(v);
	return v;
}

/* ---- Refusing ---------------------------------------------------------- */

/* The profile's name, as far as it is known; NULL: it is not. */
static const char *
profile_of(const struct visit *v)
{
	if (v->profile != NULL)
		return apam_profile_name(v->profile);
	return conf_is_by_url(v->conf) ? NULL :
					 (const char *)v->conf->profile.data;
}

static ngx_int_t
tell(struct visit *v, const struct problem *problem)
{
	ngx_http_request_t *r = v->r;

	tally_refused(v->request.caller, profile_of(v), problem);
	v->state = VISIT_DONE;
	ngx_http_finalize_request(r, problem_send(r, problem));
	return NGX_DONE;
}

static ngx_int_t
refuse(struct visit *v, ngx_uint_t status, const char *why)
{
	struct problem problem = { .status = status, .detail = why };

	ngx_log_error(NGX_LOG_ERR, v->r->connection->log, 0,
	    "apam: the request is refused: %s", why);
	return tell(v, &problem);
}

static ngx_int_t
fail(struct visit *v, const struct apam_error *err)
{
	const struct problem problem = problem_of(err);

	ngx_log_error(NGX_LOG_ERR, v->r->connection->log, 0, "apam: %s%s%s%s%s",
	    err->profile, err->profile[0] == '\0' ? "" : ": ", err->text,
	    err->file[0] == '\0' ? "" : ", in ", err->file);
	return tell(v, &problem);
}

/* Whoever is not known is told how to be, and nothing of the profile. */
static ngx_int_t
refuse_stranger(struct visit *v, const char *why)
{
	if (v->conf->callers != CALLERS_TOKEN)
		return refuse(v, NGX_HTTP_FORBIDDEN, why);
	return refuse(
	    v, v->r->schema_start == NULL ? NGX_HTTP_UNAUTHORIZED : 407, why);
}

/* ---- Signing ----------------------------------------------------------- */

static const char *
method_of(ngx_http_request_t *r)
{
	u_char *p;

	if (r->method == NGX_HTTP_GET)
		return "GET";
	p = ngx_pnalloc(r->pool, r->method_name.len + 1);
	if (p == NULL)
		return NULL;
	*ngx_cpymem(p, r->method_name.data, r->method_name.len) = '\0';
	return (char *)p;
}

/* Who asks for what.  NGX_OK; else what the handler returns. */
static ngx_int_t
identify(struct visit *v)
{
	const char *why = NULL;
	ngx_int_t rc = fields_take(v->r, v->conf, &v->fields);

	if (rc == NGX_OK && v->conf->callers != CALLERS_ANY) {
		rc = caller_find(
		    v->r, v->conf, v->fields.has_token, &v->caller, &why);
		v->request.caller = &v->caller;
	}
	if (rc == NGX_DECLINED) {
		v->request.caller = NULL;
		return refuse_stranger(v, why);
	}
	if (rc == NGX_OK)
		rc = target_find(v->r, v->conf, &v->target);
	if (rc == NGX_DECLINED)
		return refuse(v, v->target.status, v->target.why);
	return rc == NGX_OK ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

/* One that is named is looked for once: it lives as long as the context. */
static enum apam_status
find_profile(struct visit *v, struct apam_error *err)
{
	struct apam_profile **named = &v->conf->known->profile;
	enum apam_status status = APAM_OK;

	if (conf_is_by_url(v->conf))
		return apam_profile_find(
		    engine_context(), v->target.url, &v->profile, err);
	if (*named == NULL)
		status = apam_profile_get(engine_context(),
		    (const char *)v->conf->profile.data, named, err);
	v->profile = *named;
	return status;
}

enum apam_status
visit_sign(struct visit *v, struct apam_error *err)
{
	const enum apam_status status = apam_sign_start(
	    v->profile, &v->request, &v->signature, &v->waiting.call, err);

	engine_called(status == APAM_OK);
	return status;
}

void
visit_wait(struct visit *v)
{
	engine_wait(&v->waiting);
}

/* The path and query of the URL that was signed. */
static ngx_int_t
set_uri(struct visit *v)
{
	u_char *url = (u_char *)(uintptr_t)v->signature.url;
	u_char *path, *p;

	if (v->signature.url == v->target.url) {
		v->uri = v->target.path;
		return NGX_OK;
	}
	path = (u_char *)ngx_strstr(url, "://") + 3;
	path += strcspn((char *)path, "/?");
	v->uri = (ngx_str_t){ ngx_strlen(path), path };
	if (*path == '/')
		return NGX_OK;
	p = ngx_pnalloc(v->r->pool, v->uri.len + 1);
	if (p == NULL)
		return NGX_ERROR;
	*p = '/';
	ngx_memcpy(p + 1, path, v->uri.len);
	v->uri = (ngx_str_t){ v->uri.len + 1, p };
	return NGX_OK;
}

/*
 * nginx's proxy sends the raw path and query of the request where proxy_pass has
 * none, and a variable costs it half a microsecond.
 */
static void
replace_uri(struct visit *v)
{
	ngx_http_request_t *r = v->r;

	v->client_uri = r->unparsed_uri;
	r->unparsed_uri = v->uri;
	r->valid_unparsed_uri = 1;
}

void
visit_restore(struct visit *v)
{
	fields_restore(v->r, &v->fields);
	if (v->client_uri.len == 0)
		return;
	v->r->unparsed_uri = v->client_uri;
	v->client_uri.len = 0;
}

ngx_int_t
visit_apply(struct visit *v)
{
	if (!v->was_signed) /* not a replay */
		tally_signed(v->request.caller, profile_of(v));
	v->was_signed = true;
	v->state = VISIT_SIGNED;
	if (set_uri(v) != NGX_OK)
		return NGX_ERROR;
	replace_uri(v);
	return fields_replace(v->r, &v->fields, &v->signature);
}

const char *
visit_unfit(const struct apam_signature *signature)
{
	if (signature->body != NULL)
		return "the profile rewrites the body, which the gateway "
		       "cannot send: use libapam-curl or `apam request`";
	return NULL;
}

static ngx_int_t read_body(struct visit *v);

static ngx_int_t
proceed(struct visit *v, enum apam_status status, const struct apam_error *err)
{
	const char *why;

	if (status == APAM_E_PENDING) {
		v->state = VISIT_SIGNING;
		v->r->read_event_handler = ngx_http_test_reading;
		v->r->write_event_handler = ngx_http_request_empty_handler;
		visit_wait(v);
		return NGX_AGAIN;
	}
	if (status == APAM_E_POLICY && v->body.kind == APAM_BODY_UNKNOWN) {
		v->conf->known->signs_body = true;
		return read_body(v);
	}
	if (status != APAM_OK)
		return fail(v, err);
	why = visit_unfit(&v->signature);
	if (why != NULL)
		return refuse(v, NGX_HTTP_NOT_IMPLEMENTED, why);
	return visit_apply(v) == NGX_OK ? NGX_DECLINED :
					  NGX_HTTP_INTERNAL_SERVER_ERROR;
}

/* ---- Bodies that are read first --------------------------------------------- */

static void
body_is_read(ngx_http_request_t *r)
{
	struct visit *v = visit_of(r);

	r->preserve_body = 1;
	body_read(r, &v->body);
	r->write_event_handler = ngx_http_core_run_phases;
	ngx_http_core_run_phases(r);
}

/*
 * One that fits into nginx's buffer is read first in any case, so that it can be
 * sent again; a larger one may stream.
 */
static bool
is_small(const ngx_http_request_t *r)
{
	const ngx_http_core_loc_conf_t *core = ngx_http_get_module_loc_conf(
	    r, ngx_http_core_module);

	return r->headers_in.content_length_n > 0 &&
	    (size_t)r->headers_in.content_length_n <=
	    core->client_body_buffer_size;
}

/* It is read before anything is sent. */
static ngx_int_t
read_body(struct visit *v)
{
	ngx_int_t rc;

	v->state = VISIT_SIGNING;
	rc = ngx_http_read_client_request_body(v->r, body_is_read);
	if (rc >= NGX_HTTP_SPECIAL_RESPONSE)
		return rc;
	ngx_http_finalize_request(v->r, NGX_DONE);
	return NGX_DONE;
}

/* ---- The handler -------------------------------------------------------- */

static ngx_int_t
begin(struct visit *v)
{
	struct apam_error err;
	enum apam_status status;
	ngx_int_t rc;

	err.size = sizeof(err); /* the calls clear the rest, which is long */
	v->phase = v->r->phase_handler;
	rc = identify(v);
	if (rc != NGX_OK)
		return rc;
	body_unread(v->r, &v->body);
	v->request.size = sizeof(v->request);
	v->request.method = method_of(v->r);
	v->request.url = v->target.url;
	v->request.headers = v->fields.kept;
	v->request.header_count = v->fields.count;
	v->request.body = &v->body;
	if (v->request.method == NULL)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	status = find_profile(v, &err);
	if (status != APAM_OK)
		return fail(v, &err);
	if (v->body.kind == APAM_BODY_UNKNOWN &&
	    (v->conf->known->signs_body || is_small(v->r)))
		return read_body(v);
	return proceed(v, visit_sign(v, &err), &err);
}

/* The call has ended, or the body is there. */
static ngx_int_t
go_on(struct visit *v)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;

	if (v->waiting.call == NULL)
		return proceed(v, visit_sign(v, &err), &err);
	status = apam_call_result(v->waiting.call, &err);
	if (status == APAM_E_PENDING)
		return NGX_AGAIN;
	engine_forget(&v->waiting);
	return proceed(v, status, &err);
}

ngx_int_t
visit_handler(ngx_http_request_t *r)
{
	const struct location_conf *conf = ngx_http_get_module_loc_conf(
	    r, ngx_http_apam_module);
	struct visit *v = visit_of(r);

	if (conf->page != PAGE_NONE)
		return page_handler(r, conf);
	if (conf->profile.len == 0)
		return NGX_DECLINED;
	if (v == NULL)
		v = visit_new(r);
	if (v == NULL)
		return NGX_HTTP_INTERNAL_SERVER_ERROR;
	if (v->state == VISIT_NEW)
		return begin(v);
	return v->state == VISIT_SIGNING ? go_on(v) : NGX_DECLINED;
}
