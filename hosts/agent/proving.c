/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By pidfd_open(2), which has no wrapper in every C library.
 */
#define _GNU_SOURCE
#include "agent/proving.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "base/random.h"
#include "base/str.h"

bool
proving_begin(struct proving *proving, const struct peer *peer)
{
	proving_free(proving);
	if (!random_bytes(proving->nonce, sizeof(proving->nonce)))
		return false;
	proving->pidfd = (int)syscall(SYS_pidfd_open, peer->pid, 0);
	return proving->pidfd >= 0;
}

bool
proving_end(struct proving *proving, struct peer *peer, struct apam_str nonce)
{
	const struct apam_str asked = { (const char *)proving->nonce,
		sizeof(proving->nonce) };
	const bool right = proving->pidfd >= 0 && str_equal(asked, nonce);

	if (right)
		peer_find_unit(peer, proving->pidfd);
	proving_free(proving);
	return right;
}

void
proving_free(struct proving *proving)
{
	if (proving->pidfd >= 0)
		(void)close(proving->pidfd);
	proving->pidfd = -1;
}
