/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/key_counter.c on a real directory: what is no counter, what
 * another process sees of it, and threads that read while it is followed from
 * file to file.  Rows that need another user run as root alone.
 */
#define _GNU_SOURCE
#include "../core/key_counter.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

#define OTHER_UID 65534
#define STEPS 1000
#define FILES 300

static char base[64];
static int directory;
static struct key_counter counter;

static void
make_base(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-counter-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	directory = open(base, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(directory, 0);
	ck_assert(key_counter_init(&counter));
}

static void
remove_base(void)
{
	char command[128];

	key_counter_free(&counter);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(close(directory), 0);
	ck_assert_int_eq(system(command), 0);
}

static const char *
below(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
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

/* True where it was young. */
static bool
advance(void)
{
	bool young = false;

	ck_assert(key_counter_advance(directory, &young));
	return young;
}

/* Its bytes from `at` become these. */
static void
patch(off_t at, const void *bytes, size_t n)
{
	const int fd = openat(directory, "counter", O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, n, at), (ssize_t)n);
	ck_assert_int_eq(close(fd), 0);
}

/* As if it had been made so many ms ago. */
static void
set_age(int64_t ms)
{
	struct timespec now;
	int64_t made;

	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
	made = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - ms;
	patch(8, &made, sizeof(made));
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
	ck_assert(!key_counter_follow(&counter, directory));
	ck_assert(!counter.blind);
	ck_assert(!key_counter_follow(&counter, -1));
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
	struct stat st;
	uint64_t first;

	ck_assert(advance());
	ck_assert_int_eq(fstatat(directory, "counter", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0644);
	ck_assert_int_eq(st.st_size, KEY_COUNTER_SIZE);
	/* No page of it is a hole. */
	ck_assert_int_ge((int)st.st_blocks * 512, KEY_COUNTER_SIZE);
	ck_assert(key_counter_follow(&counter, directory));
	first = value();
	ck_assert_uint_ne(first, 0);
	for (uint64_t i = 1; i < 100; i++) {
		ck_assert(advance());
		ck_assert_uint_eq(value(), first + i);
	}
	ck_assert(key_counter_follow(&counter, directory));
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
	const uint64_t last = UINT64_MAX;

	(void)advance();
	patch(16, &last, sizeof(last));
	ck_assert(key_counter_follow(&counter, directory));
	(void)advance();
	ck_assert_uint_eq(value(), 1);
}
END_TEST

START_TEST(a_new_file_says_another)
{
	uint64_t first;
	const void *page = counter.page;

	(void)advance();
	ck_assert(key_counter_follow(&counter, directory));
	first = value();
	ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
	/* The old page stays until the counter is followed. */
	ck_assert_uint_eq(value(), first);
	ck_assert(advance());
	ck_assert_uint_eq(value(), first);
	ck_assert(key_counter_follow(&counter, directory));
	ck_assert_uint_ne(value(), first);
	ck_assert_uint_ne(value(), 0);
	ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
	ck_assert(!key_counter_follow(&counter, directory));
	ck_assert_uint_eq(value(), 0);
	ck_assert_ptr_eq(counter.page, page);
}
END_TEST

/* ---- What is no counter ------------------------------------------------ */

static void
be_short(void)
{
	char bytes[KEY_COUNTER_SIZE];
	int fd = openat(directory, "counter", O_RDONLY);

	ck_assert_int_eq(read(fd, bytes, sizeof(bytes)), sizeof(bytes));
	(void)close(fd);
	ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
	fd = openat(directory, "counter", O_WRONLY | O_CREAT, 0644);
	ck_assert_int_eq(
	    write(fd, bytes, sizeof(bytes) - 1), sizeof(bytes) - 1);
	(void)close(fd);
}

static void
be_long(void)
{
	patch(KEY_COUNTER_SIZE, "", 1);
}

static void
be_foreign(void)
{
	patch(7, "2", 1);
}

static void
be_zero(void)
{
	patch(16, "\0\0\0\0\0\0\0", 8);
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
be_0646(void)
{
	ck_assert_int_eq(fchmodat(directory, "counter", 0646, 0), 0);
}

static void
be_others(void)
{
	if (geteuid() != 0)
		be_0646();
	else
		ck_assert_int_eq(
		    fchownat(directory, "counter", OTHER_UID, 0, 0), 0);
}

static const struct {
	const char *name;
	void (*be)(void);
} kinds[] = {
	{ "short", be_short },
	{ "long", be_long },
	{ "foreign", be_foreign },
	{ "zero", be_zero },
	{ "link", be_link },
	{ "fifo", be_fifo },
	{ "0664", be_0664 },
	{ "0646", be_0646 },
	{ "another's", be_others },
};

START_TEST(what_is_no_counter_is_replaced)
{
	uint64_t first;

	(void)advance();
	set_age(5000);
	ck_assert(key_counter_follow(&counter, directory));
	first = value();
	kinds[_i].be();
	ck_assert_msg(
	    !key_counter_follow(&counter, directory), "%s", kinds[_i].name);
	ck_assert_uint_eq(value(), 0);
	ck_assert(!counter.blind);
	ck_assert_msg(advance(), "%s is not young", kinds[_i].name);
	ck_assert(key_counter_follow(&counter, directory));
	ck_assert_uint_ne(value(), first);
}
END_TEST

START_TEST(what_cannot_be_replaced_is_an_error)
{
	bool young = false;

	ck_assert_int_eq(mkdirat(directory, "counter", 0755), 0);
	ck_assert(!key_counter_advance(directory, &young));
	ck_assert(young);
	ck_assert(!key_counter_follow(&counter, directory));
	ck_assert_uint_eq(value(), 0);
}
END_TEST

START_TEST(one_that_cannot_be_opened_blinds)
{
	struct rlimit limit = { 0, 0 };
	bool young = false;

	(void)advance();
	ck_assert(key_counter_follow(&counter, directory));
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert(!key_counter_follow(&counter, directory));
	ck_assert(!key_counter_advance(directory, &young));
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert(counter.blind);
	ck_assert(young);
	/* What is mapped still tells of changes. */
	ck_assert_uint_ne(value(), 0);
	ck_assert(key_counter_follow(&counter, directory));
	ck_assert(!counter.blind);
}
END_TEST

/* ---- Overlays ---------------------------------------------------------- */

/* Below `base`: low, where the counter is, and over, where it is seen. */
static bool
mount_overlay(void)
{
	char options[512];
	static const char *const names[] = { "low", "up", "work", "over" };

	if (geteuid() != 0 || mount("none", base, "tmpfs", 0, NULL) != 0)
		return false;
	for (int i = 0; i < ROWS(names); i++)
		ck_assert_int_eq(mkdir(below(names[i]), 0755), 0);
	(void)snprintf(options, sizeof(options),
	    "lowerdir=%s/low,upperdir=%s/up,workdir=%s/work", base, base, base);
	(void)close(directory);
	directory = open(below("low"), O_RDONLY | O_DIRECTORY);
	(void)advance();
	set_age(5000);
	(void)close(directory);
	if (mount("none", below("over"), "overlay", 0, options) != 0)
		return false;
	directory = open(below("over"), O_RDONLY | O_DIRECTORY);
	return true;
}

START_TEST(one_below_an_overlay_is_made_anew)
{
	uint64_t first;

	if (mount_overlay()) {
		ck_assert(key_counter_follow(&counter, directory));
		first = value();
		/* Who mapped it does not see it: it must be waited for. */
		ck_assert(advance());
		ck_assert_uint_eq(value(), first);
		ck_assert(key_counter_follow(&counter, directory));
		ck_assert_uint_ne(value(), first);
		set_age(5000);
		first = value();
		ck_assert(!advance());
		ck_assert_uint_eq(value(), first + 1);
	}
	(void)umount2(below("over"), MNT_DETACH);
	(void)umount2(base, MNT_DETACH);
	directory = open(base, O_RDONLY | O_DIRECTORY);
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
	if (root && openat(directory, "counter", O_RDWR) >= 0)
		_exit(2);
	if (!key_counter_follow(&counter, directory))
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
	for (int i = 0; i < FILES; i++) {
		(void)advance();
		ck_assert(key_counter_follow(&counter, directory));
		pause_ms(i % 50 == 0);
		ck_assert_int_eq(unlinkat(directory, "counter", 0), 0);
		if (i % 2 == 0)
			(void)key_counter_follow(&counter, directory);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		ck_assert_uint_gt(seen[i], 0);
	}
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
	tcase_add_test(tc, a_new_file_says_another);
	tcase_add_loop_test(tc, what_is_no_counter_is_replaced, 0, ROWS(kinds));
	tcase_add_test(tc, what_cannot_be_replaced_is_an_error);
	tcase_add_test(tc, one_that_cannot_be_opened_blinds);
	tcase_add_test(tc, one_below_an_overlay_is_made_anew);
	tcase_add_test(tc, another_process_sees_each_step);
	tcase_add_test(tc, readers_go_on_while_it_is_followed);
	return run_suite(suite);
}
