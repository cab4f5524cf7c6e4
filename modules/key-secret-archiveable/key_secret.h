/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A key with a secret that an administrator can archive at the provider.
 *
 *	module.c	options, signing, judging, the descriptor
 *	access.c	what a read key may not do
 *	auth.c		the credential of each mode
 *	writes.c	which requests write, by the rules of a profile
 *	../session	mode "exchange": a token for key and secret
 *
 * Providers use such keys in different ways, and few of them document it.  That
 * is why mode, names and pointers are all options.
 */
#ifndef KEY_SECRET_H
#define KEY_SECRET_H

#include "../session/session.h"

enum option {
	OPT_KEY,
	OPT_SECRET,
	OPT_MODE,
	OPT_EXCHANGE,
	OPT_HEADERS,
	OPT_ACCESS,
	OPT_WRITES,
	OPT_COUNT
};

enum exchange_option {
	EX_URL,
	EX_ENCODING,
	EX_KEY_FIELD,
	EX_SECRET_FIELD,
	EX_TOKEN_POINTER,
	EX_EXPIRES_POINTER,
	EX_COUNT
};

enum headers_option { HD_KEY, HD_SECRET, HD_COUNT };
enum writes_option { WR_METHODS, WR_PATHS, WR_COUNT };

/* The choices, in the order of their names. */
enum mode { MODE_EXCHANGE, MODE_HEADERS, MODE_BASIC };
enum field_encoding { FIELDS_JSON, FIELDS_FORM };
enum access { ACCESS_READ, ACCESS_WRITE };

/* The values of members that a profile leaves out with their group. */
#define DEFAULT_KEY_FIELD "ApiKey"
#define DEFAULT_SECRET_FIELD "ApiSecret"
#define DEFAULT_TOKEN_POINTER "/idToken"
#define DEFAULT_EXPIRES_POINTER "/expiresIn"
#define DEFAULT_KEY_HEADER "X-Api-Key"
#define DEFAULT_SECRET_HEADER "X-Api-Secret"

/* One entry.  Does not change after open. */
struct key_secret {
	const struct apam_services *svc;
	const struct apam_options *options;
	enum mode mode;
	enum access access;
	struct apam_str key, secret;
	/* MODE_EXCHANGE */
	struct session session;
	struct session_part parts[2];
	struct session_token token;
	/* MODE_HEADERS; end in NUL */
	struct apam_str key_header, secret_header;
};

/* The value of an option. */
static inline const struct apam_value *
key_secret_option(const struct key_secret *k, enum option i)
{
	return apam_option_value(k->options, i);
}

/* access.c: at open, what is wrong with the rules of `writes`; CONFIG. */
int32_t key_secret_check_writes(const struct key_secret *k);

/* access.c: a function of the module's descriptor; POLICY for a write. */
int32_t key_secret_prepare(void *state, const struct apam_request_view *request,
    struct apam_signing *out);

/* auth.c: functions of the module's descriptor. */
int32_t key_secret_acquire(void *state, struct apam_op *op);
int32_t key_secret_check(void *state, struct apam_op *op);

/* module.c: the verdict on an answer of the API. */
int32_t key_secret_judge_response(
    void *state, const struct apam_response *r, const char **reason);

#endif
