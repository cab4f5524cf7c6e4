/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A provider of nobody's in particular, whose keys are sent as they are: in the
 * header X-Api-Key, after "Bearer " or "Token token=" in Authorization, in the
 * query as api_key, or in the cookie session.  How it refuses a bad key is a
 * switch, for providers that do not do so by 401.
 *
 * It is what the examples of the module guide are tried against, too: POST
 * /token gives a token for an id and a secret, and /v1/signed wants an HMAC
 * over each request.
 */
#include "keys.h"
#include "switches.h"

#include <microhttpd.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define TOKEN "token-of-" /* and the secret */
#define HEX_SIZE (2 * EVP_MAX_MD_SIZE + 1)

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
		after(authorization, "Bearer " TOKEN),
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

/* ---- The examples of the module guide ---------------------------------- */

static void
token(const struct request *request, struct answer *answer)
{
	json_t *json = request_json(request);
	const char *id = json_string_value(json_object_get(json, "id"));
	const char *secret = json_string_value(json_object_get(json, "secret"));
	char text[KEY_TEXT_MAX + sizeof(TOKEN)];

	if (!id || !secret ||
	    !key_accepts(key_find(APIKEY, id, false), secret)) {
		failure(answer, 401, "KEY_INVALID");
	} else {
		snprintf(text, sizeof(text), TOKEN "%s", secret);
		answer_json(answer, 200,
		    json_pack("{s:s, s:i}", "token", text, "expires_in", 3600));
	}
	json_decref(json);
}

static void
hex(const unsigned char *bytes, size_t n, char to[HEX_SIZE])
{
	for (size_t i = 0; i < n; i++)
		sprintf(to + 2 * i, "%02x", bytes[i]);
}

/* The signature of the request with this key, as acme-sign makes it. */
static void
sign(const struct request *request, const struct key *key, const char *when,
    char to[HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char body[HEX_SIZE] = "", text[1024];
	unsigned n = 0;

	EVP_Digest(
	    request->body, request->body_len, digest, &n, EVP_sha256(), NULL);
	hex(digest, n, body);
	snprintf(text, sizeof(text), "%s\n%.300s%s%.300s\n%.20s\n%s",
	    request->method, request->path, *request->query ? "?" : "",
	    request->query, when, body);
	HMAC(EVP_sha256(), key->secret, (int)strlen(key->secret),
	    (const unsigned char *)text, strlen(text), digest, &n);
	hex(digest, n, to);
}

static void
signed_request(struct request *request, struct answer *answer)
{
	const char *id = request_header(request, "X-Acme-Key");
	const char *when = request_header(request, "X-Acme-Time");
	const char *signature = request_header(request, "X-Acme-Signature");
	const struct key *key = id ? key_find(APIKEY, id, false) : NULL;
	char right[HEX_SIZE] = "";

	if (key && when)
		sign(request, key, when, right);
	if (!key || key->state != KEY_GOOD || !when || !signature ||
	    strcmp(signature, right)) {
		failure(answer, 401, "SIGNATURE_INVALID");
		return;
	}
	request->key_id = key->id;
	me(request, answer);
}

void
apikey_answer(struct request *request, struct answer *answer)
{
	if (request_is(request, "POST", "/token"))
		token(request, answer);
	else if (!strcmp(request->path, "/v1/signed"))
		signed_request(request, answer);
	else if (!is_known(request, sent_key(request)))
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
