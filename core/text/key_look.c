/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guesses.  People read and type ids: an address, words, a name with dots, a
 * UUID.  A secret is long, random, and made of letters and digits.
 */
#include "text/key_look.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

#define SECRET_MIN 20 /* bytes, if it has capitals, small letters and digits */
#define SECRET_SURE 32 /* bytes, if it has letters and digits */
#define DISTINCT_MIN 8 /* different bytes of it */
#define UUID_SIZE 36
#define CUT_MAX 4 /* characters */

static bool
is_one_of(char c, const char *all)
{
	return c != '\0' && strchr(all, c) != NULL;
}

struct classes {
	size_t upper, lower, digits, others;
};

static struct classes
count(struct apam_str s)
{
	struct classes n = { 0 };

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			n.upper++;
		else if (s.p[i] >= 'a' && s.p[i] <= 'z')
			n.lower++;
		else if (s.p[i] >= '0' && s.p[i] <= '9')
			n.digits++;
		else if (!is_one_of(s.p[i], "+/=_~-"))
			n.others++;
	}
	return n;
}

/* RFC 9562, 4: five groups of hex digits. */
static bool
is_uuid(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		const bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.p[i] != '-' : str_hex(s.p[i]) < 0)
			return false;
	}
	return s.n == UUID_SIZE;
}

/* How many different bytes there are: "sk-0000..." is made up. */
static size_t
count_distinct(struct apam_str s)
{
	bool seen[256] = { false };
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		n += !seen[(unsigned char)s.p[i]];
		seen[(unsigned char)s.p[i]] = true;
	}
	return n;
}

bool
key_look_is_secret(struct apam_str s)
{
	const struct classes n = count(s);

	if (s.n < SECRET_MIN || n.others > 0 || n.digits == 0 || is_uuid(s) ||
	    count_distinct(s) < DISTINCT_MIN)
		return false;
	return (n.upper > 0 && n.lower > 0) ||
	    (s.n >= SECRET_SURE && n.upper + n.lower > 0);
}

/* An email address is an id wherever it stands. */
static bool
is_address(struct apam_str s)
{
	const size_t at = str_find(s, '@');

	return at > 0 && at < s.n && str_find(str_skip(s, at), '.') > 1 &&
	    str_find(str_skip(s, at), '.') + at + 1 < s.n &&
	    str_find(s, ' ') == s.n;
}

const char *
key_look_problem(struct apam_str id, struct apam_str secret)
{
	if (id.n == 0 || secret.n == 0)
		return NULL;
	if (str_equal(id, secret))
		return "the id and the secret are the same";
	if (is_address(secret) && !is_address(id))
		return "the secret looks like an id; are the two swapped?";
	if (key_look_is_secret(id) && !key_look_is_secret(secret))
		return "the id looks like a secret; are the two swapped?";
	return NULL;
}

void
key_look_cut(const char *id, char *to, size_t size)
{
	struct apam_str rest = apam_str(id), c;
	size_t most = rest.n / 4 < CUT_MAX ? rest.n / 4 : CUT_MAX;
	size_t n = 0;

	if (is_address(rest)) {
		(void)snprintf(to, size, "%s", id);
		return;
	}
	while (most-- > 0 && rest.n > 0) {
		c = utf8_take_plain(&rest);
		memcpy(to + n, c.p, c.n);
		n += c.n;
	}
	(void)snprintf(to + n, size - n, "...");
}
