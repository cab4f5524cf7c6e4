/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directory in state_dir that is one user's alone:
 *
 *	state_dir/users/		0755 root, or 1777
 *		<euid>/			0700, the user's
 *
 * Root's programs make what is missing, and in user mode those of the user who
 * owns state_dir.  For another user's, root makes it, or makes `users` writable
 * for all, mode 1777.
 */
#ifndef CORE_USER_DIR_H
#define CORE_USER_DIR_H

#include <stdbool.h>

#include <apam/apam.h>

/*
 * Open the effective user's; with `make` it is made where it is missing.  The
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

#endif
