/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quick look at a URL: does it begin as expected, and does it go on without
 * anything that two parsers could read in two ways?  If not, url_parse decides.
 */
#ifndef CORE_SLOT_URL_PLAIN_H
#define CORE_SLOT_URL_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/relaxed.h"

/* Before functions of the short way, which are laid side by side for that. */
#define SHORT_WAY __attribute__((hot))

#define URL_BLOCK 32
#define URL_START_MAX 96

/*
 * What a URL is to begin with, "https://host:port".  It may be written while it
 * is read (torn_copy.h): then the result is meaningless.  The text begins after
 * a block of room and has one behind it, because it is read by blocks.
 */
struct url_start {
	_Alignas(64) _Atomic size_t n;
	char room[URL_BLOCK + URL_START_MAX + URL_BLOCK];
};

/* Before the first text is set: none, in room of which no byte is a NUL. */
void url_start_init(struct url_start *start);

/* `n` is at most URL_START_MAX; the text has no NUL. */
void url_start_set(struct url_start *start, const char *text, size_t n);

/* Whether url_is_plain_wide can be called; false until a start was set. */
extern _Atomic bool url_wide;

/* url_is_plain, byte by byte. */
bool url_is_plain_narrow(const char *url, const struct url_start *start);

/* The same by blocks of URL_BLOCK bytes; it needs AVX2. */
bool url_is_plain_wide(const char *url, const struct url_start *start);

/*
 * True where a URL that ends in NUL begins with `start`, goes on with '/' or
 * '?', is shorter than URL_MAX, and has but what may stand in a path and in a
 * query alike (RFC 3986, 3.3 and 3.4): no fragment, and no percent sign without
 * its two digits.  False says nothing: ask url_parse.
 */
static inline bool
url_is_plain(const char *url, const struct url_start *start)
{
	return RELAXED_LOAD(url_wide) ? url_is_plain_wide(url, start) :
				url_is_plain_narrow(url, start);
}

#endif
