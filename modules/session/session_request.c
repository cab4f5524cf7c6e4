/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The login's request: user, secret and what else the profile says, in the
 * fields of a body, in headers or in the query.
 */
#include "json_body.h"

struct apam_str
session_part_value(const struct session *s, struct apam_op *op,
    const struct session_part *part)
{
	if (part->what == PART_CSRF)
		return session_csrf_token(op);
	return part->what == PART_SECRET ?
	    s->svc->secret(s->svc, op, part->secret) :
	    part->text;
}

void
session_add_header(const struct session *s, struct apam_op *op,
    struct apam_str name, struct apam_str prefix, struct apam_str value)
{
	const struct apam_services *svc = s->svc;
	struct apam_text *all = svc->text_new(svc, 1);

	svc->text_put(svc, all, APAM_WRITING_PLAIN, prefix);
	svc->text_put(svc, all, APAM_WRITING_PLAIN, value);
	svc->exchange_header(svc, op, name, svc->text_view(svc, all));
	svc->text_free(svc, &all);
}

/* RFC 7617, 2: UTF-8 unchanged, in standard base64 with padding. */
static void
add_basic(const struct session *s, struct apam_op *op)
{
	const struct apam_services *svc = s->svc;
	struct apam_text *pair = svc->text_new(svc, 1);
	struct apam_text *made = svc->text_new(svc, 1);

	svc->text_put(svc, pair, APAM_WRITING_PLAIN, s->login.user);
	svc->text_put(svc, pair, APAM_WRITING_PLAIN, APAM_STR(":"));
	svc->text_put(svc, pair, APAM_WRITING_PLAIN,
	    svc->secret(svc, op, s->login.secret));
	svc->text_put(
	    svc, made, APAM_WRITING_BASE64, svc->text_view(svc, pair));
	session_add_header(s, op, APAM_STR("Authorization"), APAM_STR("Basic "),
	    svc->text_view(svc, made));
	svc->text_free(svc, &made);
	svc->text_free(svc, &pair);
}

static void
add_part(const struct session *s, struct apam_op *op,
    const struct session_part *part)
{
	const struct apam_str value = session_part_value(s, op, part);

	switch (part->where) {
	case IN_QUERY:
		s->svc->exchange_query(s->svc, op, part->name, value);
		return;
	case IN_HEADER:
		session_add_header(s, op, part->name, part->prefix, value);
		return;
	case IN_FIELD:
		break;
	}
	/* Those of JSON are written together. */
	if (s->login.encoding == APAM_ENCODING_FORM)
		s->svc->exchange_field(s->svc, op, part->name, value);
}

static void
add_json(const struct session *s, struct apam_op *op)
{
	struct apam_text *body = s->svc->text_new(s->svc, 1);

	json_body_put(s, op, body);
	s->svc->exchange_body(s->svc, op, APAM_STR("application/json"),
	    s->svc->text_view(s->svc, body));
	s->svc->text_free(s->svc, &body);
}

static bool
has_fields(const struct session_login *login)
{
	size_t i;

	for (i = 0; i < login->part_count; i++)
		if (login->parts[i].where == IN_FIELD)
			return true;
	return false;
}

int32_t
session_request(const struct session *s, struct apam_op *op)
{
	const struct session_login *login = &s->login;
	const struct apam_str cookies = session_csrf_cookies(op);
	const bool fields = has_fields(login);
	const bool json = fields && login->encoding == APAM_ENCODING_JSON;
	int32_t encoding = APAM_ENCODING_NONE;
	size_t i;

	if (fields)
		encoding = json ? APAM_ENCODING_RAW : APAM_ENCODING_FORM;
	op->phase = PHASE_LOGIN;
	s->svc->exchange(s->svc, op, login->method, login->url, encoding);
	for (i = 0; i < login->part_count; i++)
		add_part(s, op, &login->parts[i]);
	if (login->basic)
		add_basic(s, op);
	if (json)
		add_json(s, op);
	if (cookies.n > 0)
		session_add_header(
		    s, op, APAM_STR("Cookie"), APAM_STR(""), cookies);
	return APAM_STEP_EXCHANGE;
}
