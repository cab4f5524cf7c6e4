/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the schemes of OAuth 2.0 (RFC 6749) with bearer tokens (RFC 6750) share.
 * The Makefile links this folder into each module whose name begins with
 * "oauth2-".
 *
 *	options.c	the options that they share, checked
 *	entry.c		one entry: open, close, acquire, sign
 *	client.c	how the client authenticates itself
 *	assertion.c	what it signs to that end
 *	jose.c		how that is written, in JOSE's compact form
 *	answer.c	the token endpoint's answer
 *	metadata.c	finding the endpoints by the issuer (RFC 8414, OpenID
 *			Connect Discovery 1.0)
 *	check.c		introspection (RFC 7662), a new token
 *	revoke.c	revocation (RFC 7009)
 *	judge.c		what an API's answer says about the token
 *
 * A module has the shared options first in its table, by OAUTH2_OPTIONS, and
 * its own from OAUTH2_OPT_COUNT.  Its state begins with a struct oauth2, so the
 * functions that are named as slots are slots of its descriptor.  What makes its
 * grant another one is in its struct oauth2_grant.
 */
#ifndef OAUTH2_H
#define OAUTH2_H

#include "jose.h"

struct oauth2;

/* ---- Options ---------------------------------------------------------- */

/* The first options of the module's table. */
enum oauth2_option {
	OAUTH2_OPT_TOKEN_URL,
	OAUTH2_OPT_ISSUER,
	OAUTH2_OPT_CLIENT_ID,
	OAUTH2_OPT_CLIENT_SECRET,
	OAUTH2_OPT_CLIENT_AUTH,
	OAUTH2_OPT_SCOPE,
	OAUTH2_OPT_AUDIENCE,
	OAUTH2_OPT_RESOURCE,
	OAUTH2_OPT_EXTRA,
	OAUTH2_OPT_INTROSPECTION_URL,
	OAUTH2_OPT_REVOCATION_URL,
	OAUTH2_OPT_CLIENT_KEY,
	OAUTH2_OPT_CLIENT_CERTIFICATE,
	OAUTH2_OPT_CLIENT_ASSERTION,
	OAUTH2_OPT_ASSERTION,
	OAUTH2_OPT_TOKEN_TYPE,
	OAUTH2_OPT_COUNT
};

/* The members of the group "assertion". */
enum oauth2_assertion {
	OAUTH2_ASSERTION_ALGORITHM,
	OAUTH2_ASSERTION_KEY_ID,
	OAUTH2_ASSERTION_TYPE,
	OAUTH2_ASSERTION_CERTIFICATE,
	OAUTH2_ASSERTION_AUDIENCE,
	OAUTH2_ASSERTION_LIFETIME,
	OAUTH2_ASSERTION_ISSUER,
	OAUTH2_ASSERTION_SUBJECT,
	OAUTH2_ASSERTION_CLAIMS,
	OAUTH2_ASSERTION_COUNT
};

extern const struct apam_option
    oauth2_assertion_members[OAUTH2_ASSERTION_COUNT];

/* The choices of client_auth, in the order of its names. */
enum oauth2_client_auth {
	OAUTH2_AUTH_POST,	/* id and secret in the form */
	OAUTH2_AUTH_BASIC,	/* as Basic */
	OAUTH2_AUTH_SECRET_JWT,	/* a JWT, with the secret as its HMAC's key */
	OAUTH2_AUTH_KEY_JWT,	/* a JWT, signed with a private key */
	OAUTH2_AUTH_ASSERTION,	/* a JWT that others have signed */
	OAUTH2_AUTH_TLS,	/* a TLS client certificate */
	OAUTH2_AUTH_SELF_SIGNED_TLS, /* the same, by its key and not its name */
	OAUTH2_AUTH_NONE	/* its id alone */
};

/* How they are called in the option. */
extern const char *const oauth2_client_auths[];

