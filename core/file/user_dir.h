/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directory in state_dir that is one user's alone:
 *
 *	state_dir/users/		0755, root's
 *		<euid>/			0700, the user's
 *
 * Root makes what is missing, root's own when it is first needed and others' by
 * `apam users add`; in user mode the user who owns state_dir does.  Nobody else
 * can: who could make another's directory could keep that user from having one,
 * and who could make one unasked could say there what root then reads.
 */
#ifndef CORE_USER_DIR_H
#define CORE_USER_DIR_H

#include <stdbool.h>

#include <apam/apam.h>

#include "base/log.h"

/*
 * Open the effective user's; with `make` it is made where it is missing and
 * this user may.  The
 * descriptor, or -1 with *err set: APAM_E_CONFIG or APAM_E_TRUST, and the text
 * says what to do.
 */
int user_dir_open(const char *state_dir, bool user, bool make,
    struct apam_error *err);

/*
 * Call `each` with a descriptor, open during the call, and the owner of each
 * user's directory that this user may read and that is its owner's alone.
 */
void user_dir_each(const char *state_dir, bool user,
    void (*each)(void *arg, unsigned long uid, int directory), void *arg);

/*
 * True where that is all users', and nobody could make another unseen: to root,
 * and in user mode to whose `users` is.
 */
bool user_dir_is_whole(const char *state_dir, bool user);

/*
 * Make another user's, as root, where it is missing.  Errors: CONFIG where it
 * cannot be made, TRUST where what is there is another's.
 */
enum apam_status user_dir_add(const char *state_dir, bool user,
    unsigned long uid, struct apam_error *err);

/*
 * In a program of root's, else nothing: see that `users` and root's directory
 * are root's and nobody else can change them; with `all`, each user's likewise.
 * What is another's is renamed to <name>.aside-<n>, and the log told.
 */
void user_dir_tidy(const char *state_dir, bool all, const struct log *log);

#endif
