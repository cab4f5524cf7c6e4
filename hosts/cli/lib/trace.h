/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `apam request -v` prints on standard error.  Credentials are masked.
 */
#ifndef HOSTS_CLI_LIB_TRACE_H
#define HOSTS_CLI_LIB_TRACE_H

#include <apam/curl.h>

struct trace {
	const struct apam_transfer *transfer;
	unsigned tries;
	uint64_t credential; /* the one that signed the previous request */
};

/* Print "> profile NAME (FILE)". */
void trace_profile(struct apam_profile *profile);

/* The `sending` function of a transfer; `arg` is a struct trace. */
void trace_sending(void *arg, const struct apam_signature *signature);

/* Print "< HTTP 200 application/json". */
void trace_answer(unsigned status, const char *content_type);

/*
 * Print to standard error, with '?' in place of control characters and the
 * like.
 */
void trace_safe(struct apam_str text);

#endif