/* Their rows, for the table of a module; the client's and the resource apart. */
#define OAUTH2_OPTIONS                                                         \
	[OAUTH2_OPT_TOKEN_URL] = { .name = "token_url",                        \
	    .help = "the token endpoint; or give issuer",                      \
	    .type = APAM_OPT_URL,                                              \
	    .flags = APAM_OPT_BINDS },                                         \
	[OAUTH2_OPT_ISSUER] = { .name = "issuer",                              \
	    .help = "find the endpoints in the metadata of this issuer",       \
	    .type = APAM_OPT_URL,                                              \
	    .flags = APAM_OPT_BINDS },                                         \
	[OAUTH2_OPT_CLIENT_SECRET] = { .name = "client_secret",                \
	    .help = "reference to the client's secret",                        \
	    .type = APAM_OPT_SECRET },                                         \
	[OAUTH2_OPT_SCOPE] = { .name = "scope",                                \
	    .help = "scopes to ask for, one string each",                      \
	    .type = APAM_OPT_LIST },                                           \
	[OAUTH2_OPT_AUDIENCE] = { .name = "audience",                          \
	    .help = "audiences to ask for",                                    \
	    .type = APAM_OPT_LIST },                                           \
	[OAUTH2_OPT_EXTRA] = { .name = "extra",                                \
	    .help = "more fields for the token request",                       \
	    .type = APAM_OPT_MAP },                                            \
	[OAUTH2_OPT_INTROSPECTION_URL] = { .name = "introspection_url",        \
	    .help = "ask here whether a token is active (RFC 7662)",           \
	    .type = APAM_OPT_URL },                                            \
	[OAUTH2_OPT_REVOCATION_URL] = { .name = "revocation_url",              \
	    .help = "revoke tokens here (RFC 7009)",                           \
	    .type = APAM_OPT_URL },                                            \
	[OAUTH2_OPT_CLIENT_KEY] = { .name = "client_key",                      \
	    .help = "reference to the client's private key",                   \
	    .type = APAM_OPT_KEY },                                            \
	[OAUTH2_OPT_CLIENT_CERTIFICATE] = { .name = "client_certificate",      \
	    .help = "PEM file of the client's TLS certificate",                \
	    .type = APAM_OPT_PATH },                                           \
	[OAUTH2_OPT_CLIENT_ASSERTION] = { .name = "client_assertion",          \
	    .help = "reference to a signed JWT that names the client",         \
	    .type = APAM_OPT_SECRET,                                           \
	    .flags = APAM_OPT_PASSING },                                       \
	[OAUTH2_OPT_ASSERTION] = { .name = "assertion",                        \
	    .help = "how JWTs that client_key or client_secret signs are made", \
	    .type = APAM_OPT_GROUP,                                            \
	    .members = oauth2_assertion_members,                               \
	    .member_count = OAUTH2_ASSERTION_COUNT },                          \
	[OAUTH2_OPT_TOKEN_TYPE] = { .name = "token_type",                      \
	    .help = "what the provider calls a bearer token, where that is "   \
		    "another word",                                            \
	    .type = APAM_OPT_STRING }

/* The rows that are left, where the options alone say who the client is. */
#define OAUTH2_CLIENT_OPTIONS                                                  \
	[OAUTH2_OPT_CLIENT_ID] = { .name = "client_id",                        \
	    .help = "the client's id, also called key",                        \
	    .type = APAM_OPT_STRING,                                           \
	    .flags = APAM_OPT_KEY_ID },                                        \
	[OAUTH2_OPT_CLIENT_AUTH] = { .name = "client_auth",                    \
	    .help = "how the client proves who it is; by default by "          \
		    "client_secret in the form, if that is set",               \
	    .type = APAM_OPT_CHOICE,                                           \
	    .choices = oauth2_client_auths },                                  \
	[OAUTH2_OPT_RESOURCE] = { .name = "resource",                          \
	    .help = "resource URIs to ask for (RFC 8707)",                     \
	    .type = APAM_OPT_LIST }

/* ---- One entry -------------------------------------------------------- */

/* Endpoints; empty if there is none.  They live as long as the response. */
struct oauth2_endpoints {
	struct apam_str token, introspection, revocation;
};

/* An error code of a token endpoint, and what it means for the key. */
struct oauth2_error {
	const char *code;	/* NULL ends a table */
	struct scheme_fault fault;
};

/* What the token requests of one grant have of their own. */
struct oauth2_grant {
	/*
	 * Optional.  Check what only this grant asks of the options, after the
	 * shared ones were checked.  Returns APAM_OK, or what refused one.
	 */
	int32_t (*check)(const struct oauth2 *o);
	/*
	 * Add the fields of the grant to a token request that has begun:
	 * grant_type and what belongs to it.  Client authentication, audience,
	 * resource and extra are added by oauth2_token_request.  Returns
	 * APAM_STEP_EXCHANGE, or what `fail` returned.
	 */
	int32_t (*ask)(const struct oauth2 *o, struct apam_op *op);
	/*
	 * Optional.  Called for a token answer without a fault, before the core
	 * is given the credential: looks at what the grant has besides.
	 */
	struct scheme_fault (*take)(const struct oauth2 *o, struct apam_op *op);
	/*
	 * Optional.  Called for any answer of status 200 to a token request,
	 * before anything else of it is looked at: keeps what must not be lost
	 * even if the rest cannot be used.
	 */
	struct scheme_fault (*keep)(const struct oauth2 *o, struct apam_op *op);
	/* Error codes that mean something of their own here; or NULL. */
	const struct oauth2_error *errors;
	/*
	 * A token request spends a secret: an answer of status 200 that cannot
	 * be used leaves unknown what became of it.
	 */
	bool spends;
	/* client_id may be left out where client_auth is "none". */
	bool nameless;
	/*
	 * Optional.  True where this entry's grant is an assertion that
	 * client_key signs, whatever client_auth is.
	 */
	bool (*signs)(const struct oauth2 *o);
	/*
	 * What the options do not say of endpoints and client is said by facts
	 * of their names.
	 */
	bool facts;
};

