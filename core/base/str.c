/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comparing and splitting views.  Nothing here depends on the locale or needs a
 * NUL: a view may end in the middle of a larger text.
 */
#include <stdlib.h>

#include "base/str.h"

bool
str_equal(struct apam_str a, struct apam_str b)
{
	/* memcmp must not get NULL, not even with length 0. */
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_equal_nocase(struct apam_str a, struct apam_str b)
{
	if (a.n != b.n)
		return false;
	if (a.n == 0 || memcmp(a.p, b.p, a.n) == 0)
		return true; /* most are written alike */
	for (size_t i = 0; i < a.n; i++) {
		if (str_lower(a.p[i]) != str_lower(b.p[i]))
			return false;
	}
	return true;
}

bool
str_starts(struct apam_str s, struct apam_str prefix)
{
	return s.n >= prefix.n && str_equal(str_cut(s, prefix.n), prefix);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct apam_str
str_trim(struct apam_str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = str_skip(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

char *
str_dup(struct apam_str s)
{
	char *copy;

	if (s.n == SIZE_MAX || (copy = malloc(s.n + 1)) == NULL)
		return NULL;
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

bool
str_is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

int
str_hex(char c)
{
	if (str_is_digit(c))
		return c - '0';
	c = str_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A word of which each byte is this one. */
#define EACH(byte) (UINT64_MAX / 255 * (byte))

/* The same for eight bytes at once: below 32, or not different from 127. */
static bool
has_control_word(const char *p)
{
	uint64_t word, other;

	memcpy(&word, p, sizeof(word));
	other = word ^ EACH(127);
	return ((((word - EACH(32)) & ~word) | ((other - EACH(1)) & ~other)) &
		   EACH(128)) != 0;
}

bool
str_has_control(struct apam_str s)
{
	size_t i = 0;

	for (; s.n - i >= sizeof(uint64_t); i += sizeof(uint64_t))
		if (has_control_word(s.p + i))
			return true;
	/* The last eight, some of which were looked at already. */
	if (i > 0)
		return has_control_word(s.p + s.n - sizeof(uint64_t));
	for (; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 32 || c == 127)
			return true;
	}
	return false;
}

bool
str_number(struct apam_str s, int64_t max, int64_t *n)
{
	int64_t sum = 0;

	*n = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* In this form the comparison cannot overflow. */
		if (digit > max || sum > (max - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*n = sum;
	return true;
}

struct apam_str
str_of_number(int64_t n, char to[STR_NUMBER_SIZE])
{
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char *end = to + STR_NUMBER_SIZE, *p = end;

	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (n < 0)
		*--p = '-';
	return (struct apam_str){ p, (size_t)(end - p) };
}
