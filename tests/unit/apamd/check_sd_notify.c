/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/sd_notify.c: a socket of the test's own is the service
 * manager.
 */
#include "agent/sd_notify.c"

#include <sys/stat.h>

#include "support/run.h"

static int manager = -1;
static char place[64];
static struct sd_notify told;
static char text[1024];
static int passed; /* the descriptor that came along; -1: none */

static void
listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const size_t bytes = strlen(path);

	memcpy(at.sun_path, path, bytes);
	if (path[0] == '@')
		at.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(manager, 0);
	ck_assert_int_eq(
	    bind(manager, (struct sockaddr *)&at,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes)),
	    0);
}

static void
begin(void)
{
	(void)snprintf(place, sizeof(place), "@apam-test-%ld", (long)getpid());
	listen_at(place);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", place, 1), 0);
	ck_assert_ptr_null(sd_notify_open(&told));
}

static void
end(void)
{
	sd_notify_close(&told);
	(void)close(manager);
}

/* The next message is in `text`, its descriptor in `passed`. */
static void
receive(void)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { text, sizeof(text) - 1 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.room) };
	const ssize_t n = recvmsg(
	    manager, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	ck_assert_msg(n > 0, "nothing was sent");
	text[n] = '\0';
	passed = -1;
	if (CMSG_FIRSTHDR(&message) != NULL)
		memcpy(&passed, CMSG_DATA(&control.head), sizeof(passed));
}

START_TEST(each_message_is_one_datagram)
{
	struct timespec now;
	long long then = 0;

	sd_notify_ready(&told, "10 profiles");
	receive();
	ck_assert_str_eq(text, "READY=1\nSTATUS=10 profiles");
	sd_notify_status(&told, "11 profiles");
	receive();
	ck_assert_str_eq(text, "STATUS=11 profiles");
	sd_notify_alive(&told);
	receive();
	ck_assert_str_eq(text, "WATCHDOG=1");
	sd_notify_stopping(&told);
	receive();
	ck_assert_str_eq(text, "STOPPING=1");
	sd_notify_reloading(&told);
	receive();
	ck_assert_int_eq(
	    sscanf(text, "RELOADING=1\nMONOTONIC_USEC=%lld", &then), 1);
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	ck_assert(then <= (long long)now.tv_sec * 1000000 + 999999);
	ck_assert(then >= ((long long)now.tv_sec - 60) * 1000000);
	ck_assert_int_eq(passed, -1);
}
END_TEST

START_TEST(a_status_is_one_line)
{
	char lone[400];

	memset(lone, 'a', sizeof(lone) - 1);
	lone[sizeof(lone) - 1] = '\0';
	sd_notify_status(&told, "a\nREADY=1\x7f");
	receive();
	ck_assert_str_eq(text, "STATUS=a?READY=1?");
	sd_notify_status(&told, lone);
	receive();
	ck_assert_uint_eq(strlen(text), strlen("STATUS=") + STATUS_BYTES);
}
END_TEST

/* What it is told to keep, and what it answers by. */
static void
take_storing(const char *name, int fd, int *probe, int *barrier)
{
	char expected[512];
	struct stat sent, came;

	receive();
	(void)snprintf(
	    expected, sizeof(expected), "FDSTORE=1\nFDNAME=%s", name);
	ck_assert_str_eq(text, expected);
	ck_assert_int_eq(fstat(fd, &sent), 0);
	ck_assert_int_eq(fstat(passed, &came), 0);
	ck_assert_uint_eq(sent.st_ino, came.st_ino);
	(void)close(passed);
	receive();
	(void)snprintf(
	    expected, sizeof(expected), "FDSTORE=1\nFDNAME=probe-%s", name);
	ck_assert_str_eq(text, expected);
	*probe = passed;
	receive();
	ck_assert_str_eq(text, "BARRIER=1");
	*barrier = passed;
}

