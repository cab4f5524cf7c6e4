/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A provider whose API is used in two steps, in three shapes, each below a path
 * of its own:
 *
 *	/json	nested JSON, a token in JSON and its end as a date; X-Session
 *	/form	a form, a cookie and 302, as pages for people do
 *	/csrf	the same, but no login without the token of a page before it
 *
 * How the API says that a session has ended is a switch.
 */
#include "encoding.h"
#include "switches.h"
#include "tokens.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CSRF "csrf-of-the-page"

static void
failure(struct answer *answer, unsigned status, const char *code)
{
	answer_json(
	    answer, status, json_pack("{s:{s:s}}", "error", "code", code));
}

static const char *
cookie(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(
	    request->connection, MHD_COOKIE_KIND, name);
}

/* A session for this user, or an answer that refuses. */
static bool
begin(struct request *request, struct answer *answer, const char *user,
    const char *password, char token[TOKEN_TEXT_MAX])
{
	const struct key *key = user ? key_find(SESSION, user, false) : NULL;

	if (key)
		request->key_id = key->id;
	if (!password || !key_accepts(key, password)) {
		failure(answer, 401, "LOGIN_INVALID");
		return false;
	}
	if (token_mint(key, "", token))
		return true;
	failure(answer, 500, "INTERNAL");
	return false;
}

/* ---- Logins ----------------------------------------------------------- */

static const char *
text_at(json_t *json, const char *first, const char *second)
{
	return json_string_value(
	    json_object_get(json_object_get(json, first), second));
}

static void
json_login(struct request *request, struct answer *answer)
{
	json_t *json = request_json(request);
	char token[TOKEN_TEXT_MAX], end[32];
	time_t at;

	if (begin(request, answer, text_at(json, "user", "name"),
		text_at(json, "user", "password"), token)) {
		at = (time_t)(token_expires_ms(token_find(SESSION, token)) /
		    1000);
		strftime(end, sizeof(end), "%Y-%m-%dT%H:%M:%SZ", gmtime(&at));
		answer_json(answer, 201,
		    json_pack("{s:{s:s, s:s}}", "session", "token", token,
			"expires", end));
	}
	json_decref(json);
}

static void
set_session(struct answer *answer, const char *token)
{
	char value[512];

	snprintf(value, sizeof(value),
	    "sid=%.400s; Path=/; Max-Age=3600; HttpOnly", token);
	answer_header(answer, "Set-Cookie", value);
}

static void
form_login(struct request *request, struct answer *answer)
{
	char user[FIELD_MAX], password[FIELD_MAX], token[TOKEN_TEXT_MAX];

	if (form_field(request->body, "user", user) != 1 ||
	    form_field(request->body, "password", password) != 1) {
		failure(answer, 400, "FIELDS_MISSING");
		return;
	}
	if (!begin(request, answer, user, password, token))
		return;
	answer_text(answer, 302, TYPE_HTML, "<p>logged in");
	answer_header(answer, "Location", "/form/me");
	set_session(answer, token);
}

static void
csrf_page(struct answer *answer)
{
	answer_text(answer, 200, TYPE_HTML, "<form>");
	answer_header(answer, "Set-Cookie", "csrf=" CSRF "; Path=/");
}

static void
csrf_login(struct request *request, struct answer *answer)
{
	const char *header = request_header(request, "X-CSRF-Token");
	const char *kept = cookie(request, "csrf");

	if (header && kept && !strcmp(header, CSRF) && !strcmp(kept, CSRF))
		form_login(request, answer);
	else
		failure(answer, 403, "CSRF_MISSING");
}

/* ---- The API ---------------------------------------------------------- */

static struct token *
session_of(const struct request *request)
{
	const char *text = request_header(request, "X-Session");

	if (!text)
		text = cookie(request, "sid");
	return text ? token_find(SESSION, text) : NULL;
}

/* The switch `ended`. */
static void
refuse(struct answer *answer)
{
	unsigned status = 401;

	sscanf(switch_get(SESSION, "ended"), "%3u", &status);
	failure(answer, status, "SESSION_ENDED");
	if (status == 302)
		answer_header(answer, "Location", "/form/login?next=/form/me");
}

/* Writing needs the token of the page, too. */
static bool
is_forged(const struct request *request)
{
	const char *header = request_header(request, "X-CSRF-Token");

	return !strcmp(request->path, "/csrf/write") &&
	    (!header || strcmp(header, CSRF));
}

/* What is below the path of each shape. */
static void
api(struct request *request, struct answer *answer)
{
	const char *rest = strchr(request->path + 1, '/');
	struct token *token = session_of(request);

	if (!token) {
		refuse(answer);
		return;
	}
	request->key_id = token_key(token)->id;
	if (is_forged(request)) {
		failure(answer, 403, "CSRF_MISSING");
		return;
	}
	if (!rest ||
	    (strcmp(rest, "/me") && strcmp(rest, "/write") &&
		strcmp(rest, "/logout"))) {
		failure(answer, 404, "NOT_FOUND");
		return;
	}
	if (!strcmp(rest, "/logout"))
		token_revoke(token);
	answer_json(answer, 200, json_pack("{s:s}", "name", request->key_id));
}

void
sessions_answer(struct request *request, struct answer *answer)
{
	if (request_is(request, "POST", "/json/login"))
		json_login(request, answer);
	else if (request_is(request, "POST", "/form/login"))
		form_login(request, answer);
	else if (request_is(request, "GET", "/csrf/page"))
		csrf_page(answer);
	else if (request_is(request, "POST", "/csrf/login"))
		csrf_login(request, answer);
	else
		api(request, answer);
}
