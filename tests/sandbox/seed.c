/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SEED Platform: Basic with an email and a 40-digit key (RFC 7617, but with
 * the word compared with case and one colon in all). Its order of checks is
 * the real server's: a bad key is refused on every path, then what is off the
 * API goes to the login page for everybody, then the API answers.
 */
#include "encoding.h"
#include "keys.h"
#include "switches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_DIGITS 40

/* What the Authorization header says. */
enum presented { NOTHING, BAD, GOOD };

static void
failure(struct answer *answer, unsigned status, const char *message)
{
	answer_json(answer, status,
	    json_pack("{s:s, s:s}", "status", "error", "message", message));
}

static enum presented
present(struct request *request, const struct key **key)
{
	const char *header = request_header(request, "Authorization");
	struct basic basic;

	*key = NULL;
	if (!header)
		return NOTHING;
	if (!basic_parse(header, &basic) || basic.colons != 1)
		return BAD;
	*key = key_find(
	    SEED, basic.user, switch_is(SEED, "case", "insensitive"));
	if (*key)
		request->key_id = (*key)->id;
	if (strlen(basic.password) != KEY_DIGITS ||
	    strspn(basic.password, "0123456789abcdef") != KEY_DIGITS)
		return BAD;
	return key_accepts(*key, basic.password) ? GOOD : BAD;
}

static void
login_page(struct answer *answer)
{
	answer_text(answer, 200, TYPE_HTML,
	    "<!DOCTYPE html><html><head><title>SEED Platform</title></head>"
	    "<body><form method=\"post\">Log in</form></body></html>\n");
}

static void
redirect(struct answer *answer, unsigned status, const char *target)
{
	answer_text(answer, status, TYPE_HTML, "");
	answer_header(answer, "Location", target);
}

/* Whether a bad key is sent to the login page, as older servers did. The half
 * old one spares the path that clients probe. */
static bool
sends_to_login(const char *path)
{
	if (switch_is(SEED, "old_server", "off") || !path_under(path, "/api/"))
		return false;
	return switch_is(SEED, "old_server", "on") ||
	    strcmp(path, "/api/version/") != 0;
}

/* A bad key: 401 without a challenge, on every path. */
static void
refuse(const struct request *request, struct answer *answer)
{
	if (sends_to_login(request->path))
		redirect(answer, 302, "/app/login");
	else
		failure(answer, 401, "Invalid API key");
}

static void
off_the_api(const struct request *request, struct answer *answer)
{
	char target[400];

	if (!strcmp(request->path, "/accounts/login/") ||
	    (!switch_is(SEED, "old_server", "off") &&
		path_under(request->path, "/app/login"))) {
		login_page(answer);
		return;
	}
	if (path_under(request->path, "/app/")) {
		snprintf(target, sizeof(target), "/accounts/login/?next=%.300s",
		    request->path);
		redirect(answer, 302, target);
		return;
	}
	answer_text(answer, 404, TYPE_HTML, "<h1>Not Found</h1>\n");
}

/* The organisation of the query, else of the JSON body; 0 when there is none
 * or it is not an integer. */
static long
organization(const struct request *request)
{
	const char *text = request_arg(request, "organization_id");
	json_t *json;
	long id;
	char *end;

	if (text) {
		id = strtol(text, &end, 10);
		return *end ? 0 : id;
	}
	json = request_json(request);
	id = (long)json_integer_value(json_object_get(json, "organization_id"));
	json_decref(json);
	return id;
}

static json_t *
property_json(int number, long org)
{
	char name[48];

	snprintf(name, sizeof(name), "Building %d", number);
	return json_pack("{s:i, s:i, s:s, s:i, s:f}", "id", 7000 + number,
	    "organization_id", (int)org, "property_name", name, "year_built",
	    1960 + number * 7, "gross_floor_area", 1200.5 * number);
}

static void
properties(
    const struct request *request, const struct key *key, struct answer *answer)
{
	long org = organization(request);
	json_t *list;

	(void)key;
	if (org <= 0) {
		failure(answer, 400, "organization_id is required");
		return;
	}
	if (org > 2) {
		failure(answer, 403, "No relationship to organization");
		return;
	}
	list = json_array();
	for (int i = 1; i <= 3; i++)
		json_array_append_new(list, property_json(i, org));
	answer_json(answer, 200,
	    json_pack("{s:s, s:{s:i, s:i, s:i}, s:o}", "status", "success",
		"pagination", "page", 1, "num_pages", 1, "total", 3, "results",
		list));
}

static void
version(
    const struct request *request, const struct key *key, struct answer *answer)
{
	(void)request;
	(void)key;
	answer_json(answer, 200,
	    json_pack("{s:s, s:s}", "version", "3.2.4", "sha", "0a1b2c3"));
}

/* The real server puts the key into this body, too. */
static void
current_user(
    const struct request *request, const struct key *key, struct answer *answer)
{
	(void)request;
	answer_json(answer, 200,
	    json_pack("{s:s, s:i, s:s, s:s}", "status", "success", "user_id", 1,
		"email", key->id, "api_key", key->secret));
}

static const struct endpoint {
	const char *method, *path;
	void (*answer)(const struct request *request, const struct key *key,
	    struct answer *answer);
} endpoints[] = {
	{ "GET", "/api/version/", version },
	{ "GET", "/api/v3/users/current/", current_user },
	{ "GET", "/api/v3/properties/", properties },
	{ "POST", "/api/v3/properties/filter/", properties },
};

#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))

static const struct endpoint *
endpoint_find(const char *path)
{
	for (size_t i = 0; i < ENDPOINTS; i++) {
		if (!strcmp(endpoints[i].path, path))
			return &endpoints[i];
	}
	return NULL;
}

/* Whether the path lacks nothing but its last slash; TARGET is then where the
 * server sends the client, for POST too. */
static bool
lacks_slash(const struct request *request, char *target, size_t size)
{
	char path[300];

	if (strlen(request->path) + 2 > sizeof(path))
		return false;
	snprintf(path, sizeof(path), "%s/", request->path);
	snprintf(target, size, "%s%s%.180s", path, *request->query ? "?" : "",
	    request->query);
	return endpoint_find(path) != NULL;
}

static void
api(const struct request *request, const struct key *key, struct answer *answer)
{
	const struct endpoint *endpoint = endpoint_find(request->path);
	char target[512];

	if (!endpoint && lacks_slash(request, target, sizeof(target)))
		redirect(answer, 301, target);
	else if (!endpoint)
		failure(answer, 404, "Endpoint could not be found");
	else if (strcmp(endpoint->method, request->method))
		failure(answer, 405, "Method not allowed");
	else
		endpoint->answer(request, key, answer);
}

void
seed_answer(struct request *request, struct answer *answer)
{
	const struct key *key;
	enum presented presented = present(request, &key);

	if (presented == BAD)
		refuse(request, answer);
	else if (!path_under(request->path, "/api/"))
		off_the_api(request, answer);
	else if (request_is(request, "GET", "/api/health_check/"))
		answer_json(answer, 200, json_pack("{s:s}", "status", "ok"));
	else if (presented == NOTHING)
		failure(answer, 403, "Authentication is required");
	else
		api(request, key, answer);
}
