/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page of the key registry's counter: a System V shared memory segment.
 * Its size is fixed, so that it cannot be cut off under the programs that have
 * it attached, as a mapped file can be truncated.  It is not in a directory or
 * a backup, and needs no daemon.  Its owner can write it, all users can read
 * it.
 *
 * A segment is identified by its number and, because numbers are reused, by a
 * random nonce at the start of its page.
 */
#ifndef CORE_KEYS_SEGMENT_H
#define CORE_KEYS_SEGMENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KEY_SEGMENT_SIZE 4096
#define KEY_SEGMENT_NONCE 16
#define KEY_SEGMENT_PATH 512

/* The contents; values have the byte order of the machine. */
struct key_segment {
	char magic[8];		/* "APAMCNT2" */
	unsigned char nonce[KEY_SEGMENT_NONCE];
	_Atomic uint64_t value;	/* the counter, never 0 */
	_Atomic uint64_t generation; /* the last change's */
	int64_t made;		/* Unix time in ms */
	uint64_t device, inode;	/* state_dir's */
	char path[KEY_SEGMENT_PATH]; /* state_dir's */
};

/* The directory to which a segment belongs. */
struct key_segment_owner {
	const char *path;
	uint64_t device, inode;
};

/*
 * Make a segment that this user can write.  Returns its number, or -1; `nonce`
 * is set.  Before that, this user's segments are removed if their directory is
 * gone, or if they belong to this directory and are not known any more.
 */
int key_segment_make(const struct key_segment_owner *owner,
    unsigned char nonce[KEY_SEGMENT_NONCE]);

/*
 * Attach a segment that the user `uid` made and that has this nonce: over `at`,
 * in one step for all who read there, or anywhere if `at` is NULL.  Otherwise
 * returns NULL with errno; EINVAL or EIDRM if there is no such segment (any
 * more).
 */
struct key_segment *key_segment_attach(int number, uid_t uid,
    const unsigned char nonce[KEY_SEGMENT_NONCE], bool write, void *at);
void key_segment_detach(struct key_segment *segment);

/* Remove it; programs that have it attached keep it until they detach it. */
void key_segment_remove(int number, uid_t uid,
    const unsigned char nonce[KEY_SEGMENT_NONCE]);

/* The set of segments that this process sees; 0: not known. */
uint64_t key_segment_space(void);

#endif
