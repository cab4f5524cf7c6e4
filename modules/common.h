/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared by the modules here: responses are read in the same careful way.
 *
 * A success is the expected status, a JSON content type and the right members.
 * A redirect, 403, 429, 5xx or an HTML page proves neither that a key was
 * revoked nor that it is good.  The functions are static inline, because
 * modules are linked to nothing.
 */
#ifndef MODULES_COMMON_H
#define MODULES_COMMON_H

#include <apam/module.h>

#include <stdio.h>

/* ---- Text ------------------------------------------------------------- */

static inline char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Accepts both cases; -1 if it is not a digit. */
static inline int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool
same(struct apam_str a, struct apam_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Compares ASCII letters without case. */
static inline bool
same_nocase(struct apam_str a, struct apam_str b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

static inline bool
starts(struct apam_str s, struct apam_str prefix)
{
	return s.n >= prefix.n &&
	    same((struct apam_str){ s.p, prefix.n }, prefix);
}

static inline bool
has_char(struct apam_str s, char c)
{
	return s.n > 0 && memchr(s.p, c, s.n) != NULL;
}

static inline bool
has_control(struct apam_str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

/*
 * True if the text is not empty and all visible ASCII (RFC 5234, B.1: VCHAR).
 */
static inline bool
all_visible(struct apam_str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7e)
			return false;
	return s.n > 0;
}

/* ---- Faults ----------------------------------------------------------- */

/* Why an exchange did not bring what it was made for. */
struct fault {
	int32_t status; /* APAM_OK: it did */
	const char *text; /* static */
};

#define NO_FAULT ((struct fault){ APAM_OK, NULL })
#define PROVIDER_FAULT(text) ((struct fault){ APAM_E_PROVIDER, (text) })
/* A fault that another URL would mend; the core adds the option's name. */
#define CONFIG_FAULT(text) ((struct fault){ APAM_E_CONFIG, (text) })

/* End the step with a fault; `who` is the endpoint that answered. */
static inline int32_t
fail_with(const struct apam_services *svc, struct apam_op *op, const char *who,
    struct fault fault)
{
	return apam_failf(svc, op, fault.status, "%s: %s (HTTP %d)", who,
	    fault.text, op->response->status);
}

/* ---- Checking --------------------------------------------------------- */

/* op->phase while a check waits for the answer to the entry's probe. */
#define PHASE_PROBE 1000

/*
 * End a check that has made a credential, with what is known so far: GOOD, or
 * UNKNOWN.  If the entry has a probe, that one is sent first, and decides
 * (probe_done).
 */
static inline int32_t
probe_or_end(const struct apam_services *svc, struct apam_op *op, int32_t state,
    const char *text)
{
	if (op->probe.n == 0)
		return apam_key_statef(svc, op, state, "%s", text);
	/* What was found before stands beside what the probe says. */
	svc->memo(svc, op,
	    state == APAM_KEY_GOOD ? apam_str(text) : APAM_STR(""));
	op->phase = PHASE_PROBE;
	svc->exchange_probe(svc, op);
	return APAM_STEP_EXCHANGE;
}

/*
 * Whether an answer lacks the body that its head promises, as when a proxy
 * answers in the API's place.  Whether a body is well-formed is not looked at.
 */
static inline bool
probe_is_hollow(const struct apam_op *op)
{
	return op->response->status == 200 && op->response->body.n == 0 &&
	    !starts(op->probe, APAM_STR("HEAD "));
}

/*
 * End a check with the answer to the probe, which `judge` has given a verdict.
 * A program's request may be redirected to a login page because of its path,
 * which is only suspect.  The probe's path is one of the API, where a good key
 * is let in, so here it means a bad key.
 */
static inline int32_t
probe_done(const struct apam_services *svc, struct apam_op *op, int32_t verdict,
    const char *reason)
{
	const int32_t status = op->response->status;
	int32_t state = op->memo.n > 0 ? APAM_KEY_GOOD : APAM_KEY_UNKNOWN;

	if (verdict == APAM_VERDICT_ACCEPTED && probe_is_hollow(op))
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

/* The key can be asked about by the probe alone. */
static inline int32_t
probe_alone(const struct apam_services *svc, struct apam_op *op)
{
	return probe_or_end(svc, op, APAM_KEY_UNKNOWN,
	    "no probe is configured to ask the provider");
}

/*
 * End a check with the token endpoint's answer.  Only a refusal of the key
 * itself counts as evidence against the key.
 */
static inline int32_t
state_with(const struct apam_services *svc, struct apam_op *op, const char *who,
    struct fault fault)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%.200s: a fresh token was issued", who);
	if (fault.status == APAM_OK)
		return probe_or_end(svc, op, APAM_KEY_GOOD, text);
	/* The provider was not asked about the key: there is no finding. */
	if (fault.status == APAM_E_CONFIG)
		return fail_with(svc, op, who, fault);
	return apam_key_statef(svc, op,
	    fault.status == APAM_E_REVOKED ? APAM_KEY_REVOKED :
					     APAM_KEY_UNKNOWN,
	    "%s: %s (HTTP %d)", who, fault.text, op->response->status);
}

/*
 * End acquire with `text` as the credential, valid for ever.  An empty text
 * means that building it ran out of memory: that is a failure.
 */
static inline int32_t
keep_for_ever(const struct apam_services *svc, struct apam_op *op,
    const struct apam_text *text)
{
	struct apam_str bytes = svc->text_view(svc, text);

	if (bytes.n == 0)
		return apam_failf(svc, op, APAM_E_MEMORY, "out of memory");
	svc->credential(svc, op, bytes);
	svc->lifetime(svc, op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

/* ---- Responses -------------------------------------------------------- */

/* The media type without its parameters, RFC 9110, 8.3. */
static inline struct apam_str
media_type(const struct apam_services *svc, const struct apam_response *r)
{
	struct apam_str type = svc->header(svc, r, "Content-Type");
	size_t n = 0;

	while (n < type.n && type.p[n] != ';' && type.p[n] != ' ' &&
	    type.p[n] != '\t')
		n++;
	return (struct apam_str){ type.p, n };
}

static inline bool
is_json(const struct apam_services *svc, const struct apam_response *r)
{
	struct apam_str type = media_type(svc, r);
	struct apam_str suffix = APAM_STR("+json"); /* RFC 6839, 3.1 */

	if (same_nocase(type, APAM_STR("application/json")))
		return true;
	return type.n > suffix.n && has_char(type, '/') &&
	    same_nocase(
		(struct apam_str){ type.p + type.n - suffix.n, suffix.n },
		suffix);
}

/* The number of the first challenge of an auth scheme; false if none. */
static inline bool
find_challenge(const struct apam_services *svc, const struct apam_response *r,
    const char *scheme, size_t *index)
{
	char found[32];

	for (*index = 0; svc->challenge(svc, r, *index, found, sizeof(found));
	     ++*index)
		if (same_nocase(apam_str(found), apam_str(scheme)))
			return true;
	return false;
}

/*
 * True for an HTML page, by its type, or by its first byte if the type is
 * wrong.
 */
static inline bool
is_html(const struct apam_services *svc, const struct apam_response *r)
{
	struct apam_str type = media_type(svc, r);
	size_t i = 0;

	if (same_nocase(type, APAM_STR("text/html")) ||
	    same_nocase(type, APAM_STR("application/xhtml+xml")))
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
static inline struct fault
fault_of_status(const struct apam_services *svc, const struct apam_response *r)
{
	if (r->status == 301 || r->status == 308)
		return CONFIG_FAULT("a redirect, which is never followed: "
				    "is the URL right?");
	if (r->status >= 300 && r->status < 400)
		return PROVIDER_FAULT("a redirect, which is never followed: "
				      "is the URL right?");
	if (r->status == 429)
		return (struct fault){ APAM_E_THROTTLED, "too many requests" };
	if (r->status >= 500)
		return PROVIDER_FAULT("the server has a fault of its own");
	if (r->status == 404 || r->status == 405 || r->status == 410)
		return CONFIG_FAULT("nothing there: is the URL right?");
	if (is_html(svc, r))
		return PROVIDER_FAULT("an HTML page where JSON was expected");
	return PROVIDER_FAULT("not the expected status");
}

/*
 * What is wrong with an answer that has the expected status.  If it is not
 * JSON, it did not come from the endpoint.
 */
static inline struct fault
fault_of_success(const struct apam_services *svc, const struct apam_response *r)
{
	if (r->body.n == 0)
		return PROVIDER_FAULT("an empty answer");
	if (is_html(svc, r))
		return CONFIG_FAULT("an HTML page where JSON was expected");
	if (!is_json(svc, r))
		return CONFIG_FAULT("the content type is not JSON");
	return NO_FAULT;
}

/* ---- Signing ---------------------------------------------------------- */

/*
 * Send "Authorization: WORD SECRET"; `word` ends with its space.  An empty text
 * means that building it ran out of memory: never send that.
 */
static inline int32_t
sign_authorization(const struct apam_services *svc, struct apam_signing *out,
    struct apam_str word, struct apam_str secret)
{
	struct apam_text *value = svc->text_new(svc, 1);
	int32_t status = APAM_OK;

	svc->text_put(svc, value, APAM_WRITING_PLAIN, word);
	svc->text_put(svc, value, APAM_WRITING_PLAIN, secret);
	if (svc->text_view(svc, value).n == 0)
		status = apam_refusef(svc, out, APAM_E_MEMORY, "out of memory");
	else
		svc->sign_header(svc, out, APAM_STR("Authorization"), svc->text_view(svc, value));
	svc->text_free(svc, &value);
	return status;
}

/* ---- Judging ---------------------------------------------------------- */

/*
 * Client errors that a server finds only after it has accepted the credential,
 * provided that they are JSON from the API and not a page from a proxy.
 */
static inline bool
is_inner_error(unsigned status)
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
judge_success(const struct apam_services *svc, const struct apam_response *r,
    const char **reason)
{
	*reason = "an HTML page where JSON was expected";
	if (is_html(svc, r))
		return APAM_VERDICT_UNKNOWN;
	*reason = "the API answered";
	if (is_json(svc, r) || r->status == 204)
		return APAM_VERDICT_ACCEPTED;
	*reason = "a success that is not JSON";
	return APAM_VERDICT_UNKNOWN;
}

/*
 * A 401 without details.  A page may come from a proxy, so a check has to
 * decide.  A challenge (RFC 9110, 15.5.2) or JSON comes from the API itself.
 */
static inline int32_t
judge_401(const struct apam_services *svc, const struct apam_response *r,
    const char **reason)
{
	*reason = "a 401 page without a challenge: perhaps not from the API";
	if (is_html(svc, r) && svc->header(svc, r, "WWW-Authenticate").n == 0)
		return APAM_VERDICT_SUSPECT;
	*reason = "the API answered 401: the credential is not accepted";
	return APAM_VERDICT_REJECTED;
}

/* Judge any answer by the rules that all schemes share. */
static inline int32_t
judge_common(const struct apam_services *svc, const struct apam_response *r,
    const char **reason)
{
	if (r->status >= 200 && r->status < 300)
		return judge_success(svc, r, reason);
	if (r->status == 401)
		return judge_401(svc, r, reason);
	*reason = "the API answered 403: not allowed with this credential";
	if (r->status == 403)
		return APAM_VERDICT_FORBIDDEN;
	*reason = "the API answered 429: too many requests";
	if (r->status == 429)
		return APAM_VERDICT_THROTTLED;
	*reason = "the API let the request in and found an error in it";
	if (is_inner_error(r->status) && is_json(svc, r))
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

#endif
