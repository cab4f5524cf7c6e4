/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Binding to an origin: a request outside the profile's origins gets no
 * headers.  The URL is read once, strictly; modules see the result, and hosts
 * send it.
 */
#include "abi/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "text/header.h"
#include "text/query.h"

const char *
request_outside(
    const struct profile *profile, const struct url *url, size_t *depth)
{
	const char *best = "the profile has no origin";
	bool inside = false;

	*depth = 0;
	for (size_t i = 0; i < profile->origin_count; i++) {
		const struct url *origin = &profile->origins[i];
		const char *why = url_outside(origin, url);

		if (why != NULL) {
			best = why;
			continue;
		}
		inside = true;
		if (origin->path.n > *depth)
			*depth = origin->path.n;
	}
	return inside ? NULL : best;
}

static enum apam_status
check_headers(const struct apam_request *from, struct apam_error *err)
{
	if (from->header_count > 0 && from->headers == NULL)
		return error_set(err, APAM_E_USAGE, "headers is NULL");
	for (size_t i = 0; i < from->header_count; i++)
		if (!header_name_ok(from->headers[i].name) ||
		    !header_value_ok(from->headers[i].value))
			return error_set(err, APAM_E_HEADER,
			    "header %zu of the request has characters that a "
			    "header must not have",
			    i);
	return APAM_OK;
}

/* Copy the body; NULL: the request has none. */
static enum apam_status
take_body(
    const struct apam_body *from, struct apam_body *to, struct apam_error *err)
{
	*to = (struct apam_body){ .size = sizeof(*to) };
	if (from == NULL)
		return APAM_OK;
	if (sized_take(&sized_body, from, to, err) != APAM_OK)
		return APAM_E_USAGE;
	if ((uint32_t)to->kind > APAM_BODY_UNKNOWN ||
	    (to->kind == APAM_BODY_READER && to->read == NULL) ||
	    (to->kind == APAM_BODY_DIGESTS && to->digests == NULL))
		return error_set(err, APAM_E_USAGE,
		    "the body is of an unknown kind, or lacks its `read` or "
		    "its `digests`");
	return APAM_OK;
}

static enum apam_status
check_request(const struct apam_request *from, struct apam_error *err)
{
	if (from->method == NULL || from->url == NULL || from->timeout_ms < 0)
		return error_set(err, APAM_E_USAGE,
		    "the request lacks method or URL, or has a negative "
		    "timeout");
	if (!header_name_ok(apam_str(from->method)))
		return error_set(
		    err, APAM_E_USAGE, "the method is not an HTTP method");
	return check_headers(from, err);
}

/* Make the view show this URL: the host's own, or that and parameters. */
static void
show_url(struct request *r, struct apam_str url)
{
	r->view.url = url;
	r->view.query = url.n > r->path_end ? str_skip(url, r->path_end + 1) :
					      APAM_STR("");
}

/* A copy, for the profile may be read anew before the request has ended. */
static void
take_host(struct request *r, const struct url *url)
{
	memcpy(r->host, url->host, sizeof(r->host));
	r->view.host = apam_str(r->host);
}

static enum apam_status
bind_origin(struct request *r, struct apam_str given,
    const struct profile *profile, struct apam_error *err)
{
	struct url url;
	const char *why = url_parse(given, &url);
	size_t depth;

	if (why != NULL)
		return error_set(err, APAM_E_URL, "%s", why);
	why = request_outside(profile, &url, &depth);
	if (why == NULL)
		why = url_insecure(&url, profile->allow_http);
	if (why != NULL)
		return error_set(err, APAM_E_ORIGIN,
		    "the URL is not this profile's: %s", why);

	r->given = url.text;
	r->cut = url.text.n != given.n;
	r->path_end = str_find(url.text, '?');
	r->view.path = url.path;
	show_url(r, url.text);
	r->view.scheme = url.https ? APAM_STR("https") : APAM_STR("http");
	r->view.port = url.port;
	take_host(r, &url);
	return APAM_OK;
}

/* `host` and `room` are not read before they were written. */
static void
init_empty(struct request *r)
{
	memset(r, 0, offsetof(struct request, host));
	r->view.size = sizeof(r->view);
	r->view.body = &r->body;
	buf_init_in(&r->url, URL_MAX, r->room, sizeof(r->room));
}

/* What neither the URL nor the body says. */
static void
show_rest(struct request *r, const struct apam_request *from)
{
	r->view.method = apam_str(from->method);
	r->headers = from->headers;
	r->header_count = from->header_count;
	r->view.now_ms = clock_unix_ms();
}

/* All but what the URL says; *own is what was given. */
static enum apam_status
init_checked(struct request *r, const struct apam_request *given,
    struct apam_request *own, struct apam_error *err)
{
	enum apam_status status;

	init_empty(r);
	status = sized_take(&sized_request, given, own, err);
	if (status == APAM_OK)
		status = check_request(own, err);
	if (status == APAM_OK)
		status = take_body(own->body, &r->body, err);
	if (status == APAM_OK && strlen(own->url) > URL_MAX)
		return error_set(err, APAM_E_URL, "the URL is too long");
	return status;
}

enum apam_status
request_init(struct request *r, const struct apam_request *given,
    const struct profile *profile, struct apam_error *err)
{
	struct apam_request own;
	enum apam_status status = init_checked(r, given, &own, err);

	if (status == APAM_OK)
		status = bind_origin(r, apam_str(own.url), profile, err);
	if (status == APAM_OK)
		show_rest(r, &own);
	return status;
}

