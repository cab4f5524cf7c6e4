/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's generator, by getentropy(3) of glibc, musl and the BSDs.  Each
 * call asks the kernel and nothing is kept here, so there is no state that a
 * child could share with its parent, no lock, and nothing to set up.
 */
#define _DEFAULT_SOURCE
#include "base/random.h"

#include <unistd.h>

#define PIECE 256 /* what getentropy gives at once, at most */

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
