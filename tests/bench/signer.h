/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing as a host does it, in a loop: a signature whose headers lie in a
 * store on the caller's stack.
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
 * A signer of a profile whose credential is cached.  The raw counterparts
 * hand out its bytes from now on.
 */
void signer_init(struct signer *signer, const char *profile);

/* A loop's `run`; `arg` is a struct signer. */
void signer_run(void *arg, size_t n);

#endif
