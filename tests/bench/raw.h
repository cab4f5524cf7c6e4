/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The raw counterparts of signing: the least that hands out the same bytes.
 *
 * What a program would write that knew its one credential and nothing of
 * origins, expiry, entries or revocation.  Each is a loop's `run`.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <stddef.h>
#include <stdint.h>

/* Big enough for any signature here. */
#define STORE_SIZE 4096

/* The bytes to hand out, at most STORE_SIZE; for all loops below. */
void raw_set(const void *bytes, size_t n);

/* memcpy alone. */
void raw_copy(void *arg, size_t n);

/* An acquire load, a look at the coarse clock, memcpy. */
void raw_load_clock_copy(void *arg, size_t n);

/* The same, and a look at the counter of the page that arg points to. */
void raw_load_clock_count_copy(void *arg, size_t n);

/* The same as raw_load_clock_copy, then the bytes wiped. */
void raw_load_clock_copy_wipe(void *arg, size_t n);

/* memcpy under a sequence lock, read twice. */
void raw_seqlock_copy(void *arg, size_t n);

/* HMAC-SHA256 of a message of 150 bytes and SHA-256 of an empty body. */
void raw_hmac(void *arg, size_t n);

#endif
