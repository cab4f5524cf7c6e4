/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where durable secrets are, and the lock of one:
 *
 *	state_dir/secrets/<euid>/	0700, file/user_dir.h
 *		NAME			0600, a durable_record
 *		NAME.lock		0600, empty, never removed
 *		NAME.new		while NAME is written
 *		NAME.next		room for the next NAME, while it is spent
 *	state_dir/users/<euid>/
 *		secret-NAME		0600: durable_mark.h
 *
 * The directory is opened anew by each call.  It is refused on a network's file
 * system (file/network_fs.h), where a lock may hold for one machine alone.
 * Only the holder of the lock may write.  Reading needs no lock, because a file
 * does not change once it has its name.
 */
#ifndef CORE_DURABLE_DURABLE_PLACE_H
#define CORE_DURABLE_DURABLE_PLACE_H

#include <sys/stat.h>

#include <apam/apam.h>

#include "durable/durable_record.h"

/* Which secret; all is borrowed. */
struct durable_place {
	const char *state_dir;	/* absolute */
	bool user;		/* user mode of file/trust.h, for state_dir */
	const char *name;	/* store_name_ok */
};

/* A record as it is on the disk. */
struct durable_copy {
	bool there;		/* false: nobody has logged in yet */
	struct buf text;	/* what the record's views are of */
	struct durable_record is;
};

#define DURABLE_FILE_SIZE                                                      \
	(STORE_NAME_MAX + sizeof("secret-") + sizeof(".next"))

/* The name of its file, or of what is beside it, such as ".lock". */
void durable_file_name(const struct durable_place *place, const char *suffix,
    char to[DURABLE_FILE_SIZE]);

/*
 * Open the directory; with `make` it is made first, if it is missing and this
 * user may.  -1 with *err set: CONFIG or TRUST, with what to do.
 */
int durable_directory(const struct durable_place *place, bool make,
    struct apam_error *err);

/*
 * Read the record into *to, which durable_copy_free frees in any case.  OK also
 * where there is none.  Errors: SECRET if it is damaged or cannot be read,
 * TRUST if others could read or change it, CONFIG and TRUST of the directory,
 * MEMORY.  `err` is not NULL.
 */
enum apam_status durable_read(const struct durable_place *place,
    struct durable_copy *to, struct apam_error *err);

/* Wipe and free; a zeroed one is allowed. */
void durable_copy_free(struct durable_copy *copy);

#define DURABLE_LOCK_BUSY (-1)	/* another process, or flight, holds it */
#define DURABLE_LOCK_FAILED (-2) /* *err says why */

/*
 * Try to get the lock, without waiting.  Returns a descriptor, close-on-exec,
 * that holds it until it is closed, or one of the above.  The lock goes with
 * the descriptor, which fork copies: a child must close its copy, which does
 * not unlock.
 */
int durable_try_lock(const struct durable_place *place, struct apam_error *err);

/* True if `lock` is still what others would lock: nobody replaced it. */
bool durable_is_lock(
    const struct durable_place *place, int directory, int lock);

/* Stat the lock's file, to find its holder (file/lock_holder.h). */
bool durable_lock_stat(const struct durable_place *place, struct stat *st);

/*
 * Change the times of the lock's file, which running programs watch
 * (file/print.h): they then look at the record again, as after a login.
 */
void durable_ring(int lock);

/* The path of the lock's file; false if it does not fit. */
bool durable_lock_path(
    const struct durable_place *place, char *to, size_t size);

#endif
