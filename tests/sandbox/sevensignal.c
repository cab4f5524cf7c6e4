/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 7SIGNAL: an OAuth 2.0 token endpoint for client credentials (RFC 6749, 4.4)
 * and a small API behind bearer tokens (RFC 6750). Introspection (RFC 7662),
 * revocation (RFC 7009) and metadata (RFC 8414) are not the real server's; a
 * switch turns each on, so that they can be tested against.
 */
#include "encoding.h"
#include "switches.h"
#include "tokens.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_MS ((int64_t)86400 * 1000)
#define SCOPES "https://login.7signal.com/scopes/"

static const char *const known_scopes[] = {
	"openid",
	SCOPES "user.read",
	SCOPES "user.admin",
};

static const char default_scope[] = "openid " SCOPES "user.read";
static const char metadata_path[] = "/.well-known/oauth-authorization-server";

/* A client as its request presents it. */
struct client {
	char id[FIELD_MAX];
	char secret[FIELD_MAX];
	bool basic; /* RFC 6749, 5.2: the 401 is for these alone */
	const struct key *key;
};

/* RFC 6749, 5.2. */
static void
oauth_error(struct answer *answer, unsigned status, const char *code)
{
	answer_json(answer, status, json_pack("{s:s}", "error", code));
	answer_header(answer, "Cache-Control", "no-store");
	if (status == 401)
		answer_header(
		    answer, "WWW-Authenticate", "Basic realm=\"7signal\"");
}

static void
invalid_client(struct answer *answer, const struct client *client)
{
	oauth_error(answer, client->basic ? 401 : 400, "invalid_client");
}

/* RFC 6749, 2.3.1: id and secret are form-encoded before base64. */
static bool
read_basic(const char *header, struct client *client)
{
	struct basic basic;

	client->basic = true;
	return basic_parse(header, &basic) &&
	    form_decode(basic.user, strlen(basic.user), client->id) &&
	    form_decode(basic.password, strlen(basic.password), client->secret);
}

/* Finds the client's key; the error's code, or NULL. */
static const char *
authenticate(struct request *request, struct client *client)
{
	const char *header = request_header(request, "Authorization");
	int ids, secrets;

	memset(client, 0, sizeof(*client));
	ids = form_field(request->body, "client_id", client->id);
	secrets = form_field(request->body, "client_secret", client->secret);
	/* RFC 6749, 3.2: no parameter twice; 2.3: one method alone. */
	if (ids > 1 || secrets > 1 || (header && secrets))
		return "invalid_request";
	if (ids < 0 || secrets < 0 || (header && !read_basic(header, client)))
		return "invalid_client";
	client->key = key_find(SEVENSIGNAL, client->id, false);
	if (client->key)
		request->key_id = client->key->id;
	return key_accepts(client->key, client->secret) ? NULL :
							  "invalid_client";
}

static bool
scope_known(const char *scope, size_t length)
{
	for (size_t i = 0; i < 3; i++) {
		if (strlen(known_scopes[i]) == length &&
		    !strncmp(known_scopes[i], scope, length))
			return true;
	}
	return false;
}

static bool
scopes_known(const char *scopes)
{
	while (*scopes) {
		size_t length = strcspn(scopes, " ");

		if (!scope_known(scopes, length))
			return false;
		scopes += length;
		scopes += *scopes == ' ';
	}
	return true;
}

/* The provider's own reading of grant_type: what is wrong or missing is
 * invalid_grant; RFC 6749's code is kept for grants it knows but lacks. */
static const char *
check_grant(const char *body)
{
	static const char *const lacking[] = { "authorization_code", "password",
		"refresh_token" };
	char grant[FIELD_MAX];
	int seen = form_field(body, "grant_type", grant);

	if (seen > 1)
		return "invalid_request";
	for (size_t i = 0; i < 3; i++) {
		if (!strcmp(grant, lacking[i]))
			return "unsupported_grant_type";
	}
	return strcmp(grant, "client_credentials") ? "invalid_grant" : NULL;
}

static json_t *
scope_json(const char *scope)
{
	json_t *list;

	if (switch_is(SEVENSIGNAL, "scope", "string"))
		return json_string(scope);
	list = json_array();
	while (*scope) {
		size_t length = strcspn(scope, " ");

		json_array_append_new(list, json_stringn(scope, length));
		scope += length;
		scope += *scope == ' ';
	}
	return list;
}

static const char *
token_type(void)
{
	const char *type = switch_get(SEVENSIGNAL, "token_type");

	return strcmp(type, "other") ? type : "DPoP";
}

/* RFC 6749, 5.1. Written by hand, because no JSON library writes the numbers
 * that some of the shapes of expires_in are. */
