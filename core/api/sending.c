/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host needs that sends a request by itself: the way that the profile
 * prescribes, which headers are the sender's own, whether signing can wait, and
 * the words for a request that got no answer.
 */
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "flight/loop.h"
#include "http/client.h"
#include "http/transfer_error.h"
#include "profile/reload.h"
#include "text/header.h"
#include "text/url.h"

bool
apam_profile_has_thread(const struct apam_profile *profile)
{
	return profile->ctx->env.loop->threaded;
}

bool
apam_header_is_framing(struct apam_str name)
{
	return header_is_framing(name);
}

/* ---- The way ----------------------------------------------------------- */

static void
fill(struct apam_transport *t, struct stack *s, const char *url)
{
	const struct profile *p = s->profile;
	const struct http_policy policy = { .proxy = p->proxy };
	const char *proxy = http_proxy(&policy, apam_str(url));

	t->ca_file = p->ca_file;
	t->proxy = proxy[0] == '\0' ? NULL : proxy;
	t->body_max = (size_t)p->body_max;
	t->timeout_ms = (int)(p->deadline * 1000);
	t->allow_http = p->allow_http;
	t->owned = s;
}

enum apam_status
apam_transport_get(struct apam_profile *profile, const char *url,
    struct apam_transport *transport, struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_transport made = APAM_TRANSPORT_INIT;
	const char *why;
	struct url parsed;

	if (!sized_begin(err) ||
	    sized_room(&sized_transport, transport, err) != APAM_OK)
		return APAM_E_USAGE;
	sized_give(&sized_transport, &made, transport);
	why = url_parse(apam_str(url), &parsed);
	if (why != NULL)
		return error_set(err, APAM_E_URL, "%s", why);
	fill(&made, profile_hold(profile), url);
	sized_give(&sized_transport, &made, transport);
	return APAM_OK;
}

void
apam_transport_release(struct apam_transport *transport)
{
	HOLD_CANCEL;
	const struct apam_transport none = APAM_TRANSPORT_INIT;
	struct stack *s;

	/* Without its size it never held anything. */
	if (sized_room(&sized_transport, transport, NULL) != APAM_OK)
		return;
	s = transport->owned;
	stack_release(&s);
	sized_give(&sized_transport, &none, transport);
}

/* ---- No answer --------------------------------------------------------- */

enum apam_status
apam_failure_explain(const struct apam_failure *failure, struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_failure mine;

	if (!sized_begin(err) ||
	    sized_take(&sized_failure, failure, &mine, err) != APAM_OK)
		return APAM_E_USAGE;
	return http_error(&mine, err);
}
