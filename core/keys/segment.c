/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System V shared memory, with Linux's additions: attaching over an existing
 * page, and listing all segments.
 */
#define _GNU_SOURCE
#include "keys/segment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"

#define MAGIC "APAMCNT2"

_Static_assert(
    sizeof(struct key_segment) <= KEY_SEGMENT_SIZE, "what is in it fits");

/* True if this user made it, no other can write it, and it is not removed. */
static bool
is_of(const struct shmid_ds *is, uid_t uid)
{
	return is->shm_perm.cuid == uid && is->shm_perm.uid == uid &&
	    (is->shm_perm.mode & (022 | SHM_DEST)) == 0 &&
	    is->shm_segsz == KEY_SEGMENT_SIZE;
}

static struct key_segment *
attach(int number, int how, void *at)
{
	void *page = shmat(number, at, how | (at == NULL ? 0 : SHM_REMAP));

	/* On failure shmat returns the address -1. */
	return (intptr_t)page == -1 ? NULL : page;
}

void
key_segment_detach(struct key_segment *segment)
{
	if (segment != NULL)
		(void)shmdt(segment);
}

static bool
has_nonce(
    const struct key_segment *s, const unsigned char nonce[KEY_SEGMENT_NONCE])
{
	return memcmp(s->magic, MAGIC, sizeof(s->magic)) == 0 &&
	    memcmp(s->nonce, nonce, KEY_SEGMENT_NONCE) == 0 &&
	    atomic_load(&s->value) != 0;
}

struct key_segment *
key_segment_attach(int number, uid_t uid,
    const unsigned char nonce[KEY_SEGMENT_NONCE], bool write, void *at)
{
	const int how = write ? 0 : SHM_RDONLY;
	struct key_segment *s, *placed;
	struct shmid_ds is;
	int failed = EINVAL;

	s = attach(number, how, NULL);
	if (s == NULL)
		return NULL;
	/* While it is attached, its number is not given to another. */
	if (shmctl(number, IPC_STAT, &is) != 0)
		failed = errno;
	else if (is_of(&is, uid) && has_nonce(s, nonce))
		failed = 0;
	if (failed == 0 && at == NULL)
		return s;
	placed = failed == 0 ? attach(number, how, at) : NULL;
	if (failed == 0)
		failed = errno;
	(void)shmdt(s);
	errno = failed;
	return placed;
}

void
key_segment_remove(
    int number, uid_t uid, const unsigned char nonce[KEY_SEGMENT_NONCE])
{
	struct key_segment *s = key_segment_attach(
	    number, uid, nonce, false, NULL);

	if (s == NULL)
		return;
	(void)shmctl(number, IPC_RMID, NULL);
	key_segment_detach(s);
}

uint64_t
key_segment_space(void)
{
	struct stat st;

	return stat("/proc/self/ns/ipc", &st) == 0 ? (uint64_t)st.st_ino : 0;
}

/* ---- Sweeping --------------------------------------------------------- */

/* True if no program can reach it: its directory is gone, or has another. */
static bool
is_left_over(const struct key_segment *s, const struct key_segment_owner *owner)
{
	struct stat st;

	if (memcmp(s->magic, MAGIC, sizeof(s->magic)) != 0 ||
	    memchr(s->path, '\0', sizeof(s->path)) == NULL || s->path[0] != '/')
		return false;
	if (strcmp(s->path, owner->path) == 0)
		return s->device == owner->device && s->inode == owner->inode;
	return lstat(s->path, &st) != 0 && errno == ENOENT;
}

static void
sweep_one(int number, const struct key_segment_owner *owner)
{
	struct key_segment *s = attach(number, SHM_RDONLY, NULL);

	if (s == NULL)
		return;
	if (is_left_over(s, owner))
		(void)shmctl(number, IPC_RMID, NULL);
	key_segment_detach(s);
}

static void
sweep(const struct key_segment_owner *owner)
{
	struct shm_info all;
	struct shmid_ds is;
	const int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&all);
	int number;

	for (int i = 0; i <= last; i++) {
		number = shmctl(i, SHM_STAT, &is);
		if (number >= 0 && is_of(&is, geteuid()))
			sweep_one(number, owner);
	}
}

/* ---- Making ----------------------------------------------------------- */

static bool
fill_segment(struct key_segment *s, const struct key_segment_owner *owner,
    unsigned char nonce[KEY_SEGMENT_NONCE])
{
	uint64_t first;

	if (!random_bytes(nonce, KEY_SEGMENT_NONCE) ||
	    !random_bytes(&first, sizeof(first)))
		return false;
	(void)snprintf(s->path, sizeof(s->path), "%s", owner->path);
	s->device = owner->device;
	s->inode = owner->inode;
	s->made = clock_unix_ms();
	memcpy(s->nonce, nonce, KEY_SEGMENT_NONCE);
	/* A new counter must not have the value of the one that it replaces. */
	atomic_store(&s->value, first == 0 ? 1 : first);
	memcpy(s->magic, MAGIC, sizeof(s->magic));
	return true;
}

int
key_segment_make(const struct key_segment_owner *owner,
    unsigned char nonce[KEY_SEGMENT_NONCE])
{
	struct key_segment *s;
	bool ok;
	int number;

	sweep(owner);
	number = shmget(
	    IPC_PRIVATE, KEY_SEGMENT_SIZE, IPC_CREAT | IPC_EXCL | 0644);
	if (number < 0)
		return -1;
	s = attach(number, 0, NULL);
	ok = s != NULL && fill_segment(s, owner, nonce);
	/* Locked memory is never written to a disk; this may be refused. */
	(void)shmctl(number, SHM_LOCK, NULL);
	if (!ok)
		(void)shmctl(number, IPC_RMID, NULL);
	key_segment_detach(s);
	return ok ? number : -1;
}
