/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Having an answer verified, for providers that sign theirs: apam.h's calls for
 * that, begun when the first of the body comes or, without one, at the end.
 */
#ifndef HOSTS_CURL_PROOF_H
#define HOSTS_CURL_PROOF_H

#include <apam/curl.h>

/* Zeroed: nothing is to be verified. */
struct proof {
	struct apam_profile *profile;
	const struct apam_request *request;
	const struct apam_signature *signature;
	bool streams;		/* the host has the body before it is verified */
	bool begun;
	struct apam_verify *verify;
};

/* True if the answer is to be verified. */
bool proof_is_asked(const struct proof *p);

/* Begin, unless it has begun.  Errors as of apam_verify_start. */
enum apam_status proof_begin(struct proof *p, const struct apam_answer *head,
    struct apam_error *err);

/* As apam_verify_body. */
enum apam_status proof_body(
    struct proof *p, struct apam_str bytes, struct apam_error *err);
/* As apam_verify_end; the proof can then begin anew. */
enum apam_status proof_end(struct proof *p, bool whole, struct apam_error *err);

#endif
