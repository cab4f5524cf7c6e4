/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What most schemes need, for modules to include: source, and no part of the
 * ABI.  All is static inline, because a module is linked to nothing, and all
 * names begin with scheme_.
 *
 * Responses are read carefully: a success is the expected status, a JSON
 * content type and the right members.  A redirect, 403, 429, 5xx or an HTML
 * page proves neither that a key was revoked nor that it is good.
 *
 * Functions that test a text return true or false, take views that may be
 * empty, and know ASCII alone.  The rest have the errors of the services that
 * they call (module.h).  Nothing here keeps what it is given, or frees it, but
 * for the functions of "State".
 */
#ifndef APAM_SCHEME_H
#define APAM_SCHEME_H

#include "module.h"

#include <stdlib.h>

/* ---- State ------------------------------------------------------------ */

/*
 * What most schemes keep of an entry.  It does not change after `open`, so any
 * threads may share it.  A scheme that keeps more has a type of its own.
 */
struct scheme_entry {
	const struct apam_services *svc;
	const struct apam_options *options;
};

/* The value of option `i` of the module's table. */
static inline const struct apam_value *
scheme_option(const struct scheme_entry *e, size_t i)
{
	return apam_option_value(e->options, i);
}

/*
 * The slot `open` of a module whose state is a scheme_entry; an `open` that may
 * refuse an option calls it at its end.  Returns APAM_OK, or MEMORY.
 */
static inline int32_t
scheme_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	struct scheme_entry *e = (struct scheme_entry *)calloc(1, sizeof(*e));

	if (e == NULL)
		return APAM_E_MEMORY;
	e->svc = svc;
	e->options = options;
	*state = e;
	return APAM_OK;
}

/* The same where what is sent ends by itself: the service short_lived. */
static inline int32_t
scheme_open_short_lived(const struct apam_services *svc,
    const struct apam_options *options, void **state)
{
	svc->short_lived(svc);
	return scheme_open(svc, options, state);
}

/* The slot `close` that goes with both. */
static inline void
scheme_close(void *state)
{
	free(state);
}

/* ---- Text ------------------------------------------------------------- */

/* View `n` bytes at `p`. */
static inline struct apam_str
scheme_str(const char *p, size_t n)
{
	struct apam_str view;

	view.p = p;
	view.n = n;
	return view;
}

/* The letter in lower case; anything else as it is. */
static inline char
scheme_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The value of a hexadecimal digit in either case; -1 if it is none. */
static inline int
scheme_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = scheme_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * True if both have the same bytes.  For secrets and signatures, ask the
 * service `equal`.
 */
static inline bool
scheme_same(struct apam_str a, struct apam_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The same, but letters are compared without case. */
static inline bool
scheme_same_nocase(struct apam_str a, struct apam_str b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	if (a.n == 0 || memcmp(a.p, b.p, a.n) == 0)
		return true; /* most are written alike */
	for (i = 0; i < a.n; i++)
		if (scheme_lower(a.p[i]) != scheme_lower(b.p[i]))
			return false;
	return true;
}

/* True if `s` begins with `prefix`. */
static inline bool
scheme_starts(struct apam_str s, struct apam_str prefix)
{
	return s.n >= prefix.n &&
	    scheme_same(scheme_str(s.p, prefix.n), prefix);
}

static inline bool
scheme_has_char(struct apam_str s, char c)
{
	return s.n > 0 && memchr(s.p, c, s.n) != NULL;
}

/* True if there is a byte below 0x20, or 0x7f. */
static inline bool
scheme_has_control(struct apam_str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

/* True if it is not empty and all visible ASCII: VCHAR, RFC 5234, B.1. */
static inline bool
scheme_all_visible(struct apam_str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7e)
			return false;
	return s.n > 0;
}

/* True for a token (RFC 9110, 5.6.2), as names of headers and cookies are. */
static inline bool
scheme_is_token(struct apam_str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (strchr("\"(),/:;<=>?@[\\]{}", s.p[i]) != NULL)
			return false;
	return scheme_all_visible(s);
}

/*
 * True for a JSON pointer: empty or "/...", '~' only before 0 or 1: RFC 6901.
 */
static inline bool
scheme_is_pointer(struct apam_str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '~' &&
		    (i + 1 == s.n || (s.p[i + 1] != '0' && s.p[i + 1] != '1')))
			return false;
	return s.n == 0 || s.p[0] == '/';
}

