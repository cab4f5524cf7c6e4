/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wiping memory with explicit_bzero of glibc, musl and the BSDs: the optimiser
 * does not remove it, and it is as fast as memset.
 */
#define _DEFAULT_SOURCE
#include <string.h>

#include "base/wipe.h"

void
wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}
