/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a session lives: a span or a point in time that the login's answer
 * says, or the least Max-Age of the cookies that are its tokens.  Where nothing
 * can be read, the core has the rest: a JWT's exp, the entry's ttl.
 */
#include "session.h"

#include "set_cookie.h"

#define SECONDS_MAX 315360000 /* ten years: the core cuts there */

/* ---- RFC 3339 --------------------------------------------------------- */

/* Take `n` digits; false if they are none. */
static bool
take_number(struct apam_str *text, size_t n, int64_t *number)
{
	size_t i;

	*number = 0;
	if (text->n < n)
		return false;
	for (i = 0; i < n; i++) {
		if (text->p[i] < '0' || text->p[i] > '9')
			return false;
		*number = *number * 10 + (text->p[i] - '0');
	}
	*text = scheme_str(text->p + n, text->n - n);
	return true;
}

static bool
take_char(struct apam_str *text, const char *one_of)
{
	if (text->n == 0 || text->p[0] == '\0' ||
	    strchr(one_of, text->p[0]) == NULL)
		return false;
	*text = scheme_str(text->p + 1, text->n - 1);
	return true;
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar. */
static int64_t
days_until(int64_t year, int64_t month, int64_t day)
{
	const int64_t y = year - (month <= 2);
	const int64_t m = month + (month <= 2 ? 9 : -3);

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    1 - 719468;
}

static bool
take_date(struct apam_str *text, int64_t *days)
{
	int64_t year, month, day;

	if (!take_number(text, 4, &year) || !take_char(text, "-") ||
	    !take_number(text, 2, &month) || !take_char(text, "-") ||
	    !take_number(text, 2, &day))
		return false;
	*days = days_until(year, month, day);
	return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
	    day <= 31;
}

/* A leap second may be the 60th. */
static bool
take_time(struct apam_str *text, int64_t *seconds)
{
	int64_t hour, minute, second, digit;

	if (!take_number(text, 2, &hour) || !take_char(text, ":") ||
	    !take_number(text, 2, &minute) || !take_char(text, ":") ||
	    !take_number(text, 2, &second))
		return false;
	if (take_char(text, ".")) {
		if (!take_number(text, 1, &digit))
			return false;
		while (take_number(text, 1, &digit))
			continue;
	}
	*seconds = hour * 3600 + minute * 60 + second;
	return hour < 24 && minute < 60 && second <= 60;
}

static bool
take_offset(struct apam_str *text, int64_t *seconds)
{
	const bool west = text->n > 0 && text->p[0] == '-';
	int64_t hour, minute;

	*seconds = 0;
	if (take_char(text, "Zz"))
		return true;
	if (!take_char(text, "+-") || !take_number(text, 2, &hour) ||
	    !take_char(text, ":") || !take_number(text, 2, &minute))
		return false;
	*seconds = (hour * 3600 + minute * 60) * (west ? -1 : 1);
	return hour < 24 && minute < 60;
}

bool
session_time(struct apam_str text, int64_t *seconds)
{
	int64_t days, time, offset;

	if (!take_date(&text, &days) || !take_char(&text, "Tt ") ||
	    !take_time(&text, &time) || !take_offset(&text, &offset) ||
	    text.n > 0)
		return false;
	*seconds = days * 86400 + time - offset;
	return true;
}

/* ---- Numbers ---------------------------------------------------------- */

/* A number, or one in a string, as some providers send; false: none. */
static bool
number_of(const struct apam_json *value, int64_t *number)
{
	struct apam_str text = value->str;

	*number = value->num;
	if (value->type == APAM_JSON_INTEGER || value->type == APAM_JSON_REAL)
		return true;
	return value->type == APAM_JSON_STRING && text.n > 0 && text.n <= 15 &&
	    take_number(&text, text.n, number);
}

static bool
point_of(enum session_unit unit, const struct apam_json *value, int64_t *point)
{
	if (unit == UNIT_RFC3339)
		return value->type == APAM_JSON_STRING &&
		    session_time(value->str, point);
	if (!number_of(value, point))
		return false;
	if (unit == UNIT_UNIX_MS)
		*point /= 1000;
	return true;
}

/* The seconds that a value says; false: it says nothing that is a lifetime. */
static bool
seconds_of(
    const struct session *s, const struct apam_json *value, int64_t *seconds)
{
	const enum session_unit unit = s->lifetime.unit;

	if (unit >= UNIT_UNIX) {
		if (!point_of(unit, value, seconds) || *seconds <= 0)
			return false;
		*seconds -= s->svc->now_ms(s->svc) / 1000;
		return true;
	}
	/* As with expires_in, 0 does not mean an expired token. */
	if (!number_of(value, seconds) || *seconds <= 0)
		return false;
	if (unit == UNIT_MINUTES)
		*seconds = *seconds > SECONDS_MAX / 60 ? SECONDS_MAX :
							 *seconds * 60;
	if (unit == UNIT_MILLISECONDS)
		*seconds /= 1000;
	return true;
}

/* The least Max-Age of the tokens that are cookies; -1: none says it. */
static int64_t
least_age(const struct session *s, const struct apam_response *r)
{
	const struct session_source *source;
	struct set_cookie cookie;
	int64_t least = -1;
	size_t i;

	for (i = 0; i < s->token_count; i++) {
		source = &s->tokens[i].source;
		if (source->from == FROM_COOKIE &&
		    set_cookie_find(r, source->name, &cookie) &&
		    cookie.max_age > 0 && (least < 0 || cookie.max_age < least))
			least = cookie.max_age;
	}
	return least;
}

void
session_say_lifetime(const struct session *s, struct apam_op *op)
{
	const struct session_lifetime *l = &s->lifetime;
	struct apam_json value;
	int64_t seconds;

	if (l->pointer.p != NULL && l->unit == UNIT_SECONDS) {
		s->svc->lifetime_json(s->svc, op, l->pointer.p);
		return;
	}
	if (l->pointer.p == NULL) {
		seconds = least_age(s, op->response);
		if (seconds > 0)
			s->svc->lifetime(s->svc, op, seconds);
		return;
	}
	if (s->svc->json(s->svc, op->response, l->pointer.p, &value, NULL) ==
		APAM_OK &&
	    seconds_of(s, &value, &seconds))
		s->svc->lifetime(s->svc, op, seconds);
}