/*
 * What is wrong with a header's name that an option says: a static text that
 * follows the option's name; NULL: it can be used.
 */
static inline const char *
scheme_header_name_bad(struct apam_str name)
{
	/* Where a request goes, and where it ends, is the sender's to say. */
	static const char *const framing[] = { "Connection", "Content-Length",
		"Expect", "Host", "HTTP2-Settings", "Keep-Alive",
		"Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade" };
	size_t i;

	if (!scheme_is_token(name))
		return "is not the name of a header: letters, digits and '-', "
		       "without the colon";
	for (i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
		if (scheme_same_nocase(name, apam_str(framing[i])))
			return "is a header that the sender of a request sets "
			       "itself, and cannot carry a key";
	return NULL;
}

/* ---- Faults ----------------------------------------------------------- */

/* Why an exchange did not bring what it was made for. */
struct scheme_fault {
	int32_t status;		/* APAM_OK: it did */
	const char *text;	/* static; NULL for APAM_OK */
};

static inline struct scheme_fault
scheme_fault(int32_t status, const char *text)
{
	struct scheme_fault fault;

	fault.status = status;
	fault.text = text;
	return fault;
}

static inline struct scheme_fault
scheme_no_fault(void)
{
	return scheme_fault(APAM_OK, NULL);
}

/* A fault of the answer, which may be another one the next time. */
static inline struct scheme_fault
scheme_provider_fault(const char *text)
{
	return scheme_fault(APAM_E_PROVIDER, text);
}

/* A fault that another URL would mend; the core adds the option's name. */
static inline struct scheme_fault
scheme_config_fault(const char *text)
{
	return scheme_fault(APAM_E_CONFIG, text);
}

/* End the step with a fault; `who` is the endpoint that answered. */
static inline int32_t
scheme_fail(const struct apam_services *svc, struct apam_op *op,
    const char *who, struct scheme_fault fault)
{
	return apam_failf(svc, op, fault.status, "%s: %s (HTTP %d)", who,
	    fault.text, (int)op->response->status);
}

/* End acquire with these bytes as the credential, valid for ever. */
static inline int32_t
scheme_keep_for_ever(const struct apam_services *svc, struct apam_op *op,
    struct apam_str bytes)
{
	svc->credential(svc, op, bytes);
	svc->lifetime(svc, op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

/*
 * The same with a text that was built.  An empty one means that memory ran out:
 * that is a failure.
 */
static inline int32_t
scheme_keep_text_for_ever(const struct apam_services *svc, struct apam_op *op,
    const struct apam_text *text)
{
	struct apam_str bytes = svc->text_view(svc, text);

	if (bytes.n == 0)
		return svc->fail(
		    svc, op, APAM_E_MEMORY, APAM_STR("out of memory"));
	return scheme_keep_for_ever(svc, op, bytes);
}

/* ---- Responses -------------------------------------------------------- */

/* The media type without its parameters, RFC 9110, 8.3; empty: none is said. */
static inline struct apam_str
scheme_media_type(
    const struct apam_services *svc, const struct apam_response *r)
{
	struct apam_str type = svc->header(svc, r, "Content-Type");
	size_t n = 0;

	while (n < type.n && type.p[n] != ';' && type.p[n] != ' ' &&
	    type.p[n] != '\t')
		n++;
	return scheme_str(type.p, n);
}

/* True if it says that it is JSON; also application/x+json: RFC 6839, 3.1. */
static inline bool
scheme_is_json(const struct apam_services *svc, const struct apam_response *r)
{
	struct apam_str type = svc->header(svc, r, "Content-Type");
	struct apam_str suffix = APAM_STR("+json");

	if (scheme_same(type, APAM_STR("application/json")))
		return true; /* most say this, and no more */
	type = scheme_media_type(svc, r);
	if (scheme_same_nocase(type, APAM_STR("application/json")))
		return true;
	return type.n > suffix.n && scheme_has_char(type, '/') &&
	    scheme_same_nocase(
		scheme_str(type.p + type.n - suffix.n, suffix.n), suffix);
}

/*
 * True for an HTML page, by its type, or by its first byte if the type is
 * wrong.
 */
static inline bool
scheme_is_html(const struct apam_services *svc, const struct apam_response *r)
{
	struct apam_str type = scheme_media_type(svc, r);
	size_t i = 0;

	if (scheme_same_nocase(type, APAM_STR("text/html")) ||
	    scheme_same_nocase(type, APAM_STR("application/xhtml+xml")))
		return true;
	while (i < r->body.n && memchr(" \t\r\n", r->body.p[i], 4) != NULL)
		i++;
	return i < r->body.n && r->body.p[i] == '<';
}

/*
 * What is wrong with an answer whose status says nothing about the key; for
 * endpoints that must answer in JSON.  The caller treats 400, 401 and 403
 * itself.
 */
static inline struct scheme_fault
scheme_fault_of_status(
    const struct apam_services *svc, const struct apam_response *r)
{
	if (r->status == 301 || r->status == 308)
		return scheme_config_fault("a redirect, which is never "
					   "followed: is the URL right?");
	if (r->status >= 300 && r->status < 400)
		return scheme_provider_fault("a redirect, which is never "
					     "followed: is the URL right?");
	if (r->status == 429)
		return scheme_fault(APAM_E_THROTTLED, "too many requests");
	if (r->status >= 500)
		return scheme_provider_fault(
		    "the server has a fault of its own");
	if (r->status == 404 || r->status == 405 || r->status == 410)
		return scheme_config_fault(
		    "nothing there: is the URL right?");
	if (scheme_is_html(svc, r))
		return scheme_provider_fault(
		    "an HTML page where JSON was expected");
	return scheme_provider_fault("not the expected status");
}

/*
 * What is wrong with an answer that has the expected status.  If it is not
 * JSON, it did not come from the endpoint.
 */
static inline struct scheme_fault
scheme_fault_of_success(
    const struct apam_services *svc, const struct apam_response *r)
{
	if (r->body.n == 0)
		return scheme_provider_fault("an empty answer");
	if (scheme_is_html(svc, r))
		return scheme_config_fault(
		    "an HTML page where JSON was expected");
	if (!scheme_is_json(svc, r))
		return scheme_config_fault("the content type is not JSON");
	return scheme_no_fault();
}

/*
 * The string at a JSON pointer of an answer; empty where there is none, or
 * where the answer is not JSON.
 */
static inline struct apam_str
scheme_json_string(const struct apam_services *svc,
    const struct apam_response *r, const char *pointer)
{
	struct apam_json value;

	if (svc->json(svc, r, pointer, &value, NULL) != APAM_OK ||
	    value.type != APAM_JSON_STRING)
		return APAM_STR("");
	return value.str;
}

/* The number of the first challenge of an auth scheme; false if none. */
static inline bool
scheme_find_challenge(const struct apam_services *svc,
    const struct apam_response *r, const char *scheme, size_t *index)
{
	char found[32];

	for (*index = 0; svc->challenge(svc, r, *index, found, sizeof(found));
	     ++*index)
		if (scheme_same_nocase(apam_str(found), apam_str(scheme)))
			return true;
	return false;
}

/* ---- Signing ---------------------------------------------------------- */

/*
 * Send "NAME: PREFIXSECRET".  Returns APAM_OK; where memory runs out, the core
 * does not send it.
 */
static inline int32_t
scheme_sign_header(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str name, struct apam_str prefix, struct apam_str secret)
{
	struct apam_text *value = svc->text_new(svc, 1);

	svc->text_put(svc, value, APAM_WRITING_PLAIN, prefix);
	svc->text_put(svc, value, APAM_WRITING_PLAIN, secret);
	svc->sign_header(svc, out, name, svc->text_view(svc, value));
	svc->text_free(svc, &value);
	return APAM_OK;
}

/* Send "Authorization: WORD SECRET"; `word` ends with its space. */
static inline int32_t
scheme_sign_authorization(const struct apam_services *svc,
    struct apam_signing *out, struct apam_str word, struct apam_str secret)
{
	return scheme_sign_header(
	    svc, out, APAM_STR("Authorization"), word, secret);
}

/*
 * How many bytes the body of a request has.  0: none, or the program has not
 * said how many; such a body cannot be rewritten (sign_body), and the core then
 * says so.
 */
static inline uint64_t
scheme_body_length(const struct apam_body *body)
{
	return body->kind == APAM_BODY_BYTES ? body->bytes.n : body->length;
}

/* ---- Judging ---------------------------------------------------------- */

/*
 * Client errors that a server finds only after it has accepted the credential,
 * provided that they are JSON from the API and not a page from a proxy.
 */
static inline bool
scheme_is_inner_error(int32_t status)
{
	switch (status) {
	case 404:
	case 405:
	case 406:
	case 409:
	case 410:
	case 412:
	case 415:
	case 422:
		return true;
	default:
		return false;
	}
}

static inline int32_t
scheme_judge_success(const struct apam_services *svc,
    const struct apam_response *r, const char **reason)
{
	*reason = "the API answered";
	if (r->body.n == 0 && scheme_is_json(svc, r))
		return APAM_VERDICT_ACCEPTED; /* the type alone is known */
	*reason = "an HTML page where JSON was expected";
	if (scheme_is_html(svc, r))
		return APAM_VERDICT_UNKNOWN;
	*reason = "the API answered";
	if (scheme_is_json(svc, r) || r->status == 204)
		return APAM_VERDICT_ACCEPTED;
	*reason = "a success that is not JSON";
	return APAM_VERDICT_UNKNOWN;
}

/*
 * A 401 without details.  A page may come from a proxy, so a check has to
 * decide.  A challenge (RFC 9110, 15.5.2) or JSON comes from the API itself.
 */
static inline int32_t
scheme_judge_401(const struct apam_services *svc,
    const struct apam_response *r, const char **reason)
{
	*reason = "a 401 page without a challenge: perhaps not from the API";
	if (scheme_is_html(svc, r) &&
	    svc->header(svc, r, "WWW-Authenticate").n == 0)
		return APAM_VERDICT_SUSPECT;
	*reason = "the API answered 401: the credential is not accepted";
	return APAM_VERDICT_REJECTED;
}

/*
 * The verdict (enum apam_verdict) on any answer of an API that speaks JSON, by
 * the rules that all schemes share.  *reason is static.
 */
static inline int32_t
scheme_judge(const struct apam_services *svc, const struct apam_response *r,
    const char **reason)
{
	if (r->status >= 200 && r->status < 300)
		return scheme_judge_success(svc, r, reason);
	if (r->status == 401)
		return scheme_judge_401(svc, r, reason);
	*reason = "the API answered 403: not allowed with this credential";
	if (r->status == 403)
		return APAM_VERDICT_FORBIDDEN;
	*reason = "the API answered 429: too many requests";
	if (r->status == 429)
		return APAM_VERDICT_THROTTLED;
	*reason = "the API let the request in and found an error in it";
	if (scheme_is_inner_error(r->status) && scheme_is_json(svc, r))
		return APAM_VERDICT_ACCEPTED;
	*reason = "a redirect says nothing about the key";
	if (r->status >= 300 && r->status < 400)
		return APAM_VERDICT_UNKNOWN;
	*reason = "the server has a fault of its own, which says nothing about "
		  "the key";
	if (r->status >= 500)
		return APAM_VERDICT_UNKNOWN;
	*reason = "this answer says nothing about the credential";
	return APAM_VERDICT_UNKNOWN;
}

/*
 * The slot `judge` of a module whose state is a scheme_entry and that has no
 * rules of its own.
 */
static inline int32_t
scheme_judge_answer(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const struct scheme_entry *e = (const struct scheme_entry *)state;

	(void)out;
	return scheme_judge(e->svc, answer->response, reason);
}

/* ---- Checking --------------------------------------------------------- */

/* op->phase while a check waits for the answer to the entry's probe. */
#define SCHEME_PHASE_PROBE 1000

/*
 * End a check that has made a credential, with what is known so far: GOOD, or
 * UNKNOWN, and why.  If the entry has a probe, that one is sent first, and
 * scheme_probe_done ends the check.
 */
static inline int32_t
scheme_probe_or_end(const struct apam_services *svc, struct apam_op *op,
    int32_t state, const char *text)
{
	if (op->probe.n == 0)
		return apam_key_statef(svc, op, state, "%s", text);
	/* What was found before stands beside what the probe says. */
	svc->memo(svc, op,
	    state == APAM_KEY_GOOD ? apam_str(text) : APAM_STR(""));
	op->phase = SCHEME_PHASE_PROBE;
	svc->exchange_probe(svc, op);
	return APAM_STEP_EXCHANGE;
}

/*
 * True for an answer to the probe that lacks the body which its head promises,
 * as when a proxy answers in the API's place.  Whether a body is well-formed is
 * not looked at.
 */
static inline bool
scheme_probe_is_hollow(const struct apam_op *op)
{
	return op->response->status == 200 && op->response->body.n == 0 &&
	    !scheme_starts(op->probe, APAM_STR("HEAD "));
}

/*
 * End a check with the answer to the probe, on which the module has this
 * verdict, for this reason:
 *
 *	ACCEPTED		the key is good, but for a hollow answer
 *	REJECTED		it is revoked
 *	SUSPECT, a redirect	the same: a program's path may lead to the login
 *				page with a good key, that of the probe is the
 *				API's, where a good key is let in
 *	all others, as 403	nothing more than was known before
 *
 * An empty list is an answer of the API, by which the key is good: a probe is
 * to be chosen that nobody is let to without a key.
 */
static inline int32_t
scheme_probe_done(const struct apam_services *svc, struct apam_op *op,
    int32_t verdict, const char *reason)
{
	const int32_t status = op->response->status;
	int32_t state = op->memo.n > 0 ? APAM_KEY_GOOD : APAM_KEY_UNKNOWN;

	if (verdict == APAM_VERDICT_ACCEPTED && scheme_probe_is_hollow(op))
		reason = "an empty answer";
	else if (verdict == APAM_VERDICT_ACCEPTED)
		state = APAM_KEY_GOOD;
	if (verdict == APAM_VERDICT_REJECTED ||
	    (verdict == APAM_VERDICT_SUSPECT && status >= 300 && status <= 399))
		state = APAM_KEY_REVOKED;
	return apam_key_statef(svc, op, state, "%.*s%sprobe: %s",
	    (int)op->memo.n, op->memo.n == 0 ? "" : op->memo.p,
	    op->memo.n == 0 ? "" : "; ", reason);
}

/*
 * The check of a scheme without an exchange, whole: `acquire` is the module's
 * slot, which makes the credential at once; the key can be asked about by the
 * probe alone.  `judge` is what the module makes of the answer, with a static
 * *reason; NULL: scheme_judge.
 */
static inline int32_t
scheme_check_by_probe(const struct apam_services *svc, struct apam_op *op,
    void *state, int32_t (*acquire)(void *state, struct apam_op *op),
    int32_t (*judge)(
	void *state, const struct apam_response *r, const char **reason))
{
	const char *reason = "";
	int32_t verdict;

	if (op->phase == SCHEME_PHASE_PROBE) {
		verdict = judge != NULL ?
		    judge(state, op->response, &reason) :
		    scheme_judge(svc, op->response, &reason);
		return scheme_probe_done(svc, op, verdict, reason);
	}
	if (acquire(state, op) != APAM_STEP_DONE)
		return APAM_STEP_FAILED;
	return scheme_probe_or_end(svc, op, APAM_KEY_UNKNOWN,
	    "no probe is configured to ask the provider");
}

/*
 * Go on with a check after the endpoint `who` was asked for a new credential.
 * Only a refusal of the key itself counts as evidence against the key; a new
 * credential proves it good, and the probe may refute that.
 */
static inline int32_t
scheme_check_by_minting(const struct apam_services *svc, struct apam_op *op,
    const char *who, struct scheme_fault fault)
{
	char text[256];

	(void)snprintf(
	    text, sizeof(text), "%.200s: a fresh token was issued", who);
	if (fault.status == APAM_OK)
		return scheme_probe_or_end(svc, op, APAM_KEY_GOOD, text);
	/* The provider was not asked about the key: there is no finding. */
	if (fault.status == APAM_E_CONFIG)
		return scheme_fail(svc, op, who, fault);
	return apam_key_statef(svc, op,
	    fault.status == APAM_E_REVOKED ? APAM_KEY_REVOKED :
					     APAM_KEY_UNKNOWN,
	    "%s: %s (HTTP %d)", who, fault.text, (int)op->response->status);
}

#endif
