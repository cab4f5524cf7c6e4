/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the key registry says of an entry's key.  flight/admit.h reads it; what
 * the provider says is in key_state.h.
 */
#ifndef CORE_ENTRY_REGISTRY_STATE_H
#define CORE_ENTRY_REGISTRY_STATE_H

#include <stdint.h>

#include <apam/types.h>

/* What is known is about another entry's secrets, maybe the same. */
#define SECRETS_OF_ANOTHER UINT64_MAX

/*
 * For one entry, from one look at the registry.  The context's lock guards it.
 */
struct registry_state {
	uint64_t reading;	/* 0: none yet */
	int64_t archived_at;	/* Unix s; 0: it is not archived */
	char evidence[APAM_EVIDENCE_SIZE]; /* by whom, when, why */
	char mark[APAM_MARK_SIZE]; /* of its record, or "" */
	uint64_t drops;		/* how often its credentials were dropped */
	/* The number of the secrets that it was asked about (present_secrets.h). */
	uint64_t secrets;
};

#endif
