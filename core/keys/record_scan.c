/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goes through the text.  Strings are checked and decoded on the way; those
 * that are too long to be kept are checked as well.
 */
#include "keys/record_scan.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

static const char malformed[] = "the JSON is malformed";

void
key_scan_begin(struct key_scan *s, struct apam_str text)
{
	*s = (struct key_scan){ .at = text.p, .end = text.p + text.n };
}

void
key_scan_fail(struct key_scan *s, const char *why)
{
	if (s->why != NULL)
		return;
	s->why = why;
	s->why_at = s->at;
}

static bool
fail(struct key_scan *s, const char *why)
{
	key_scan_fail(s, why);
	return false;
}

/* Something unexpected, or the end of the text. */
static bool
fail_here(struct key_scan *s)
{
	return fail(s, s->at == s->end ? "the JSON ends too early" : malformed);
}

char
key_scan_peek(struct key_scan *s)
{
	while (s->at < s->end &&
	    (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' ||
		*s->at == '\t'))
		s->at++;
	return s->at < s->end ? *s->at : '\0';
}

bool
key_scan_take(struct key_scan *s, char c)
{
	if (s->why != NULL)
		return false;
	if (key_scan_peek(s) != c || s->at == s->end)
		return fail_here(s);
	s->at++;
	return true;
}

bool
key_scan_more(struct key_scan *s, char close, bool *first)
{
	const bool begin = *first;
	const char c = key_scan_peek(s);

	*first = false;
	if (s->why != NULL)
		return false;
	if (c == close && s->at < s->end) {
		s->at++;
		return false;
	}
	return begin ? true : key_scan_take(s, ',');
}

bool
key_scan_end(struct key_scan *s)
{
	(void)key_scan_peek(s);
	if (s->why == NULL && s->at < s->end)
		return fail(s, "something follows the JSON");
	return s->why == NULL;
}

unsigned
key_scan_line(struct apam_str text, const char *at)
{
	const char *p = text.p, *end = at;
	unsigned line = 1;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		line++;
		p++;
	}
	return line;
}

/* ---- Strings ---------------------------------------------------------- */

/* Keep bytes of a string; `n` also counts those that do not fit. */
static void
keep_scanned(struct key_scan_value *v, const char *bytes, size_t n)
{
	if (v->n + n <= KEY_SCAN_TEXT)
		memcpy(v->text + v->n, bytes, n);
	v->n += n;
}

