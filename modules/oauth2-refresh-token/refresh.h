/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OAuth 2.0 refresh tokens (RFC 6749, 6) that a person's login brings.
 *
 *	module.c	options and the descriptor
 *	spend.c		the refresh token is sent, and its successor kept
 *	logout.c	it is revoked (RFC 7009)
 *	login.c		the steps of a login, and its end
 *	session.c	what a login carries from step to step
 *	discovery.c	the issuer that a resource names (RFC 9728), and what the
 *			issuer says of itself (RFC 8414, OpenID Connect)
 *	register.c	a client of one's own (RFC 7591)
 *	device.c	a code that is entered elsewhere (RFC 8628)
 *	browser.c	a browser that comes back (RFC 6749, 4.1; RFC 7636; RFC
 *			8252; RFC 9207)
 *
 * The rest is in ../oauth2.  What the options do not say, the login finds out,
 * and keeps as facts beside the refresh token.
 */
#ifndef REFRESH_H
#define REFRESH_H

#include "../oauth2/oauth2.h"

#include "session.h"

/* The module's own options. */
enum refresh_option {
	OPT_REFRESH_TOKEN = OAUTH2_OPT_COUNT,
	OPT_REFRESH_SCOPE,
	OPT_LOGIN,
	OPT_LOGIN_EXTRA,
	OPT_AUTHORIZATION_URL,
	OPT_DEVICE_URL,
	OPT_CLIENT_NAME,
	OPT_COUNT
};

/* The choices of login, in the order of its names. */
enum login_way { LOGIN_DEVICE, LOGIN_BROWSER };

/* op->phase, besides the shared ones: which answer a step waits for. */
enum refresh_phase {
	PHASE_REVOKED = OAUTH2_PHASE_OWN, /* the refresh token */
	/* Of a login: */
	PHASE_RESOURCE,	/* the resource's challenge */
	PHASE_RESOURCE_METADATA,
	PHASE_CONFIRMED, /* the person has said yes to the issuer */
	PHASE_REGISTRATION,
	PHASE_DEVICE,
	PHASE_SHOWN,	/* the person has been told the code */
	PHASE_POLL,	/* it is time to ask */
	PHASE_POLLED,
	PHASE_REDIRECTED,
	PHASE_CODE
};

/* ---- spend.c ---------------------------------------------------------- */

/* What is the grant's own, for the shared part. */
extern const struct oauth2_grant refresh_grant;
/* The same for a token that is not in the store. */
extern const struct oauth2_grant given_grant;

/*
 * The refresh token of a token answer; empty: it has none.  A fault: it is not
 * a text, or has a character that RFC 6749, A.17, does not allow.
 */
struct scheme_fault refresh_token_read(const struct oauth2 *o,
    const struct apam_response *r, struct apam_str *token);

/* ---- logout.c, login.c: slots ----------------------------------------- */

int32_t refresh_revoke(void *state, struct apam_op *op);
int32_t refresh_login(void *state, struct apam_op *op);

/* ---- For the parts of a login ----------------------------------------- */

/*
 * Each looks at op->response, where it waits for one, fills in what it found and
 * says what comes next: the step of an exchange, or of what else it waits for.
 * *s is kept when it returns.
 */
typedef int32_t login_step(
    const struct oauth2 *o, struct apam_op *op, struct session *s);

/* login.c: discovery is done, or a client is registered: go on. */
login_step login_go_on;
/* login.c: read the token endpoint's answer, and end the login with it. */
login_step login_end;
/*
 * login.c: begin a form to `url`, with the resource and whatever the client has
 * to show; that for a token has `extra`, too.  Returns APAM_STEP_EXCHANGE, or
 * what `fail` returned.
 */
int32_t login_form(
    const struct oauth2 *o, struct apam_op *op, struct apam_str url);
int32_t login_token_form(
    const struct oauth2 *o, struct apam_op *op, const struct session *s);

/*
 * login.c: keep the session for the next step.  Returns `step`, or what `fail`
 * returned; nothing is kept for a step that has failed.
 */
int32_t login_keep(const struct oauth2 *o, struct apam_op *op,
    const struct session *s, int32_t step);

/* login.c: true to log in by a code, false by a browser. */
bool login_is_device(const struct oauth2 *o, const struct apam_op *op,
    const struct session *s);

/* A client that was registered. */
struct client {
	struct apam_str id;
	struct apam_str secret;	/* or empty */
	struct apam_str auth;	/* a name of client_auth's choices */
};

/* login.c: be this client from now on. */
void login_keep_client(const struct oauth2 *o, struct apam_op *op,
    struct session *s, const struct client *client);

/* discovery.c */
login_step resource_ask, resource_asked, resource_found, issuer_ask,
    issuer_found;
/* register.c */
login_step register_ask, registered;
/* device.c */
login_step device_ask, device_show, device_wait, device_poll, device_polled;
/* browser.c */
login_step browser_show, browser_back;

enum query_result {
	QUERY_ABSENT,
	QUERY_FOUND,
	QUERY_BAD,	/* it is there twice (RFC 6749, 3.1), or badly written */
	QUERY_MEMORY	/* there is none */
};

/* browser.c: append the value of a parameter of a query to `to`. */
enum query_result query_value(const struct apam_services *svc,
    struct apam_str query, struct apam_str name, struct apam_text *to);

#endif
