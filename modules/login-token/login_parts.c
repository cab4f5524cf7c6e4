/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the login's request carries: the options login, send and csrf.
 */
#include <stdlib.h>

#include "group.h"

#include "../session/json_body.h"

/* ---- Adding a part ---------------------------------------------------- */

/* Names of headers have no case (RFC 9110, 5.1); the others have. */
static bool
is_same_part(const struct session_part *a, const struct session_part *b)
{
	if (a->where != b->where)
		return false;
	return a->where == IN_HEADER ? scheme_same_nocase(a->name, b->name) :
				       scheme_same(a->name, b->name);
}

static const char *
header_part_bad(const struct login_token *t, const struct session_part *part)
{
	const struct place to = { PLACE_HEADER, part->name, part->prefix };

	if (scheme_same_nocase(part->name, APAM_STR("Cookie")))
		return "is \"Cookie\": a login has the cookies that csrf "
		       "brings, and no others";
	if (t->session.login.basic &&
	    scheme_same_nocase(part->name, APAM_STR("Authorization")))
		return "is \"Authorization\", which basic sends already";
	return place_name_bad(&to);
}

/*
 * What is wrong with the last part; those before it are right.  A static text
 * that follows the name of the option that names it.
 */
static const char *
last_part_bad(const struct login_token *t)
{
	const struct session_login *login = &t->session.login;
	const struct session_part *last = &t->parts[login->part_count - 1];
	size_t i;

	if (last->where == IN_HEADER && header_part_bad(t, last) != NULL)
		return header_part_bad(t, last);
	for (i = 0; i + 1 < login->part_count; i++)
		if (is_same_part(&t->parts[i], last))
			return "is used twice in this login";
	if (last->where != IN_FIELD)
		return NULL;
	if (scheme_same(login->method, APAM_STR("GET")))
		return "is in a body, which a GET does not have: use header "
		       "or query";
	return login->encoding == APAM_ENCODING_JSON ?
	    json_body_bad(t->parts, login->part_count) :
	    NULL;
}

/* Add a part that member `i` of the group names. */
static int32_t
add(struct login_token *t, const struct group *from, size_t i,
    const struct session_part *part)
{
	const char *why;

	t->parts[t->session.login.part_count++] = *part;
	why = last_part_bad(t);
	return why == NULL ? APAM_OK : group_refuse(from, i, why);
}

/* ---- login ------------------------------------------------------------ */

static int32_t
read_status(struct session_login *login, const struct group *from)
{
	const int64_t status = group_number(from, LOGIN_STATUS);

	login->status = status == 0 ? SESSION_ANY_SUCCESS : status;
	if (status == 401 || status == 403 || status == 429)
		return group_refuse(
		    from, LOGIN_STATUS, "is one with which a login is refused");
	return APAM_OK;
}

static int32_t
read_basic(struct session_login *login, const struct group *from)
{
	login->basic = group_number(from, LOGIN_BASIC) != 0;
	if (!login->basic)
		return APAM_OK;
	if (login->user.n == 0)
		return group_refuse(
		    from, LOGIN_BASIC, "needs a user: set the option user");
	/* RFC 7617, 2: the first colon ends the user id. */
	if (scheme_has_char(login->user, ':'))
		return apam_refuse_optionf(from->t->svc, OPT_USER,
		    "has a colon, which login.basic cannot send");
	return APAM_OK;
}

static int32_t
read_user_field(struct login_token *t, const struct group *from)
{
	const struct session_part part = { .what = PART_TEXT,
		.name = group_text(from, LOGIN_USER_FIELD),
		.text = t->session.login.user };

	if (!group_has(from, LOGIN_USER_FIELD))
		return APAM_OK;
	if (part.text.n == 0)
		return group_refuse(from, LOGIN_USER_FIELD,
		    "needs a user: set the option user");
	return add(t, from, LOGIN_USER_FIELD, &part);
}

static int32_t
read_secret_field(struct login_token *t, const struct group *from)
{
	const struct session_part part = { .what = PART_SECRET,
		.name = group_text(from, LOGIN_SECRET_FIELD),
		.secret = t->session.login.secret };

	return group_has(from, LOGIN_SECRET_FIELD) ?
	    add(t, from, LOGIN_SECRET_FIELD, &part) :
	    APAM_OK;
}

static int32_t
read_login(struct login_token *t)
{
	const struct group from = group_alone(t, OPT_LOGIN);
	struct session_login *login = &t->session.login;
	int32_t status;

	login->url = group_text(&from, LOGIN_URL);
	login->method = group_text(&from, LOGIN_METHOD);
	login->encoding = group_number(&from, LOGIN_ENCODING) == ENCODING_FORM ?
	    APAM_ENCODING_FORM :
	    APAM_ENCODING_JSON;
	login->nested = true;
	login->user = option(t, OPT_USER)->str;
	login->secret = option(t, OPT_SECRET);
	status = read_status(login, &from);
	if (status == APAM_OK)
		status = read_basic(login, &from);
	if (status == APAM_OK)
		status = read_user_field(t, &from);
	if (status == APAM_OK)
		status = read_secret_field(t, &from);
	return status;
}

/* ---- send ------------------------------------------------------------- */

static int32_t
read_value(
    struct login_token *t, const struct group *from, struct session_part *part)
{
	if (group_number(from, SEND_VALUE) == VALUE_SECRET) {
		part->what = PART_SECRET;
		part->secret = t->session.login.secret;
		return APAM_OK;
	}
	part->text = t->session.login.user;
	return part->text.n > 0 ?
	    APAM_OK :
	    group_refuse(from, SEND_VALUE, "needs a user: set the option user");
}

