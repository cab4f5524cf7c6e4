/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SipHash-1-3 with 128 bits of output (Aumasson and Bernstein, 2012).  It
 * detects damaged files and finds keys by their names where SHA-256 would be
 * too slow.  A program that may write the file can also write a matching hash,
 * so a match proves nothing about who wrote it.
 */
#ifndef CORE_BASE_SIPHASH_H
#define CORE_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_SIZE 16

/* `key` and `to` have SIPHASH_SIZE bytes; `bytes` may be NULL if n is 0. */
void siphash(const unsigned char key[SIPHASH_SIZE], const void *bytes,
    size_t n, unsigned char to[SIPHASH_SIZE]);

/* The first 64 bits of the hash as a number. */
uint64_t siphash64(const unsigned char key[SIPHASH_SIZE], const void *bytes,
    size_t n);

/* Add bytes to a hash: the one before, zeroed at first, is their key. */
void siphash_add(unsigned char hash[SIPHASH_SIZE], const void *bytes, size_t n);

#endif
