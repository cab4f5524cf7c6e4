/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logging in: one request with a user and a secret, a token or several in its
 * answer, which requests then carry.
 *
 *	session_run.c		the steps of acquire, check and revoke
 *	session_request.c	the login's request
 *	json_body.c		its body, where that is JSON
 *	session_answer.c	the tokens of its answer, or why there are none
 *	set_cookie.c		cookies that an answer sets
 *	session_lifetime.c	how long the tokens live
 *	session_csrf.c		the request before it, for a CSRF token
 *	session_logout.c	the request that ends it
 *
 * A module fills in a struct session from its options.  The credential is the
 * tokens, a line each, and after them the URL of the logout, where an answer
 * says it.
 */
#ifndef SESSION_H
#define SESSION_H

#include "../common/answer_rule.h"
#include "../common/place.h"

/* Where a value is in an answer. */
enum session_from {
	FROM_POINTER,	/* a string of its JSON */
	FROM_HEADER,
	FROM_COOKIE,	/* that it sets */
	FROM_BODY	/* all of it: text, or a JSON string */
};

struct session_source {
	enum session_from from;
	struct apam_str name;	/* ends in NUL */
};

/* A value of the login's answer, and where requests carry it. */
struct session_token {
	struct session_source source;
	struct place to;
};

enum session_where { IN_FIELD, IN_HEADER, IN_QUERY };

enum session_what {
	PART_TEXT,
	PART_JSON,	/* text that is JSON itself, and no string's content */
	PART_SECRET,
	PART_CSRF	/* the token of the request before it */
};

/* One thing that the login's request carries. */
struct session_part {
	enum session_what what;
	enum session_where where;
	struct apam_str name;	/* a JSON field's may be a pointer: json_body.h */
	struct apam_str prefix;	/* IN_HEADER; or empty */
	struct apam_str text;	/* PART_TEXT, PART_JSON */
	const struct apam_value *secret; /* PART_SECRET: the option */
};

/* `encoding` is FORM or JSON, for the fields; without one there is no body. */
struct session_login {
	struct apam_str method, url;
	enum apam_encoding encoding;
	bool nested;		/* names of fields may be JSON pointers */
	bool basic;		/* user and secret as Basic: RFC 7617, 2 */
	struct apam_str user;
	const struct apam_value *secret;
	const struct session_part *parts;
	size_t part_count;
	int64_t status;		/* of a good answer; or one of: */
#define SESSION_ANY_SUCCESS 0
#define SESSION_200_OR_201 1
};

enum session_unit {
	UNIT_SECONDS,
	UNIT_MINUTES,
	UNIT_MILLISECONDS,
	UNIT_UNIX,		/* a point in time, in seconds */
	UNIT_UNIX_MS,
	UNIT_RFC3339
};

struct session_lifetime {
	struct apam_str pointer; /* ends in NUL; p is NULL: there is none */
	enum session_unit unit;
};

/* A GET before the login, whose token and cookies the login brings along. */
struct session_csrf {
	struct apam_str url;	/* empty: there is none */
	struct session_source source;
};

/* The request that ends the session; it carries the tokens as others do. */
struct session_logout {
	bool set;
	struct apam_str method;
	struct apam_str url;	/* or empty: */
	struct apam_str url_header; /* the login's answer says it; ends in NUL */
	bool token_in_path;	/* the first token is the URL's last segment */
	struct apam_str token_header; /* carries it once more; or empty */
	struct apam_str json;	/* its body; or empty */
};

/* What is said of a module's own options; static. */
struct session_texts {
	const char *who;	/* whose answer it is */
	const char *refused;
	const char *misunderstood;
	const char *absent;	/* nothing is where a pointer leads to */
};

/* One entry.  Does not change after `open`. */
struct session {
	const struct apam_services *svc;
	const struct session_texts *texts;
	struct session_login login;
	const struct session_token *tokens; /* one at least */
	size_t token_count;
	struct session_lifetime lifetime;
	struct answer_rules refusals; /* of the login, besides 401 and 403 */
	struct session_csrf csrf;
	struct session_logout logout;
};

/* Phases of a run, after 0. */
enum session_phase { PHASE_CSRF = 1, PHASE_LOGIN, PHASE_LOGOUT };

/* ---- session_run.c: slots of a module --------------------------------- */

int32_t session_acquire(const struct session *s, struct apam_op *op);

/* `judge` is what the module makes of an answer of the API. */
int32_t session_check(const struct session *s, struct apam_op *op, void *state,
    int32_t (*judge)(
	void *state, const struct apam_response *r, const char **reason));

int32_t session_revoke(const struct session *s, struct apam_op *op);

int32_t session_sign(const struct session *s, struct apam_str credential,
    struct apam_signing *out);

/* ---- session_request.c ------------------------------------------------ */

/* Ask for the login.  Returns STEP_EXCHANGE. */
int32_t session_request(const struct session *s, struct apam_op *op);

/* Add "NAME: PREFIXVALUE" to the exchange. */
void session_add_header(const struct session *s, struct apam_op *op,
    struct apam_str name, struct apam_str prefix, struct apam_str value);

/* What a part carries, as it is now: a secret may be read anew. */
struct apam_str session_part_value(const struct session *s, struct apam_op *op,
    const struct session_part *part);

/* ---- session_answer.c ------------------------------------------------- */

/* Make the credential of the login's answer, and say how long it lives. */
struct scheme_fault session_take(const struct session *s, struct apam_op *op);

/*
 * Read one value of the answer.  *value lives as long as the answer, or as
 * op->memo, whose cookies count, too.
 */
struct scheme_fault session_read(const struct session *s, struct apam_op *op,
    const struct session_source *source, struct apam_str *value);

/* ---- session_lifetime.c ----------------------------------------------- */

/* Say how long the tokens of this answer live, if that can be told. */
void session_say_lifetime(const struct session *s, struct apam_op *op);

/*
 * A date and time of RFC 3339, 5.6, as Unix seconds, without the fraction;
 * false if it is none.
 */
bool session_time(struct apam_str text, int64_t *seconds);

/* ---- session_csrf.c --------------------------------------------------- */

/* Ask for the page that has the token. */
int32_t session_csrf_request(const struct session *s, struct apam_op *op);

/* Keep its token and its cookies in op->memo, a line each. */
struct scheme_fault session_csrf_take(
    const struct session *s, struct apam_op *op);

/* What op->memo has: both are empty before. */
struct apam_str session_csrf_token(const struct apam_op *op);
struct apam_str session_csrf_cookies(const struct apam_op *op);

/* ---- session_logout.c ------------------------------------------------- */

/* The URL of the logout in the login's answer; empty: none that may be used. */
struct apam_str session_logout_place(
    const struct session *s, const struct apam_response *r);

/* Ask for the logout with op->credential. */
int32_t session_logout_request(const struct session *s, struct apam_op *op);

struct scheme_fault session_logout_read(
    const struct session *s, const struct apam_response *r);

#endif
