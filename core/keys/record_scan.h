/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the JSON of the key registry, piece by piece and strictly (RFC 8259):
 * objects, arrays, strings, whole numbers.  It allocates nothing, so that what
 * is wrong is always the text's fault, and time and stack do not depend on what
 * the text holds.
 */
#ifndef CORE_KEY_SCAN_H
#define CORE_KEY_SCAN_H

#include <stdbool.h>

#include <apam/types.h>

#define KEY_SCAN_TEXT 255	/* bytes of a string that are kept */

/* A walk over a text.  The first problem ends it. */
struct key_scan {
	const char *at, *end;
	const char *why;	/* static text; NULL: all well */
	const char *why_at;	/* where that was found */
};

enum key_scan_kind {
	KEY_SCAN_NONE,		/* there was a problem */
	KEY_SCAN_STRING,
	KEY_SCAN_NUMBER,	/* a whole one */
	KEY_SCAN_OTHER		/* a fraction, true, false, null */
};

struct key_scan_value {
	enum key_scan_kind kind;
	size_t n;		/* bytes of a string; it may be longer */
	bool plain;		/* all of them are printable ASCII */
	char text[KEY_SCAN_TEXT + 1]; /* with a NUL; "" where it is longer */
	int64_t number;
};

/* Stand before the first character of `text`, which has to outlive *s. */
void key_scan_begin(struct key_scan *s, struct apam_str text);

/* Note a problem, where the walk is; the first one stays. */
void key_scan_fail(struct key_scan *s, const char *why);

/* The next character that is no blank, which stays; '\0' at the end. */
char key_scan_peek(struct key_scan *s);

/* Take that character.  False, and a problem, where it is another. */
bool key_scan_take(struct key_scan *s, char c);

/*
 * In an object or array that was opened: true where there is one more member,
 * false where `close` was taken, or with a problem.  *first is true before the
 * first one.
 */
bool key_scan_more(struct key_scan *s, char close, bool *first);

/*
 * Take a string that is `text`, where that is what comes next, written without
 * any escape: the quick way to what is there as a rule.  False where it is not,
 * or may be: nothing is taken then, and there is no problem.
 */
bool key_scan_same(struct key_scan *s, const char *text);

/* Take a string, or a value that is no object and no array. */
bool key_scan_string(struct key_scan *s, struct key_scan_value *v);
bool key_scan_value(struct key_scan *s, struct key_scan_value *v);

/* True where only blanks are left, else a problem. */
bool key_scan_end(struct key_scan *s);

/* The line that a place of the text is in, from 1. */
unsigned key_scan_line(struct apam_str text, const char *at);

#endif
