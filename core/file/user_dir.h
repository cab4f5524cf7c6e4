/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directories in state_dir that belong to one user alone:
 *
 *	state_dir/users/		0755, root's: what a loss of does no harm
 *		<euid>/			0700, the user's
 *	state_dir/secrets/		0755, root's: durable secrets
 *		<euid>/			0700, the user's
 *
 * Root makes what is missing: root's own when it is first needed, others' by
 * `apam users add`.  In user mode the owner of state_dir makes them.  No other
 * user can: a user who could make another's directory could keep that user from
 * having one, and a user who could make one freely could put notes there that
 * root then reads.
 */
#ifndef CORE_FILE_USER_DIR_H
#define CORE_FILE_USER_DIR_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/log.h"

/*
 * Open the effective user's directory; with `make` it is made first, if it is
 * missing and this user may.  Returns the descriptor, or -1 with *err set:
 * APAM_E_CONFIG or APAM_E_TRUST, with a text that says what to do.
 */
int user_dir_open(const char *state_dir, bool user, bool make,
    struct apam_error *err);

/* The same of the one in `secrets`. */
int user_dir_open_secrets(const char *state_dir, bool user, bool make,
    struct apam_error *err);

/*
 * True if the one in `secrets` is missing, and this user makes it when it is
 * first needed.
 */
bool user_dir_comes(const char *state_dir);

/*
 * Call `each` for each user's directory in `users` that this user may read and
 * that belongs to its owner alone, with its owner and a descriptor, which is open
 * during the call.
 */
void user_dir_each(const char *state_dir, bool user,
    void (*each)(void *arg, unsigned long uid, int directory), void *arg);

/*
 * True if user_dir_each showed all directories, and no user could add one
 * unseen: for root, and in user mode for the owner of `users`.
 */
bool user_dir_is_whole(const char *state_dir, bool user);

/*
 * Make another user's directories as root, if they are missing.  Errors: CONFIG
 * if one cannot be made, TRUST if what is there has another owner.
 */
enum apam_status user_dir_add(const char *state_dir, bool user,
    unsigned long uid, struct apam_error *err);

/*
 * In root's programs, make sure that `users`, `secrets` and root's directories
 * belong to root and cannot be changed by others; with `all`, the same for each
 * user's.
 * What belongs to others is renamed to <name>.aside-<n>, and the log is told.
 * Other users' programs do nothing here.
 */
void user_dir_tidy(const char *state_dir, bool all, const struct log *log);

#endif
