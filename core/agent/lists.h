/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lists that messages have: how long they may be, and where those of a
 * message that is read lie.
 */
#ifndef CORE_AGENT_LISTS_H
#define CORE_AGENT_LISTS_H

#include <apam/types.h>

#include "config/allow.h"

enum {
	AGENT_HEADERS_MAX = 256,
	AGENT_QUERY_MAX = 64,	/* as SIGNING_QUERY_MAX (abi/signing.h) */
	AGENT_DIGESTS_MAX = 6,	/* one of each enum apam_hash */
	AGENT_TEXTS_MAX = 64,	/* covered headers; arguments of a call */
	AGENT_GROUPS_MAX = 1024, /* of somebody who is named */
	AGENT_PIECES_MAX = 16000, /* of a body that is rewritten */
	AGENT_AROUND_MAX = 1000000 /* bytes of agent/around.h for them: the rest
				      of a message is for all else */
};

struct agent_headers {
	const struct apam_header *all;
	size_t count;
};

struct agent_texts {
	const struct apam_str *all;
	size_t count;
};

struct agent_digests {
	const struct apam_digest *all;
	size_t count;
};

/* Where the lists of one message that is read lie: 24 KiB. */
struct agent_room {
	struct apam_header headers[AGENT_HEADERS_MAX];
	struct apam_header query[AGENT_QUERY_MAX];
	struct apam_header answer[AGENT_HEADERS_MAX];
	struct apam_str texts[AGENT_TEXTS_MAX];
	struct apam_digest digests[AGENT_DIGESTS_MAX];
	struct caller caller;
	uint32_t groups[AGENT_GROUPS_MAX]; /* its */
};

#endif