static void
token_response(struct answer *answer, const char *token, const char *scope)
{
	char expires[48], text[TOKEN_TEXT_MAX + 768];
	size_t used;
	char *list = NULL;

	used = (size_t)snprintf(
	    text, sizeof(text), "{\"access_token\":\"%s\"", token);
	if (!switch_is(SEVENSIGNAL, "token_type", "missing"))
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    ",\"token_type\":\"%s\"", token_type());
	if (expires_in_text(SEVENSIGNAL, expires, sizeof(expires)))
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    ",\"expires_in\":%s", expires);
	if (!switch_is(SEVENSIGNAL, "scope", "missing")) {
		json_t *json = scope_json(scope);

		list = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
		json_decref(json);
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    ",\"scope\":%s", list ? list : "null");
	}
	snprintf(text + used, sizeof(text) - used, "}");
	free(list);
	answer_text(answer, 200, "application/json;charset=UTF-8", text);
	answer_header(answer, "Cache-Control", "no-store");
	answer_header(answer, "Pragma", "no-cache");
}

static void
token_endpoint(struct request *request, struct answer *answer)
{
	char scope[FIELD_MAX], token[TOKEN_TEXT_MAX];
	struct client client;
	const char *error;
	int scopes;

	if (!request_has_type(request, "application/x-www-form-urlencoded")) {
		oauth_error(answer, 400, "invalid_request");
		return;
	}
	error = authenticate(request, &client);
	if (error && !strcmp(error, "invalid_client")) {
		invalid_client(answer, &client);
		return;
	}
	if (!error)
		error = check_grant(request->body);
	scopes = form_field(request->body, "scope", scope);
	if (!error && scopes > 1)
		error = "invalid_request";
	if (!error && (scopes < 0 || !scopes_known(scope)))
		error = "invalid_scope";
	if (error) {
		oauth_error(answer, 400, error);
		return;
	}
	if (!scope[0])
		strcpy(scope, default_scope);
	if (!token_mint(client.key, scope, token)) {
		oauth_error(answer, 500, "server_error");
		return;
	}
	token_response(answer, token, scope);
}

/* RFC 7662, 2.2; a 401 is about the caller, never about the token. */
static void
introspect(struct request *request, struct answer *answer)
{
	char text[FIELD_MAX];
	struct client client;
	const struct token *token;

	if (authenticate(request, &client)) {
		oauth_error(answer, 401, "invalid_client");
		return;
	}
	if (form_field(request->body, "token", text) != 1) {
		oauth_error(answer, 400, "invalid_request");
		return;
	}
	token = token_find(SEVENSIGNAL, text);
	if (!token) {
		answer_json(answer, 200, json_pack("{s:b}", "active", 0));
		return;
	}
	answer_json(answer, 200,
	    json_pack("{s:b, s:s, s:s, s:I}", "active", 1, "client_id",
		token_key(token)->id, "token_type", "Bearer", "exp",
		(json_int_t)(token_expires_ms(token) / 1000)));
}

/* RFC 7009, 2.2: 200 for a token that is unknown, too. */
static void
revoke(struct request *request, struct answer *answer)
{
	char text[FIELD_MAX];
	struct client client;
	struct token *token;

	if (authenticate(request, &client)) {
		invalid_client(answer, &client);
		return;
	}
	if (form_field(request->body, "token", text) != 1) {
		oauth_error(answer, 400, "invalid_request");
		return;
	}
	token = token_find(SEVENSIGNAL, text);
	if (token && token_key(token) == client.key)
		token_revoke(token);
	answer_text(answer, 200, NULL, "");
}

/* RFC 8414, 3: the issuer's path stands after the well-known one. */
static void
metadata(struct request *request, struct answer *answer)
{
	const char *host = request_header(request, "Host");
	char issuer[512], base[300], name[256], path[128];

	copy_printable(name, sizeof(name), host ? host : "localhost");
	copy_printable(
	    path, sizeof(path), request->path + strlen(metadata_path));
	snprintf(base, sizeof(base), "https://%s", name);
	snprintf(issuer, sizeof(issuer), "%s%s", base,
	    switch_is(SEVENSIGNAL, "issuer", "wrong") ? "/other" : path);
	answer_json(answer, 200,
	    json_pack("{s:s, s:s+, s:s+, s:s+, s:[s], s:[s, s], s:[s]}",
		"issuer", issuer, "token_endpoint", base, "/oauth2/token",
		"introspection_endpoint", base, "/introspect",
		"revocation_endpoint", base, "/revoke", "grant_types_supported",
		"client_credentials", "token_endpoint_auth_methods_supported",
		"client_secret_post", "client_secret_basic",
		"response_types_supported", "token"));
}

/* The provider's own error object: "error" is a phrase, not an OAuth code. */
static void
api_error(const struct request *request, struct answer *answer, unsigned status,
    const char *phrase)
{
	int64_t now = now_ms();
	time_t seconds = (time_t)(now / 1000);
	char stamp[32], full[48], id[32], path[256];
	struct tm parts;

	gmtime_r(&seconds, &parts);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(full, sizeof(full), "%s.%03d+00:00", stamp, (int)(now % 1000));
	snprintf(id, sizeof(id), "%08x-1", (unsigned)(now & 0xffffffff));
	copy_printable(path, sizeof(path), request->path);
	answer_json(answer, status,
	    json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "timestamp", full,
		"status", (int)status, "error", phrase, "message", "", "path",
		path, "requestId", id));
}

