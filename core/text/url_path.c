/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A path is decoded completely and folded to ASCII, as the laxest server might
 * do it.  The result is checked for new slashes, dot segments, and bytes that
 * are not UTF-8.
 */
#include "text/url_path.h"

#include "base/str.h"
#include "base/utf8.h"

/* A character that some servers turn into ASCII. */
struct folded {
	const char *utf8; /* of two or three bytes */
	const char *ascii; /* at most as long */
};

/*
 * Characters that NFKC turns into text with a dot, a slash, a backslash or a
 * percent sign (except full-width ASCII), that IDNA takes as a dot (UTS #46),
 * or that Windows's best fit takes as a slash.
 */
static const struct folded folds[] = {
	{ "\xcd\xbe", ";" }, /* U+037E, which ends a segment as ';' does */
	{ "\xe2\x80\xa4", "." }, /* U+2024 one dot leader */
	{ "\xe2\x80\xa5", ".." }, /* U+2025 */
	{ "\xe2\x80\xa6", "..." }, /* U+2026 */
	{ "\xe3\x80\x82", "." }, /* U+3002 ideographic full stop */
	{ "\xef\xb8\x99", "..." }, /* U+FE19 */
	{ "\xef\xb8\xb0", ".." }, /* U+FE30 */
	{ "\xef\xb9\x92", "." }, /* U+FE52 small full stop */
	{ "\xef\xbd\xa1", "." }, /* U+FF61 */
	{ "\xe2\x81\x84", "/" }, /* U+2044 fraction slash */
	{ "\xe2\x84\x80", "/" }, /* U+2100 a/c */
	{ "\xe2\x84\x81", "/" }, /* U+2101 a/s */
	{ "\xe2\x84\x85", "/" }, /* U+2105 c/o */
	{ "\xe2\x84\x86", "/" }, /* U+2106 c/u */
	{ "\xe2\x88\x95", "/" }, /* U+2215 division slash */
	{ "\xe2\xa7\xb8", "/" }, /* U+29F8 big solidus */
	{ "\xe2\x88\x96", "\\" }, /* U+2216 set minus */
	{ "\xe2\xa7\xb5", "\\" }, /* U+29F5 */
	{ "\xe2\xa7\xb9", "\\" }, /* U+29F9 */
	{ "\xef\xb9\xa8", "\\" }, /* U+FE68 */
	{ "\xef\xb9\xaa", "%" }, /* U+FE6A small percent sign */
};

/* The ASCII of a full-width character, U+FF01 to U+FF5E; 0: it is not one. */
static char
narrow(const char c[3])
{
	const unsigned char third = (unsigned char)c[2];

	if (memcmp(c, "\xef\xbc", 2) == 0 && third >= 0x81)
		return (char)(third - 0x81 + '!');
	if (memcmp(c, "\xef\xbd", 2) == 0 && third <= 0x9e)
		return (char)(third - 0x80 + '`');
	return 0;
}

/*
 * Replace a character that ends before to[n] by ASCII; returns the new length.
 */
static int
fold(char *to, int n)
{
	char plain;

	if (n < 3 || (unsigned char)to[n - 1] < 0x80)
		return n;
	plain = narrow(to + n - 3);
	if (plain != 0) {
		to[n - 3] = plain;
		return n - 2;
	}
	for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
		const size_t size = strlen(folds[i].utf8);
		const size_t left = strlen(folds[i].ascii);

		if (memcmp(to + n - size, folds[i].utf8, size) != 0)
			continue;
		memcpy(to + n - size, folds[i].ascii, left);
		return n - (int)(size - left);
	}
	return n;
}

/* If the bytes before to[n] are "%XX", replace them by that byte. */
static int
decode(char *to, int n)
{
	if (n < 3 || to[n - 3] != '%' || str_hex(to[n - 2]) < 0 ||
	    str_hex(to[n - 1]) < 0)
		return n;
	to[n - 3] = (char)(str_hex(to[n - 2]) * 16 + str_hex(to[n - 1]));
	return n - 2;
}

/*
 * Decode and fold `path` to `to` until nothing is left to do.  One pass is
 * enough: a replaced character may be the end of the next match.  Returns the
 * length, or -1 if that produces a slash or a backslash.
 */
static int
decode_fully(struct apam_str path, char to[URL_MAX])
{
	int n = 0, before;

	for (size_t i = 0; i < path.n && n < URL_MAX; i++) {
		to[n++] = path.p[i];
		for (before = 0; before != n;) {
			before = n;
			n = fold(to, decode(to, n));
			if (n != before &&
			    (to[n - 1] == '/' || to[n - 1] == '\\'))
				return -1;
		}
	}
	return n;
}

/*
 * Characters that Unicode tells programs to ignore if they cannot show them
 * (UAX #44, Default_Ignorable_Code_Point); so some servers drop them.
 */
static const struct {
	uint32_t first, last;
} ignorable[] = { { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c },
	{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f },
	{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfff8 }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff } };

/* Skip the ignorable characters at the start. */
static struct apam_str
skip_ignorable(struct apam_str s)
{
	const size_t rows = sizeof(ignorable) / sizeof(ignorable[0]);
	size_t n = utf8_length(s), i = 0;
	uint32_t c;

	while (n > 1 && i < rows) {
		c = utf8_point(s.p, n);
		for (i = 0; i < rows && ignorable[i].last < c; i++)
			;
		if (i == rows || c < ignorable[i].first)
			break;
		s = str_skip(s, n);
		n = utf8_length(s);
	}
	return s;
}

/*
 * True if `s` starts with "."  or ".." as a complete segment.  A segment also
 * ends where some server would end it: at a parameter, or at a byte that was
 * encoded and has another meaning once decoded.
 */
static bool
is_dot_segment(struct apam_str s)
{
	size_t dots = 0;

	s = skip_ignorable(s);
	for (; str_starts(s, APAM_STR(".")); dots++)
		s = skip_ignorable(str_skip(s, 1));
	if (dots == 0 || dots > 2)
		return false;
	return s.n == 0 || strchr("/;?# ", s.p[0]) != NULL ||
	    str_has_control(str_cut(s, 1));
}

/* False for overlong forms and the like, which lax servers take as ASCII. */
static bool
is_utf8(struct apam_str s)
{
	size_t n = 1;

	for (; s.n > 0 && n > 0; s = str_skip(s, n))
		n = utf8_length(s);
	return n > 0;
}

const char *
url_path_unclear(struct apam_str path)
{
	char decoded[URL_MAX];
	int n = decode_fully(path, decoded);
	struct apam_str rest;

	if (n < 0)
		return "the path has an encoded slash or backslash";
	rest = (struct apam_str){ decoded, (size_t)n };
	if (!is_utf8(rest))
		return "the path has encoded bytes that are not UTF-8";
	for (; rest.n > 0; rest = str_skip(rest, 1)) {
		if (rest.p[0] == '/' && is_dot_segment(str_skip(rest, 1)))
			return "the path has a dot segment";
		/* Some servers know hexadecimal escapes such as "%u002e". */
		if (str_starts(rest, APAM_STR("%u")) ||
		    str_starts(rest, APAM_STR("%U")))
			return "the path has an escape that is not a URL's";
	}
	return NULL;
}

bool
url_path_below(struct apam_str origin, struct apam_str path)
{
	if (!str_starts(path, origin))
		return false;
	if (path.n == origin.n || origin.p[origin.n - 1] == '/')
		return true;
	return path.p[origin.n] == '/';
}
