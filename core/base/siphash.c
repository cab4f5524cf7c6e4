/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The function as in its paper; numbers are little-endian.
 */
#include "base/siphash.h"

#include <string.h>

struct state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t
rotate(uint64_t n, int bits)
{
	return n << bits | n >> (64 - bits);
}

/* Written out so that compilers turn it into one load. */
static uint64_t
read_word(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	    (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
	    (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static void
put_word(uint64_t n, unsigned char *to)
{
	for (int i = 0; i < 8; i++, n >>= 8)
		to[i] = (unsigned char)n;
}

static inline void
rounds(struct state *s, int count)
{
	while (count-- > 0) {
		s->v0 += s->v1;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v2 = rotate(s->v2, 32);
	}
}

static inline void
take_word(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	rounds(s, 1);
	s->v0 ^= word;
}

static uint64_t
fold(struct state *s)
{
	rounds(s, 3);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

void
siphash(const unsigned char key[SIPHASH_SIZE], const void *bytes, size_t n,
    unsigned char to[SIPHASH_SIZE])
{
	const uint64_t k0 = read_word(key), k1 = read_word(key + 8);
	struct state s = { k0 ^ UINT64_C(0x736f6d6570736575),
		k1 ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
		k0 ^ UINT64_C(0x6c7967656e657261),
		k1 ^ UINT64_C(0x7465646279746573) };
	unsigned char last[8] = { 0 };
	const unsigned char *p = bytes;

	last[7] = (unsigned char)n;
	for (; n >= 8; n -= 8, p += 8)
		take_word(&s, read_word(p));
	if (n > 0)
		memcpy(last, p, n);
	take_word(&s, read_word(last));
	s.v2 ^= 0xee;
	put_word(fold(&s), to);
	s.v1 ^= 0xdd;
	put_word(fold(&s), to + 8);
}

uint64_t
siphash64(const unsigned char key[SIPHASH_SIZE], const void *bytes, size_t n)
{
	unsigned char hash[SIPHASH_SIZE];

	siphash(key, bytes, n, hash);
	return read_word(hash);
}

void
siphash_add(unsigned char hash[SIPHASH_SIZE], const void *bytes, size_t n)
{
	unsigned char next[SIPHASH_SIZE];

	siphash(hash, bytes, n, next);
	memcpy(hash, next, sizeof(next));
}
