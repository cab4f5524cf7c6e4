/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential that the processes of one user share, without a daemon: a file
 * that the holder of its lock replaces and all processes read.
 *
 *	state_dir/users/<euid>/		0700, file/user_dir.h
 *		<profile>.<entry>		0600, a share_record
 *		<profile>.<entry>.lock		0600, empty, never removed
 *		<profile>.<entry>.new		while it is written
 *
 * The protocol that makes one exchange of many processes' wishes: read; where
 * there is nothing, try the lock; where it is busy, wait a little and begin
 * again; where it is won, read again, and only where there is still nothing
 * acquire and write; unlock.  The kernel frees the lock of a process that
 * ends, however it ends.  state_dir must be on a local file system.
 *
 * Any trouble means "no credential" or "no lock", with a reason to log, and
 * the caller goes on alone.  Reasons are static text and hold no secret.
 * Calls of different threads may run at once, on the same struct, too.
 */
#ifndef CORE_ENTRY_SHARE_FILE_H
#define CORE_ENTRY_SHARE_FILE_H

#include <sys/stat.h>

#include <apam/apam.h>

#include "entry/share_record.h"

/* Which file.  All is borrowed; the caller wipes the identity's fingerprint. */
struct share_file {
	const char *state_dir; /* absolute, config/main_conf.h */
	bool user; /* user mode of file/trust.h, for state_dir */
	struct share_identity identity; /* a profile_name_ok name */
};

/* What share_file_try_lock returns instead of a descriptor. */
#define SHARE_FILE_BUSY (-1) /* another process holds it */
#define SHARE_FILE_UNUSABLE (-2) /* *why says what is wrong */

/*
 * Make sure, once, that the directory exists, and make it if it does not.
 * APAM_E_CONFIG or APAM_E_TRUST if state_dir is missing, untrusted or not
 * writable, or the directory belongs to another user: the text says what to do.
 * The caller logs it and goes on without sharing.
 */
enum apam_status share_file_prepare(
    const struct share_file *file, struct apam_error *err);

/*
 * Read the file.  True if it holds a credential that is valid now: *to is then
 * the caller's to free.  Else false, *to is empty and *why says why.
 */
bool share_file_read(const struct share_file *file,
    struct share_record *to, const char **why);

/*
 * Try to get the lock, without waiting.  Returns a descriptor, close-on-exec,
 * that holds the lock until share_file_unlock closes it, or one of the above.
 * The lock goes with the descriptor, which fork copies: a child must unlock it
 * too, at once, else it keeps the lock after its parent has released it.
 */
int share_file_try_lock(const struct share_file *file, const char **why);
void share_file_unlock(int lock);

/*
 * Stat the lock's file, to find out which process holds it; false: there is
 * none.
 */
bool share_file_lock_stat(const struct share_file *file,
    struct stat *st);

/*
 * Replace the file, at once for all processes that read it.  `lock` is held.
 * False with *why set if that failed; the old file may then still be there.
 */
bool share_file_write(const struct share_file *file, int lock,
    const struct share_record *record, const char **why);

/*
 * Remove the file if it holds just this secret, after the secret was rejected:
 * one that another process acquired since then stays.  An empty `secret`:
 * remove the file whatever it holds, readable or not.  Takes the lock if it is
 * free; removes without it if not, which may at worst cost one more acquiring.
 * The caller holds no lock of this file.
 */
void share_file_forget(
    const struct share_file *file, struct apam_str secret);

/*
 * Remove the files of this profile and entry, and of all users whose
 * directories this user may write; the identity's fingerprint is not looked at.
 */
void share_file_forget_all(const struct share_file *file);

#endif
