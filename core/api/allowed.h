/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of a profile, for this process, or for somebody for whom it sends.
 * They hold against its mistakes: it could read the secret, and so is not held
 * by them against its will.  They do hold those for whom it sends.
 */
#ifndef CORE_API_ALLOWED_H
#define CORE_API_ALLOWED_H

#include "abi/request.h"

/*
 * APAM_OK where the profile has no rules, or they let this process sign the
 * request, as the process is now: its effective user and groups, and its
 * system service.  Errors: POLICY, with what to do; MEMORY.
 */
enum apam_status allowed_here(const struct profile *profile,
    const struct request *request, struct apam_error *err);

/*
 * The same for somebody else, who is given nothing but the answer, so that
 * every gift will do.  A profile without rules is for root and this process's
 * effective user.  Errors: POLICY, with what to do; USAGE, where the caller
 * cannot be; MEMORY.
 */
enum apam_status allowed_for(const struct profile *profile,
    const struct request *request, const struct apam_caller *caller,
    struct apam_error *err);

/* One of the two: NULL is this process. */
static inline enum apam_status
allowed(const struct profile *profile, const struct request *request,
    const struct apam_caller *caller, struct apam_error *err)
{
	return caller == NULL ? allowed_here(profile, request, err) :
				allowed_for(profile, request, caller, err);
}

#endif
