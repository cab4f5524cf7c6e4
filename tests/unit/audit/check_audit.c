/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/audit/audit.c, with sockets of its own in place of the
 * journal's and syslog's: who is told, how many lines a minute, and that
 * nothing is lost but lines, which are counted.
 */
#include "audit/audit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/listener.h"
#include "support/run.h"

#define THREADS 8
#define EACH 10
#define FLOOD 1000

static char base[64];
static struct settings settings;
static struct audit audit;
static struct listener journal, daemon_socket;
static char journal_path[100], syslog_path[100];

static const struct audit_event state = { .what = AUDIT_STATE,
	.profile = "p",
	.entry = 1,
	.scheme = "s",
	.key_id = "k",
	.state = "revoked",
	.evidence = "the token endpoint refused it" };
static const struct audit_event refused = { .what = AUDIT_REFUSED,
	.profile = "p",
	.entry = -1,
	.status = APAM_E_REVOKED };

static void
setup(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-audit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
	settings = (struct settings){ .state_dir = base,
		.user = geteuid() != 0,
		.audit = SETTINGS_AUDIT_AUTO };
	audit_init(&audit, &settings);
	(void)snprintf(journal_path, sizeof(journal_path), "%s/journal", base);
	(void)snprintf(syslog_path, sizeof(syslog_path), "%s/log", base);
	audit.journal = journal_path;
	audit.syslog = syslog_path;
}

static void
teardown(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static void
open_journal(void)
{
	listener_open(&journal, base, "journal", SOCK_DGRAM);
}

static void
open_syslog(void)
{
	listener_open(&daemon_socket, base, "log", SOCK_DGRAM);
}

/* The file's text, until the next call; "" where there is none. */
static const char *
file_text(void)
{
	static char text[1024 * 1024];
	char path[128];
	size_t n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/users/%lu/audit.log", base,
	    (unsigned long)geteuid());
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		(void)fclose(f);
	}
	text[n] = '\0';
	return text;
}

/* Empty lines do not count; audit/sink.c says where they come from. */
static unsigned
lines_of(const char *text)
{
	unsigned n = 0;

	for (const char *at = text; *at != '\0'; at++)
		n += *at == '\n' && at > text && at[-1] != '\n';
	return n;
}

static void
has(const char *text, const char *part)
{
	ck_assert_ptr_nonnull(text);
	ck_assert_msg(strstr(text, part) != NULL, "no %s in: %s", part, text);
}

/* ---- Who is told -------------------------------------------------------- */

START_TEST(the_journal_goes_first)
{
	char mine[64];

	open_journal();
	open_syslog();
	audit_write(&audit, &state);
	(void)snprintf(mine, sizeof(mine), "\nAPAM_UID=%lu\nAPAM_PID=%ld\n",
	    (unsigned long)geteuid(), (long)getpid());
	has(listener_take(&journal), mine);
	has(journal.got, "\nSYSLOG_IDENTIFIER=apam\n");
	has(journal.got, "\nAPAM_PROGRAM=check_audit\n");
	ck_assert_ptr_null(strstr(journal.got, "APAM_DROPPED"));
	ck_assert_ptr_null(listener_take(&journal));
	ck_assert_ptr_null(listener_take(&daemon_socket));
	ck_assert_str_eq(file_text(), "");
}
END_TEST

START_TEST(then_syslog)
{
	open_syslog();
	audit_write(&audit, &state);
	has(listener_take(&daemon_socket), "<84>apam[");
	ck_assert_str_eq(file_text(), "");
}
END_TEST

/* Its socket is there and nobody listens. */
START_TEST(then_syslog_where_the_journal_has_died)
{
	open_journal();
	listener_close(&journal);
	open_syslog();
	audit_write(&audit, &state);
	has(listener_take(&daemon_socket), "APAM_KEY=\"k\"");
}
END_TEST

START_TEST(then_the_file)
{
	const int64_t now = clock_unix();

	audit_write(&audit, &state);
	audit_write(&audit, &refused);
	ck_assert_uint_eq(lines_of(file_text()), 2);
	has(file_text(), "\"APAM_STATUS\":\"APAM_E_REVOKED\"");
	ck_assert_int_ge(
	    strtoll(file_text() + strlen("{\"TIME\":"), NULL, 10), now);
}
END_TEST

START_TEST(the_file_alone_where_that_is_set)
{
	open_journal();
	open_syslog();
	settings.audit = SETTINGS_AUDIT_FILE;
	audit_write(&audit, &state);
	ck_assert_ptr_null(listener_take(&journal));
	ck_assert_ptr_null(listener_take(&daemon_socket));
	ck_assert_uint_eq(lines_of(file_text()), 1);
}
END_TEST

START_TEST(nobody_where_it_is_off)
{
	open_journal();
	settings.audit = SETTINGS_AUDIT_OFF;
	audit_write(&audit, &state);
	ck_assert_ptr_null(listener_take(&journal));
	ck_assert_str_eq(file_text(), "");
	ck_assert_uint_eq(audit.dropped, 0);
}
END_TEST

