/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is made is in guarded memory: a module that reads beyond it crashes.
 */
#include "kit/answers.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "kit/guard.h"
#include "kit/marks.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define BODY_MAX 4096

/*
 * With the names that providers use; %s is a secret.  A module finds its own
 * among them.
 */
static const char *const plausible[ANSWERS_PLAUSIBLE] = {
	"{\"access_token\":\"%s\",\"token_type\":\"Bearer\","
	"\"expires_in\":3600,\"refresh_token\":\"%s\",\"scope\":\"kit\","
	"\"id_token\":\"%s\",\"issued_token_type\":"
	"\"urn:ietf:params:oauth:token-type:access_token\","
	"\"device_code\":\"%s\",\"user_code\":\"KIT\",\"interval\":5,"
	"\"verification_uri\":\"https://kit.example.com/device\"}",
	"{\"data\":{\"accessToken\":\"%s\"},\"idToken\":\"%s\","
	"\"token\":\"%s\",\"accessToken\":\"%s\","
	"\"expiresIn\":3600,\"expires_at\":\"2099-01-01T00:00:00Z\"}",
	"{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\","
	"\"Token\":\"%s\",\"SessionToken\":\"%s\",\"Code\":\"Success\","
	"\"Expiration\":\"2099-01-01T00:00:00Z\"}",
	"{\"jwt\":\"%s\",\"session\":\"%s\",\"key\":\"%s\",\"value\":\"%s\","
	"\"issuer\":\"https://kit.example.com\",\"token_endpoint\":"
	"\"https://kit.example.com/token\"}",
	"\"%s%s%s%s\"",
	"%s%s%s%s",
};

static struct apam_str
header_value(const char *text)
{
	return guard_text(
	    "the value of a response's header", apam_str(text), false);
}

static struct apam_header
header(const char *name, const char *value)
{
	return (struct apam_header){
		guard_text(
		    "the name of a response's header", apam_str(name), false),
		header_value(value),
	};
}

static void
finish(struct response *r, int32_t status, const struct apam_header *headers,
    size_t count, struct apam_str body)
{
	response_view(r, (unsigned)status,
	    guard_copy(
		"the headers of a response", headers, count * sizeof(*headers)),
	    count, guard_text("the body of a response", body, false));
}

