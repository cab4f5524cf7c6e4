/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/segment.c with real segments: which one is attached and
 * which is not, that one is swapped for another in place, and which are swept
 * away when another is made.
 */
#define _GNU_SOURCE
#include "keys/segment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

static char base[64], other[64];
static struct key_segment_owner owner = { base, 1, 2 };
static unsigned char nonce[KEY_SEGMENT_NONCE];
static int made[8], made_count;

static void
setup(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-segment-XXXXXX");
	(void)snprintf(other, sizeof(other), "/tmp/apam-segment-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_ptr_nonnull(mkdtemp(other));
	made_count = 0;
}

static void
teardown(void)
{
	for (int i = 0; i < made_count; i++)
		(void)shmctl(made[i], IPC_RMID, NULL);
	ck_assert_int_eq(rmdir(base), 0);
	(void)rmdir(other);
}

static int
make(const struct key_segment_owner *of)
{
	const int number = key_segment_make(of, nonce);

	ck_assert_int_ge(number, 0);
	made[made_count++] = number;
	return number;
}

/*
 * Another process that sweeps may be attached for a moment: a removed segment is
 * there until then, marked SHM_DEST.
 */
static bool
exists(int number)
{
	struct shmid_ds is;

	return shmctl(number, IPC_STAT, &is) == 0 &&
	    (is.shm_perm.mode & SHM_DEST) == 0;
}

static struct key_segment *
attach(int number, bool write)
{
	return key_segment_attach(number, geteuid(), nonce, write, NULL);
}

START_TEST(it_is_made_and_attached)
{
	const int number = make(&owner);
	struct key_segment *s = attach(number, true), *again;
	struct shmid_ds is;

	ck_assert_ptr_nonnull(s);
	ck_assert_str_eq(s->path, base);
	ck_assert_uint_eq(s->device, 1);
	ck_assert_uint_eq(s->inode, 2);
	ck_assert_int_gt(s->made, 0);
	ck_assert_uint_ne(atomic_load(&s->value), 0);
	ck_assert_uint_eq(atomic_load(&s->generation), 0);
	ck_assert_int_eq(shmctl(number, IPC_STAT, &is), 0);
	ck_assert_uint_eq(is.shm_perm.mode & 0777, 0644);
	ck_assert_uint_eq(is.shm_segsz, KEY_SEGMENT_SIZE);
	again = attach(number, false);
	ck_assert_ptr_nonnull(again);
	atomic_store(&s->value, 77);
	ck_assert_uint_eq(atomic_load(&again->value), 77);
	key_segment_detach(again);
	key_segment_detach(s);
	key_segment_detach(NULL);
}
END_TEST

/* Who reads cannot write: the child ends by the signal. */
START_TEST(who_reads_cannot_write)
{
	struct key_segment *s = attach(make(&owner), false);
	int status;
	pid_t pid;

	ck_assert_ptr_nonnull(s);
	pid = fork();
	if (pid == 0) {
		atomic_store(&s->value, 1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
	key_segment_detach(s);
}
END_TEST

/* ---- What is not attached ---------------------------------------------- */

static struct key_segment *page; /* of the segment, to be spoiled */
static int number;

static void
set_mode(unsigned short mode)
{
	struct shmid_ds is;

	ck_assert_int_eq(shmctl(number, IPC_STAT, &is), 0);
	is.shm_perm.mode = mode;
	ck_assert_int_eq(shmctl(number, IPC_SET, &is), 0);
}

static void
be_writable_by_group(void)
{
	set_mode(0664);
}

static void
be_writable_by_others(void)
{
	set_mode(0646);
}

static void
be_another_nonce(void)
{
	page->nonce[15] ^= 1;
}

static void
be_another_magic(void)
{
	page->magic[7] = '1';
}

static void
be_zero(void)
{
	atomic_store(&page->value, 0);
}

static void
be_removed(void)
{
	ck_assert_int_eq(shmctl(number, IPC_RMID, NULL), 0);
}

static void
be_larger(void)
{
	const int size = 2 * KEY_SEGMENT_SIZE;
	struct key_segment *s;

	number = shmget(IPC_PRIVATE, (size_t)size, IPC_CREAT | 0644);
	ck_assert_int_ge(number, 0);
	made[made_count++] = number;
	s = shmat(number, NULL, 0);
	ck_assert_int_ne((intptr_t)s, -1);
	memcpy(s, page, sizeof(*page));
	ck_assert_int_eq(shmdt(s), 0);
}

static const struct {
	const char *name;
	void (*be)(void);
} kinds[] = {
	{ "writable by its group", be_writable_by_group },
	{ "writable by others", be_writable_by_others },
	{ "another nonce", be_another_nonce },
	{ "another magic", be_another_magic },
	{ "a counter of 0", be_zero },
	{ "removed", be_removed },
	{ "another size", be_larger },
};

START_TEST(another_is_not_attached)
{
	void *there = mmap(NULL, KEY_SEGMENT_SIZE, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	number = make(&owner);
	page = attach(number, true);
	ck_assert_ptr_nonnull(page);
	kinds[_i].be();
	ck_assert_msg(attach(number, false) == NULL, "%s", kinds[_i].name);
	ck_assert_msg(
	    errno == EINVAL || errno == EIDRM, "%s: %d", kinds[_i].name, errno);
	ck_assert_ptr_null(
	    key_segment_attach(number, geteuid(), nonce, false, there));
	/* What was there is there still. */
	ck_assert_int_eq(*(const char *)there, 0);
	/* Nor is it removed by who takes it for another. */
	key_segment_remove(number, geteuid(), nonce);
	ck_assert(kinds[_i].be == be_removed || exists(number));
	key_segment_detach(page);
	ck_assert_int_eq(munmap(there, KEY_SEGMENT_SIZE), 0);
}
END_TEST

START_TEST(anothers_is_not_attached)
{
	number = make(&owner);
	ck_assert_ptr_null(
	    key_segment_attach(number, geteuid() + 1, nonce, false, NULL));
	key_segment_remove(number, geteuid() + 1, nonce);
	ck_assert(exists(number));
	ck_assert_ptr_null(attach(-1, false));
	key_segment_remove(number, geteuid(), nonce);
	ck_assert(!exists(number));
}
END_TEST

/* In place: who reads there sees the one or the other. */
START_TEST(one_is_put_over_another)
{
	void *at = mmap(NULL, KEY_SEGMENT_SIZE, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct key_segment_owner second = { other, 3, 4 };
	const struct key_segment *s = at;

	ck_assert(at != MAP_FAILED);
	ck_assert_ptr_eq(
	    key_segment_attach(make(&owner), geteuid(), nonce, false, at), at);
	ck_assert_uint_eq(s->inode, 2);
	ck_assert_ptr_eq(
	    key_segment_attach(make(&second), geteuid(), nonce, false, at), at);
	ck_assert_uint_eq(s->inode, 4);
	/* One that is removed stays for who has it. */
	ck_assert_int_eq(shmctl(made[1], IPC_RMID, NULL), 0);
	ck_assert_uint_eq(s->inode, 4);
	ck_assert_int_eq(shmdt(at), 0);
}
END_TEST

/* ---- Sweeping ---------------------------------------------------------- */

START_TEST(what_nobody_can_come_to_is_swept)
{
	struct key_segment_owner second = { other, 1, 2 };
	struct key_segment_owner moved = { base, 1, 3 };
	const int first = make(&owner), beside = make(&second);
	int again;

	/* Of another directory that is there: not ours to take. */
	ck_assert(exists(first));
	/* Of the same path, but another directory lies there now. */
	again = make(&moved);
	ck_assert(exists(first));
	ck_assert(exists(beside));
	/* Of the same directory: nobody knows the first any more. */
	(void)make(&owner);
	ck_assert(!exists(first));
	ck_assert(exists(again));
	/* Its directory is gone. */
	ck_assert_int_eq(rmdir(other), 0);
	ck_assert_int_eq(shmctl(make(&moved), IPC_RMID, NULL), 0);
	ck_assert(!exists(beside));
}
END_TEST

START_TEST(what_is_no_counter_is_left)
{
	const int foreign = shmget(
	    IPC_PRIVATE, KEY_SEGMENT_SIZE, IPC_CREAT | 0644);

	ck_assert_int_ge(foreign, 0);
	made[made_count++] = foreign;
	(void)make(&owner);
	ck_assert(exists(foreign));
}
END_TEST

START_TEST(the_set_of_segments_is_known)
{
	ck_assert_uint_eq(key_segment_space(), key_segment_space());
	ck_assert(
	    key_segment_space() != 0 || access("/proc/self/ns/ipc", F_OK) != 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_segment");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_made_and_attached);
	tcase_add_test(tc, who_reads_cannot_write);
	tcase_add_loop_test(tc, another_is_not_attached, 0, ROWS(kinds));
	tcase_add_test(tc, anothers_is_not_attached);
	tcase_add_test(tc, one_is_put_over_another);
	tcase_add_test(tc, what_nobody_can_come_to_is_swept);
	tcase_add_test(tc, what_is_no_counter_is_left);
	tcase_add_test(tc, the_set_of_segments_is_known);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
