/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/audit/sink.c: sockets that are absent, of another type or full;
 * the file's mode and its being moved aside, also by many processes at once;
 * what stands in its place; disks and limits that are full.
 */
#define _XOPEN_SOURCE 700
#include "audit/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/listener.h"
#include "support/run.h"

#define PROCESSES 8
#define EACH 2000
#define LINE "{\"n\":\"0123456789012345678901234567890123456789\"}\n"

static char base[64];
static int directory;

static void
setup(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-sink-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	directory = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(directory, 0);
}

static void
teardown(void)
{
	char command[128];

	(void)close(directory);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

/* ---- Sockets ------------------------------------------------------------ */

START_TEST(a_socket_is_told)
{
	struct listener l;

	listener_open(&l, base, "s", SOCK_DGRAM);
	ck_assert_int_eq(
	    audit_sink_socket(l.path, APAM_STR("one")), AUDIT_TOLD);
	ck_assert_int_eq(
	    audit_sink_socket(l.path, APAM_STR("two")), AUDIT_TOLD);
	ck_assert_str_eq(listener_take(&l), "one");
	ck_assert_str_eq(listener_take(&l), "two");
	listener_close(&l);
	ck_assert_int_eq(
	    audit_sink_socket(l.path, APAM_STR("three")), AUDIT_ABSENT);
}
END_TEST

START_TEST(a_stream_is_not_for_us)
{
	struct listener l;

	listener_open(&l, base, "s", SOCK_STREAM);
	ck_assert_int_eq(listen(l.fd, 1), 0);
	ck_assert_int_eq(
	    audit_sink_socket(l.path, APAM_STR("one")), AUDIT_ABSENT);
	listener_close(&l);
}
END_TEST

START_TEST(a_path_without_a_socket_is_absent)
{
	char path[200];

	ck_assert_int_eq(
	    audit_sink_socket("/nowhere/s", APAM_STR("x")), AUDIT_ABSENT);
	ck_assert_int_eq(audit_sink_socket(base, APAM_STR("x")), AUDIT_ABSENT);
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(audit_sink_socket(path, APAM_STR("x")), AUDIT_ABSENT);
	path[107] = '\0';
	ck_assert_int_eq(audit_sink_socket(path, APAM_STR("x")), AUDIT_ABSENT);
}
END_TEST

START_TEST(a_full_socket_loses_the_line)
{
	struct listener l;
	int n = 0;

	listener_open(&l, base, "s", SOCK_DGRAM);
	while (n < 100000 &&
	    audit_sink_socket(l.path, APAM_STR("x")) == AUDIT_TOLD)
		n++;
	ck_assert_int_lt(n, 100000);
	ck_assert_int_eq(audit_sink_socket(l.path, APAM_STR("x")), AUDIT_LOST);
	ck_assert_uint_eq(listener_drain(&l), (unsigned)n);
	ck_assert_int_eq(audit_sink_socket(l.path, APAM_STR("x")), AUDIT_TOLD);
	listener_close(&l);
}
END_TEST

/* Of a host that has none left: no other place is tried, which has none too. */
START_TEST(without_a_descriptor_the_line_is_lost)
{
	struct rlimit limit;
	struct listener l;

	listener_open(&l, base, "s", SOCK_DGRAM);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(audit_sink_socket(l.path, APAM_STR("x")), AUDIT_LOST);
	ck_assert_int_eq(
	    audit_sink_file(directory, APAM_STR("x\n")), AUDIT_LOST);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}
END_TEST

/* ---- The file ----------------------------------------------------------- */

static enum audit_sunk
append(const char *text)
{
	return audit_sink_file(directory, apam_str(text));
}

static void
write_log(const char *text, mode_t mode)
{
	const int fd = openat(
	    directory, "audit.log", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	(void)close(fd);
}

/* Make its size that of a log that is full, but for a few bytes. */
static void
make_full(off_t less)
{
	int fd;

	write_log("first\n", 0600);
	fd = openat(directory, "audit.log", O_RDWR);
	ck_assert_int_eq(ftruncate(fd, AUDIT_FILE_MAX - less), 0);
	ck_assert_int_eq(pwrite(fd, "\n", 1, AUDIT_FILE_MAX - less - 1), 1);
	(void)close(fd);
}

static const char *
read_file(const char *name)
{
	static char text[256];
	const int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW);
	ssize_t n = 0;

	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		(void)close(fd);
	}
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static struct stat
look(const char *name)
{
	struct stat st;

	ck_assert_int_eq(fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

START_TEST(lines_are_appended)
{
	ck_assert_int_eq(append("one\n"), AUDIT_TOLD);
	ck_assert_int_eq(append("two\n"), AUDIT_TOLD);
	ck_assert_str_eq(read_file("audit.log"), "one\ntwo\n");
	ck_assert_str_eq(read_file("audit.log.1"), "");
}
END_TEST

static const mode_t masks[] = { 0, 022, 077, 0777 };

START_TEST(the_mode_is_the_users_alone)
{
	const mode_t before = umask(masks[_i]);

	ck_assert_int_eq(append("one\n"), AUDIT_TOLD);
	(void)umask(before);
	ck_assert_uint_eq(look("audit.log").st_mode & 07777, 0600);
}
END_TEST

START_TEST(a_mode_that_lets_others_in_is_mended)
{
	write_log("one\n", 0666);
	ck_assert_int_eq(append("two\n"), AUDIT_TOLD);
	ck_assert_uint_eq(look("audit.log").st_mode & 07777, 0600);
	ck_assert_str_eq(read_file("audit.log"), "one\ntwo\n");
}
END_TEST

START_TEST(a_full_one_is_moved_aside)
{
	make_full(0);
	ck_assert_int_eq(append("new\n"), AUDIT_TOLD);
	ck_assert_str_eq(read_file("audit.log"), "new\n");
	ck_assert_int_eq(look("audit.log.1").st_size, AUDIT_FILE_MAX);
	ck_assert_uint_eq(look("audit.log").st_mode & 07777, 0600);
	make_full(0);
	ck_assert_int_eq(append("newer\n"), AUDIT_TOLD);
	ck_assert_str_eq(read_file("audit.log"), "newer\n");
}
END_TEST

START_TEST(one_that_is_not_full_stays)
{
	make_full(1);
	ck_assert_int_eq(append("new\n"), AUDIT_TOLD);
	ck_assert_int_eq(look("audit.log").st_size, AUDIT_FILE_MAX + 3);
	ck_assert_str_eq(read_file("audit.log.1"), "");
}
END_TEST

/* Somebody else moves it at this moment, or reads it under a lock. */
START_TEST(where_it_cannot_be_moved_it_grows)
{
	make_full(0);
	ck_assert_int_eq(mkdirat(directory, "audit.log.1", 0700), 0);
	ck_assert_int_eq(append("new\n"), AUDIT_TOLD);
	ck_assert_int_eq(look("audit.log").st_size, AUDIT_FILE_MAX + 4);
}
END_TEST

START_TEST(a_line_cut_short_does_not_spoil_the_next)
{
	write_log("{\"TIME\":17", 0600);
	ck_assert_int_eq(append("two\n"), AUDIT_TOLD);
	ck_assert_str_eq(read_file("audit.log"), "{\"TIME\":17\ntwo\n");
}
END_TEST

static int
place_link(void)
{
	write_log("precious\n", 0600);
	return renameat(directory, "audit.log", directory, "precious") != 0 ?
	    -1 :
	    symlinkat("precious", directory, "audit.log");
}

static int
place_fifo(void)
{
	return mkfifoat(directory, "audit.log", 0600);
}

static int
place_directory(void)
{
	return mkdirat(directory, "audit.log", 0700);
}

static const struct {
	const char *name;
	int (*place)(void);
} instead[] = {
	{ "a symbolic link", place_link },
	{ "a FIFO", place_fifo },
	{ "a directory", place_directory },
};

START_TEST(what_is_no_file_is_left_alone)
{
	ck_assert_int_eq(instead[_i].place(), 0);
	ck_assert_msg(append("x\n") == AUDIT_LOST, "%s", instead[_i].name);
	if (instead[_i].place == place_link)
		ck_assert_str_eq(read_file("precious"), "precious\n");
}
END_TEST

START_TEST(another_users_file_is_left_alone)
{
	if (geteuid() != 0)
		return;
	write_log("theirs\n", 0666);
	ck_assert_int_eq(fchownat(directory, "audit.log", 65534, 65534, 0), 0);
	ck_assert_int_eq(append("x\n"), AUDIT_LOST);
	ck_assert_str_eq(read_file("audit.log"), "theirs\n");
}
END_TEST

START_TEST(a_directory_that_is_gone_loses_the_line)
{
	ck_assert_int_eq(rmdir(base), 0);
	ck_assert_int_eq(append("x\n"), AUDIT_LOST);
	ck_assert_int_eq(mkdir(base, 0700), 0);
}
END_TEST

/* A limit of files' sizes would end the host by SIGXFSZ. */
START_TEST(a_limit_of_sizes_does_not_end_the_host)
{
	struct rlimit limit;
	int status;
	pid_t pid;

	ck_assert_int_eq(append("one\n"), AUDIT_TOLD);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 100;
	pid = fork();
	if (pid == 0) {
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		for (int i = 0; i < 10; i++)
			status = append("0123456789abcdef\n") == AUDIT_LOST;
		_exit(status);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	ck_assert_int_lt(look("audit.log").st_size, 100);
}
END_TEST

/* A real file system without room: one that is made for this, by root. */
START_TEST(a_full_disk_loses_lines_alone)
{
	char command[256];
	int lost = 0;

	(void)snprintf(command, sizeof(command),
	    "mount -t tmpfs -o size=16k,mode=0700 none '%s' 2>/dev/null", base);
	if (geteuid() != 0 || system(command) != 0)
		return;
	(void)close(directory);
	directory = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 1000; i++)
		lost += append(LINE) == AUDIT_LOST;
	ck_assert_int_gt(lost, 0);
	ck_assert_int_lt(lost, 1000);
	(void)close(directory);
	(void)snprintf(command, sizeof(command), "umount '%s'", base);
	ck_assert_int_eq(system(command), 0);
	directory = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}
END_TEST

/* ---- Many processes ------------------------------------------------------ */

static unsigned
whole_lines(const char *name)
{
	char path[128], line[256];
	unsigned n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		n += strcmp(line, LINE) == 0;
	(void)fclose(f);
	return n;
}

static void
append_all(void)
{
	for (int i = 0; i < EACH; i++)
		if (append(LINE) != AUDIT_TOLD)
			_exit(1);
	_exit(0);
}

/* One of them moves the log, once, and none writes to what was not there. */
START_TEST(processes_move_it_once)
{
	const unsigned filler = 14000;
	pid_t pids[PROCESSES];
	int status;

	for (unsigned i = 0; i < filler; i++)
		ck_assert_int_eq(append(LINE), AUDIT_TOLD);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			append_all();
	}
	for (int i = 0; i < PROCESSES; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_ge(look("audit.log.1").st_size, AUDIT_FILE_MAX);
	ck_assert_uint_eq(whole_lines("audit.log") + whole_lines("audit.log.1"),
	    filler + PROCESSES * EACH);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("audit_sink");
	TCase *tc = tcase_create("audit_sink");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_socket_is_told);
	tcase_add_test(tc, a_stream_is_not_for_us);
	tcase_add_test(tc, a_path_without_a_socket_is_absent);
	tcase_add_test(tc, a_full_socket_loses_the_line);
	tcase_add_test(tc, without_a_descriptor_the_line_is_lost);
	tcase_add_test(tc, lines_are_appended);
	tcase_add_loop_test(tc, the_mode_is_the_users_alone, 0, ROWS(masks));
	tcase_add_test(tc, a_mode_that_lets_others_in_is_mended);
	tcase_add_test(tc, a_full_one_is_moved_aside);
	tcase_add_test(tc, one_that_is_not_full_stays);
	tcase_add_test(tc, where_it_cannot_be_moved_it_grows);
	tcase_add_test(tc, a_line_cut_short_does_not_spoil_the_next);
	tcase_add_loop_test(
	    tc, what_is_no_file_is_left_alone, 0, ROWS(instead));
	tcase_add_test(tc, another_users_file_is_left_alone);
	tcase_add_test(tc, a_directory_that_is_gone_loses_the_line);
	tcase_add_test(tc, a_limit_of_sizes_does_not_end_the_host);
	tcase_add_test(tc, a_full_disk_loses_lines_alone);
	tcase_add_test(tc, processes_move_it_once);
	return run_suite(suite);
}
