/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of a profile, for whom the agent signs.
 *
 * A gateway says for whom it asks.  That is believed only of those whom a rule
 * calls a gateway; what is signed is then decided by the rules for whom it
 * names, as for nobody else, and is theirs in logs and counts.
 */
#ifndef CORE_API_SERVE_RULES_H
#define CORE_API_SERVE_RULES_H

#include "abi/request.h"
#include "api/serve_who.h"
#include "profile/stack.h"

/* Root and the agent's own user, who could read the secrets themselves. */
bool serve_is_master(const struct caller *caller);

/* True where a caller is believed for whom it asks. */
bool serve_is_gateway(
    const struct profile *profile, const struct caller *caller);

/* Who has the request signed: whom a gateway names, or who sends. */
const struct caller *serve_asker(
    const struct profile *profile, const struct serve_who *who);

/*
 * APAM_OK where this request may be signed for who asks.  That a rule which
 * gives something gives enough, profile/gifts.h has seen to when the profile was
 * opened.  Errors: POLICY, with what to do.
 */
enum apam_status serve_allows(const struct profile *profile,
    const struct serve_who *who, const struct request *request,
    struct apam_error *err);

/*
 * Check a request, bind it to the profile, and hold the rules against it.  The
 * stack need not be open: strangers cause no secret to be read.  Free *r in any
 * case.  Errors: as request_init; POLICY.
 */
enum apam_status serve_admit(const struct stack *stack,
    const struct apam_request *given, const struct serve_who *who,
    struct request *r, struct apam_error *err);

#endif