void
answer_plausible(struct response *r, unsigned i)
{
	const struct apam_header type = header("Content-Type",
	    i == ANSWERS_PLAUSIBLE - 1 ? "text/plain" : "application/json");
	char secrets[4][MARK_SIZE + 1], body[1024];
	int n;

	for (unsigned s = 0; s < 4; s++)
		mark_write(MARK_ANSWERS + i * 4 + s, secrets[s]);
		/* The formats are the table's. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = snprintf(body, sizeof(body), plausible[i], secrets[0], secrets[1],
	    secrets[2], secrets[3]);
#pragma GCC diagnostic pop
	finish(r, 200, &type, 1, (struct apam_str){ body, (size_t)n });
	wipe(body, sizeof(body));
	wipe(secrets, sizeof(secrets));
}

void
answer_status(struct response *r, int32_t status)
{
	finish(r, status, NULL, 0, APAM_STR(""));
}

/* ---- Arbitrary -------------------------------------------------------- */

static const int32_t statuses[] = { 100, 200, 200, 200, 201, 202, 204, 206, 226,
	299, 300, 301, 302, 303, 304, 307, 308, 400, 400, 401, 401, 401, 403,
	403, 404, 405, 407, 408, 409, 410, 418, 422, 429, 429, 451, 499, 500,
	502, 503, 504, 511, 599, 600, 999 };

static const struct {
	const char *name, *value;
} headers[] = {
	{ "Content-Type", "application/json" },
	{ "Content-Type", "application/json; charset=utf-8" },
	{ "content-type", "application/problem+json" },
	{ "Content-Type", "text/html" },
	{ "Content-Type", "" },
	{ "Content-Type", "application/" },
	{ "Location", "https://kit.example.com/login" },
	{ "Location", "/login" },
	{ "Location", "" },
	{ "Location", "//" },
	{ "Retry-After", "120" },
	{ "Retry-After", "-1" },
	{ "Retry-After", "Fri, 31 Dec 2099 23:59:59 GMT" },
	{ "WWW-Authenticate", "Bearer error=\"invalid_token\"" },
	{ "WWW-Authenticate", "Basic realm=\"kit\", Digest nonce=\"a\"" },
	{ "WWW-Authenticate", "Bearer error=\"" },
	{ "WWW-Authenticate", "," },
	{ "WWW-Authenticate", "Negotiate YWJj=" },
	{ "DPoP-Nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v" },
	{ "Set-Cookie", "a=b; Path=/" },
	{ "Date", "Thu, 01 Jan 1970 00:00:00 GMT" },
	{ "Server", "\xff\xfe" },
	{ "ETag", "\"" },
	{ "X-Kit", "-" },
};

static const char *const values[] = { "null", "true", "0", "0", "-1", "3600",
	"1e400", "9223372036854775808", "-9223372036854775808", "0.5", "\"\"",
	"\"3600\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"invalid_client\"",
	"\"invalid_grant\"", "\"invalid_token\"", "\"slow_down\"",
	"\"authorization_pending\"", "\"Bearer\"", "\"mac\"", "\"a b\"",
	"\"https://kit.example.com/\"", "[]", "[[[[]]]]", "{}", "{\"\":{}}",
	"[1,2,{\"a\":[]}]" };

static const char *const names[] = { "access_token", "token_type", "expires_in",
	"refresh_token", "error", "error_description", "token", "data",
	"accessToken", "expiresIn", "jwt", "message", "code", "status",
	"device_code", "user_code", "verification_uri", "interval",
	"Expiration", "AccessKeyId", "SecretAccessKey", "errors", "key", "id",
	"token_endpoint", "issuer", "active" };

struct writing {
	char text[BODY_MAX];
	size_t n;
};

static void
put(struct writing *w, const char *text)
{
	const size_t n = strlen(text);

	if (n >= sizeof(w->text) - w->n)
		return;
	memcpy(w->text + w->n, text, n);
	w->n += n;
}

static void
put_member(struct writing *w, struct chance *c)
{
	char secret[MARK_SIZE + 1];

	put(w, "\"");
	put(w, names[chance_below(c, COUNT(names))]);
	put(w, "\":");
	if (chance_below(c, 3) != 0) {
		put(w, values[chance_below(c, COUNT(values))]);
		return;
	}
	mark_write(MARK_ANSWERS + (unsigned)chance_below(c, 24), secret);
	put(w, "\"");
	put(w, secret);
	put(w, "\"");
	wipe(secret, sizeof(secret));
}

static void
put_object(struct writing *w, struct chance *c)
{
	const size_t count = chance_below(c, 8);

	put(w, "{");
	for (size_t i = 0; i < count; i++) {
		put(w, i == 0 ? "" : ",");
		put_member(w, c);
	}
	put(w, "}");
}

/* Bytes of any value take the place of some. */
static void
spoil(struct writing *w, struct chance *c)
{
	for (size_t i = chance_below(c, 4); i > 0 && w->n > 0; i--)
		w->text[chance_below(c, w->n)] = (char)chance_next(c);
	if (chance_below(c, 4) == 0 && w->n > 0)
		w->n = chance_below(c, w->n);
}

static void
put_body(struct writing *w, struct chance *c)
{
	switch (chance_below(c, 8)) {
	case 0:
		return;
	case 1:
		put(w, "<html><body>login</body></html>");
		return;
	case 2:
		for (w->n = 0; w->n < 64; w->n++)
			w->text[w->n] = (char)chance_next(c);
		return;
	case 3:
		for (size_t i = 0; i < 1000; i++)
			put(w, "[");
		return;
	case 4:
		put_object(w, c);
		spoil(w, c);
		return;
	default:
		put_object(w, c);
	}
}

void
answer_arbitrary(struct response *r, struct chance *c)
{
	struct apam_header some[6];
	struct writing w = { .n = 0 };
	const size_t count = chance_below(c, COUNT(some) + 1);

	for (size_t i = 0; i < count; i++) {
		/* Most providers' answers are JSON. */
		const size_t which = i == 0 && chance_below(c, 4) != 0 ?
		    0 :
		    chance_below(c, COUNT(headers));

		some[i] = header(headers[which].name, headers[which].value);
	}
	put_body(&w, c);
	finish(r, statuses[chance_below(c, COUNT(statuses))], some, count,
	    (struct apam_str){ w.text, w.n });
	wipe(&w, sizeof(w));
}

void
answer_describe(const struct response *r, char *to, size_t size)
{
	(void)snprintf(to, size, "status %d, %zu headers, a body of %zu bytes",
	    (int)r->pub.status, r->pub.header_count, r->pub.body.n);
}
