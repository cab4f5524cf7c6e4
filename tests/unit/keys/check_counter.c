/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/counter.c with real segments and processes: what names no
 * page, what another process sees of it, threads that read while it is followed
 * from page to page, and that nothing that is done to the file, or to the
 * segment, ends who reads.  Rows that need another user run as root alone.
 */
#define _GNU_SOURCE
#include "keys/counter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/siphash.h"
#include "support/registry.h"
#include "support/run.h"

#define OTHER_UID 65534
#define STEPS 1000
#define PAGES 300

static char base[64];
static int directory; /* base/index */
static struct key_counter counter;
static struct key_segment_owner owner = { .path = base };

static void
make_base(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-counter-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	directory = registry_make(base, "index");
	ck_assert_int_ge(directory, 0);
	ck_assert(key_counter_init(&counter));
}

static void
remove_base(void)
{
	char command[128];

	key_counter_free(&counter);
	registry_forget(base);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(close(directory), 0);
	ck_assert_int_eq(system(command), 0);
}

static void
pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static uint64_t
value(void)
{
	return atomic_load(counter.value);
}

/* True where it is attached, and to be relied upon. */
static bool
follow(void)
{
	(void)key_counter_follow(&counter, directory);
	return counter.attached && !counter.blind;
}

/* True where it was young. */
static bool
advance(void)
{
	bool young = false;

	ck_assert(key_counter_advance(directory, &owner, 7, &young));
	return young;
}

/* The bytes of its file from `at` become these. */
static void
patch(off_t at, const void *bytes, size_t n)
{
	const int fd = openat(directory, "counter", O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, n, at), (ssize_t)n);
	ck_assert_int_eq(close(fd), 0);
}

/* The number of its segment, as the file has it. */
static int
number(void)
{
	const int fd = openat(directory, "counter", O_RDONLY);
	int32_t n;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &n, sizeof(n), 8), sizeof(n));
	ck_assert_int_eq(close(fd), 0);
	return n;
}

/* As if it had been made so many ms ago. */
static void
set_age(int64_t ms)
{
	struct key_segment *segment = registry_segment(directory);
	struct timespec now;

	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
	ck_assert_ptr_nonnull(segment);
	segment->made = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - ms;
	key_segment_detach(segment);
}

static void
end_child(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "a child ended with %#x", status);
}

/* ---- One process ------------------------------------------------------- */

START_TEST(without_a_file_it_is_0)
{
	ck_assert_uint_eq(value(), 0);
	ck_assert(!follow());
	ck_assert(!counter.blind);
	(void)key_counter_follow(&counter, -1);
	ck_assert(!counter.attached && !counter.blind);
	ck_assert_uint_eq(value(), 0);
	key_counter_free(&counter);
	ck_assert_uint_eq(value(), 0);
	key_counter_free(&counter);
	ck_assert(key_counter_init(&counter));
}
END_TEST

