/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking a module whether an answer is the provider's, and believing nothing of
 * what it returns before that is checked: anything but a plain yes is a no.
 */
#ifndef CORE_ENTRY_AUTHENTIC_H
#define CORE_ENTRY_AUTHENTIC_H

#include "entry/entry.h"

/* An answer of which all has come. */
struct authentic {
	const struct apam_request_view *request; /* as it was signed */
	const struct apam_response *response; /* without its body */
	const struct apam_digest *digests; /* of that, by each hash once */
	size_t digest_count;
};

/* True if the entry's module verifies answers. */
bool authentic_is_asked(const struct entry *e);

/* Bit 1 << enum apam_hash: its module needs this digest; 0: it needs none. */
unsigned authentic_hashes(const struct entry *e);

/*
 * Ask it.  Errors: NOT_AUTHENTIC, also where the digest that it needs is not
 * there, or its secrets are withheld; ABI, MEMORY.
 */
enum apam_status authentic_verify(struct entry *e, const struct authentic *a,
    struct apam_error *err);

#endif
