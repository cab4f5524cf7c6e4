/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lifetimes: reading whatever a provider writes into expires_in (RFC 6749,
 * 5.1), and the exp claim of a JWT (RFC 7519).  No signature is verified: the
 * token is for the provider, and exp only decides when our next exchange is
 * due.
 */
#include "text/lifetime.h"
#include "base/str.h"
#include "text/encode.h"
#include "text/json.h"

#define JWT_PART_MAX 65536 /* bytes, decoded */

static int64_t
clamp(int64_t seconds)
{
	if (seconds <= 0)
		return 0;
	return seconds > LIFETIME_MAX ? LIFETIME_MAX : seconds;
}

/*
 * Providers that send 0 do not mean an already expired token; treat it as not
 * stated.
 */
static int64_t
stated(int64_t seconds)
{
	return seconds <= 0 ? LIFETIME_UNSTATED : clamp(seconds);
}

static int64_t
from_digits(struct apam_str s)
{
	int64_t n;

	if (s.n == 0)
		return LIFETIME_UNSTATED;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return LIFETIME_UNSTATED;
	}
	return str_number(s, LIFETIME_MAX, &n) ? stated(n) : LIFETIME_MAX;
}

int64_t
lifetime_from_json(struct apam_json value)
{
	if (value.type == APAM_JSON_INTEGER || value.type == APAM_JSON_REAL)
		return stated(value.num);
	if (value.type == APAM_JSON_STRING)
		return from_digits(value.str);
	return LIFETIME_UNSTATED;
}

/*
 * Read one part of a JWS in compact form (RFC 7515, 7.1): a JSON object.  If it
 * is not one, returns NULL and sets *why: no lifetime is stated, or it is
 * unknown because memory ran out.
 */
static struct json *
read_part(struct apam_str part, int64_t *why)
{
	struct json *json = NULL;
	const char *problem = NULL;
	struct buf b;

	buf_init(&b, JWT_PART_MAX);
	if (decode_base64url(&b, part))
		problem = json_new(buf_view(&b), &json);
	if (json != NULL && json_at(json, "").type != APAM_JSON_OBJECT)
		json_free(&json);
	*why = b.no_memory || json_is_short(problem) ? LIFETIME_UNREAD :
						       LIFETIME_UNSTATED;
	buf_free(&b);
	return json;
}

static int64_t
exp_of(struct apam_str payload)
{
	int64_t why;
	struct json *claims = read_part(payload, &why);
	struct apam_json exp;

	if (claims == NULL)
		return why;
	exp = json_at(claims, "/exp");
	json_free(&claims);
	/* A NumericDate may have a fraction.  RFC 7519, 2. */
	if (exp.type != APAM_JSON_INTEGER && exp.type != APAM_JSON_REAL)
		return LIFETIME_UNSTATED;
	return exp.num < 0 ? 0 : exp.num;
}

int64_t
lifetime_jwt_exp(struct apam_str token)
{
	size_t first = str_find(token, '.'), second;
	struct apam_str rest;
	struct json *header;
	int64_t why;

	if (first == token.n)
		return LIFETIME_UNSTATED;
	rest = str_skip(token, first + 1);
	second = str_find(rest, '.');
	/*
	 * There must be three parts; an encrypted JWT has five and shows no
	 * claims.
	 */
	if (second == rest.n)
		return LIFETIME_UNSTATED;
	if (str_find(str_skip(rest, second + 1), '.') != rest.n - second - 1)
		return LIFETIME_UNSTATED;
	header = read_part(str_cut(token, first), &why);
	if (header == NULL)
		return why;
	json_free(&header);
	return exp_of(str_cut(rest, second));
}

/* From `since` to exp; 0 where that is over. */
static int64_t
until_exp(int64_t exp, int64_t since, int64_t now)
{
	if (exp <= now)
		return 0;
	return since < exp - LIFETIME_MAX ? LIFETIME_MAX : clamp(exp - since);
}

int64_t
lifetime_choose(int64_t given, struct apam_str token, int64_t since,
    int64_t now, int64_t ttl)
{
	int64_t exp, left;

	if (given == APAM_FOREVER)
		return APAM_FOREVER;
	exp = lifetime_jwt_exp(token);
	if (exp == LIFETIME_UNREAD)
		return exp;
	left = until_exp(exp, since, now);
	/*
	 * The server that checks the token goes by exp, whatever lifetime was
	 * sent.
	 */
	if (given >= 0)
		return exp >= 0 && left < given ? left : clamp(given);
	if (exp >= 0)
		return left;
	return ttl == APAM_FOREVER ? ttl : clamp(ttl);
}

int64_t
lifetime_margin_ms(int64_t lifetime)
{
	if (lifetime <= 0)
		return 0;
	/* 10 % of 600 seconds is 60 seconds, the largest margin. */
	return lifetime >= 600 ? 60000 : lifetime * 100;
}
