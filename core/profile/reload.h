/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile as it is now: the stack made of its files, and a new one in its
 * place once they have changed.  All or nothing: where the new files are in
 * error the old stack stays.  A profile whose file is gone signs no more, until
 * there is one in order again.
 */
#ifndef CORE_PROFILE_RELOAD_H
#define CORE_PROFILE_RELOAD_H

#include "profile/opening.h"

#define RELOAD_CHECK_MS 1000	/* how often files are looked at, at most */

/* When a call with this timeout, 0: the profile's, ends, by clock_ms. */
int64_t profile_deadline(struct apam_profile *profile, int timeout_ms);

/*
 * The stack in use, held, after a look at the files where that is due.  Its
 * modules may not be loaded yet.  Secrets that are read anew have half the time
 * to `deadline`, clock_ms, so that the old ones can still sign; 0: there is
 * none; PROFILE_DEADLINE: the profile's own.  NULL with *err set: NO_PROFILE,
 * or what is wrong with a file that came back.
 */
#define PROFILE_DEADLINE (-1)
struct stack *profile_follow(struct apam_profile *profile, int64_t deadline,
    struct apam_error *err);

/*
 * The same, opened: its modules are loaded and its secrets read.  NULL with
 * *err set: NO_PROFILE, CONFIG, TRUST, SECRET, MODULE, DEADLINE.
 */
struct stack *profile_current(struct apam_profile *profile, int64_t deadline,
    struct apam_error *err);

/*
 * The same, to sign with, and open only where this process may have to sign.
 * Where the agent does, entries are needed once an answer is judged: a program
 * that judges none loads no module.
 */
struct stack *profile_to_sign(struct apam_profile *profile, int64_t deadline,
    struct apam_error *err);

/*
 * The stack in use, held, whatever its files say, and open where the profile has
 * signed.  NULL with *err set: as profile_open.
 */
struct stack *profile_to_judge(
    struct apam_profile *profile, struct apam_error *err);

/*
 * What was wrong with its files at the last look, in *err, too, which may be
 * NULL; OK: nothing.  It signs on by what they said before, unless they are gone.
 */
enum apam_status profile_problem(
    struct apam_profile *profile, struct apam_error *err);

/* Have its files looked at when it next signs. */
void profile_look_soon(struct apam_profile *profile);

#endif