START_TEST(it_is_made_and_advanced)
{
	const mode_t old = umask(077);
	struct shmid_ds is;
	struct stat st;
	uint64_t first;

	ck_assert(advance());
	ck_assert_int_eq(fstatat(directory, "counter", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0644);
	ck_assert_int_eq(st.st_size, 88);
	ck_assert_int_eq(shmctl(number(), IPC_STAT, &is), 0);
	ck_assert_uint_eq(is.shm_perm.mode & 0777, 0644);
	ck_assert(follow());
	first = value();
	ck_assert_uint_ne(first, 0);
	ck_assert_uint_eq(atomic_load(counter.generation), 7);
	for (uint64_t i = 1; i < 100; i++) {
		ck_assert(advance());
		ck_assert_uint_eq(value(), first + i);
	}
	ck_assert(follow());
	ck_assert_uint_eq(value(), first + 99);
	(void)umask(old);
}
END_TEST

START_TEST(it_is_young_for_a_while)
{
	ck_assert(advance());
	set_age(1200);
	ck_assert(advance());
	set_age(1600);
	ck_assert(!advance());
	set_age(-1000000);
	ck_assert(advance());
}
END_TEST

START_TEST(it_never_says_0)
{
	struct key_segment *segment;

	(void)advance();
	segment = registry_segment(directory);
	atomic_store(&segment->value, UINT64_MAX);
	key_segment_detach(segment);
	ck_assert(follow());
	(void)advance();
	ck_assert_uint_eq(value(), 1);
}
END_TEST

START_TEST(a_new_page_says_another)
{
	const void *page = counter.page;
	uint64_t first;

	(void)advance();
	ck_assert(follow());
	first = value();
	ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
	/* The old page stays until there is another to follow. */
	ck_assert(follow());
	ck_assert_uint_eq(value(), first);
	ck_assert(advance());
	ck_assert_uint_eq(value(), first);
	ck_assert(follow());
	ck_assert_uint_ne(value(), first);
	ck_assert_uint_ne(value(), 0);
	ck_assert_ptr_eq(counter.page, page);
}
END_TEST

/* ---- What names no page ------------------------------------------------ */

static void
be_short(void)
{
	const int fd = openat(directory, "counter", O_WRONLY);

	ck_assert_int_eq(ftruncate(fd, 87), 0);
	ck_assert_int_eq(close(fd), 0);
}

static void
be_empty(void)
{
	const int fd = openat(directory, "counter", O_WRONLY | O_TRUNC);

	ck_assert_int_eq(close(fd), 0);
}

static void
be_long(void)
{
	patch(88, "", 1);
}

static void
be_foreign(void)
{
	patch(7, "1", 1);
}

static void
be_another_number(void)
{
	patch(8, "\1\2\3\4", 4);
}

static void
be_another_nonce(void)
{
	patch(16, "\1\2\3\4", 4);
}

static void
be_link(void)
{
	ck_assert_int_eq(renameat(directory, "counter", directory, "real"), 0);
	ck_assert_int_eq(symlinkat("real", directory, "counter"), 0);
}

static void
be_fifo(void)
{
	ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
	ck_assert_int_eq(mkfifoat(directory, "counter", 0644), 0);
}

static void
be_0664(void)
{
	ck_assert_int_eq(fchmodat(directory, "counter", 0664, 0), 0);
}

static void
be_others(void)
{
	if (geteuid() != 0)
		be_0664();
	else
		ck_assert_int_eq(
		    fchownat(directory, "counter", OTHER_UID, 0, 0), 0);
}

static const struct {
	const char *name;
	void (*be)(void);
} kinds[] = {
	{ "short", be_short },
	{ "empty", be_empty },
	{ "long", be_long },
	{ "foreign", be_foreign },
	{ "another number", be_another_number },
	{ "another nonce", be_another_nonce },
	{ "link", be_link },
	{ "fifo", be_fifo },
	{ "0664", be_0664 },
	{ "another's", be_others },
};

START_TEST(what_names_no_page_is_replaced)
{
	struct key_counter fresh;
	uint64_t first;
	const int old = (advance(), number());

	set_age(5000);
	ck_assert(follow());
	first = value();
	kinds[_i].be();
	/* Who has the old page goes on by it, and who has none has none. */
	ck_assert(follow());
	ck_assert(key_counter_init(&fresh));
	(void)key_counter_follow(&fresh, directory);
	ck_assert_msg(!fresh.attached && !fresh.blind, "%s", kinds[_i].name);
	key_counter_free(&fresh);
	ck_assert(key_counter_is_lost(directory));
	ck_assert_msg(advance(), "%s is not young", kinds[_i].name);
	ck_assert(!key_counter_is_lost(directory));
	ck_assert(follow());
	ck_assert_uint_ne(value(), first);
	(void)shmctl(old, IPC_RMID, NULL);
}
END_TEST

/* The file names a page that is not there, or not for us. */
static void
lose_segment(void)
{
	ck_assert_int_eq(shmctl(number(), IPC_RMID, NULL), 0);
}

static void
be_written_by_all(void)
{
	struct shmid_ds is;

	ck_assert_int_eq(shmctl(number(), IPC_STAT, &is), 0);
	is.shm_perm.mode = 0666;
	ck_assert_int_eq(shmctl(number(), IPC_SET, &is), 0);
}

static const struct {
	const char *name;
	void (*be)(void);
} pages[] = {
	{ "removed", lose_segment },
	{ "writable by all", be_written_by_all },
};

START_TEST(a_page_that_is_none_is_made_anew)
{
	struct key_counter fresh;
	const int old = (advance(), number());

	set_age(5000);
	pages[_i].be();
	ck_assert(key_counter_init(&fresh));
	(void)key_counter_follow(&fresh, directory);
	ck_assert_msg(fresh.blind, "%s", pages[_i].name);
	ck_assert_uint_eq(atomic_load(fresh.value), 0);
	ck_assert(key_counter_is_lost(directory));
	ck_assert_msg(advance(), "%s is not young", pages[_i].name);
	(void)key_counter_follow(&fresh, directory);
	ck_assert(fresh.attached && !fresh.blind);
	key_counter_free(&fresh);
	(void)shmctl(old, IPC_RMID, NULL);
}
END_TEST

/* After the machine was booted anew: numbers of segments begin from 0 again. */
START_TEST(one_of_another_boot_blinds)
{
	struct {
		unsigned char head[80];
		uint64_t sum;
	} note;
	int fd;

	(void)advance();
	fd = openat(directory, "counter", O_RDWR);
	ck_assert_int_eq(pread(fd, &note, sizeof(note), 0), sizeof(note));
	note.head[32] ^= 1;
	note.sum = siphash64(note.head + 16, note.head, sizeof(note.head));
	ck_assert_int_eq(pwrite(fd, &note, sizeof(note), 0), sizeof(note));
	ck_assert_int_eq(close(fd), 0);
	ck_assert(!follow());
	ck_assert(counter.blind && !counter.attached);
	ck_assert(key_counter_is_lost(directory));
	set_age(5000);
	ck_assert(advance());
	ck_assert(follow());
}
END_TEST

/* As most containers see others: who is in one is blind and takes no turn. */
START_TEST(another_set_of_segments_blinds)
{
	int status;
	pid_t pid;

	if (geteuid() != 0)
		return;
	(void)advance();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWIPC) != 0)
			_exit(0);
		if (follow() || !counter.blind)
			_exit(1);
		_exit(key_counter_is_lost(directory) ? 2 : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert(follow());
}
END_TEST