static void
keep_point(struct key_scan_value *v, unsigned long c)
{
	char bytes[4];
	size_t n = 1;

	if (c < 0x80) {
		bytes[0] = (char)c;
	} else if (c < 0x800) {
		bytes[0] = (char)(0xc0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		bytes[0] = (char)(0xe0 | c >> 12);
		n = 3;
	} else {
		bytes[0] = (char)(0xf0 | c >> 18);
		n = 4;
	}
	for (size_t i = n; i > 1; i--, c >>= 6)
		bytes[i - 1] = (char)(0x80 | (c & 0x3f));
	keep_scanned(v, bytes, n);
}

/* Read four hexadecimal digits; false if one of them is not a digit. */
static bool
read_unit(struct key_scan *s, unsigned long *unit)
{
	int digit;

	*unit = 0;
	for (int i = 0; i < 4; i++) {
		digit = s->at < s->end ? str_hex(*s->at) : -1;
		if (digit < 0)
			return fail_here(s);
		*unit = *unit << 4 | (unsigned long)digit;
		s->at++;
	}
	return true;
}

/* Read what follows \u; a character beyond the first plane has two of them. */
static bool
read_point(struct key_scan *s, struct key_scan_value *v)
{
	unsigned long high, low;

	if (!read_unit(s, &high))
		return false;
	if (high == 0)
		return fail(s, "the JSON has an embedded NUL");
	if (high < 0xd800 || high > 0xdfff) {
		keep_point(v, high);
		return true;
	}
	if (high > 0xdbff || s->end - s->at < 2 || s->at[0] != '\\' ||
	    s->at[1] != 'u')
		return fail_here(s);
	s->at += 2;
	if (!read_unit(s, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return fail(s, malformed);
	keep_point(v, 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00)));
	return true;
}

static bool
read_escape(struct key_scan *s, struct key_scan_value *v)
{
	static const char names[] = "\"\\/bfnrt";
	static const char means[] = "\"\\/\b\f\n\r\t";
	const char *name;

	if (s->at == s->end)
		return fail_here(s);
	if (*s->at == 'u') {
		s->at++;
		return read_point(s, v);
	}
	name = memchr(names, *s->at, sizeof(names) - 1);
	if (name == NULL)
		return fail(s, malformed);
	s->at++;
	keep_scanned(v, means + (name - names), 1);
	return true;
}

static bool
read_character(struct key_scan *s, struct key_scan_value *v)
{
	const struct apam_str rest = { s->at, (size_t)(s->end - s->at) };
	size_t n;

	if (*s->at == '\\') {
		s->at++;
		return read_escape(s, v);
	}
	if ((unsigned char)*s->at < 0x20)
		return fail(s, malformed);
	n = utf8_length(rest);
	if (n == 0)
		return fail(s, "it is not valid UTF-8");
	keep_scanned(v, s->at, n);
	s->at += n;
	return true;
}

#define EACH UINT64_C(0x0101010101010101) /* one in each of eight bytes */

/* Sets bit 7 of each byte that is 0, and perhaps of bytes above it. */
static uint64_t
zero_of(uint64_t bytes)
{
	return (bytes - EACH) & ~bytes & 0x80 * EACH;
}

/*
 * True if all eight bytes are from 0x20 to 0x7e, and not a quote or backslash.
 */
static bool
are_plain(const char *p)
{
	uint64_t bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return ((bytes | (bytes - 0x20 * EACH)) & 0x80 * EACH) == 0 &&
	    (zero_of(bytes ^ '"' * EACH) | zero_of(bytes ^ '\\' * EACH) |
		zero_of(bytes ^ 0x7f * EACH)) == 0;
}

/* Skip plain characters, which are the most frequent, eight at a time. */
static void
skip_plain(struct key_scan *s, struct key_scan_value *v)
{
	const char *from = s->at;

	while (s->end - s->at >= 8 && are_plain(s->at))
		s->at += 8;
	while (s->at < s->end && (unsigned char)*s->at - 0x20U < 0x5f &&
	    *s->at != '"' && *s->at != '\\')
		s->at++;
	keep_scanned(v, from, (size_t)(s->at - from));
}

bool
key_scan_same(struct key_scan *s, const char *text)
{
	const char *p;

	if (s->why != NULL || key_scan_peek(s) != '"')
		return false;
	for (p = s->at + 1; p < s->end && *p == *text; p++, text++)
		if (*p == '"' || *p == '\\' || *p == '\0')
			return false;
	if (*text != '\0' || p == s->end || *p != '"')
		return false;
	s->at = p + 1;
	return true;
}

bool
key_scan_string(struct key_scan *s, struct key_scan_value *v)
{
	v->kind = KEY_SCAN_NONE;
	v->n = 0;
	v->plain = true;
	v->text[0] = '\0';
	if (!key_scan_take(s, '"'))
		return false;
	for (skip_plain(s, v); s->at < s->end && *s->at != '"';
	     skip_plain(s, v)) {
		v->plain = false;
		if (!read_character(s, v))
			return false;
	}
	if (!key_scan_take(s, '"'))
		return false;
	v->text[v->n <= KEY_SCAN_TEXT ? v->n : 0] = '\0';
	v->kind = KEY_SCAN_STRING;
	return true;
}

/* ---- Numbers and names ------------------------------------------------ */

static bool
is_digit(const struct key_scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool
skip_digits(struct key_scan *s)
{
	if (!is_digit(s))
		return fail_here(s);
	while (is_digit(s))
		s->at++;
	return true;
}

/* Skip a fraction or exponent, which makes the number not a whole one. */
static bool
skip_fraction(struct key_scan *s, bool *whole)
{
	if (s->at < s->end && *s->at == '.') {
		*whole = false;
		s->at++;
		if (!skip_digits(s))
			return false;
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		*whole = false;
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		return skip_digits(s);
	}
	return true;
}

static bool
scan_number(struct key_scan *s, struct key_scan_value *v)
{
	const bool negative = *s->at == '-';
	struct apam_str digits;
	bool whole = true;

	if (negative)
		s->at++;
	digits.p = s->at;
	if (!skip_digits(s))
		return false;
	digits.n = (size_t)(s->at - digits.p);
	if (digits.n > 1 && digits.p[0] == '0')
		return fail(s, malformed);
	if (!skip_fraction(s, &whole))
		return false;
	if (whole && !str_number(digits, INT64_MAX, &v->number))
		return fail(s, "the JSON has a number that is too large");
	if (negative)
		v->number = -v->number;
	v->kind = whole ? KEY_SCAN_NUMBER : KEY_SCAN_OTHER;
	return true;
}

static bool
read_literal(struct key_scan *s, struct key_scan_value *v)
{
	static const struct apam_str names[] = { { "true", 4 }, { "false", 5 },
		{ "null", 4 } };
	const struct apam_str rest = { s->at, (size_t)(s->end - s->at) };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!str_starts(rest, names[i]))
			continue;
		s->at += names[i].n;
		v->kind = KEY_SCAN_OTHER;
		return true;
	}
	return fail_here(s);
}

bool
key_scan_value(struct key_scan *s, struct key_scan_value *v)
{
	const char c = key_scan_peek(s);

	v->kind = KEY_SCAN_NONE;
	v->number = 0;
	if (s->why != NULL)
		return false;
	if (c == '"')
		return key_scan_string(s, v);
	if (c == '{' || c == '[')
		return fail(s, "it is nested too deeply");
	return c == '-' || (c >= '0' && c <= '9') ? scan_number(s, v) :
						    read_literal(s, v);
}
