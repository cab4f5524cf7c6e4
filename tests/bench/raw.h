/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The raw counterparts of signing: the least code that gives out the same
 * bytes.
 *
 * A program would write this if it knew only its one credential, and nothing
 * about origins, expiry, entries or revocation.  Each is a loop's `run`.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <stddef.h>
#include <stdint.h>

/* Large enough for any signature here. */
#define STORE_SIZE 4096

/* Set the bytes to give out, at most STORE_SIZE, for all loops below. */
void raw_set(const void *bytes, size_t n);

/* memcpy alone. */
void raw_copy(void *arg, size_t n);

/* An acquire load, a look at the coarse clock, memcpy. */
void raw_load_clock_copy(void *arg, size_t n);

/* As raw_load_clock_copy, and a look at the counter in the page `arg`. */
void raw_load_clock_count_copy(void *arg, size_t n);

/* As raw_load_clock_copy, and then the bytes are wiped. */
void raw_load_clock_copy_wipe(void *arg, size_t n);

/* memcpy under a sequence lock, read twice. */
void raw_seqlock_copy(void *arg, size_t n);

/*
 * HMAC-SHA256 of a message of 150 bytes and SHA-256 of an empty body, by the
 * two calls that a program would write.
 */
void raw_hmac_once(void *arg, size_t n);

/* The same in contexts that are kept. */
void raw_hmac(void *arg, size_t n);

#endif