/* It keeps the probe, and does not answer by that alone. */
START_TEST(a_descriptor_is_kept_under_a_name)
{
	struct sd_storing storing;
	int probe, barrier;

	ck_assert(sd_notify_store(&told, "page-7signal", manager, &storing));
	ck_assert_int_eq(sd_notify_stored(&told, "page-7signal", &storing),
	    SD_STORED_UNKNOWN);
	take_storing("page-7signal", manager, &probe, &barrier);
	ck_assert_int_eq(sd_notify_stored(&told, "page-7signal", &storing),
	    SD_STORED_UNKNOWN);
	(void)close(barrier);
	ck_assert_int_eq(
	    sd_notify_stored(&told, "page-7signal", &storing), SD_STORED_KEPT);
	ck_assert_int_eq(storing.done, -1);
	ck_assert_int_eq(storing.kept, -1);
	receive();
	ck_assert_str_eq(text, "FDSTOREREMOVE=1\nFDNAME=probe-page-7signal");
	(void)close(probe);
	sd_notify_forget(&told, "page-7signal");
	receive();
	ck_assert_str_eq(text, "FDSTOREREMOVE=1\nFDNAME=page-7signal");
	ck_assert_int_eq(passed, -1);
}
END_TEST

/* It has no place for the probe; it may have had one for the descriptor. */
START_TEST(a_descriptor_is_not_kept)
{
	struct sd_storing storing;
	int probe, barrier;

	ck_assert(sd_notify_store(&told, "page", manager, &storing));
	take_storing("page", manager, &probe, &barrier);
	(void)close(probe);
	ck_assert_int_eq(
	    sd_notify_stored(&told, "page", &storing), SD_STORED_UNKNOWN);
	(void)close(barrier);
	ck_assert_int_eq(
	    sd_notify_stored(&told, "page", &storing), SD_STORED_NOT_KEPT);
	receive();
	ck_assert_str_eq(text, "FDSTOREREMOVE=1\nFDNAME=page");
	/* It is nobody's any more. */
	ck_assert_int_eq(
	    sd_notify_stored(&told, "page", &storing), SD_STORED_UNKNOWN);
}
END_TEST

/* A name that would be cut, or be another assignment. */
START_TEST(a_name_that_does_not_come_back_is_refused)
{
	static const char *const wrong_names[] = { "", "a:b", "a\nREADY=1",
		"\xc3\xa4" };
	struct sd_storing storing;
	char lone[300];

	for (int i = 0; i < ROWS(wrong_names); i++)
		ck_assert(!sd_notify_store(&told, wrong_names[i], 0, &storing));
	memset(lone, 'a', sizeof(lone) - 1);
	lone[SD_NAME_MAX + 1] = '\0';
	ck_assert(!sd_notify_store(&told, lone, 0, &storing));
	sd_notify_forget(&told, "a\nREADY=1");
	ck_assert_int_eq(recv(manager, text, sizeof(text), MSG_DONTWAIT), -1);
	lone[SD_NAME_MAX] = '\0';
	ck_assert(sd_notify_store(&told, lone, 0, &storing));
	sd_notify_store_drop(&storing);
	receive();
	(void)close(passed);
	receive();
	ck_assert_uint_eq(strlen(text), strlen("FDSTORE=1\nFDNAME=") + 255);
	(void)close(passed);
}
END_TEST

/* Each message is dropped, and none waits, where the queue is full. */
START_TEST(a_full_queue_holds_up_nobody)
{
	struct sd_storing storing;

	for (int i = 0; i < 10000; i++)
		sd_notify_alive(&told);
	ck_assert(!sd_notify_store(&told, "page", manager, &storing));
	ck_assert_int_eq(storing.done, -1);
	ck_assert_int_eq(storing.kept, -1);
}
END_TEST

