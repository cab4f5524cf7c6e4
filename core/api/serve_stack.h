/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries that serve a caller of the agent, and telling that it was refused.
 */
#ifndef CORE_API_SERVE_STACK_H
#define CORE_API_SERVE_STACK_H

#include "api/serve_who.h"
#include "audit/audit.h"
#include "profile/stack.h"

/* Who asks, for the audit log; with views of *who. */
struct audit_asker serve_audit_asker(
    const struct profile *profile, const struct serve_who *who);

/* Who asks was refused what it asks for: the audit log says why. */
void serve_tell_refused(const struct stack *stack, const struct serve_who *who,
    const struct apam_error *why);

/*
 * The profile's stack in use, held and open.  A stranger does not have it opened.
 * NULL with *err set: as profile_open, PENDING too; as serve_admit.
 */
struct stack *serve_stack(struct apam_profile *profile,
    const struct serve_who *who, const struct apam_request *request,
    int64_t deadline, struct apam_error *err);

#endif
