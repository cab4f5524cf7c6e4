/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every fuzz target shares.  A target is one function that libFuzzer, or
 * replay.c in the ordinary test run, calls with some bytes.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Always 0.  Ends the process where an invariant does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assertion that no compiler flag takes away. */
#define HOLDS(condition)                                                       \
	((condition) ? (void)0 : broken(#condition, __FILE__, __LINE__))

static inline void
broken(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

#endif