START_TEST(a_path_is_an_address_too)
{
	char path[] = "/tmp/apam-test-XXXXXX", at[64];
	struct sd_notify n;

	ck_assert_ptr_nonnull(mkdtemp(path));
	(void)snprintf(at, sizeof(at), "%s/notify", path);
	(void)close(manager);
	listen_at(at);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", at, 1), 0);
	ck_assert_ptr_null(sd_notify_open(&n));
	sd_notify_alive(&n);
	receive();
	ck_assert_str_eq(text, "WATCHDOG=1");
	sd_notify_close(&n);
	ck_assert_int_eq(unlink(at), 0);
	ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

/* ---- The environment ---------------------------------------------------- */

#define MINE "mine" /* stands for the pid of the test */

static const struct {
	const char *usec, *pid;
	int alive_ms;
} watchdogs[] = {
	{ NULL, NULL, -1 },
	{ "30000000", NULL, 15000 },
	{ "30000000", MINE, 15000 },
	{ "30000000", "1", -1 },
	{ "30000000", "x", -1 },
	{ "30000000", "", -1 },
	{ "1", NULL, 1 },
	{ "0", NULL, -1 },
	{ "-1", NULL, -1 },
	{ " 5", NULL, -1 },
	{ "5s", NULL, -1 },
	{ "18446744073709551615", NULL, INT32_MAX },
	{ "18446744073709551616", NULL, -1 },
};

START_TEST(the_watchdog_is_fed_twice_in_its_time)
{
	const char *pid = watchdogs[_i].pid;
	struct sd_notify n;
	char mine[32];

	(void)snprintf(mine, sizeof(mine), "%ld", (long)getpid());
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", "@apam-test", 1), 0);
	if (watchdogs[_i].usec != NULL)
		ck_assert_int_eq(
		    setenv("WATCHDOG_USEC", watchdogs[_i].usec, 1), 0);
	if (pid != NULL)
		ck_assert_int_eq(setenv("WATCHDOG_PID",
				     strcmp(pid, MINE) == 0 ? mine : pid, 1),
		    0);
	ck_assert_ptr_null(sd_notify_open(&n));
	ck_assert_int_eq(n.alive_ms, watchdogs[_i].alive_ms);
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
	ck_assert_ptr_null(getenv("WATCHDOG_PID"));
	sd_notify_close(&n);
}
END_TEST

static const char *const wrong[] = {
	"",
	"/",
	"@",
	"run/notify",
	/* One byte too many. */
	("/a234567890123456789012345678901234567890123456789012345678901234567890"
	 "1234567890123456789012345678901234567"),
};

START_TEST(a_wrong_address_is_said)
{
	struct sd_notify n;

	ck_assert_int_eq(setenv("NOTIFY_SOCKET", wrong[_i], 1), 0);
	ck_assert_int_eq(setenv("WATCHDOG_USEC", "5000000", 1), 0);
	ck_assert_ptr_nonnull(sd_notify_open(&n));
	ck_assert_int_eq(n.fd, -1);
	ck_assert_int_eq(n.alive_ms, -1);
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
}
END_TEST

START_TEST(without_a_manager_nothing_happens)
{
	struct sd_storing storing;
	struct sd_notify n;

	ck_assert_ptr_null(sd_notify_open(&n));
	ck_assert_int_eq(n.alive_ms, -1);
	sd_notify_ready(&n, "");
	sd_notify_reloading(&n);
	sd_notify_alive(&n);
	sd_notify_stopping(&n);
	sd_notify_forget(&n, "page");
	ck_assert(!sd_notify_store(&n, "page", 0, &storing));
	sd_notify_close(&n);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sd_notify");
	TCase *messages = tcase_create("messages");
	TCase *environment = tcase_create("environment");

	tcase_add_checked_fixture(messages, begin, end);
	tcase_add_test(messages, each_message_is_one_datagram);
	tcase_add_test(messages, a_status_is_one_line);
	tcase_add_test(messages, a_descriptor_is_kept_under_a_name);
	tcase_add_test(messages, a_descriptor_is_not_kept);
	tcase_add_test(messages, a_name_that_does_not_come_back_is_refused);
	tcase_add_test(messages, a_full_queue_holds_up_nobody);
	tcase_add_test(messages, a_path_is_an_address_too);
	suite_add_tcase(suite, messages);
	tcase_add_loop_test(environment, the_watchdog_is_fed_twice_in_its_time,
	    0, ROWS(watchdogs));
	tcase_add_loop_test(
	    environment, a_wrong_address_is_said, 0, ROWS(wrong));
	tcase_add_test(environment, without_a_manager_nothing_happens);
	suite_add_tcase(suite, environment);
	return run_suite(suite);
}
