/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verifying answers for callers of the agent, who keep the bodies.
 */
#ifndef CORE_API_SERVE_VERIFY_H
#define CORE_API_SERVE_VERIFY_H

#include "api/serve.h"

/* An answer, and what a caller says of the request that it is to. */
struct serve_proof {
	struct apam_profile *profile;
	const struct serve_who *who;
	const struct apam_request *request; /* as it was sent */
	const struct apam_answer *answer; /* its body is not here, but */
	const struct apam_digest *digests; /* of that */
	size_t digest_count;
	/* Of the signature: */
	uint64_t generation, credential, verifies;
	unsigned entries;
};

/*
 * Ask the entries that signed.  PENDING: try again with the same *call, as with
 * serve_sign.  Errors: NOT_AUTHENTIC, ABI; what the audit log has, too, as
 * request_init, and POLICY, where the rules do not let the caller send that
 * request, and it is not a gateway, which sends others'; else as profile_open.
 */
enum apam_status serve_verify(const struct serve_proof *proof,
    struct serve_call *call, struct apam_error *err);

#endif
