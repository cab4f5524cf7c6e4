/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session as lines, "NAME VALUE", in the order of the table, each ended by a
 * newline.  None of the values has a control character, so none can bring a line
 * of its own.  Empty ones have a line as well: the view of a text that failed is
 * one, and the lines fail with it.
 */
#include "session.h"

#include <stddef.h>

#define LINE(member)                                                           \
	{                                                                      \
#member, offsetof(struct session, member)                      \
	}

static const struct {
	const char *name;
	size_t at; /* in struct session */
} session_lines[] = {
	LINE(issuer),
	LINE(token_url),
	LINE(introspection_url),
	LINE(revocation_url),
	LINE(authorization_url),
	LINE(device_url),
	LINE(registration_url),
	LINE(says_issuer),
	LINE(lacks_s256),
	LINE(found),
	LINE(registered),
	LINE(redirect_uri),
	LINE(state),
	LINE(verifier),
	LINE(device_code),
	LINE(interval),
	LINE(until),
};

#define LINES (sizeof(session_lines) / sizeof(session_lines[0]))

static struct apam_str *
member(struct session *s, size_t i)
{
	return (struct apam_str *)(void *)((char *)s + session_lines[i].at);
}

bool
session_fits(const struct session *s)
{
	struct session copy = *s;
	size_t i;

	for (i = 0; i < LINES; i++)
		if (scheme_has_control(*member(&copy, i)))
			return false;
	return true;
}

void
session_put(const struct apam_services *svc, struct apam_text *to,
    const struct session *s)
{
	struct session copy = *s;
	size_t i;

	for (i = 0; i < LINES; i++) {
		svc->text_put(svc, to, APAM_WRITING_PLAIN,
		    apam_str(session_lines[i].name));
		svc->text_put(svc, to, APAM_WRITING_PLAIN, APAM_STR(" "));
		svc->text_put(svc, to, APAM_WRITING_PLAIN, *member(&copy, i));
		svc->text_put(svc, to, APAM_WRITING_PLAIN, APAM_STR("\n"));
	}
}

/* How many bytes stand before the first `c`, or before the end. */
static size_t
bytes_before(struct apam_str s, char c)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != c)
		i++;
	return i;
}

static bool
take_line(struct apam_str line, struct session *to)
{
	const size_t space = bytes_before(line, ' ');
	const struct apam_str name = scheme_str(line.p, space);
	size_t i;

	if (space == line.n)
		return false;
	for (i = 0; i < LINES; i++) {
		if (!scheme_same(name, apam_str(session_lines[i].name)))
			continue;
		*member(to, i) = scheme_str(
		    line.p + space + 1, line.n - space - 1);
		return true;
	}
	return false;
}

bool
session_take(struct apam_str text, struct session *to)
{
	size_t n;

	while (text.n > 0) {
		n = bytes_before(text, '\n');
		if (n == text.n || !take_line(scheme_str(text.p, n), to))
			return false;
		text = scheme_str(text.p + n + 1, text.n - n - 1);
	}
	return true;
}

int64_t
session_number(struct apam_str digits)
{
	int64_t number = 0;
	size_t i;

	for (i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9' ||
		    number > INT64_MAX / 10 - 1)
			return 0;
		number = 10 * number + (digits.p[i] - '0');
	}
	return number;
}