/* As bind_origin. */
static void
bind_plain(struct request *r, struct apam_str url, const struct url *origin)
{
	r->given = url;
	r->path_end = str_find(url, '?');
	r->view.path = str_skip(str_cut(url, r->path_end), origin->origin.n);
	if (r->view.path.n == 0)
		r->view.path = APAM_STR("/");
	show_url(r, url);
	r->view.scheme = origin->https ? APAM_STR("https") : APAM_STR("http");
	r->view.port = origin->port;
	r->view.host = apam_str(origin->host);
}

enum apam_status
request_init_at(struct request *r, const struct apam_request *given,
    const struct url *origin, struct apam_error *err)
{
	struct apam_request own;
	const enum apam_status status = init_checked(r, given, &own, err);

	if (status != APAM_OK)
		return status;
	bind_plain(r, apam_str(own.url), origin);
	take_host(r, origin);
	show_rest(r, &own);
	return APAM_OK;
}

void
request_init_plain(struct request *r, const struct apam_request *given,
    const struct url *origin)
{
	init_empty(r);
	(void)take_body(given->body, &r->body, NULL);
	bind_plain(r, apam_str(given->url), origin);
	show_rest(r, given);
}

void
request_free(struct request *r)
{
	free(r->shown);
	buf_free(&r->url);
}

bool
request_url_is_given(const struct request *r)
{
	return !r->cut && r->url.n == 0;
}

/* ---- Headers ----------------------------------------------------------- */

/* True if the host's headers are what will be sent. */
static bool
headers_stand(const struct request *r)
{
	if (r->earlier != NULL && r->earlier->count > 0)
		return false;
	for (size_t i = 0; i < r->header_count; i++)
		if (header_is_framing(r->headers[i].name))
			return false;
	return true;
}

static bool
is_replaced(struct apam_str name, const struct apam_header *by, size_t count)
{
	return header_find(by, count, name).p != NULL;
}

enum apam_status
request_show_headers(struct request *r, struct apam_error *err)
{
	const size_t more = r->earlier == NULL ? 0 : r->earlier->count;
	const struct apam_header *by = more == 0 ? NULL :
						   fields_array(r->earlier);
	size_t n = 0;

	r->view.headers = r->headers;
	r->view.header_count = r->header_count;
	if (headers_stand(r))
		return APAM_OK;
	free(r->shown);
	r->shown = calloc(r->header_count + more + 1, sizeof(*r->shown));
	if (r->shown == NULL || (more > 0 && by == NULL))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	for (size_t i = 0; i < r->header_count; i++)
		if (!header_is_framing(r->headers[i].name) &&
		    !is_replaced(r->headers[i].name, by, more))
			r->shown[n++] = r->headers[i];
	for (size_t i = 0; i < more; i++)
		r->shown[n++] = by[i];
	r->view.headers = r->shown;
	r->view.header_count = n;
	return APAM_OK;
}

/* ---- Query -------------------------------------------------------------- */

/* Which parameters are to be added: bit i for number i. */
static enum apam_status
choose_query(const struct request *r, const struct apam_signing *from,
    const struct apam_header *q, size_t first, uint64_t *chosen,
    struct apam_error *err)
{
	size_t room = URL_MAX - r->view.url.n;

	*chosen = 0;
	for (size_t i = first; i < from->query.count; i++) {
		const uint64_t bit = (uint64_t)1 << i;

		if (query_has(r->view.query, q[i].name)) {
			if (from->query_defaults & bit)
				continue;
			return error_set(err, APAM_E_POLICY,
			    "the URL has a parameter %.64s, which the scheme "
			    "adds: leave it out",
			    q[i].name.p);
		}
		if (q[i].name.n + q[i].value.n + 2 > room)
			return error_set(err, APAM_E_URL,
			    "the URL is too long with its parameters");
		room -= q[i].name.n + q[i].value.n + 2;
		*chosen |= bit;
	}
	return APAM_OK;
}

static void
append_query(struct request *r, const struct apam_signing *from,
    const struct apam_header *q, uint64_t chosen)
{
	char mark = r->path_end == r->view.url.n ? '?' : '&';

	if (r->url.n == 0)
		buf_put(&r->url, r->given);
	for (size_t i = 0; i < from->query.count; i++) {
		if (!(chosen & (uint64_t)1 << i))
			continue;
		buf_put_char(&r->url, mark);
		buf_put(&r->url, q[i].name);
		buf_put_char(&r->url, '=');
		buf_put(&r->url, q[i].value);
		mark = '&';
	}
}

enum apam_status
request_add_query(struct request *r, struct apam_signing *from, size_t first,
    struct apam_error *err)
{
	const struct apam_header *q;
	enum apam_status status;
	uint64_t chosen;

	if (from->query.count == first)
		return APAM_OK;
	q = fields_array(&from->query);
	if (q == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	/*
	 * Checked before anything is added, because the next entry may still
	 * sign.
	 */
	status = choose_query(r, from, q, first, &chosen, err);
	if (status != APAM_OK || chosen == 0)
		return status;
	append_query(r, from, q, chosen);
	show_url(r, r->url.failed ? r->given : buf_view(&r->url));
	if (r->url.failed)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return APAM_OK;
}

void
request_rewind(struct request *r, size_t n)
{
	if (r->view.url.n == n || r->url.failed)
		return;
	buf_truncate(&r->url, n == r->given.n ? 0 : n);
	show_url(r, r->url.n == 0 ? r->given : buf_view(&r->url));
}
