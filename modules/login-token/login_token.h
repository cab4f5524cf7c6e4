/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * APIs that are used in two steps: a login brings a token, and requests carry
 * it.  Each shape of either is what the profile says; how it is done is in
 * ../session.
 *
 *	module.c	the option table, slots, judging
 *	group.h		reading a group of options, and refusing one of it
 *	login_parts.c	what the login's request carries
 *	login_tokens.c	what is read of its answer, and where requests carry it
 *	login_logout.c	how the session ends
 */
#ifndef LOGIN_TOKEN_H
#define LOGIN_TOKEN_H

#include "../session/session.h"

enum option {
	OPT_USER,
	OPT_SECRET,
	OPT_LOGIN,
	OPT_SEND,
	OPT_CSRF,
	OPT_TOKEN,
	OPT_LIFETIME,
	OPT_LOGOUT,
	OPT_REFUSALS,
	OPT_ENDED,
	OPT_LOGIN_REDIRECTS,
	OPT_COUNT
};

enum login_option {
	LOGIN_URL,
	LOGIN_METHOD,
	LOGIN_ENCODING,
	LOGIN_USER_FIELD,
	LOGIN_SECRET_FIELD,
	LOGIN_BASIC,
	LOGIN_STATUS,
	LOGIN_COUNT
};

enum send_option {
	SEND_VALUE,
	SEND_TEXT,
	SEND_JSON,
	SEND_SECRET,
	SEND_FIELD,
	SEND_HEADER,
	SEND_QUERY,
	SEND_PREFIX,
	SEND_COUNT
};

enum csrf_option {
	CSRF_URL,
	CSRF_FROM_POINTER,
	CSRF_FROM_HEADER,
	CSRF_FROM_COOKIE,
	CSRF_FIELD,
	CSRF_HEADER,
	CSRF_COUNT
};

enum token_option {
	TOKEN_FROM_POINTER,
	TOKEN_FROM_HEADER,
	TOKEN_FROM_COOKIE,
	TOKEN_FROM_BODY,
	TOKEN_HEADER,
	TOKEN_COOKIE,
	TOKEN_QUERY,
	TOKEN_PREFIX,
	TOKEN_COUNT
};

enum lifetime_option { LIFETIME_POINTER, LIFETIME_UNIT, LIFETIME_COUNT };

enum logout_option {
	LOGOUT_URL,
	LOGOUT_FROM_HEADER,
	LOGOUT_METHOD,
	LOGOUT_TOKEN_IN_PATH,
	LOGOUT_TOKEN_HEADER,
	LOGOUT_JSON,
	LOGOUT_COUNT
};

/* The choices, in the order of their names. */
enum login_encoding { ENCODING_JSON, ENCODING_FORM };
enum login_value { VALUE_USER, VALUE_SECRET };

/* One entry.  Does not change after open. */
struct login_token {
	const struct apam_services *svc;
	const struct apam_options *options;
	struct session session;
	struct session_part *parts;
	struct session_token *tokens;
	struct answer_rules ended;
};

static inline const struct apam_value *
option(const struct login_token *t, enum option i)
{
	return apam_option_value(t->options, i);
}

/*
 * Fill in a part of t->session from the options.  Each returns APAM_OK, what
 * refuse_option returned, or MEMORY; what it allocated is the entry's in any
 * case.
 */
int32_t login_parts_open(struct login_token *t);
int32_t login_tokens_open(struct login_token *t);
int32_t login_logout_open(struct login_token *t);

#endif
