/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Characters that are copied along with a secret from a page, a shell or a
 * file.
 */
#include "text/secret_oddity.h"

#include "base/str.h"
#include "base/utf8.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* True for U+00A0, which web pages use as a blank. */
static bool
is_wide_blank(struct apam_str s)
{
	const struct apam_str blank = APAM_STR("\xc2\xa0");

	return str_starts(s, blank) ||
	    (s.n >= blank.n && str_equal(str_skip(s, s.n - blank.n), blank));
}

static bool
is_quoted(struct apam_str s)
{
	return s.n >= 2 && s.p[0] == s.p[s.n - 1] &&
	    (s.p[0] == '"' || s.p[0] == '\'' || s.p[0] == '`');
}

const char *
secret_oddity(struct apam_str secret)
{
	if (secret.n == 0)
		return NULL;
	if (str_starts(secret, APAM_STR(UTF8_MARK)))
		return "begins with a byte order mark";
	if (is_blank(secret.p[0]) || is_blank(secret.p[secret.n - 1]) ||
	    is_wide_blank(secret))
		return "begins or ends with a blank";
	return is_quoted(secret) ? "stands in quotes" : NULL;
}
