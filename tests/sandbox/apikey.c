/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A provider of nobody's in particular, whose keys are sent as they are: in the
 * header X-Api-Key, after "Bearer " or "Token token=" in Authorization, in the
 * query as api_key, or in the cookie session.  How it refuses a bad key is a
 * switch, for providers that do not do so by 401.
 */
#include "keys.h"
#include "switches.h"

#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

/* Each secret is the key of one id. */
static const char *const ids[] = { "sandbox-key", "sandbox-key-2" };
#define APPLICATION "sandbox-application"

static void
failure(struct answer *answer, unsigned status, const char *reason)
{
	answer_json(answer, status,
	    json_pack("{s:{s:i, s:s}}", "error", "code", (int)status, "reason",
		reason));
}

static const char *
after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text && !strncmp(text, prefix, length) ? text + length : NULL;
}

static const char *
cookie(const struct request *request)
{
	return MHD_lookup_connection_value(
	    request->connection, MHD_COOKIE_KIND, "session");
}

/* What was sent as a key, wherever; NULL: nothing. */
static const char *
sent_key(const struct request *request)
{
	const char *authorization = request_header(request, "Authorization");
	const char *places[] = { request_header(request, "X-Api-Key"),
		after(authorization, "Bearer "),
		after(authorization, "Token token="),
		request_arg(request, "api_key"), cookie(request) };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i])
			return places[i];
	return NULL;
}

static bool
is_known(struct request *request, const char *secret)
{
	for (size_t i = 0; secret && i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct key *key = key_find(APIKEY, ids[i], false);

		if (!key_accepts(key, secret))
			continue;
		request->key_id = key->id;
		return true;
	}
	return false;
}

/* The switch `refusal`: its first three letters are the status. */
static void
refuse(struct answer *answer)
{
	unsigned status = 401;

	sscanf(switch_get(APIKEY, "refusal"), "%3u", &status);
	failure(answer, status, "API_KEY_INVALID");
}

static void
me(const struct request *request, struct answer *answer)
{
	answer_json(answer, 200, json_pack("{s:s}", "name", request->key_id));
}

/* A second key beside the first, and the id of an application. */
static void
both(const struct request *request, struct answer *answer)
{
	const char *second = request_header(request, "X-Application-Key");
	const char *id = request_header(request, "X-Application-Id");

	if (!second ||
	    !key_accepts(key_find(APIKEY, APPLICATION, false), second))
		failure(answer, 403, "APPLICATION_KEY_INVALID");
	else if (!id || strcmp(id, "app-1"))
		failure(answer, 400, "APPLICATION_UNKNOWN");
	else
		me(request, answer);
}

void
apikey_answer(struct request *request, struct answer *answer)
{
	if (!is_known(request, sent_key(request)))
		refuse(answer);
	else if (request_is(request, "GET", "/v1/me"))
		me(request, answer);
	else if (request_is(request, "GET", "/v1/both"))
		both(request, answer);
	else if (request_is(request, "GET", "/v1/forbidden"))
		failure(answer, 403, "PERMISSION_DENIED");
	else
		failure(answer, 404, "NOT_FOUND");
}
