/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wiping memory in a way that the optimiser keeps: explicit_bzero of glibc,
 * musl and the BSDs, which is as fast as memset.
 */
#define _DEFAULT_SOURCE
#include <string.h>

#include "base/buf.h"

void
wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}
