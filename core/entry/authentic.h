/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking a module whether an answer is the provider's, and believing nothing of
 * what it returns before that is checked: anything but a plain yes is a no.
 */
#ifndef CORE_ENTRY_AUTHENTIC_H
#define CORE_ENTRY_AUTHENTIC_H

#include "entry/entry.h"

/* One run of an entry's module; zeroed: none.  By one thread at a time. */
struct authentic {
	struct entry *entry;	/* it must outlive the run */
	void *run;		/* the module's */
};

/* True if the entry's module verifies answers. */
bool authentic_is_asked(const struct entry *e);

/*
 * Begin with the request as it was signed and the answer without its body.
 * After a failure there is nothing to end.  Errors, of the others, too:
 * NOT_AUTHENTIC, ABI, MEMORY.
 */
enum apam_status authentic_begin(struct authentic *a, struct entry *e,
    const struct apam_request_view *request,
    const struct apam_response *response, struct apam_error *err);

/* Go on with a piece of the body. */
enum apam_status authentic_body(struct authentic *a, struct apam_str piece,
    struct apam_error *err);

/* End the run: once for each that began.  `whole`: the body came to its end. */
enum apam_status authentic_end(struct authentic *a, bool whole,
    struct apam_error *err);

#endif
