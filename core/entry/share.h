/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sharing the credential of an entry among the processes of one user, through
 * a file in state_dir (share_file.h), where the profile asks for it.
 * What goes wrong here costs an exchange, never a signature.
 */
#ifndef CORE_ENTRY_SHARE_H
#define CORE_ENTRY_SHARE_H

#include "entry/entry.h"
#include "file/lock_holder.h"

#define SHARE_BUSY (-1)		/* another process holds the lock */
#define SHARE_UNUSABLE (-2)	/* there is nothing to lock; do without */
#define SHARE_RETRY_MS 10

/*
 * The valid credential that some process stored.  NULL if there is none, or
 * only `except` (may be NULL), which is to be replaced.
 */
struct credential *share_load(struct entry *e, const struct credential *except);

/*
 * Take the lock to acquire under; the caller closes it.  SHARE_BUSY or
 * SHARE_UNUSABLE if that fails.  Does not wait.
 */
int share_try_lock(struct entry *e);

/* Find the process that holds the lock; false if that is not known. */
bool share_holder(const struct entry *e, struct lock_holder *to);

/* Store it for the other processes; does nothing without the lock. */
void share_store(struct entry *e, const struct credential *c, int lock);

/* Remove what is stored: this credential alone, or with NULL any. */
void share_forget(struct entry *e, const struct credential *c);

#endif
