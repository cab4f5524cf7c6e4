/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of the key registry:
 *
 *	state_dir/registry/		0755, the administrator's alone
 *		keys			0644, key_record.h, replaced by rename
 *		counter			0644, key_counter.h
 *		lock			0600, empty: who changes the registry
 *
 * Everybody reads, without a lock, so that nobody who may only read can keep
 * the administrator from writing: the reason why this is no database.  A
 * change is whole or not at all: written beside, synced, renamed, synced, and
 * only then announced by the counter.  Where the directory is missing there is
 * no registry, and no key is archived; where it is there and the file is not,
 * the registry is damaged.
 *
 * Unlike elsewhere a sticky directory is not good enough for state_dir:
 * others could put a registry of their own in it.
 */
#ifndef CORE_KEY_REGISTRY_H
#define CORE_KEY_REGISTRY_H

#include "key_counter.h"
#include "key_record.h"
#include "settings.h"

/* Between two looks at the file, of programs that the counter cannot tell. */
#define KEY_REGISTRY_LOOK_MS 1000

/* Where it is. */
struct key_registry {
	const char *state_dir;	/* absolute */
	bool user;		/* user mode of trust.h */
};

/* Tells two states of the file apart, as watch.c does; zeroed: no registry. */
struct key_registry_print {
	uint64_t device, inode, size;
	int64_t modified_s, modified_ns, changed_s, changed_ns;
};

/*
 * Read it.  APAM_OK with *set to free: it is in order, or there is none, which
 * is the empty set and a zeroed *print.  Else APAM_E_CONFIG or APAM_E_TRUST
 * with what to do in *err, and the file unless it is state_dir that is wrong,
 * or APAM_E_MEMORY, where there is no descriptor left, either; *set is empty
 * then and *print one that no file has.  Where this process is the owner's and
 * the counter is missing, it is made anew.
 */
enum apam_status key_registry_read(const struct key_registry *registry,
    struct key_set *set, struct key_registry_print *print,
    struct apam_error *err);

/*
 * True where the file is not the one that was read: one or two system calls,
 * for those who look once a second.
 */
bool key_registry_changed(const struct key_registry *registry,
    const struct key_registry_print *print);

/*
 * Have a context's counter follow the registry's: key_counter_follow with its
 * directory.  True where a counter is mapped.
 */
bool key_registry_follow(
    const struct key_registry *registry, struct key_counter *counter);

/*
 * Change it under the lock: `edit` is given what there is and changes it;
 * returns APAM_OK to have it written, or an error, with *err set, that leaves
 * all as it was.  Makes the directory where it is missing.  When this returns
 * APAM_OK no program of this machine goes on by the old one: the counter is
 * advanced, and where running programs may not know the counter yet, because it
 * or something in state_dir was made just now or it could not be written, this
 * waits until they have looked.
 * Errors: CONFIG, TRUST, MEMORY, DEADLINE (somebody held the lock for ten
 * seconds), INTERNAL (the disk is full or read-only), and edit's.  After
 * INTERNAL the change may be there, where only the last sync failed.
 */
enum apam_status key_registry_change(const struct key_registry *registry,
    enum apam_status (*edit)(void *arg, struct key_set *set,
    struct apam_error *err), void *arg, struct apam_error *err);

#endif