/* One entry.  Does not change after open, so any threads may share it. */
struct oauth2 {
	const struct apam_services *svc;
	const struct apam_options *options;
	const struct oauth2_grant *grant;
};

/* op->phase: which answer a step waits for. */
enum oauth2_phase {
	OAUTH2_PHASE_START = 0, /* the core's value at the start */
	OAUTH2_PHASE_METADATA,
	OAUTH2_PHASE_DISCOVERY, /* metadata from OpenID Connect's place */
	OAUTH2_PHASE_TOKEN,
	OAUTH2_PHASE_FRESH_TOKEN, /* check: the token is introspected next */
	OAUTH2_PHASE_INTROSPECTION,
	OAUTH2_PHASE_FRESH_INTROSPECTION,
	OAUTH2_PHASE_REVOCATION,
	OAUTH2_PHASE_OWN = 100 /* the first of a module's own */
};

/* The value of an option: of a shared one, or of the module's table. */
static inline const struct apam_value *
oauth2_option(const struct oauth2 *o, size_t i)
{
	return apam_option_value(o->options, i);
}

/* An option's text; empty if it is not set. */
static inline struct apam_str
oauth2_text(const struct oauth2 *o, size_t i)
{
	const struct apam_value *value = oauth2_option(o, i);

	return value->set ? value->str : APAM_STR("");
}

/* The same; or what a fact of this name says, where the grant has facts. */
static inline struct apam_str
oauth2_text_or_fact(const struct oauth2 *o, struct apam_op *op, size_t i,
    struct apam_str fact)
{
	const struct apam_str text = oauth2_text(o, i);

	return text.n > 0 || !o->grant->facts ?
	    text :
	    o->svc->fact(o->svc, op, fact);
}

/* ---- options.c -------------------------------------------------------- */

/* Check the shared options.  Returns APAM_OK, or what refused one. */
int32_t oauth2_options_check(const struct oauth2 *o);

/* An absolute URI without a fragment: RFC 8707, 2; RFC 3986, 3.1. */
bool oauth2_is_absolute_uri(struct apam_str s);

/* ---- entry.c ---------------------------------------------------------- */

/*
 * The slot `open` for an entry that has no more than a struct oauth2, with a
 * static `grant`; `scheme_close` closes it.  Returns APAM_OK, what refused an
 * option, or MEMORY.
 */
int32_t oauth2_open(const struct apam_services *svc,
    const struct apam_options *values, const struct oauth2_grant *grant,
    void **state);

/*
 * Ask for the exchange that gets a token from `url`, with all that the options
 * say, and wait for its answer in OAUTH2_PHASE_TOKEN.
 */
int32_t oauth2_token_request(
    const struct oauth2 *o, struct apam_op *op, struct apam_str url);

/* Slots. */
int32_t oauth2_acquire(void *state, struct apam_op *op);
int32_t oauth2_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out);

/* ---- client.c --------------------------------------------------------- */

/*
 * Authenticate the client in the exchange that has begun, as client_auth says
 * (RFC 6749, 2.3.1).  Returns APAM_STEP_EXCHANGE, or what `fail` returned; the
 * exchange must not be sent then: an incomplete request could be refused as if
 * the key were dead.
 */
int32_t oauth2_authenticate(const struct oauth2 *o, struct apam_op *op);

/* True for TLS client certificates. */
bool oauth2_by_certificate(const struct oauth2 *o);

/*
 * Add the scopes asked for, all in one field (RFC 6749, 3.3).  Nothing where
 * there are none.
 */
void oauth2_put_scope(const struct oauth2 *o, struct apam_op *op);

/* ---- assertion.c ------------------------------------------------------ */

/* What an assertion says of who we are. */
struct oauth2_claims {
	struct apam_str issuer, subject;
	const struct apam_value *more;	/* MAP of further ones; or NULL */
};

/* A member of the group "assertion"; one that is not set has set 0. */
const struct apam_value *oauth2_assertion(
    const struct oauth2 *o, enum oauth2_assertion i);

/*
 * Check the group for a key of this enum apam_key_kind.  Returns APAM_OK, or
 * what refused a member; so do the others.
 */
int32_t oauth2_assertion_check(const struct oauth2 *o, int32_t kind);
/* Its claims do not set what is made here. */
int32_t oauth2_assertion_check_claims(const struct oauth2 *o);
/* Nothing is set that is for the grant's own assertion. */
int32_t oauth2_assertion_check_grant_only(const struct oauth2 *o);

