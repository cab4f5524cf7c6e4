/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the key registry is, and getting there with the checks of file/trust.h:
 *
 *	state_dir/registry/		0755: what belongs in a backup
 *		keys			0644, record.h
 *	state_dir/index/		0755: what does not, as it is made from it
 *		keys			0644, index.h
 *		counter			0644, counter.h
 *	state_dir/registry.known	0644: that a registry exists, and which
 *	state_dir/registry.lock		0600, empty: held for a change
 *
 * All of it belongs to the administrator.  All users read it without a lock, so
 * that a user who may only read cannot keep the administrator from writing.
 * That is why this is not a database.
 *
 * Unlike elsewhere, a sticky directory is not enough for state_dir: others
 * could put a registry of their own in it.
 */
#ifndef CORE_KEYS_PLACE_H
#define CORE_KEYS_PLACE_H

#include <stdbool.h>
#include <sys/stat.h>

#include <apam/apam.h>

#include "file/trust.h"

#define KEY_PLACE_REGISTRY "registry"
#define KEY_PLACE_REGISTRY_NEW "registry.new"
#define KEY_PLACE_INDEX "index"
#define KEY_PLACE_KNOWN "registry.known"
#define KEY_PLACE_LOCK "registry.lock"
#define KEY_PLACE_KEYS "keys"
#define KEY_PLACE_PATH (TRUST_PATH_MAX + sizeof("/" KEY_PLACE_REGISTRY_NEW \
					    "/" KEY_PLACE_KEYS))

/* O_NONBLOCK: opening a FIFO in a file's place must not hang. */
#define KEY_PLACE_OPEN (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

struct key_kept;

struct key_registry {
	const char *state_dir;	/* absolute */
	bool user;		/* user mode of file/trust.h */
	/* Where a set that was read is kept for the next reader, or NULL. */
	_Atomic(struct key_kept *) *kept;
};

/* The path of something in state_dir. */
void key_place_path(const struct key_registry *registry, const char *name,
    char path[KEY_PLACE_PATH]);

/*
 * Open state_dir.  Returns -1 with *err set; or, if there is no such directory,
 * -1 with *absent set and no error.
 */
int key_place_state(const struct key_registry *registry, bool *absent,
    struct apam_error *err);

/* Open the directory `name` in `state`; *absent as above. */
int key_place_directory(const struct key_registry *registry, int state,
    const char *name, bool *absent, struct apam_error *err);

/*
 * Open the file of keys in the directory `name`, which is open as `directory`,
 * and stat it; *absent as above.
 */
int key_place_keys(const struct key_registry *registry, const char *name,
    int directory, struct stat *st, bool *absent, struct apam_error *err);

/*
 * True if a registry exists, may exist, or existed: `state` has something of it
 * beside the index.  *failed: errno where that could not be looked at, or 0.
 */
bool key_place_is_known(int state, int *failed);

/*
 * The status of a failed read; `number` is its errno.  MEMORY if this process
 * has no memory or descriptor left, because that is not damage; else CONFIG.
 */
enum apam_status key_place_status(int number);

/* The errno of such a lack; 0 for any other failure, or for none. */
int key_place_lack(int number);

/*
 * Say what is wrong with a file of keys in state_dir, which the error then
 * names, with its line or 0.  Returns `status`.
 */
enum apam_status key_place_refuse_keys(const struct key_registry *registry,
    const char *name, enum apam_status status, unsigned line, const char *what,
    struct apam_error *err);

/* The same for something that could not be changed; `number` is its errno. */
enum apam_status key_place_refuse_errno(const struct key_registry *registry,
    const char *name, int number, struct apam_error *err);

#endif
