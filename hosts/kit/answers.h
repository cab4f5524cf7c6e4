/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Responses that no server sent: plausible ones, which let a module come to its
 * end, and arbitrary ones.
 */
#ifndef HOSTS_KIT_ANSWERS_H
#define HOSTS_KIT_ANSWERS_H

#include "http/response.h"
#include "kit/chance.h"

#define ANSWERS_PLAUSIBLE 6	/* how many plausible ones there are */

/*
 * Plausible response number `i`: what token endpoints and APIs send where all
 * is well, with secrets of the run in it.  The texts live until guard_release.
 */
void answer_plausible(struct response *r, unsigned i);

/* Only a status, with an empty body. */
void answer_status(struct response *r, int32_t status);

/* Anything that HTTP allows. */
void answer_arbitrary(struct response *r, struct chance *c);

/* Say in a few words what a response is, for messages; no part of its body. */
void answer_describe(const struct response *r, char *to, size_t size);

#endif
