/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quick look at a URL, with SSE2 sixteen bytes at a time.  It may say no
 * to a good URL, never yes to one that url_parse would refuse or cut.
 *
 * Plain is what lies between '&' and 'z', without '<', '>', '[' to '^' and '`'.
 * A NUL is not: the first byte that is not plain is the NUL, or says no.
 */
#include "hot.h"
#include "url.h"

#ifdef __SSE2__
#include <emmintrin.h>

/* All ones where a byte is plain.  Signed: those above 127 are below '&'. */
static inline __m128i
plain(__m128i b)
{
	__m128i angle = _mm_cmpeq_epi8(
	    _mm_or_si128(b, _mm_set1_epi8('>' ^ '<')), _mm_set1_epi8('>'));
	__m128i bracket = _mm_andnot_si128(
	    _mm_cmpgt_epi8(b, _mm_set1_epi8('^')),
	    _mm_cmpgt_epi8(b, _mm_set1_epi8('Z')));
	__m128i above = _mm_or_si128(_mm_cmpgt_epi8(b, _mm_set1_epi8('z')),
	    _mm_cmpeq_epi8(b, _mm_set1_epi8('`')));

	return _mm_andnot_si128(
	    _mm_or_si128(_mm_or_si128(angle, bracket), above),
	    _mm_cmpgt_epi8(b, _mm_set1_epi8('%')));
}

/* The sanitizers cannot know that what is read beside the URL has no effect. */
#define READS_BESIDE __attribute__((no_sanitize("address", "thread")))

/* Bit i is set where byte i of an aligned block is not plain. */
READS_BESIDE static inline unsigned
odd_ones(const char *at)
{
	__m128i b = _mm_load_si128((const __m128i *)(const void *)at);

	return (unsigned)_mm_movemask_epi8(plain(b)) ^ 0xffff;
}

/*
 * Blocks are aligned: the first may begin before what is looked at and the last
 * end after the NUL, but none reaches into a page that the URL is not in.
 */
READS_BESIDE static const char *
first_odd(const char *from, const char *end)
{
	unsigned skip = (unsigned)((uintptr_t)from % sizeof(__m128i));
	const char *at = from - skip;
	unsigned odd = odd_ones(at) >> skip << skip;

	while (odd == 0 && at < end) {
		at += sizeof(__m128i);
		odd = odd_ones(at);
	}
	return odd == 0 ? end : at + __builtin_ctz(odd);
}

#else

static bool
plain(char c)
{
	return c >= '&' && c <= 'z' && c != '<' && c != '>' &&
	    !(c >= '[' && c <= '^') && c != '`';
}

static const char *
first_odd(const char *from, const char *end)
{
	while (from < end && plain(*from))
		from++;
	return from;
}

#endif

HOT_PATH bool
url_is_plain(const char *url, size_t from)
{
	const char *end = first_odd(url + from, url + URL_MAX);

	return end < url + URL_MAX && *end == '\0';
}
