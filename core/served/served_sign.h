/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One signature by the agent: the request is asked for, without its body, and
 * what comes back is what the profile's entries would have made.  Digests of
 * the body are computed here, as the agent asks for them.
 */
#ifndef CORE_SERVED_SERVED_SIGN_H
#define CORE_SERVED_SERVED_SIGN_H

#include "abi/request.h"
#include "served/served_state.h"

/*
 * What was asked so far.  A call that does not wait keeps it from try to try;
 * it is not moved.
 */
struct served_call {
	struct ask ask;
	unsigned char bytes[AGENT_DIGESTS_MAX][APAM_HASH_MAX];
	struct apam_digest digests[AGENT_DIGESTS_MAX];
	size_t digest_count;
	/* The digests of its pieces, where they were asked for. */
	struct buf pieces;
	int32_t hash;
	uint64_t piece;		/* bytes of each, but the last one */
	unsigned asked;		/* how often */
};

void served_call_init(struct served_call *call);
void served_call_free(struct served_call *call);

/* What to ask for. */
struct served_request {
	const char *profile;	/* its name */
	struct request *request; /* the query of the signature is added */
	int64_t deadline;	/* clock_ms */
	const struct caller *caller; /* for whom; NULL: this process */
	uint64_t page;		/* serial of the page that is there, or 0 */
	uint64_t rejected;	/* generation that an answer was against, or 0 */
	bool soon;		/* do not wait: SERVED_PENDING */
	/* The caller can sign in another way: do not wait for an agent that may
	   be back soon, nor long for one that does not answer. */
	bool hurry;
};

/* What was made, beside the headers. */
struct served_made {
	uint64_t generation, credential;
	unsigned entries, verifies;
	uint64_t page;		/* serial of the page for such requests, or 0 */
	int fd;			/* the page's; the caller closes it; -1: none */
};

/*
 * Ask for a signature.  ANSWERED: *status says whether it was made, and *total
 * and *made are filled in; otherwise *err has what the agent said.  With any
 * other end nothing was made.  Errors of that: as ask_blocking.
 */
enum served_end served_sign(struct served *served, struct served_call *call,
    const struct served_request *what, struct apam_signing *total,
    struct served_made *made, enum apam_status *status,
    struct apam_error *err);

#endif
