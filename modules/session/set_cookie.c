/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading Set-Cookie: see set_cookie.h.
 */
#include "set_cookie.h"

#define AGE_MAX 315360000 /* ten years; more is cut */

/* Without blanks at both ends. */
static struct apam_str
trim(struct apam_str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = scheme_str(s.p + 1, s.n - 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Take what stands before `end`, or all. */
static struct apam_str
take_until(struct apam_str *rest, char end)
{
	struct apam_str taken = *rest;
	size_t n = 0;

	while (n < rest->n && rest->p[n] != end)
		n++;
	taken.n = n;
	n += n < rest->n;
	*rest = scheme_str(rest->p + n, rest->n - n);
	return taken;
}

/* RFC 6265, 5.2.2; -1: it says nothing. */
static int64_t
read_age(struct apam_str s)
{
	int64_t age = 0;
	size_t i;

	if (s.n == 0 || (s.p[0] != '-' && (s.p[0] < '0' || s.p[0] > '9')))
		return -1;
	for (i = s.p[0] == '-'; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		age = age * 10 + (s.p[i] - '0');
		age = age > AGE_MAX ? AGE_MAX : age;
	}
	return s.p[0] == '-' ? 0 : age;
}

/* The date in the past with which servers delete a cookie. */
static bool
is_long_ago(struct apam_str date)
{
	const struct apam_str year = APAM_STR("1970");
	size_t i;

	for (i = 0; i + year.n <= date.n; i++)
		if (scheme_starts(scheme_str(date.p + i, date.n - i), year))
			return true;
	return false;
}

/* Max-Age goes before Expires: RFC 6265, 5.3. */
static int64_t
read_attributes(struct apam_str rest)
{
	struct apam_str value, name;
	int64_t age = -1;
	bool ended = false;

	while (rest.n > 0) {
		value = take_until(&rest, ';');
		name = trim(take_until(&value, '='));
		value = trim(value);
		if (scheme_same_nocase(name, APAM_STR("Max-Age")) &&
		    read_age(value) >= 0)
			age = read_age(value);
		if (scheme_same_nocase(name, APAM_STR("Expires")))
			ended = is_long_ago(value);
	}
	return age < 0 && ended ? 0 : age;
}

bool
set_cookie_at(
    const struct apam_response *r, size_t i, struct set_cookie *cookie)
{
	struct apam_str rest = r->headers[i].value, pair;

	if (!scheme_same_nocase(r->headers[i].name, APAM_STR("Set-Cookie")))
		return false;
	pair = take_until(&rest, ';');
	cookie->name = trim(take_until(&pair, '='));
	cookie->value = trim(pair);
	cookie->max_age = read_attributes(rest);
	return cookie->name.n > 0;
}

bool
set_cookie_find(const struct apam_response *r, struct apam_str name,
    struct set_cookie *cookie)
{
	size_t i = r->header_count;

	while (i-- > 0)
		if (set_cookie_at(r, i, cookie) &&
		    scheme_same(cookie->name, name))
			return cookie->value.n > 0 && cookie->max_age != 0;
	return false;
}

void
set_cookie_put_all(const struct apam_services *svc,
    const struct apam_response *r, struct apam_text *to)
{
	struct set_cookie cookie, last;
	bool any = false;
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		if (!set_cookie_at(r, i, &cookie) ||
		    !set_cookie_find(r, cookie.name, &last) ||
		    last.name.p != cookie.name.p ||
		    !scheme_is_token(cookie.name) ||
		    !scheme_all_visible(cookie.value))
			continue;
		if (any)
			svc->text_put(
			    svc, to, APAM_WRITING_PLAIN, APAM_STR("; "));
		svc->text_put(svc, to, APAM_WRITING_PLAIN, cookie.name);
		svc->text_put(svc, to, APAM_WRITING_PLAIN, APAM_STR("="));
		svc->text_put(svc, to, APAM_WRITING_PLAIN, cookie.value);
		any = true;
	}
}

struct apam_str
set_cookie_in(struct apam_str cookies, struct apam_str name)
{
	struct apam_str pair;

	while (cookies.n > 0) {
		pair = take_until(&cookies, ';');
		if (scheme_same(trim(take_until(&pair, '=')), name))
			return pair;
	}
	return APAM_STR("");
}