START_TEST(a_journal_that_comes_late_is_told_what_was_missed)
{
	settings.state_dir = "/nowhere";
	audit_write(&audit, &state);
	audit_write(&audit, &state);
	ck_assert_uint_eq(audit.dropped, 2);
	open_journal();
	audit_write(&audit, &state);
	has(listener_take(&journal), "\nAPAM_DROPPED=2\n");
	audit_write(&audit, &state);
	ck_assert_ptr_null(strstr(listener_take(&journal), "APAM_DROPPED"));
}
END_TEST

/* ---- How many ----------------------------------------------------------- */

START_TEST(a_full_socket_is_not_waited_for)
{
	const int64_t began = clock_ms();
	unsigned taken;
	char told[64];

	open_journal();
	for (int i = 0; i < AUDIT_PER_MINUTE; i++)
		audit_write(&audit, &state);
	/* Waiting once would be for ever. */
	ck_assert_int_lt(clock_ms() - began, 20000);
	taken = listener_drain(&journal);
	ck_assert_uint_ge(taken, 1);
	ck_assert_msg(taken < AUDIT_PER_MINUTE, "the socket took all");
	audit.minute = 0;
	audit_write(&audit, &state);
	(void)snprintf(told, sizeof(told), "\nAPAM_DROPPED=%u\n",
	    AUDIT_PER_MINUTE - taken);
	has(listener_take(&journal), told);
	ck_assert_str_eq(file_text(), "");
}
END_TEST

START_TEST(a_minute_has_its_limit)
{
	settings.audit = SETTINGS_AUDIT_FILE;
	for (int i = 0; i < FLOOD; i++)
		audit_write(&audit, &state);
	ck_assert_uint_eq(lines_of(file_text()), AUDIT_PER_MINUTE);
	ck_assert_uint_eq(audit.dropped, FLOOD - AUDIT_PER_MINUTE);
	audit.minute -= UINT64_C(60000) << 16;
	audit_write(&audit, &state);
	ck_assert_uint_eq(lines_of(file_text()), AUDIT_PER_MINUTE + 1);
	has(file_text(), "\"APAM_DROPPED\":\"880\"}\n");
}
END_TEST

/* As where another thread read the clock later, and began it. */
START_TEST(a_minute_that_begins_later_has_its_limit)
{
	settings.audit = SETTINGS_AUDIT_FILE;
	audit.minute = (uint64_t)(clock_ms() + 30000) << 16 | AUDIT_PER_MINUTE;
	audit_write(&audit, &state);
	ck_assert_str_eq(file_text(), "");
	audit.minute += UINT64_C(60000) << 16;
	audit_write(&audit, &state);
	ck_assert_uint_eq(lines_of(file_text()), 1);
}
END_TEST

#define WRITERS 4
#define TOLD "\"APAM_DROPPED\":\""

static void *
flood(void *arg)
{
	for (int i = 0; i < FLOOD / WRITERS; i++)
		audit_write(&audit, arg);
	return NULL;
}

/* What is not written is counted, whoever writes at the same time. */
START_TEST(threads_share_a_minute)
{
	pthread_t threads[WRITERS];
	unsigned long told = 0;
	const char *at;

	settings.audit = SETTINGS_AUDIT_FILE;
	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, flood,
				     (void *)(uintptr_t)&state),
		    0);
	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_uint_le(lines_of(file_text()), AUDIT_PER_MINUTE);
	for (at = file_text(); (at = strstr(at, TOLD)) != NULL; at += 1)
		told += strtoul(at + strlen(TOLD), NULL, 10);
	ck_assert_uint_eq(lines_of(file_text()) + told + audit.dropped, FLOOD);
}
END_TEST

/* Many refusals do not hide what becomes of keys. */
START_TEST(refusals_leave_room_for_the_rest)
{
	unsigned refusals;

	settings.audit = SETTINGS_AUDIT_FILE;
	for (int i = 0; i < FLOOD; i++)
		audit_write(&audit, &refused);
	refusals = lines_of(file_text());
	ck_assert_uint_lt(refusals, AUDIT_PER_MINUTE);
	audit_write(&audit, &state);
	ck_assert_uint_eq(lines_of(file_text()), refusals + 1);
	has(file_text(), "\"APAM_STATE\":\"revoked\"");
}
END_TEST

/* Nor do many uses hide a refusal. */
START_TEST(uses_leave_room_for_refusals)
{
	const struct audit_event used = { .what = AUDIT_USED,
		.profile = refused.profile,
		.entry = refused.entry };
	unsigned uses;

	settings.audit = SETTINGS_AUDIT_FILE;
	for (int i = 0; i < FLOOD; i++)
		audit_write(&audit, &used);
	uses = lines_of(file_text());
	audit_write(&audit, &refused);
	ck_assert_uint_eq(lines_of(file_text()), uses + 1);
	audit_write(&audit, &state);
	ck_assert_uint_eq(lines_of(file_text()), uses + 2);
}
END_TEST

