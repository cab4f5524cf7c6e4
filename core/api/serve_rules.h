/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of a profile, for whom the agent signs.
 */
#ifndef CORE_API_SERVE_RULES_H
#define CORE_API_SERVE_RULES_H

#include "abi/request.h"
#include "config/allow.h"
#include "profile/stack.h"

/*
 * APAM_OK where the caller may have this request signed.  That a rule which
 * gives something gives enough, profile/gifts.h has seen to when the profile was
 * opened.  Errors: POLICY, with what to do.
 */
enum apam_status serve_allows(const struct profile *profile,
    const struct caller *caller, const struct request *request,
    struct apam_error *err);

/*
 * Check a request, bind it to the profile, and hold the rules against it.  The
 * stack need not be open: strangers cause no secret to be read.  Free *r in any
 * case.  Errors: as request_init; POLICY.
 */
enum apam_status serve_admit(const struct stack *stack,
    const struct apam_request *given, const struct caller *caller,
    struct request *r, struct apam_error *err);

#endif
