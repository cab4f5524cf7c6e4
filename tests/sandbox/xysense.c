/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XY Sense: an endpoint that turns key and secret into a bearer token, and
 * occupancy behind it. The documents leave open how an API call is signed, so
 * all three ways work: the token, two headers, and Basic (RFC 7617). An
 * archived key is refused at once, and so are its tokens unless a switch says
 * that they live on.
 */
#include "encoding.h"
#include "switches.h"
#include "tokens.h"

#include <stdio.h>
#include <string.h>

#define OCCUPANCY "/api/v1/occupancy"

static void
failure(struct answer *answer, unsigned status, const char *message)
{
	answer_json(answer, status, json_pack("{s:s}", "message", message));
}

/* The good key with that id and secret, or NULL; notes the id for the log. */
static const struct key *
find_key(struct request *request, const char *id, const char *secret)
{
	const struct key *key = key_find(XYSENSE, id, false);

	if (key)
		request->key_id = key->id;
	return key_accepts(key, secret) ? key : NULL;
}

static bool
read_json_fields(const struct request *request, char *id, char *secret)
{
	json_t *json = request_json(request);
	const char *key = json_string_value(json_object_get(json, "ApiKey"));
	const char *value = json_string_value(
	    json_object_get(json, "ApiSecret"));
	bool ok = key && value && strlen(key) < FIELD_MAX &&
	    strlen(value) < FIELD_MAX;

	if (ok) {
		strcpy(id, key);
		strcpy(secret, value);
	}
	json_decref(json);
	return ok;
}

static bool
read_form_fields(const struct request *request, char *id, char *secret)
{
	return form_field(request->body, "ApiKey", id) == 1 &&
	    form_field(request->body, "ApiSecret", secret) == 1;
}

static void
mint(const struct key *key, struct answer *answer)
{
	char token[TOKEN_TEXT_MAX], expires[48], text[TOKEN_TEXT_MAX + 128];

	if (!token_mint(key, key->access, token)) {
		failure(answer, 500, "Internal server error");
		return;
	}
	if (expires_in_text(XYSENSE, expires, sizeof(expires)))
		snprintf(text, sizeof(text),
		    "{\"idToken\":\"%s\",\"expiresIn\":%s}", token, expires);
	else
		snprintf(text, sizeof(text), "{\"idToken\":\"%s\"}", token);
	answer_text(answer, 200, "application/json; charset=utf-8", text);
}

static void
auth_endpoint(struct request *request, struct answer *answer)
{
	char id[FIELD_MAX], secret[FIELD_MAX];
	bool json = request_has_type(request, TYPE_JSON) &&
	    !switch_is(XYSENSE, "encoding", "form");
	bool form = request_has_type(
			request, "application/x-www-form-urlencoded") &&
	    !switch_is(XYSENSE, "encoding", "json");
	const struct key *key;

	if (!json && !form) {
		failure(answer, 415, "Unsupported media type");
		return;
	}
	if (json ? !read_json_fields(request, id, secret) :
		   !read_form_fields(request, id, secret)) {
		failure(answer, 400, "ApiKey and ApiSecret are required");
		return;
	}
	key = find_key(request, id, secret);
	if (key)
		mint(key, answer);
	else
		failure(answer, 401, "Unauthorized");
}

/* The key that signed the call, whichever of the three ways it used. */
static const struct key *
caller(struct request *request)
{
	const char *authorization = request_header(request, "Authorization");
	const char *id = request_header(request, "X-Api-Key");
	const char *secret = request_header(request, "X-Api-Secret");
	const struct token *token;
	struct basic basic;

	if (id && secret)
		return find_key(request, id, secret);
	if (!authorization)
		return NULL;
	if (basic_parse(authorization, &basic))
		return find_key(request, basic.user, basic.password);
	token = token_bearer(XYSENSE, authorization);
	if (!token)
		return NULL;
	request->key_id = token_key(token)->id;
	return token_key(token);
}

static json_t *
space_json(int number, int64_t now)
{
	char name[32];

	snprintf(name, sizeof(name), "Desk %d", number);
	return json_pack("{s:i, s:s, s:i, s:s, s:b, s:I}", "spaceId",
	    100 + number, "name", name, "floor", number / 3 + 1, "type", "desk",
	    "occupied", number % 2, "updatedAt",
	    (json_int_t)(now - number * 60000));
}

static void
occupancy(struct answer *answer)
{
	json_t *spaces = json_array();
	int64_t now = now_ms();

	for (int i = 1; i <= 6; i++)
		json_array_append_new(spaces, space_json(i, now));
	answer_json(answer, 200,
	    json_pack("{s:I, s:i, s:i, s:o}", "timestamp", (json_int_t)now,
		"occupied", 3, "capacity", 6, "spaces", spaces));
}

static void
change_occupancy(
    const struct request *request, const struct key *key, struct answer *answer)
{
	json_t *json;

	if (strcmp(key->access, "write")) {
		failure(answer, 403, "Forbidden");
		return;
	}
	json = request_json(request);
	if (json)
		answer_json(answer, 200, json_pack("{s:b}", "updated", 1));
	else
		failure(answer, 400, "A JSON object is required");
	json_decref(json);
}

void
xysense_answer(struct request *request, struct answer *answer)
{
	const struct key *key;

	if (request_is(request, "POST", "/api/v1/auth")) {
		auth_endpoint(request, answer);
		return;
	}
	key = caller(request);
	if (!key)
		failure(answer, 401, "Unauthorized");
	else if (request_is(request, "GET", OCCUPANCY) ||
	    request_is(request, "POST", "/api/v1/query"))
		occupancy(answer);
	else if (request_is(request, "PUT", OCCUPANCY))
		change_occupancy(request, key, answer);
	else
		failure(answer, 404, "Not found");
}
