/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/lock_holder.c: a child that holds a lock is found by it,
 * and it shows whether the child is stopped.
 */
#include "file/lock_holder.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

#define TEMPLATE "/tmp/apam-lock-XXXXXX"

static char path[sizeof(TEMPLATE)];
static int fd, ready[2];
static struct stat st;

static void
setup(void)
{
	memcpy(path, TEMPLATE, sizeof(TEMPLATE));
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(pipe(ready), 0);
}

static void
teardown(void)
{
	(void)close(fd);
	(void)unlink(path);
}

/* A child of this name that holds the lock until it is killed. */
static pid_t
lock_in_child(const char *name)
{
	const pid_t pid = fork();
	char c = 0;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, name);
		/* An open file of its own: a lock belongs to that. */
		if (flock(open(path, O_RDWR), LOCK_EX) != 0 ||
		    write(ready[1], &c, 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	return pid;
}

static void
end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static const struct {
	const char *name, *shown;
} names[] = {
	{ "worker", "worker" },
	{ "a b) T (c", "a b) T (c" },
	{ "\033[31m", "?[31m" },
};

START_TEST(the_holder_is_found)
{
	struct lock_holder holder;
	pid_t pid;

	ck_assert(!lock_holder_find(&st, &holder));
	pid = lock_in_child(names[_i].name);
	ck_assert(lock_holder_find(&st, &holder));
	ck_assert_int_eq(holder.pid, pid);
	ck_assert_str_eq(holder.name, names[_i].shown);
	ck_assert(!holder.stopped);
	end(pid);
	ck_assert(!lock_holder_find(&st, &holder));
}
END_TEST

START_TEST(one_that_is_stopped_is_told)
{
	struct lock_holder holder;
	const pid_t pid = lock_in_child("stopped");

	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	ck_assert_int_eq(waitpid(pid, NULL, WUNTRACED), pid);
	ck_assert(lock_holder_find(&st, &holder));
	ck_assert(holder.stopped);
	ck_assert_int_eq(kill(pid, SIGCONT), 0);
	ck_assert_int_eq(waitpid(pid, NULL, WCONTINUED), pid);
	ck_assert(lock_holder_find(&st, &holder));
	ck_assert(!holder.stopped);
	end(pid);
}
END_TEST

/* A POSIX lock is another thing; so is a lock of another file. */
START_TEST(other_locks_are_not_his)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat other = st;
	struct lock_holder holder;
	pid_t pid;

	ck_assert_int_eq(fcntl(fd, F_SETLK, &all), 0);
	ck_assert(!lock_holder_find(&st, &holder));
	pid = lock_in_child("worker");
	other.st_ino++;
	ck_assert(!lock_holder_find(&other, &holder));
	other = st;
	other.st_dev++;
	ck_assert(!lock_holder_find(&other, &holder));
	end(pid);
}
END_TEST

/* What follows is the rest of a sentence. */
START_TEST(it_is_said_who_that_is)
{
	struct lock_holder holder = { 12, "worker", false };
	char text[LOCK_HOLDER_TEXT_SIZE];

	lock_holder_say(NULL, text);
	ck_assert_str_eq(text, "another process");
	lock_holder_say(&holder, text);
	ck_assert_str_eq(text, "process 12 (worker)");
	holder.stopped = true;
	lock_holder_say(&holder, text);
	ck_assert_str_eq(text, "process 12 (worker), which is stopped,");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lock_holder");
	TCase *tc = tcase_create("lock_holder");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, the_holder_is_found, 0, ROWS(names));
	tcase_add_test(tc, one_that_is_stopped_is_told);
	tcase_add_test(tc, other_locks_are_not_his);
	tcase_add_test(tc, it_is_said_who_that_is);
	return run_suite(suite);
}
