/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SipHash-1-3 with 128 bits of output (Aumasson and Bernstein, 2012): fast
 * where SHA-256 would be felt, for telling a damaged file from a whole one and
 * for finding keys by their names.  Whoever may write what is hashed may make
 * the hash fit, so that it stands for nobody's word.
 */
#ifndef CORE_SIPHASH_H
#define CORE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_SIZE 16

/* `key` and `to` are SIPHASH_SIZE bytes; `bytes` may be NULL where n is 0. */
void siphash(const unsigned char key[SIPHASH_SIZE], const void *bytes,
    size_t n, unsigned char to[SIPHASH_SIZE]);

/* The first 64 bits of it as a number. */
uint64_t siphash64(const unsigned char key[SIPHASH_SIZE], const void *bytes,
    size_t n);

#endif
