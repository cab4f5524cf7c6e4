/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's part in calls of apam.h and admin.h that others make through it:
 * who may ask, and checks and revocations that wait for nobody.  What needs no
 * network, the agent (hosts/agent) asks by the public calls.
 *
 * All of it in one thread, in a context of serve_open (api/serve.h).
 */
#ifndef CORE_ADMIN_SERVE_CALLS_H
#define CORE_ADMIN_SERVE_CALLS_H

#include <apam/admin.h>

#include "api/serve_who.h"

/*
 * Whether a caller may be told about a profile: root, the agent's own user, and
 * whom a rule of the profile names, whatever it gives.  Errors: POLICY, with a
 * text that says no more than that; NO_PROFILE, CONFIG, TRUST where the files
 * changed.
 */
enum apam_status serve_may_ask(struct apam_profile *profile,
    const struct caller *caller, struct apam_error *err);

/* The same for changing what everybody uses: root and the agent's own user. */
enum apam_status serve_may_change(
    const struct caller *caller, struct apam_error *err);

/* Whether it may ask what the rules give somebody else: also a gateway. */
enum apam_status serve_may_name(struct apam_profile *profile,
    const struct caller *caller, struct apam_error *err);

/* Tell the audit log that the caller was not let revoke anything, and why. */
void serve_refused_revoking(struct apam_profile *profile,
    const struct serve_who *who, const struct apam_error *why);

/*
 * What the rules give a caller for a request, as apam_profile_grant says it of
 * others.
 */
enum apam_status serve_grant(struct apam_profile *profile,
    const struct caller *caller, const char *method, const char *url,
    struct apam_grant *grant, struct apam_error *err);

enum serve_goal {
	SERVE_CHECK,		/* as apam_check */
	SERVE_REVOKE		/* as apam_revoke */
};

/* A check or a revocation under way, of all entries of a profile. */
struct serve_run;

/*
 * Begin.  It has the profile's time, from here: it may be for many who ask, and
 * none of them shortens it for the others.  NULL with *err set: as
 * apam_profile_status, MEMORY.
 */
struct serve_run *serve_run_new(struct apam_profile *profile,
    enum serve_goal goal, struct apam_error *err);

/*
 * Go on.  PENDING: try again when serve_landings has changed, or the deadline
 * has come; else how it ended, with the detail in serve_run_error.
 */
enum apam_status serve_run_next(struct serve_run *run);

/* What one is told whose own time ends before that of the run: DEADLINE. */
enum apam_status serve_run_late(struct apam_error *err);

int64_t serve_run_deadline(const struct serve_run *run); /* clock_ms */
const struct apam_error *serve_run_error(const struct serve_run *run);

/* What it brought, when it has ended: as many as *count, of its goal. */
const struct apam_key_report *serve_run_reports(
    const struct serve_run *run, size_t *count);
const struct apam_revoke_report *serve_run_revoked(
    const struct serve_run *run, size_t *count);

/*
 * Whether a check that has ended answers as well as a new one would: the files of
 * the profile are the same, and so is what the key registry and the store say of
 * archived keys and of logins.
 */
bool serve_run_stands(
    const struct serve_run *run, struct apam_profile *profile);

/* Free it, and set *run, which may be NULL, to NULL.  What flies, lands. */
void serve_run_free(struct serve_run **run);

#endif
