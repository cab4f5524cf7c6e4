/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc that fails while the test wants it to.  The Makefile links the tests
 * that include this with --wrap=malloc, so that what libc and Check allocate
 * inside themselves does not fail.
 */
#ifndef TESTS_NO_MALLOC_H
#define TESTS_NO_MALLOC_H

#include <stdbool.h>
#include <stddef.h>

static bool no_malloc;

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);

void *
__wrap_malloc(size_t n)
{
	return no_malloc ? NULL : __real_malloc(n);
}

#endif
