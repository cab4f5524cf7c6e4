/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a login carries from step to step, in op->memo.
 *
 * Some of it outlives the login: facts that the options do not say.
 */
#ifndef SESSION_H
#define SESSION_H

#include <apam/scheme.h>

/* Views of options, facts, a memo or a response; empty: there is none. */
struct session {
	struct apam_str issuer;
	struct apam_str token_url, introspection_url, revocation_url;
	struct apam_str authorization_url, device_url, registration_url;
	struct apam_str says_issuer;	/* "1": it does so always, RFC 9207, 3 */
	struct apam_str lacks_s256;	/* "1": it says that it has no S256 */
	struct apam_str found;		/* "1": the resource named the issuer */
	struct apam_str registered;	/* "1": facts say who the client is */
	struct apam_str redirect_uri, state, verifier;
	struct apam_str device_code;
	struct apam_str interval;	/* decimal: seconds between two polls */
	struct apam_str until;		/* decimal: Unix ms, the code's end */
};

/* True if no value has a control character. */
bool session_fits(const struct session *s);

/* Append one that fits as lines. */
void session_put(const struct apam_services *svc, struct apam_text *to,
    const struct session *s);

/*
 * Read such lines into *to, which is all empty; views are of `text`.  False if
 * it has others.
 */
bool session_take(struct apam_str text, struct session *to);

/* A number of it; 0 for what is none. */
int64_t session_number(struct apam_str digits);

#endif
