/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quick look at a URL, 32 bytes at a time where the processor has AVX2.  It
 * may say no to a good URL.  It never says yes to one that url_parse would
 * refuse or cut.
 *
 * A NUL counts as not plain.  So the first byte that is not plain is the end, a
 * '%', or a reason to refuse.
 */
#include "slot/url_plain.h"

#include "base/str.h"
#include "slot/torn_copy.h"
#include "text/url.h"

/*
 * What is plain: for each low half of a byte the high halves that go with it,
 * bit 2 for 2 to bit 7 for 7.  That is "!$&'()*+,-./:;=?@_~", letters, digits.
 */
static const unsigned char plain[16] = { 0xb8, 0xfc, 0xf8, 0xf8, 0xfc, 0xf8,
	0xfc, 0xfc, 0xfc, 0xfc, 0xfc, 0x5c, 0x54, 0x5c, 0xd4, 0x7c };

_Atomic bool url_wide;

static bool
is_plain(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte < 128 && (plain[byte & 15] >> (byte >> 4) & 1) != 0;
}

/*
 * True where the URL ends in plain bytes and escapes (RFC 3986, 2.1), of which
 * `odd` begins the next one, or is the NUL.
 */
static __attribute__((noinline)) bool
ends_plainly(const char *odd, const char *end)
{
	while (odd < end && *odd == '%' && str_hex(odd[1]) >= 0 &&
	    str_hex(odd[2]) >= 0)
		for (odd += 3; odd < end && is_plain(*odd);)
			odd++;
	return odd < end && *odd == '\0';
}

bool
url_is_plain_narrow(const char *url, const struct url_start *start)
{
	const char *text = start->room + URL_BLOCK, *odd = url;
	const char *end = url + URL_MAX;
	size_t n = RELAXED_LOAD(start->n);

	for (; n > 0; n--)
		if (*odd++ != RELAXED_LOAD_AT(text++))
			return false;
	if (*odd != '/' && *odd != '?')
		return false;
	while (odd < end && is_plain(*odd))
		odd++;
	return ends_plainly(odd, end);
}

/* ---- By blocks ----------------------------------------------------------- */

#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<sys/platform/x86.h>)
#define WIDE
#endif
#endif

#ifdef WIDE

#include <immintrin.h>
#include <sys/platform/x86.h>

#define AVX2 __attribute__((target("avx2")))

/* The sanitizers cannot know that what is read beside the URL has no effect. */
#define READS_BESIDE __attribute__((no_sanitize("address", "thread")))

/* Bit i is set where byte i of a block is not plain. */
AVX2 static inline unsigned
odd_ones(__m256i b)
{
	const __m256i rows = _mm256_broadcastsi128_si256(
	    _mm_loadu_si128((const void *)plain));
	const __m256i bits = _mm256_broadcastsi128_si256(_mm_setr_epi8(
	    0, 0, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0));
	const __m256i half = _mm256_set1_epi8(15);
	/* A row is 0 where the byte is above 127. */
	__m256i row = _mm256_shuffle_epi8(rows, b);
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(b, 4), half);
	__m256i bit = _mm256_shuffle_epi8(bits, high);

	return (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(
	    _mm256_and_si256(row, bit), _mm256_setzero_si256()));
}

/* Bit i is set where byte i of a block is not that of `text`. */
AVX2 READS_BESIDE static inline unsigned
unlike(__m256i b, const char *text)
{
	__m256i like = _mm256_cmpeq_epi8(
	    b, _mm256_loadu_si256((const void *)text));

	return ~(unsigned)_mm256_movemask_epi8(like);
}

/*
 * Blocks are aligned: the first may begin before the URL and the last end after
 * its NUL, but none reaches into a page that the URL is not in.  One that is
 * like the start's has no NUL, so that the URL is in the next block, too.
 */
AVX2 READS_BESIDE SHORT_WAY bool
url_is_plain_wide(const char *url, const struct url_start *start)
{
	const size_t n = RELAXED_LOAD(start->n),
		     skip = (uintptr_t)url % URL_BLOCK;
	const char *text = start->room + URL_BLOCK - skip, *at = url - skip;
	const char *end = url + URL_MAX;
	unsigned ours = ~0U << skip, odd, begins;
	size_t left = n + skip;
	__m256i b;

	for (; left >= URL_BLOCK; left -= URL_BLOCK) {
		b = _mm256_load_si256((const void *)at);
		if ((unlike(b, text) & ours) != 0)
			return false;
		at += URL_BLOCK;
		text += URL_BLOCK;
		ours = ~0U;
	}
	b = _mm256_load_si256((const void *)at);
	begins = (1U << left) - 1;
	if ((unlike(b, text) & ours & begins) != 0 ||
	    (url[n] != '/' && url[n] != '?'))
		return false;
	odd = odd_ones(b) & ~begins;
	while (odd == 0 && at < end) {
		at += URL_BLOCK;
		odd = odd_ones(_mm256_load_si256((const void *)at));
	}
	if (odd == 0)
		return false;
	at += __builtin_ctz(odd);
	return (at < end && *at == '\0') || ends_plainly(at, end);
}

static bool
can_be_wide(void)
{
	return CPU_FEATURE_ACTIVE(AVX2);
}

#else

bool
url_is_plain_wide(const char *url, const struct url_start *start)
{
	return url_is_plain_narrow(url, start);
}

static bool
can_be_wide(void)
{
	return false;
}

#endif

/*
 * The room is filled with a byte that no URL has.  A reader may see a length
 * before its text; a NUL there would look like the end of a shorter URL.
 */
void
url_start_init(struct url_start *start)
{
	atomic_init(&start->n, 0);
	memset(start->room, ' ', sizeof(start->room));
}

void
url_start_set(struct url_start *start, const char *text, size_t n)
{
	RELAXED_STORE(url_wide, can_be_wide());
	torn_copy(start->room + URL_BLOCK, text, n);
	RELAXED_STORE(start->n, n);
}
