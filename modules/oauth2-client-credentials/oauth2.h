/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OAuth 2.0 client credentials (RFC 6749, 4.4) with bearer tokens (RFC 6750).
 *
 *	module.c	options and the descriptor
 *	token.c		asking the token endpoint, reading its answer, signing
 *	metadata.c	finding the endpoints by the issuer (RFC 8414, OpenID
 *			Connect Discovery 1.0)
 *	check.c		introspection (RFC 7662), a new token, revocation (RFC 7009)
 *	judge.c		what an API's answer says about the token
 *
 * There is no other grant and no refresh token: the secret gets a new token at
 * any time.
 */
#ifndef OAUTH2_H
#define OAUTH2_H

#include <apam/scheme.h>

enum option {
	OPT_TOKEN_URL,
	OPT_ISSUER,
	OPT_CLIENT_ID,
	OPT_CLIENT_SECRET,
	OPT_CLIENT_AUTH,
	OPT_SCOPE,
	OPT_AUDIENCE,
	OPT_RESOURCE,
	OPT_EXTRA,
	OPT_INTROSPECTION_URL,
	OPT_REVOCATION_URL,
	OPT_COUNT
};

/* The choices of client_auth, in the order of its names. */
enum client_auth { AUTH_POST, AUTH_BASIC };

/* op->phase: which answer a step waits for. */
enum phase {
	PHASE_START = 0, /* the core's value at the start */
	PHASE_METADATA,
	PHASE_DISCOVERY, /* metadata from OpenID Connect's place */
	PHASE_TOKEN,
	PHASE_FRESH_TOKEN, /* check: the token is introspected next */
	PHASE_INTROSPECTION,
	PHASE_FRESH_INTROSPECTION,
	PHASE_REVOCATION
};

/* One entry.  Does not change after open, so any threads may share it. */
struct oauth2 {
	const struct apam_services *svc;
	const struct apam_options *options;
	struct apam_text *metadata_url, *discovery_url; /* NULL: no issuer */
};

/* The value of an option. */
static inline const struct apam_value *
option(const struct oauth2 *o, enum option i)
{
	return apam_option_value(o->options, i);
}

/* An option's text; empty if it is not set. */
static inline struct apam_str
option_text(const struct oauth2 *o, enum option i)
{
	return option(o, i)->set ? option(o, i)->str : APAM_STR("");
}

/* ---- token.c ---------------------------------------------------------- */

/*
 * Authenticate the client, as client_auth says (RFC 6749, 2.3.1).  False if
 * memory runs out; the exchange must not be sent then.
 */
bool client_authenticate(const struct oauth2 *o, struct apam_op *op);

/* Ask for the exchange that gets a token from `url`, and wait for it. */
int32_t token_request(
    const struct oauth2 *o, struct apam_op *op, struct apam_str url);

/*
 * Read the token endpoint's answer; if there is no fault, give the core the
 * credential.
 */
struct scheme_fault token_take(const struct oauth2 *o, struct apam_op *op);

/*
 * For an answer that was read without a fault: how many of the requested scopes
 * were not granted, and the first of them.
 */
size_t token_missing_scopes(const struct oauth2 *o,
    const struct apam_response *r, struct apam_str *first);

/* Functions of the module's descriptor. */
int32_t oauth2_acquire(void *state, struct apam_op *op);
int32_t oauth2_sign(void *state,
    const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out);

/* ---- metadata.c ------------------------------------------------------- */

/* Endpoints; empty if there is none.  They live as long as the response. */
struct endpoints {
	struct apam_str token, introspection, revocation;
};

/* Make the metadata's URLs from the issuer.  Refuses a wrong option. */
int32_t metadata_open(struct oauth2 *o);

/* Ask for the issuer's metadata and wait for it. */
int32_t metadata_request(const struct oauth2 *o, struct apam_op *op);

/*
 * Look at an answer: true if the metadata may be in the other place, which
 * *step then asks for.
 */
bool metadata_elsewhere(const struct oauth2 *o, struct apam_op *op,
    int32_t *step);

/* Read the metadata; a configured endpoint overrides a published one. */
struct scheme_fault metadata_read(const struct oauth2 *o,
    const struct apam_response *r, struct endpoints *found);

/* The configured endpoints only. */
void endpoints_configured(const struct oauth2 *o, struct endpoints *found);

/* ---- check.c, judge.c: functions of the descriptor -------------------- */

int32_t oauth2_check(void *state, struct apam_op *op);
int32_t oauth2_revoke(void *state, struct apam_op *op);
int32_t oauth2_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason);

/* The verdict on a response to a request that a token signed. */
int32_t judge_answer(const struct apam_services *svc,
    const struct apam_response *r, const char **reason);

#endif
