/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probe.  It is bound to the profile's first origin and signed like any
 * request, so that nothing goes out that apam_sign would not sign.
 */
#include "entry/probe.h"

#include <stdio.h>
#include <string.h>

#include "abi/request.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "config/entry_conf.h"

static enum apam_status
fill_probe(struct exchange *x, struct entry *e, const struct request *request,
    struct apam_signing *s, struct apam_error *err)
{
	const struct apam_header *headers = fields_array(&s->headers);
	const struct reach reach = { .allow_http = e->policy.allow_http };
	const char *why;

	exchange_begin(x, apam_str(e->conf->probe_method), request->view.url,
	    APAM_ENCODING_NONE);
	for (size_t i = 0; headers != NULL && i < s->headers.count; i++)
		fields_add_header(
		    &x->headers, headers[i].name, headers[i].value);
	why = exchange_finish(x, &reach);
	if (why == NULL)
		return APAM_OK;
	return error_set(
	    err, APAM_E_CONFIG, "the probe cannot be sent: %s", why);
}

enum apam_status
probe_build(struct entry *e, const struct credential *c, struct exchange *x,
    struct apam_error *err)
{
	struct apam_request from = { .size = sizeof(from) };
	struct apam_signing s;
	struct request request;
	enum apam_status status;
	struct buf url;

	signing_init(&s);
	buf_init(&url, URL_MAX);
	profile_probe_url(e->profile, e->conf, &url);
	from.method = e->conf->probe_method;
	from.url = buf_view(&url).p;

	status = request_init(&request, &from, e->profile, err);
	if (status == APAM_OK)
		status = entry_prepare(e, &request, &s, err);
	if (status == APAM_OK)
		status = entry_sign(e, c, &request, &s, err);
	if (status == APAM_OK)
		status = fill_probe(x, e, &request, &s, err);
	request_free(&request);
	buf_free(&url);
	signing_free(&s);
	return status;
}

/*
 * Whether an answer lacks the body that its head promises, as when a proxy
 * answers in the API's place.  Whether a body is well-formed is not looked at.
 */
static bool
is_hollow(const struct entry *e, const struct response *r)
{
	return r->pub.status == 200 && r->pub.body.n == 0 &&
	    strcmp(e->conf->probe_method, "HEAD") != 0;
}

/*
 * A module that knows where people log in calls a redirect to there SUSPECT.  A
 * program's request may be redirected because of its path.  The probe's path is
 * one of the API, where a good key is let in, so here it means a bad key.
 */
static bool
is_led_to_login(enum apam_verdict verdict, const struct response *r)
{
	return verdict == APAM_VERDICT_SUSPECT && r->pub.status >= 300 &&
	    r->pub.status <= 399;
}

void
probe_judge(
    struct entry *e, const struct response *r, struct key_finding *finding)
{
	const char *reason;
	enum apam_verdict verdict = entry_judge(e, r, &reason);

	if (verdict == APAM_VERDICT_ACCEPTED && is_hollow(e, r)) {
		verdict = APAM_VERDICT_UNKNOWN;
		reason = "an empty answer";
	}
	finding->state = APAM_KEY_UNKNOWN;
	if (verdict == APAM_VERDICT_ACCEPTED)
		finding->state = APAM_KEY_GOOD;
	if (verdict == APAM_VERDICT_REJECTED || is_led_to_login(verdict, r))
		finding->state = APAM_KEY_REVOKED;
	finding->at = clock_unix();
	(void)snprintf(
	    finding->evidence, sizeof(finding->evidence), "probe: %s", reason);
}
