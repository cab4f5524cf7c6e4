/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the JSON of the key registry, piece by piece and strictly (RFC 8259):
 * objects, arrays, strings, whole numbers.  Nothing is allocated, so an error
 * is always the text's fault, and time and stack do not depend on its contents.
 */
#ifndef CORE_KEYS_RECORD_SCAN_H
#define CORE_KEYS_RECORD_SCAN_H

#include <stdbool.h>

#include <apam/types.h>

#define KEY_SCAN_TEXT 255	/* bytes of a string that are kept */

/* A walk through a text.  The first problem ends it. */
struct key_scan {
	const char *at, *end;
	const char *why;	/* static; NULL: no problem */
	const char *why_at;	/* the place of the problem */
};

enum key_scan_kind {
	KEY_SCAN_NONE,		/* there was a problem */
	KEY_SCAN_STRING,
	KEY_SCAN_NUMBER,	/* a whole number */
	KEY_SCAN_OTHER		/* a fraction, true, false, null */
};

struct key_scan_value {
	enum key_scan_kind kind;
	size_t n;		/* bytes of a string; may be more than fit */
	bool plain;		/* all of them are printable ASCII */
	char text[KEY_SCAN_TEXT + 1]; /* with a NUL; "" if it is longer */
	int64_t number;
};

/* Start before the first character of `text`, which must outlive *s. */
void key_scan_begin(struct key_scan *s, struct apam_str text);

/* Note a problem at the present place; the first one is kept. */
void key_scan_fail(struct key_scan *s, const char *why);

/* The next character that is not a blank; it is not taken.  '\0' at the end. */
char key_scan_peek(struct key_scan *s);

/* Take that character.  False, with a problem, if it is another one. */
bool key_scan_take(struct key_scan *s, char c);

/*
 * In an open object or array: true if there is another member; false if `close`
 * was taken, or with a problem.  *first is true before the first member.
 */
bool key_scan_more(struct key_scan *s, char close, bool *first);

/*
 * Take a string if it is next, equals `text` and is written without an escape.
 * This is the quick way for the usual case.  False if it is not so; nothing is
 * taken then, and there is no problem.
 */
bool key_scan_same(struct key_scan *s, const char *text);

/* Take a string; take any value except an object and an array. */
bool key_scan_string(struct key_scan *s, struct key_scan_value *v);
bool key_scan_value(struct key_scan *s, struct key_scan_value *v);

/* True if only blanks are left, else a problem. */
bool key_scan_end(struct key_scan *s);

/* The line of a place in the text, from 1. */
unsigned key_scan_line(struct apam_str text, const char *at);

#endif
