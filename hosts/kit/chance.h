/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that look random and are the same in each run with one seed
 * (SplitMix64, Steele, Lea and Flood, 2014).
 */
#ifndef HOSTS_KIT_CHANCE_H
#define HOSTS_KIT_CHANCE_H

#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

static inline uint64_t
chance_next(struct chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* 0 to n - 1; n is not 0. */
static inline size_t
chance_below(struct chance *c, size_t n)
{
	return (size_t)(chance_next(c) % n);
}

#endif