static int32_t
read_json(
    struct login_token *t, const struct group *from, struct session_part *part)
{
	part->what = PART_JSON;
	part->text = group_text(from, SEND_JSON);
	if (part->where != IN_FIELD ||
	    t->session.login.encoding != APAM_ENCODING_JSON)
		return group_refuse(
		    from, SEND_JSON, "is for a field of a body of JSON");
	return group_check_json(from, SEND_JSON,
	    "is not JSON: write a number, true, or [] for an empty list");
}

static int32_t
read_what(
    struct login_token *t, const struct group *from, struct session_part *part)
{
	const int32_t status = group_refuse_unless(from, SEND_VALUE,
	    SEND_SECRET,
	    "is one of text, json, secret and value, of which exactly one is "
	    "needed");

	if (status != APAM_OK)
		return status;
	switch (group_last(from, SEND_VALUE, SEND_SECRET)) {
	case SEND_VALUE:
		return read_value(t, from, part);
	case SEND_JSON:
		return read_json(t, from, part);
	case SEND_SECRET:
		part->what = PART_SECRET;
		part->secret = group_member(from, SEND_SECRET);
		return APAM_OK;
	default:
		part->text = group_text(from, SEND_TEXT);
		return APAM_OK;
	}
}

/* The member that says where it goes. */
static size_t
send_place(const struct group *from)
{
	return group_last(from, SEND_FIELD, SEND_QUERY);
}

static int32_t
read_where(const struct group *from, struct session_part *part)
{
	const size_t named = send_place(from);
	const int32_t status = group_refuse_unless(from, SEND_FIELD, SEND_QUERY,
	    "is one of field, header and query, of which exactly one is "
	    "needed");
	const char *why;

	if (status != APAM_OK)
		return status;
	part->name = group_text(from, named);
	part->where = named == SEND_HEADER ? IN_HEADER :
	    named == SEND_QUERY            ? IN_QUERY :
					     IN_FIELD;
	part->prefix = group_text(from, SEND_PREFIX);
	if (part->prefix.n > 0 && part->where != IN_HEADER)
		return group_refuse(from, SEND_PREFIX,
		    "is for a header, and this goes elsewhere");
	why = place_prefix_bad(part->prefix);
	return why == NULL ? APAM_OK : group_refuse(from, SEND_PREFIX, why);
}

static int32_t
read_send(struct login_token *t, size_t i)
{
	const struct group from = group_of(t, OPT_SEND, i, SEND_COUNT);
	struct session_part part = { .what = PART_TEXT };
	int32_t status = read_where(&from, &part);

	if (status == APAM_OK)
		status = read_what(t, &from, &part);
	if (status == APAM_OK)
		status = add(t, &from, send_place(&from), &part);
	return status;
}

/* ---- csrf ------------------------------------------------------------- */

static int32_t
read_csrf_source(const struct group *from, struct session_source *source)
{
	const size_t named = group_last(
	    from, CSRF_FROM_POINTER, CSRF_FROM_COOKIE);
	const int32_t status = group_refuse_unless(from, CSRF_FROM_POINTER,
	    CSRF_FROM_COOKIE,
	    "is one of from_pointer, from_header and from_cookie, of which "
	    "exactly one is needed");

	if (status != APAM_OK)
		return status;
	source->from = (enum session_from)(
	    FROM_POINTER + (named - CSRF_FROM_POINTER));
	source->name = group_text(from, named);
	return group_check_source(from, named, source);
}

static int32_t
read_csrf(struct login_token *t)
{
	const struct group from = group_alone(t, OPT_CSRF);
	const size_t named = group_last(&from, CSRF_FIELD, CSRF_HEADER);
	const struct session_part part = { .what = PART_CSRF,
		.where = named == CSRF_HEADER ? IN_HEADER : IN_FIELD,
		.name = group_text(&from, named) };
	int32_t status;

	if (from.members == NULL)
		return APAM_OK;
	t->session.csrf.url = group_text(&from, CSRF_URL);
	status = read_csrf_source(&from, &t->session.csrf.source);
	if (status == APAM_OK)
		status = group_refuse_unless(&from, CSRF_FIELD, CSRF_HEADER,
		    "is one of field and header, of which exactly one is "
		    "needed");
	if (status == APAM_OK)
		status = add(t, &from, named, &part);
	return status;
}

/* ---- All -------------------------------------------------------------- */

static bool
sends_secret(const struct login_token *t)
{
	const struct session_login *login = &t->session.login;
	size_t i;

	for (i = 0; i < login->part_count; i++)
		if (t->parts[i].what == PART_SECRET &&
		    t->parts[i].secret == login->secret)
			return true;
	return login->basic;
}

int32_t
login_parts_open(struct login_token *t)
{
	const struct group login = group_alone(t, OPT_LOGIN);
	const size_t more = option(t, OPT_SEND)->count;
	int32_t status;
	size_t i;

	/* user_field, secret_field, csrf, and each group of send. */
	t->parts = calloc(3 + more, sizeof(*t->parts));
	if (t->parts == NULL)
		return APAM_E_MEMORY;
	t->session.login.parts = t->parts;
	status = read_login(t);
	for (i = 0; i < more && status == APAM_OK; i++)
		status = read_send(t, i);
	if (status == APAM_OK)
		status = read_csrf(t);
	if (status == APAM_OK && !sends_secret(t))
		status = group_refuse(&login, LOGIN_SECRET_FIELD,
		    "is missing: the secret is sent by it, by basic, or by a "
		    "group of send with value = \"secret\"");
	return status;
}
