/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the agent whether an answer is the provider's: it is told the digests of
 * the body, and not the body.
 */
#ifndef CORE_SERVED_SERVED_VERIFY_H
#define CORE_SERVED_SERVED_VERIFY_H

#include "abi/request.h"
#include "served/served_state.h"

struct served_proof {
	const char *profile;	/* its name */
	const struct request *request; /* as it was sent; its headers are shown */
	const struct apam_signature *signature;
	const struct apam_response *response; /* without its body */
	const struct apam_digest *digests; /* of that */
	size_t digest_count;
	int64_t deadline;	/* clock_ms */
	bool soon;		/* do not wait: SERVED_PENDING */
	bool hurry;		/* as in ask_blocking */
};

/*
 * Ask.  A call that does not wait is tried again with the same *ask, new at
 * first and not moved.  ANSWERED: *status says whether it is, and *err why not;
 * with any other end nobody has said.  Errors of that: as ask_blocking; USAGE,
 * REFUSED: the request has more than the agent takes.
 */
enum served_end served_verify(struct served *served, struct ask *ask,
    const struct served_proof *what, enum apam_status *status,
    struct apam_error *err);

#endif
