/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing in a loop as a host does it: the signature's headers are in a store
 * on the caller's stack.
 */
#ifndef BENCH_SIGNER_H
#define BENCH_SIGNER_H

#include <apam/admin.h>

struct signer {
	struct apam_profile *profile;
	struct apam_request request;
	bool release;		/* wipe each signature before the next */
};

/*
 * Make a signer for a profile whose credential is cached.  From now on the raw
 * counterparts give out its bytes.
 */
void signer_init(struct signer *signer, const char *profile);

/* A loop's `run`; `arg` is a struct signer. */
void signer_run(void *arg, size_t n);

#endif