START_TEST(what_cannot_be_replaced_is_an_error)
{
	bool young = false;

	ck_assert_int_eq(mkdirat(directory, "counter", 0755), 0);
	ck_assert(!key_counter_advance(directory, &owner, 7, &young));
	ck_assert(young);
	ck_assert(!follow());
	ck_assert_uint_eq(value(), 0);
}
END_TEST

START_TEST(one_that_cannot_be_opened_blinds)
{
	struct rlimit limit = { 0, 0 };
	bool young = false;

	(void)advance();
	ck_assert(follow());
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(key_counter_follow(&counter, directory), EMFILE);
	ck_assert(!key_counter_is_lost(directory));
	ck_assert(!key_counter_advance(directory, &owner, 7, &young));
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert(counter.blind);
	ck_assert(young);
	/* What is attached still tells of changes. */
	ck_assert_uint_ne(value(), 0);
	ck_assert(follow());
}
END_TEST

/* ---- What is left over -------------------------------------------------- */

/* Segments of this user's, of any directory of these tests. */
static int
count_segments(void)
{
	struct shm_info all;
	struct shmid_ds is;
	const int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&all);
	struct key_segment *s;
	int n = 0, id;

	for (int i = 0; i <= last; i++) {
		id = shmctl(i, SHM_STAT, &is);
		s = id < 0 ? NULL : shmat(id, NULL, SHM_RDONLY);
		if (s == NULL || (intptr_t)s == -1)
			continue;
		n += memcmp(s->magic, "APAMCNT2", 8) == 0 &&
		    strcmp(s->path, base) == 0;
		(void)shmdt(s);
	}
	return n;
}

START_TEST(no_segment_is_left_over)
{
	char path[80];
	struct stat st;

	ck_assert_int_eq(stat(base, &st), 0);
	owner.device = st.st_dev;
	owner.inode = st.st_ino;
	for (int i = 0; i < 20; i++) {
		(void)advance();
		ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
	}
	(void)advance();
	ck_assert_int_eq(count_segments(), 1);
	/* Once its directory is gone, who makes another removes it. */
	ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
	(void)close(directory);
	(void)snprintf(path, sizeof(path), "%s/index", base);
	ck_assert_int_eq(rmdir(path) + rmdir(base), 0);
	(void)strcpy(base + strlen(base) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	directory = registry_make(base, "index");
	(void)advance();
	ck_assert_int_eq(count_segments(), 1);
	key_counter_remove(directory);
	ck_assert_int_eq(count_segments(), 0);
}
END_TEST

/* ---- Others ------------------------------------------------------------ */

/*
 * In a child, another user's where possible: each step that the parent tells
 * must be seen in the page, which cannot be written.
 */
static void
see_steps(int go, int said)
{
	const bool root = geteuid() == 0;
	uint64_t last;
	char byte;

	if (root && setuid(OTHER_UID) != 0)
		_exit(1);
	if (root &&
	    (openat(directory, "counter", O_RDWR) >= 0 ||
		registry_segment(directory) != NULL))
		_exit(2);
	if (!follow())
		_exit(3);
	last = value();
	while (write(said, "x", 1) == 1 && read(go, &byte, 1) == 1) {
		if (value() != ++last)
			_exit(4);
	}
	_exit(0);
}

START_TEST(another_process_sees_each_step)
{
	int go[2], said[2];
	char byte;
	pid_t pid;

	(void)advance();
	ck_assert_int_eq(pipe(go) + pipe(said), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)close(go[1]);
		(void)close(said[0]);
		see_steps(go[0], said[1]);
	}
	ck_assert_int_eq(close(go[0]) + close(said[1]), 0);
	for (int i = 0; i < STEPS; i++) {
		ck_assert_int_eq(read(said[0], &byte, 1), 1);
		(void)advance();
		ck_assert_int_eq(write(go[1], "x", 1), 1);
	}
	ck_assert_int_eq(read(said[0], &byte, 1), 1);
	ck_assert_int_eq(close(go[1]) + close(said[0]), 0);
	end_child(pid);
}
END_TEST