/*
 * Append an assertion, made now and signed with `key`.  Returns
 * APAM_STEP_EXCHANGE, or what `fail` returned.
 */
int32_t oauth2_assertion_write(const struct oauth2 *o, struct apam_op *op,
    const struct apam_key *key, const struct oauth2_claims *say,
    struct apam_text *to);

/* ---- answer.c --------------------------------------------------------- */

/* Messages call the token endpoint so. */
#define OAUTH2_TOKEN_ENDPOINT "token endpoint"

/*
 * What is wrong with an answer of an endpoint that speaks as RFC 6749, 5, has
 * it: its error code, its status, or that it is not JSON.
 */
struct scheme_fault oauth2_answer_fault(
    const struct oauth2 *o, const struct apam_response *r);

/* Read the token endpoint's answer; *token is a view of it. */
struct scheme_fault oauth2_token_read(const struct oauth2 *o,
    const struct apam_response *r, struct apam_str *token);

/*
 * Read the token endpoint's answer; if there is no fault, give the core the
 * credential, and the grant what is its own.
 */
struct scheme_fault oauth2_token_take(
    const struct oauth2 *o, struct apam_op *op);

/*
 * For an answer that was read without a fault: how many of the requested scopes
 * were not granted, and the first of them.
 */
size_t oauth2_missing_scopes(const struct oauth2 *o,
    const struct apam_response *r, struct apam_str *first);

/* ---- metadata.c ------------------------------------------------------- */

/* Index of a URL's path: the first '/' after the authority, or its end. */
size_t oauth2_path_start(struct apam_str url);

/*
 * True for a URL that secrets may be sent to: https, or http where the one that
 * it comes from, such as an issuer, is http, too.
 */
bool oauth2_is_endpoint(struct apam_str from, struct apam_str url);

/* Ask for the issuer's metadata and wait for it. */
int32_t oauth2_metadata_request(
    const struct oauth2 *o, struct apam_op *op, struct apam_str issuer);

/*
 * Look at an answer: true if the metadata may be in the other place, which
 * *step then asks for.
 */
bool oauth2_metadata_elsewhere(const struct oauth2 *o, struct apam_op *op,
    struct apam_str issuer, int32_t *step);

/* Read the metadata; a configured endpoint overrides a published one. */
struct scheme_fault oauth2_metadata_read(const struct oauth2 *o,
    const struct apam_response *r, struct apam_str issuer,
    struct oauth2_endpoints *found);

/*
 * Take the endpoint at a JSON pointer of metadata that was read without a
 * fault, unless *url has one already; *url stays empty where there is none.
 * False where it is not a URL that may be given secrets.
 */
bool oauth2_metadata_endpoint(const struct oauth2 *o,
    const struct apam_response *r, struct apam_str issuer, const char *pointer,
    struct apam_str *url);

/* The endpoints that the options say, or facts. */
void oauth2_endpoints_known(const struct oauth2 *o, struct apam_op *op,
    struct oauth2_endpoints *found);

/* How a run ends with a fault: scheme_fail, or as that. */
typedef int32_t oauth2_end(const struct apam_services *svc, struct apam_op *op,
    const char *who, struct scheme_fault fault);

/*
 * Find the endpoints, in the phases START, METADATA and DISCOVERY: by the
 * metadata of the issuer, if the options name one, else as they are known.  True
 * with *found.  False where *step is next: it asks for the metadata, or is what
 * `on_fail` made of it.
 */
bool oauth2_find_endpoints(const struct oauth2 *o, struct apam_op *op,
    struct oauth2_endpoints *found, oauth2_end *on_fail, int32_t *step);

/*
 * The same, for a revocation: the metadata is left alone where its endpoint is
 * known.
 */
bool oauth2_find_revocation(const struct oauth2 *o, struct apam_op *op,
    struct oauth2_endpoints *found, int32_t *step);

/* ---- check.c, revoke.c, judge.c --------------------------------------- */

/*
 * Ask `url` about a token; `hint` is what kind it is.  Introspection (RFC 7662,
 * 2.1) and revocation (RFC 7009, 2.1) name it in the same way.  Returns as
 * oauth2_authenticate does.
 */
int32_t oauth2_name_token(const struct oauth2 *o, struct apam_op *op,
    struct apam_str url, struct apam_str token, struct apam_str hint);

/* What a revocation endpoint's answer says, RFC 7009, 2.2. */
struct scheme_fault oauth2_revocation_fault(
    const struct oauth2 *o, const struct apam_response *r);

/* Slots. */
int32_t oauth2_check(void *state, struct apam_op *op);
int32_t oauth2_revoke(void *state, struct apam_op *op);
int32_t oauth2_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason);

/* The verdict on a response to a request that a token signed. */
int32_t oauth2_judge_answer(const struct apam_services *svc,
    const struct apam_response *r, const char **reason);

#endif
