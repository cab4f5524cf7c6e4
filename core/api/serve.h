/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing for others: what the agent (hosts/agent) needs beyond the public
 * calls.  It opens a context that is the agent's, and says for whom a request is
 * to be signed; the rules of the profile then decide as for nobody else.
 *
 * All of it in one thread.
 */
#ifndef CORE_API_SERVE_H
#define CORE_API_SERVE_H

#include <apam/apam.h>

#include "api/serve_pieces.h"
#include "api/serve_who.h"

/*
 * apam_open without a thread, as the agent: profiles sign here, whatever their
 * option `agent` says, and serve callers by their rules.  Errors: as apam_open.
 */
enum apam_status serve_open(const struct apam_open_options *options,
    struct apam **ctx, struct apam_error *err);

/*
 * How many flights of the context have landed, and programs of secrets ended.
 * A call that is pending has nothing new to hear before this has changed, or its
 * deadline has come.
 */
uint64_t serve_landings(const struct apam *ctx);

/* What to add to the request; views live until `made` returns. */
struct serve_signature {
	const struct apam_header *headers;
	size_t header_count;
	struct apam_str query;	/* what to append to the URL, with its first '?'
				   or '&'; percent-encoded */
	const struct apam_header *covered; /* names of headers; values empty */
	size_t covered_count;
	uint64_t generation, credential, memo; /* as of struct apam_signature */
	unsigned entries;
	uint64_t verifies;	/* the same */
	/* The body is rewritten, by pieces: what stands around them, as
	   agent/around.h has it; empty: it is sent as it is. */
	struct apam_str around;
	uint64_t new_length;	/* of it then */
	size_t piece;		/* bytes of each, but the last one */
	int32_t hash;		/* whose digests these are of; 0: none */
	const struct caller *asker; /* who has it signed: `named`, or who sends */
};

/* What of who->caller has a say: the rules of the profile name such. */
struct serve_needs {
	bool unit, groups;
};

/*
 * By the files as they are now, so that the next call goes by the same rules;
 * nothing, where they are gone.
 */
struct serve_needs serve_needs(struct apam_profile *profile);

/* One request of one caller. */
struct serve_job {
	struct apam_profile *profile;
	const struct apam_request *request;
	const struct serve_who *who;
	/* The caller has its body, and can be asked for digests: */
	bool has_body;
	struct serve_pieces pieces;
	/*
	 * The provider refused the credential of this generation, the caller
	 * says: it waits while another one is got, if that may be.  0: none.
	 */
	uint64_t rejected;
	/* Called once, where this ends with APAM_OK. */
	void (*made)(void *arg, const struct serve_signature *signature);
	void *arg;
};

/* What is remembered of a job from try to try; zeroed at first. */
struct serve_call {
	int64_t deadline;	/* clock_ms */
	bool untried;		/* the host's mark: it waits for the first try */
	int32_t digest;		/* enum apam_hash: see serve_sign; 0: none */
	size_t piece;		/* the same; 0: of the whole body */
	uint64_t awaited[APAM_ENTRIES_MAX]; /* see struct patience */
	const char *late;	/* the same */
};

/*
 * Sign, without waiting.  APAM_E_PENDING: try again with the same call, when
 * serve_landings has changed or the deadline has come.  Where call->digest is
 * not 0 then, this digest of the body, or of each of its pieces of call->piece
 * bytes, is to be asked of the caller, and the status says nothing.  Errors: POLICY, where the rules do not let the caller,
 * or the signature is not one that can be handed over; else as apam_sign.
 */
enum apam_status serve_sign(const struct serve_job *job,
    struct serve_call *call, struct apam_error *err);

/* What a caller says of an answer to what was signed for it. */
struct serve_answer {
	const char *method, *url; /* of the request, as it was sent */
	const struct apam_answer *answer; /* its body is not here */
	uint64_t generation, credential; /* of the signature */
	unsigned entries;
	enum apam_verdict verdict; /* the caller's */
};

/*
 * Take it as a hint: what the answer leaves for the next signatures is kept,
 * such as a nonce; where the credential was refused, it is replaced, or its key
 * checked, now and then (obtain_doubt).  Nothing where the rules do not let the
 * caller send that request, unless it is a gateway, which sends others'.
 */
void serve_judged(struct apam_profile *profile, const struct serve_who *who,
    const struct serve_answer *said);

/* How many profiles the files have, in order or not. */
size_t serve_profile_count(struct apam *ctx);

/*
 * Where programs with the same main file look for the agent; NULL: it tells them
 * to look for none.  The context's.
 */
const char *serve_expected_socket(const struct apam *ctx);

/* Look at the files of all profiles that are in use, now: some have changed. */
void serve_look(struct apam *ctx);

#endif
