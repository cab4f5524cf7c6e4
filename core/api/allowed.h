/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of a profile, for this process.  They hold against mistakes: it
 * could read the secret, and so is not held by them against its will.
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

#endif
