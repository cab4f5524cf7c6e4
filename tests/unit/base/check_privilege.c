/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/privilege.c: this program runs copies of itself, made
 * set-user-id and set-group-id of nobody where that is allowed (as root, in a
 * file system that honours it), and each says what it finds.
 */
#include "base/privilege.h"

#include <sys/wait.h>

#include "support/project.h"
#include "support/run.h"

#define VARIABLE "APAM_TEST_SETID"
#define NOBODY 65534
#define SKIP 77

/* What a child finds, as bits of its exit status. */
enum { IS_SETID = 1, SEES_VARIABLE = 2, HAS_OTHER_ID = 4 };

static struct project p;

static void
setup(void)
{
	project_make(&p);
	ck_assert_int_eq(chmod(p.dir, 0755), 0);
	ck_assert_int_eq(setenv(VARIABLE, "seen", 1), 0);
}

static void
teardown(void)
{
	project_remove(&p);
}

static int
look(void)
{
	const char *value = trusted_getenv(VARIABLE);
	int found = 0;

	if (process_is_setid())
		found |= IS_SETID;
	if (value != NULL && strcmp(value, "seen") == 0)
		found |= SEES_VARIABLE;
	if (getuid() != geteuid() || getgid() != getegid())
		found |= HAS_OTHER_ID;
	return found;
}

/* Copy this program, and run it with another mode and owner. */
static int
run_copy(mode_t mode, uid_t uid, gid_t gid)
{
	char path[sizeof(p.path)], self[128];
	int status = -1;
	pid_t pid;

	(void)snprintf(self, sizeof(self), "cp /proc/%ld/exe '%s/copy'",
	    (long)getpid(), p.dir);
	ck_assert_int_eq(system(self), 0);
	(void)strcpy(path, project_path(&p, "copy"));
	/* Changing the owner takes the set-id bits away, so it comes first. */
	if (chown(path, uid, gid) != 0 || chmod(path, mode) != 0)
		return SKIP;
	pid = fork();
	if (pid == 0) {
		(void)execl(path, path, "--look", (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(a_plain_program_believes_its_environment)
{
	ck_assert_int_eq(look(), SEES_VARIABLE);
	ck_assert_ptr_null(trusted_getenv("APAM_TEST_SETID_NOT"));
	ck_assert_ptr_null(trusted_getenv(""));
	ck_assert_int_eq(run_copy(0755, geteuid(), getegid()), SEES_VARIABLE);
}
END_TEST

static const struct {
	const char *name;
	mode_t mode;
	uid_t uid; /* the file's, where it is not ours */
	gid_t gid;
	int found;
} rows[] = {
	{ "another's, not set-id", 0755, NOBODY, NOBODY, SEES_VARIABLE },
	{ "set-user-id", 04755, NOBODY, 0, IS_SETID | HAS_OTHER_ID },
	{ "set-group-id", 02755, 0, NOBODY, IS_SETID | HAS_OTHER_ID },
	{ "both", 06755, NOBODY, NOBODY, IS_SETID | HAS_OTHER_ID },
	{ "set-id of oneself", 06755, 0, 0, SEES_VARIABLE },
};

START_TEST(a_set_id_program_does_not)
{
	int found;

	if (geteuid() != 0)
		return;
	found = run_copy(rows[_i].mode, rows[_i].uid, rows[_i].gid);
	if (found == SKIP)
		return;
	/* A file system may not honour the bits: then the ids are the same. */
	if ((found & HAS_OTHER_ID) == 0) {
		ck_assert_int_eq(found, SEES_VARIABLE);
		return;
	}
	ck_assert_msg(found == rows[_i].found, "%s: %d", rows[_i].name, found);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite;
	TCase *tc;

	if (argc == 2 && strcmp(argv[1], "--look") == 0)
		_exit(look());
	suite = suite_create("setid");
	tc = tcase_create("setid");
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_plain_program_believes_its_environment);
	tcase_add_loop_test(tc, a_set_id_program_does_not, 0, ROWS(rows));
	return run_suite(suite);
}