static void
unauthorized(const struct request *request, struct answer *answer)
{
	api_error(request, answer, 401, "Unauthorized");
	if (switch_is(SEVENSIGNAL, "challenge", "invalid_token"))
		answer_header(answer, "WWW-Authenticate",
		    "Bearer realm=\"7signal\", error=\"invalid_token\"");
	if (switch_is(SEVENSIGNAL, "challenge", "insufficient_scope"))
		answer_header(answer, "WWW-Authenticate",
		    "Bearer error=\"insufficient_scope\", scope=\"openid\"");
}

static void
rate_headers(struct answer *answer)
{
	if (switch_is(SEVENSIGNAL, "ratelimit", "off"))
		return;
	if (switch_is(SEVENSIGNAL, "ratelimit", "plain")) {
		answer_header(answer, "ratelimit-remaining", "199");
		answer_header(answer, "ratelimit-burst-capacity", "200");
		answer_header(answer, "ratelimit-replenish-rate", "100");
		return;
	}
	answer_header(answer, "x-ratelimit-remaining", "199");
	answer_header(answer, "x-ratelimit-burst-capacity", "200");
	answer_header(answer, "x-ratelimit-replenish-rate", "100");
	answer_header(answer, "x-ratelimit-requested-tokens", "1");
}

/* A time of the query in milliseconds; false if it is not a number. */
static bool
query_time(const struct request *request, const char *name, int64_t *time)
{
	const char *text = request_arg(request, name);
	char *end;

	if (!text)
		return true;
	*time = strtoll(text, &end, 10);
	return *text && !*end && *time >= 0;
}

static json_t *
incident_json(int number, int64_t start)
{
	static const char *const types[] = { "ADAPTER_DRIVER_OUTDATED",
		"HIGH_CHANNEL_UTILIZATION", "ROAMING_FAILURE",
		"DHCP_SLOW_RESPONSE" };
	static const char *const severities[] = { "MINOR", "MAJOR",
		"CRITICAL" };
	char agent[32];

	snprintf(agent, sizeof(agent), "agent-%02d", number % 5 + 1);
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:I}", "id",
	    41000 + number, "type", types[number % 4], "severity",
	    severities[number % 3], "agentName", agent, "location", "Helsinki",
	    "startTime", (json_int_t)start, "endTime",
	    (json_int_t)(start + 900000));
}

/* One incident every 157 minutes of the window, the last 24 hours unless the
 * query says otherwise. */
static void
incidents(const struct request *request, struct answer *answer)
{
	int64_t to = now_ms(), from = to - DAY_MS;
	json_t *list;

	if (!query_time(request, "from", &from) ||
	    !query_time(request, "to", &to) || from > to) {
		api_error(request, answer, 400, "Bad Request");
		return;
	}
	list = json_array();
	for (int i = 0; i < 100 && to - (i + 1) * 9420000LL >= from; i++)
		json_array_append_new(
		    list, incident_json(i, to - (i + 1) * 9420000LL));
	answer_json(answer, 200,
	    json_pack("{s:I, s:I, s:i, s:o}", "from", (json_int_t)from, "to",
		(json_int_t)to, "total", (int)json_array_size(list),
		"incidents", list));
}

static void
eyes(struct answer *answer)
{
	answer_json(answer, 200,
	    json_pack("{s:[{s:i, s:s, s:s}, {s:i, s:s, s:s}], s:i}", "eyes",
		"id", 1, "name", "Eye-Lobby", "status", "ONLINE", "id", 2,
		"name", "Eye-Floor2", "status", "ONLINE", "total", 2));
}

static void
api(struct request *request, struct answer *answer)
{
	const struct token *token = token_bearer(
	    SEVENSIGNAL, request_header(request, "Authorization"));
	const struct key *key = token ? token_key(token) : NULL;

	if (!token) {
		unauthorized(request, answer);
		return;
	}
	request->key_id = key->id;
	if (path_under(request->path, "/kpis/config") &&
	    strcmp(key->access, "admin"))
		api_error(request, answer, 403, "Forbidden");
	else if (request_is(request, "GET", "/kpis/config"))
		answer_json(answer, 200, json_pack("{s:[]}", "kpis"));
	else if (request_is(request, "GET", "/incidents/agents"))
		incidents(request, answer);
	else if (request_is(request, "GET", "/eyes"))
		eyes(answer);
	else
		api_error(request, answer, 404, "Not Found");
	rate_headers(answer);
}

void
sevensignal_answer(struct request *request, struct answer *answer)
{
	if (request_is(request, "POST", "/oauth2/token"))
		token_endpoint(request, answer);
	else if (!strcmp(request->path, "/oauth2/token"))
		api_error(request, answer, 405, "Method Not Allowed");
	else if (request_is(request, "POST", "/introspect") &&
	    switch_is(SEVENSIGNAL, "introspection", "on"))
		introspect(request, answer);
	else if (request_is(request, "POST", "/revoke") &&
	    switch_is(SEVENSIGNAL, "revocation", "on"))
		revoke(request, answer);
	else if (path_under(request->path, metadata_path) &&
	    switch_is(SEVENSIGNAL, "metadata", "on"))
		metadata(request, answer);
	else
		api(request, answer);
}