static atomic_bool stop;

/* Reads without a pause; a page that is gone would end the process. */
static void *
read_on(void *arg)
{
	uint64_t *seen = arg, last = 0;

	while (!atomic_load(&stop)) {
		const uint64_t now = value();

		*seen += now != last;
		last = now;
	}
	return NULL;
}

START_TEST(readers_go_on_while_it_is_followed)
{
	uint64_t seen[2] = { 0, 0 };
	pthread_t threads[2];

	atomic_store(&stop, false);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, read_on, &seen[i]), 0);
	for (int i = 0; i < PAGES; i++) {
		(void)advance();
		ck_assert(follow());
		pause_ms(i % 50 == 0);
		ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
		if (i % 2 == 0)
			(void)follow();
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		ck_assert_uint_gt(seen[i], 0);
	}
}
END_TEST

/* ---- Nothing ends who reads --------------------------------------------- */

/* In a child: read without a pause, for as long as the parent wishes. */
static void
read_for_ever(int ready)
{
	uint64_t sum = 0;

	if (!follow() || write(ready, "x", 1) != 1)
		_exit(1);
	while (getppid() != 1 && sum != 1)
		for (int i = 0; i < 100000; i++)
			sum |= value() == 0;
	_exit(sum == 0 ? 0 : 2);
}

static void
cut_files(void)
{
	for (int i = 0; i < 1000; i++) {
		const int fd = openat(
		    directory, "counter", O_RDWR | O_TRUNC | O_CREAT, 0644);

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(ftruncate(fd, i % 2 == 0 ? 0 : 4096), 0);
		ck_assert_int_eq(close(fd), 0);
	}
}

/* As `cp -a` of a backup over the directory, and worse, does. */
START_TEST(no_cut_file_ends_who_reads)
{
	int ready[2], status, id;
	char byte;
	pid_t pid;

	(void)advance();
	id = number();
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		read_for_ever(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	cut_files();
	ck_assert_int_eq(shmctl(id, IPC_RMID, NULL), 0);
	cut_files();
	ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(close(ready[0]) + close(ready[1]), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_counter");
	TCase *tc = tcase_create("key_counter");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, make_base, remove_base);
	tcase_add_test(tc, without_a_file_it_is_0);
	tcase_add_test(tc, it_is_made_and_advanced);
	tcase_add_test(tc, it_is_young_for_a_while);
	tcase_add_test(tc, it_never_says_0);
	tcase_add_test(tc, a_new_page_says_another);
	tcase_add_loop_test(tc, what_names_no_page_is_replaced, 0, ROWS(kinds));
	tcase_add_loop_test(
	    tc, a_page_that_is_none_is_made_anew, 0, ROWS(pages));
	tcase_add_test(tc, one_of_another_boot_blinds);
	tcase_add_test(tc, another_set_of_segments_blinds);
	tcase_add_test(tc, what_cannot_be_replaced_is_an_error);
	tcase_add_test(tc, one_that_cannot_be_opened_blinds);
	tcase_add_test(tc, no_segment_is_left_over);
	tcase_add_test(tc, another_process_sees_each_step);
	tcase_add_test(tc, readers_go_on_while_it_is_followed);
	tcase_add_test(tc, no_cut_file_ends_who_reads);
	return run_suite(suite);
}
