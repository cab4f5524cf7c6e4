/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program whose own calls fail, one at a time: it is linked with --wrap for each
 * of them, which leads to a function that FAIL makes.  Calls of its libraries are
 * as they are.
 *
 * The file that APAM_SCARCE names says which call fails, and is told how many there
 * were (tests/faults/scarce.py).  It is mapped, so that it counts for children, too,
 * and can be changed while the program runs.  Each place of the program counts its
 * first calls alone: how often a loop calls depends on how busy the machine is.
 */
#ifndef TESTS_FAULTS_SCARCE_H
#define TESTS_FAULTS_SCARCE_H

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "faults/mapped.h"

#define SCARCE_PLACES 1024
#define SCARCE_IN_LOOPS 2 /* calls of a place that count */

enum scarce_kind {
	SCARCE_ONCE, /* as often as the file says */
	SCARCE_LOOP, /* called in loops, until it succeeds */
	SCARCE_WAIT /* the same, and a signal can interrupt it */
};

/* The file; what a test writes comes first. */
static struct scarce {
	_Atomic uint64_t at, most, interrupts;
	char lacking[32]; /* the call that has no memory, as often as it is made */
	_Atomic uint64_t calls, lacks; /* in all; of the one that is lacking */
	char name[32]; /* of the call that has failed */
	_Atomic uint64_t place[SCARCE_PLACES], count[SCARCE_PLACES];
} * scarce;

__attribute__((constructor)) static void
scarce_begin(void)
{
	scarce = scarce_map(sizeof(*scarce));
}

/* ---- What counts coverage ------------------------------------------------------ */

static _Atomic bool scarce_off;

#ifdef _exit /* by tests/support/counted_end.h */
void __real___gcov_dump(void);
void __wrap___gcov_dump(void);

/* Its calls are none of the program's. */
void
__wrap___gcov_dump(void)
{
	const bool before = atomic_exchange(&scarce_off, true);

	__real___gcov_dump();
	atomic_store(&scarce_off, before);
}

static void
scarce_end(void)
{
	atomic_store(&scarce_off, true);
}

__attribute__((constructor)) static void
scarce_end_later(void)
{
	(void)atexit(scarce_end);
}
#endif

/* ---- Which call fails --------------------------------------------------------- */

/* How many calls of this place there were before this one. */
static inline uint64_t
scarce_count(uint64_t place)
{
	for (size_t i = 0; i < SCARCE_PLACES; i++) {
		uint64_t free_one = 0;

		if (atomic_compare_exchange_strong(
			&scarce->place[i], &free_one, place) ||
		    free_one == place)
			return atomic_fetch_add(&scarce->count[i], 1);
	}
	return UINT64_MAX;
}

/*
 * True, with errno, where this call is to fail.  Where the file says so, those that
 * wait are all that counts, and are interrupted.
 */
static inline bool
scarce_fails(
    const void *place, const char *name, int error, enum scarce_kind kind)
{
	if (scarce == NULL)
		return false;
	if (strcmp(scarce->lacking, name) == 0) {
		(void)atomic_fetch_add(&scarce->lacks, 1);
		errno = ENOMEM;
		return true;
	}
	if (atomic_load(&scarce_off) ||
	    (scarce->interrupts && kind != SCARCE_WAIT) ||
	    scarce_count((uintptr_t)place) >=
		(kind == SCARCE_ONCE ? scarce->most : SCARCE_IN_LOOPS) ||
	    atomic_fetch_add(&scarce->calls, 1) + 1 != scarce->at)
		return false;
	strncpy(scarce->name, name, sizeof(scarce->name) - 1);
	errno = scarce->interrupts ? EINTR : error;
	return true;
}

#define SCARCE(name, error, kind)                                              \
	scarce_fails(__builtin_return_address(0), name, error, kind)

/* A call of the program, and what it returns where it fails. */
#define FAIL_AS(kind, type, name, failure, error, parameters, ...)            \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return SCARCE(#name, error, kind) ?                            \
		    (failure) :                                                \
		    __real_##name(__VA_ARGS__);                                \
	}
#define FAIL(...) FAIL_AS(SCARCE_ONCE, __VA_ARGS__)
#define FAIL_LOOP(...) FAIL_AS(SCARCE_LOOP, __VA_ARGS__)
#define FAIL_WAIT(...) FAIL_AS(SCARCE_WAIT, __VA_ARGS__)

#endif
