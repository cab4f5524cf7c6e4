/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page that the key registry's counter is in: a System V shared memory
 * segment.  It has one size for as long as it lives, so that nobody can cut it
 * off under those who have it attached, as a mapped file can be truncated; it
 * lies in no directory and in no backup, and needs no daemon.  Its owner may
 * write it, all may read it.
 *
 * A segment is known by its number and, as numbers come again, by a random
 * nonce that its page begins with.
 */
#ifndef CORE_KEY_SEGMENT_H
#define CORE_KEY_SEGMENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KEY_SEGMENT_SIZE 4096
#define KEY_SEGMENT_NONCE 16
#define KEY_SEGMENT_PATH 512

/* What is in it; values are in the byte order of the machine. */
struct key_segment {
	char magic[8];		/* "APAMCNT2" */
	unsigned char nonce[KEY_SEGMENT_NONCE];
	_Atomic uint64_t value;	/* the counter, never 0 */
	_Atomic uint64_t generation; /* of the last change */
	int64_t made;		/* Unix time in ms */
	uint64_t device, inode;	/* of state_dir */
	char path[KEY_SEGMENT_PATH]; /* of state_dir */
};

/* Of which directory a segment is. */
struct key_segment_owner {
	const char *path;
	uint64_t device, inode;
};

/*
 * Make one, for this user to write: its number, or -1.  `nonce` is set.
 * Segments of this user's whose directory is gone, and those of this directory
 * that nobody knows any more, are removed before.
 */
int key_segment_make(const struct key_segment_owner *owner,
    unsigned char nonce[KEY_SEGMENT_NONCE]);

/*
 * Attach a segment that this user made and is the one that the nonce is of:
 * over `at`, in one step for all who read there, or anywhere where that is
 * NULL.  NULL, with errno, where it cannot be: EINVAL or EIDRM where there is
 * no such segment (any more).  `uid` is who must have made it.
 */
struct key_segment *key_segment_attach(int number, uid_t uid,
    const unsigned char nonce[KEY_SEGMENT_NONCE], bool write, void *at);
void key_segment_detach(struct key_segment *segment);

/* Remove it; those who have it attached keep it until they let go. */
void key_segment_remove(int number, uid_t uid,
    const unsigned char nonce[KEY_SEGMENT_NONCE]);

/*
 * Which of the system's sets of segments this process sees; 0: not known.
 */
uint64_t key_segment_space(void);

#endif
