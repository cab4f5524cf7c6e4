/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comparing and splitting views.  ASCII only, no locale.
 */
#ifndef CORE_BASE_STR_H
#define CORE_BASE_STR_H

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include <apam/types.h>

/* For printf's "%.*s": SARG(view). */
#define SARG(s) ((int)(s).n), ((s).p == NULL ? "" : (s).p)

bool str_equal(struct apam_str a, struct apam_str b);
/* Ignores ASCII case. */
bool str_equal_nocase(struct apam_str a, struct apam_str b);
bool str_starts(struct apam_str s, struct apam_str prefix);
/* s without spaces and tabs at both ends. */
struct apam_str str_trim(struct apam_str s);
/* A malloc'ed copy with a NUL; NULL if memory runs out. */
char *str_dup(struct apam_str s);

/* Index of the first c; s.n if there is none. */
static inline size_t
str_find(struct apam_str s, char c)
{
	const char *at = s.n == 0 ? NULL : (const char *)memchr(s.p, c, s.n);

	return at == NULL ? s.n : (size_t)(at - s.p);
}

/* The rest after the first n bytes; n is at most s.n. */
static inline struct apam_str
str_skip(struct apam_str s, size_t n)
{
	assert(n <= s.n);
	if (n == 0)
		return s;
	return (struct apam_str){ s.p + n, s.n - n };
}

/* The first n bytes; n is at most s.n. */
static inline struct apam_str
str_cut(struct apam_str s, size_t n)
{
	assert(n <= s.n);
	return (struct apam_str){ s.p, n };
}

static inline char
str_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* An ASCII digit; an ASCII letter or digit. */
static inline bool
str_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
str_is_alnum(char c)
{
	const char lower = str_lower(c);

	return (lower >= 'a' && lower <= 'z') || str_is_digit(c);
}

/* True if c is one of the bytes of `set`; a NUL never is. */
bool str_is_one_of(char c, const char *set);
/* The value of a hexadecimal digit of either case; -1 if c is not one. */
int str_hex(char c);
/* True where a byte is a control character (0..31, 127). */
bool str_has_control(struct apam_str s);
/*
 * Read all of s as a decimal number without a sign; false if it is anything
 * else, or more than `max`.
 */
bool str_number(struct apam_str s, int64_t max, int64_t *n);

/* A decimal number, written to `to`, of which it is a view. */
#define STR_NUMBER_SIZE 21
struct apam_str str_of_number(int64_t n, char to[STR_NUMBER_SIZE]);

#endif
