/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/audit_read.c: which files are read as a user's audit log,
 * and that reading one ends while its user goes on writing to it.
 */
#include "audit/line.h"
#include "audit/sink.h"

#include "support/project.h"
#include "support/run.h"

#define LINE "{\"MESSAGE\":\"fake\"}"

static struct project p;
static char file[600];

/* What was told. */
struct told {
	size_t lines, bytes;
	FILE *more; /* written to for each line that is told, where it is set */
	size_t enough; /* lines after which no more are wanted; 0: never */
};

static void
setup(void)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	char config[128], name[64];

	project_make(&p);
	project_directory(&p, "state");
	project_directory(&p, "state/users");
	(void)snprintf(
	    name, sizeof(name), "state/users/%lu", (unsigned long)geteuid());
	project_directory(&p, name);
	(void)snprintf(file, sizeof(file), "%s/%s/" AUDIT_FILE, p.dir, name);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", p.dir);
	options.config = config;
	ck_assert_int_eq(apam_open(&options, &p.ctx, &p.err), APAM_OK);
}

static void
teardown(void)
{
	project_remove(&p);
}

static void
write_lines(const char *text, mode_t mode)
{
	FILE *f = fopen(file, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(file, mode), 0);
}

static bool
take(void *arg, const struct apam_audit_info *info)
{
	struct told *told = arg;

	ck_assert_uint_eq(info->size, sizeof(*info));
	ck_assert_uint_eq(info->uid, geteuid());
	told->lines++;
	told->bytes += strlen(info->line) + 1;
	ck_assert_msg(told->bytes < 8UL * AUDIT_FILE_MAX, "it has no end");
	if (told->more != NULL) {
		(void)fprintf(told->more, "%04000d\n", 0);
		(void)fflush(told->more);
	}
	return told->lines != told->enough;
}

static const struct {
	const char *name, *text;
	mode_t mode;
	size_t lines;
} files[] = {
	{ "two lines", LINE "\n" LINE "\n", 0600, 2 },
	{ "the last was cut short", LINE "\n" LINE, 0600, 1 },
	{ "an empty line between", LINE "\n\n" LINE "\n", 0600, 2 },
	{ "empty", "", 0600, 0 },
	{ "others may read it", LINE "\n", 0644, 0 },
	{ "others may write it", LINE "\n", 0622, 0 },
};

START_TEST(a_file_of_its_users_alone_is_read)
{
	struct told told = { 0 };

	write_lines(files[_i].text, files[_i].mode);
	ck_assert_int_eq(apam_audit_lines(p.ctx, take, &told, NULL), APAM_OK);
	ck_assert_msg(told.lines == files[_i].lines, "%s: %zu lines",
	    files[_i].name, told.lines);
}
END_TEST

START_TEST(who_has_seen_enough_is_told_no_more)
{
	struct told told = { .enough = 1 };

	write_lines(LINE "\n" LINE "\n", 0600);
	ck_assert_int_eq(apam_audit_lines(p.ctx, take, &told, NULL), APAM_OK);
	ck_assert_uint_eq(told.lines, 1);
}
END_TEST

START_TEST(a_fifo_hangs_nobody)
{
	struct told told = { 0 };

	ck_assert_int_eq(mkfifo(file, 0600), 0);
	ck_assert_int_eq(apam_audit_lines(p.ctx, take, &told, NULL), APAM_OK);
	ck_assert_uint_eq(told.lines, 0);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_none)
{
	struct told told = { 0 };
	char text[2 * AUDIT_LINE_MAX + sizeof(LINE) + 2];

	memset(text, 'x', 2UL * AUDIT_LINE_MAX);
	(void)snprintf(text + 2UL * AUDIT_LINE_MAX,
	    sizeof(text) - 2UL * AUDIT_LINE_MAX, "\n%s\n", LINE);
	write_lines(text, 0600);
	ck_assert_int_eq(apam_audit_lines(p.ctx, take, &told, NULL), APAM_OK);
	ck_assert_uint_eq(told.lines, 1);
}
END_TEST

/* Each line that is told is followed by another one, as long as it lasts. */
START_TEST(who_goes_on_writing_keeps_nobody_reading)
{
	struct told told = { 0 };

	write_lines(LINE "\n", 0600);
	told.more = fopen(file, "a");
	ck_assert_ptr_nonnull(told.more);
	ck_assert_int_eq(apam_audit_lines(p.ctx, take, &told, NULL), APAM_OK);
	ck_assert_int_eq(fclose(told.more), 0);
	ck_assert_uint_ge(told.lines, 1);
	ck_assert_uint_le(told.bytes, 2UL * AUDIT_FILE_MAX + AUDIT_LINE_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("audit_read");
	TCase *tc = tcase_create("audit_read");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, a_file_of_its_users_alone_is_read, 0, ROWS(files));
	tcase_add_test(tc, who_has_seen_enough_is_told_no_more);
	tcase_add_test(tc, a_fifo_hangs_nobody);
	tcase_add_test(tc, a_line_that_is_too_long_is_none);
	tcase_add_test(tc, who_goes_on_writing_keeps_nobody_reading);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
