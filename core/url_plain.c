/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quick look at a URL, sixteen bytes at a time.  It may say no
 * to a good URL, never yes to one that url_parse would refuse.
 */
#include <string.h>

#include "url.h"

typedef unsigned char block __attribute__((vector_size(16)));

/* All ones where a byte is from `low` to `high`. */
static block
within(block b, unsigned char low, unsigned char high)
{
	return (block)(b - low <= (block){ 0 } + (unsigned char)(high - low));
}

/* Bits are set where a byte is not plain. */
static block
odd(block b)
{
	return ~(within(b, '&', ';') | within(b, '?', 'Z') |
	    within(b, 'a', 'z') | (block)(b == '=') | (block)(b == '_'));
}

bool
url_is_plain(const char *url, size_t from, size_t n)
{
	block all = { 0 }, next;
	uint64_t words[2];
	size_t i = from;

	if (n < sizeof(next))
		return false;
	for (; i + sizeof(next) <= n; i += sizeof(next)) {
		memcpy(&next, url + i, sizeof(next));
		all |= odd(next);
	}
	/* The rest, with some bytes before it: they are plain, too. */
	if (i < n) {
		memcpy(&next, url + n - sizeof(next), sizeof(next));
		all |= odd(next);
	}
	memcpy(words, &all, sizeof(words));
	return (words[0] | words[1]) == 0;
}
