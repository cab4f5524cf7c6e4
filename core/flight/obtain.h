/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Getting the credential of an entry: acquired by one flight at a time,
 * refreshed ahead of expiry while the old one serves on, replaced when
 * rejected, refused for good after a permanent answer.
 *
 * All state here is guarded by the context's lock, which is never held while
 * anything is on the wire.  Callers of the functions below do not hold it, but
 * where they say so.
 */
#ifndef CORE_FLIGHT_OBTAIN_H
#define CORE_FLIGHT_OBTAIN_H

#include <apam/admin.h>

#include "entry/entry.h"

/* How long a caller waits. */
struct served_call;

struct patience {
	int64_t deadline;	/* clock_ms */
	bool none;		/* do not wait: APAM_E_PENDING instead */
	/*
	 * With `none`: for each entry the landing that was waited for when the
	 * same call was tried before, 0: none.  Kept up here, so that a call
	 * that is tried again gets what its flight brought.  May be NULL.
	 */
	uint64_t *awaited;
	/* With `none`, set to what obtain_late is given; or NULL. */
	const char **late;
	/* With `none`, what the agent was asked, NULL at first; or NULL. */
	struct served_call **asked;
};

/*
 * Get a valid credential, which the caller releases.  If a valid one is held,
 * no thread waits.  It stays in use even if the provider denies a new one.  An
 * expired one is never given.  A check that is due is started, and not waited
 * for.  Errors: the flight's, for all threads that waited for it; the latched
 * one; UNKNOWN, if on_unknown forbids signing; DEADLINE; PENDING.
 */
enum apam_status obtain_credential(struct entry *e,
    const struct patience *patience, struct credential **c,
    struct apam_error *err);

/*
 * Ask the provider about the key and wait for the finding.  Opens the latch if
 * the key is good.  One who does not wait, and has `awaited`, asks again with
 * the same; that is one question.  Errors: DEADLINE, MEMORY, PENDING.
 */
enum apam_status obtain_check(struct entry *e, const struct patience *patience,
    struct key_finding *finding, struct apam_error *err);

/*
 * A caller whom the agent signs for says that the provider refused the
 * credential of this generation.  Nobody else loses it for that word: it serves
 * on while it is replaced, or its key checked, which a doubt begins once in
 * OBTAIN_DOUBT_MS.  True while that is under way, and may yet bring another
 * one.
 */
#define OBTAIN_DOUBT_MS 10000
bool obtain_doubt(struct entry *e, uint64_t generation);

/*
 * Tell the provider to revoke the credential; it is forgotten here whatever the
 * answer is.  Waiting is as above.  Errors: the flight's, DEADLINE, MEMORY,
 * PENDING.
 */
enum apam_status obtain_revoke(struct entry *e, const struct patience *patience,
    struct apam_error *err);

/*
 * The same of the durable secret, too.  LOGIN: there is none to revoke.
 */
enum apam_status obtain_logout(struct entry *e, const struct patience *patience,
    struct apam_error *err);

/*
 * The error of a call that waited in vain for a flight: DEADLINE.  `late`: its
 * entry's (entry/flight_state.h) at that time; NULL: it has not begun.
 */
enum apam_status obtain_late(const char *late, struct apam_error *err);

/* If there is no credential, take one that another process has shared. */
void obtain_glance(struct entry *e);

/*
 * Copy the state, for people; see apam_entry_status.  The registry's part is
 * not in it: see admit_is_archived.
 */
void obtain_show(struct entry *e, struct apam_entry_status *to);

#endif
