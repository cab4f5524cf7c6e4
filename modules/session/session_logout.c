/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request that ends a session.  It carries the tokens, so where an answer
 * says its URL, that counts only on the login's own origin.
 */
#include "session.h"

/* ---- Where ------------------------------------------------------------ */

/* The scheme and authority of a URL: RFC 3986, 3. */
static struct apam_str
origin_of(struct apam_str url)
{
	size_t n = 0;
	int slashes = 0;

	while (n < url.n && (slashes < 2 || !strchr("/?#", url.p[n])))
		slashes += url.p[n++] == '/';
	return scheme_str(url.p, n);
}

struct apam_str
session_logout_place(const struct session *s, const struct apam_response *r)
{
	const struct apam_str origin = origin_of(s->login.url);
	struct apam_str url;

	if (!s->logout.set || s->logout.url_header.n == 0)
		return APAM_STR("");
	url = s->svc->header(s->svc, r, s->logout.url_header.p);
	if (!scheme_all_visible(url))
		return APAM_STR("");
	if (scheme_starts(url, APAM_STR("/")) &&
	    !scheme_starts(url, APAM_STR("//")))
		return url;
	return scheme_starts(url, origin) && url.n > origin.n &&
		url.p[origin.n] == '/' ?
	    url :
	    APAM_STR("");
}

/* ---- The request ------------------------------------------------------ */

static void
put(const struct session *s, struct apam_text *to, struct apam_str bytes)
{
	s->svc->text_put(s->svc, to, APAM_WRITING_PLAIN, bytes);
}

/* Append the URL; `place` is what the login's answer said. */
static void
put_url(const struct session *s, struct apam_text *to, struct apam_str token,
    struct apam_str place)
{
	if (scheme_starts(place, APAM_STR("/")))
		put(s, to, origin_of(s->login.url));
	put(s, to, place.n > 0 ? place : s->logout.url);
	if (!s->logout.token_in_path)
		return;
	put(s, to, APAM_STR("/"));
	s->svc->text_put(s->svc, to, APAM_WRITING_PERCENT, token);
}

static void
put_cookie(const struct session *s, struct apam_text *cookies,
    struct apam_str name, struct apam_str value)
{
	if (s->svc->text_view(s->svc, cookies).n > 0)
		put(s, cookies, APAM_STR("; "));
	put(s, cookies, name);
	put(s, cookies, APAM_STR("="));
	put(s, cookies, value);
}

/* Add all tokens as requests have them. */
static void
add_tokens(const struct session *s, struct apam_op *op, struct apam_str lines)
{
	struct apam_text *cookies = s->svc->text_new(s->svc, 1);
	const struct place *to;
	struct apam_str value;
	bool any = false;
	size_t i;

	for (i = 0; i < s->token_count; i++) {
		to = &s->tokens[i].to;
		value = place_next_line(&lines);
		any |= to->kind == PLACE_COOKIE;
		if (to->kind == PLACE_COOKIE)
			put_cookie(s, cookies, to->name, value);
		else if (to->kind == PLACE_QUERY)
			s->svc->exchange_query(s->svc, op, to->name, value);
		else
			session_add_header(s, op, to->name, to->prefix, value);
	}
	if (any)
		session_add_header(s, op, APAM_STR("Cookie"), APAM_STR(""),
		    s->svc->text_view(s->svc, cookies));
	s->svc->text_free(s->svc, &cookies);
}

/* The line after the tokens; empty: there is none. */
static struct apam_str
kept_place(const struct session *s, const struct apam_op *op)
{
	struct apam_str lines = op->credential->secret;
	size_t i;

	for (i = 0; i < s->token_count; i++)
		(void)place_next_line(&lines);
	return lines;
}

int32_t
session_logout_request(const struct session *s, struct apam_op *op)
{
	const struct session_logout *logout = &s->logout;
	const struct apam_services *svc = s->svc;
	const struct apam_str place = kept_place(s, op);
	struct apam_str lines = op->credential->secret;
	const struct apam_str token = place_next_line(&lines);
	struct apam_text *url;

	if (logout->url.n == 0 && place.n == 0)
		return apam_failf(svc, op, APAM_E_POLICY,
		    "the login's answer did not say where to log out: the "
		    "session lasts until it ends by itself");
	op->phase = PHASE_LOGOUT;
	url = svc->text_new(svc, 1);
	put_url(s, url, token, place);
	svc->exchange(svc, op, logout->method, svc->text_view(svc, url),
	    logout->json.n > 0 ? APAM_ENCODING_RAW : APAM_ENCODING_NONE);
	if (logout->json.n > 0)
		svc->exchange_body(
		    svc, op, APAM_STR("application/json"), logout->json);
	if (logout->token_header.n > 0)
		session_add_header(
		    s, op, logout->token_header, APAM_STR(""), token);
	add_tokens(s, op, op->credential->secret);
	svc->text_free(svc, &url);
	return APAM_STEP_EXCHANGE;
}

/* ---- The answer ------------------------------------------------------- */

struct scheme_fault
session_logout_read(const struct session *s, const struct apam_response *r)
{
	const bool own = s->logout.url_header.n > 0 || s->logout.token_in_path;

	/* Pages that people use lead to the login afterwards. */
	if ((r->status >= 200 && r->status <= 299) || r->status == 302 ||
	    r->status == 303)
		return scheme_no_fault();
	/* The session has ended already. */
	if (r->status == 401 || (own && (r->status == 404 || r->status == 410)))
		return scheme_no_fault();
	if (r->status == 400 || r->status == 403)
		return scheme_fault(
		    APAM_E_DENIED, "it does not end this session");
	return scheme_fault_of_status(s->svc, r);
}
