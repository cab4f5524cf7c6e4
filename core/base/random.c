/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's generator, through getentropy(3) of glibc, musl and the BSDs.
 * Each call asks the kernel.  Nothing is kept here, so there is no state to
 * share with a forked child, no lock, and nothing to set up.
 */
#define _DEFAULT_SOURCE
#include "base/random.h"

#include <unistd.h>

#define PIECE 256 /* the most that getentropy gives in one call */

bool
random_bytes(void *to, size_t n)
{
	unsigned char *p = to;
	size_t piece;

	while (n > 0) {
		piece = n < PIECE ? n : PIECE;
		if (getentropy(p, piece) != 0)
			return false;
		p += piece;
		n -= piece;
	}
	return true;
}
