/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling the agent what was made of an answer.  Nobody waits for that, and the
 * agent makes of it what it will: a check of its own, at most.
 */
#ifndef CORE_SERVED_SERVED_HINT_H
#define CORE_SERVED_SERVED_HINT_H

#include "served/served_page.h"

/* An answer, and the signature of its request. */
struct served_hint {
	const char *profile;	/* its name */
	const struct apam_signature *signature;
	unsigned status;	/* of HTTP */
	const struct apam_header *headers; /* of the answer */
	size_t header_count;
	enum apam_verdict verdict;
};

/*
 * Note a verdict.  *again, where it is against the credential: signing again may
 * bring another one.  True if the agent is to be told of it.  With the context's
 * lock held.
 */
bool served_hint_note(struct served_page *page,
    const struct apam_signature *signature, enum apam_verdict verdict,
    bool *again);

/* Tell the agent, if that can be done at once. */
void served_hint_tell(struct served *served, const struct served_hint *hint);

#endif
