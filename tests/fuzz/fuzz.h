/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every fuzz target shares.  A target is one function that libFuzzer, or
 * replay.c in the ordinary test run, calls with some bytes.
 *
 * Each input is run with all memory there is, and then again and again with one
 * allocation of apam's failing, or all from that one on; see memory.c.  A
 * target keeps its invariants meanwhile.  What it allocates for itself comes
 * from fuzz_copy, and what it asks apam only to check an answer stands between
 * fuzz_feed and fuzz_starve: that has all memory.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Always 0.  Ends the process where an invariant does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assertion that no compiler flag takes away. */
#define HOLDS(condition)                                                       \
	((condition) ? (void)0 : broken(#condition, __FILE__, __LINE__))

/* Say what does not hold, and which allocation failed before; does not return. */
_Noreturn void broken(const char *condition, const char *file, int line);

/* As malloc, but never NULL. */
void *fuzz_alloc(size_t n);

/* The bytes with a NUL behind them, to be freed; never NULL. */
char *fuzz_copy(const void *bytes, size_t n);

/* Has an allocation failed in this run? */
bool fuzz_is_starved(void);

/* All memory there is, until fuzz_starve or the end of the run. */
void fuzz_feed(void);
void fuzz_starve(void);

/*
 * Take down what apam said, NULL where all was well.  With memory failing it
 * must say the same as without, or that memory ran out; from there on anything.
 */
void fuzz_says(const char *text);

/* For the drivers: how many allocations of each input are failed. */
extern unsigned fuzz_failures;

#endif