static const struct {
	const char *name;
	enum apam_status status;
	int64_t at; /* ms */
	bool due;
	unsigned long untold;
} dues[] = {
	{ "the first", APAM_E_REVOKED, 10, true, 0 },
	{ "the same at once", APAM_E_REVOKED, 11, false, 0 },
	{ "the same just before its time", APAM_E_REVOKED, 60009, false, 0 },
	{ "the same in time", APAM_E_REVOKED, 60010, true, 2 },
	{ "the same at once again", APAM_E_REVOKED, 60010, false, 0 },
	{ "another", APAM_E_ARCHIVED, 60011, true, 1 },
	{ "the first again", APAM_E_REVOKED, 60012, true, 0 },
};

START_TEST(the_same_is_due_once_in_a_while)
{
	struct audit_repeat repeat = { .at = 0 };
	unsigned long untold;

	for (int i = 0; i < ROWS(dues); i++) {
		untold = 99;
		ck_assert_msg(audit_due(&repeat, dues[i].status, dues[i].at,
				  &untold) == dues[i].due,
		    "%s", dues[i].name);
		ck_assert_msg(
		    untold == dues[i].untold, "%s: %lu", dues[i].name, untold);
	}
}
END_TEST

/* ---- Threads and forks ---------------------------------------------------- */

static void *
write_some(void *arg)
{
	for (int i = 0; i < EACH; i++)
		audit_write(&audit, &state);
	return arg;
}

START_TEST(threads_write_whole_lines)
{
	pthread_t threads[THREADS];
	const char *line;

	settings.audit = SETTINGS_AUDIT_FILE;
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, write_some, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	line = file_text();
	ck_assert_uint_eq(lines_of(line), THREADS * EACH);
	for (int i = 0; i < THREADS * EACH; i++) {
		line += strspn(line, "\n");
		ck_assert_int_eq(strncmp(line, "{\"TIME\":", 8), 0);
		line = strchr(line, '\n') + 1;
	}
}
END_TEST

/* Its parent tells what the parent has lost. */
START_TEST(a_child_writes_for_itself)
{
	char mine[64];
	int status;
	pid_t pid;

	open_journal();
	audit.dropped = 5;
	pid = fork();
	if (pid == 0) {
		audit_renew(&audit);
		audit_write(&audit, &state);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	(void)snprintf(mine, sizeof(mine), "\nAPAM_PID=%ld\n", (long)pid);
	has(listener_take(&journal), mine);
	ck_assert_ptr_null(strstr(journal.got, "APAM_DROPPED"));
	audit_write(&audit, &state);
	has(listener_take(&journal), "\nAPAM_DROPPED=5\n");
}
END_TEST

/* A host that closes all it does not know, and has none left to give. */
START_TEST(no_descriptor_is_kept)
{
	int before, after;

	open_journal();
	before = dup(0);
	(void)close(before);
	audit_write(&audit, &state);
	settings.audit = SETTINGS_AUDIT_FILE;
	audit_write(&audit, &state);
	after = dup(0);
	ck_assert_int_eq(after, before);
	(void)close(after);
	ck_assert_uint_eq(listener_drain(&journal), 1);
}
END_TEST

/* ---- Lost lines ---------------------------------------------------------- */

static char told[512];
static int tellings;

static void
note_line(void *arg, enum apam_log_level level, const char *text)
{
	(void)arg;
	ck_assert_int_eq(level, APAM_LOG_ERROR);
	(void)snprintf(told, sizeof(told), "%s", text);
	tellings++;
}

START_TEST(that_lines_are_lost_is_said_once)
{
	const struct log here = { note_line, NULL, APAM_LOG_ERROR };

	ck_assert_int_eq(chmod(base, 0777), 0);
	audit.log = &here;
	for (int i = 0; i < 3; i++)
		audit_write(&audit, &state);
	ck_assert_int_eq(tellings, 1);
	has(told, "the audit log is lost: ");
	has(told, "can be changed by others");
	ck_assert_int_eq(chmod(base, 0755), 0);
	audit_write(&audit, &state);
	has(file_text(), "\"APAM_DROPPED\":\"3\"");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("audit");
	TCase *tc = tcase_create("audit");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_journal_goes_first);
	tcase_add_test(tc, then_syslog);
	tcase_add_test(tc, then_syslog_where_the_journal_has_died);
	tcase_add_test(tc, then_the_file);
	tcase_add_test(tc, the_file_alone_where_that_is_set);
	tcase_add_test(tc, nobody_where_it_is_off);
	tcase_add_test(tc, a_journal_that_comes_late_is_told_what_was_missed);
	tcase_add_test(tc, a_full_socket_is_not_waited_for);
	tcase_add_test(tc, a_minute_has_its_limit);
	tcase_add_test(tc, a_minute_that_begins_later_has_its_limit);
	tcase_add_test(tc, threads_share_a_minute);
	tcase_add_test(tc, refusals_leave_room_for_the_rest);
	tcase_add_test(tc, uses_leave_room_for_refusals);
	tcase_add_test(tc, the_same_is_due_once_in_a_while);
	tcase_add_test(tc, threads_write_whole_lines);
	tcase_add_test(tc, a_child_writes_for_itself);
	tcase_add_test(tc, no_descriptor_is_kept);
	tcase_add_test(tc, that_lines_are_lost_is_said_once);
	return run_suite(suite);
}
