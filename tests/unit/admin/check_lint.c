/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/lint.c: main files and profiles by any path, links and
 * folders, all problems of a file in one pass and in order, and what linting
 * does on the way: it loads modules, reads secrets and runs programs.
 */
#include <apam/admin.h>

#include "base/secmem.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_error err = APAM_ERROR_INIT;
static char config[128];
static int live, top;

/* What was reported: a line each, "STATUS FILE:LINE TEXT". */
static char seen[8192];
static unsigned count;
static unsigned enough; /* reports after which to stop; 0: never */
static size_t last; /* the profile to stop before; 0: never */

static void
setup(void)
{
	live = secmem_live();
	top = open(".", O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(top, 0);
	project_make(&project);
	project_module(&project, "hmac-test", true);
	project_module(&project, "return-test", true);
	project_module(&project, "bad-magic", true);
	project_secret(&project, "secret", "FAKEkey\n");
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
	seen[0] = '\0';
	count = enough = 0;
	last = 0;
}

static void
teardown(void)
{
	ck_assert_int_eq(secmem_live(), live);
	ck_assert_int_eq(fchdir(top), 0);
	ck_assert_int_eq(close(top), 0);
	project_remove(&project);
}

static bool
note(void *arg, const struct apam_error *problem)
{
	size_t n = strlen(seen);
	const char *file = problem->file;

	ck_assert_ptr_eq(arg, &project);
	if (strncmp(file, project.dir, strlen(project.dir)) == 0)
		file += strlen(project.dir) + 1;
	(void)snprintf(seen + n, sizeof(seen) - n, "%s %s:%u %s\n",
	    apam_status_name(problem->status), file, problem->line,
	    problem->text);
	return ++count != enough;
}

/* The profiles as they are announced: "NAME 1/2 " each. */
static char profiles_seen[256];

static bool
announce(void *arg, const struct apam_lint_progress *progress)
{
	size_t n = strlen(profiles_seen);

	ck_assert_ptr_eq(arg, &project);
	(void)snprintf(profiles_seen + n, sizeof(profiles_seen) - n,
	    "%s %zu/%zu ", progress->name, progress->at, progress->total);
	return progress->at != last;
}

static const struct apam_lint_to to = { .size = sizeof(to),
	.arg = &project,
	.problem = note,
	.profile = announce };

/* Lint a file, NULL: all. */
static enum apam_status
lint(const char *file)
{
	const struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER };

	seen[0] = '\0';
	profiles_seen[0] = '\0';
	count = 0;
	return apam_lint(&options, file, &to, &err);
}

/* A profile "p"; "@/" in it is in the project. */
static void
write_profile(const char *name, const char *text)
{
	char spliced[4096];

	project_splice(&project, text, spliced, sizeof(spliced));
	project_profile(&project, name, spliced);
}

#define ORIGIN "origins = [ \"https://api.example\" ];\n"
#define HMAC "scheme = \"hmac-test\"; key_id = \"k\"; "
#define GOOD ORIGIN "auth = ( { " HMAC "secret = \"file:@/secret\"; } );\n"

/* ---- What is wrong ------------------------------------------------------ */

/* In order: a part of each line that is to be reported. */
static const struct {
	const char *name;
	const char *text;
	const char *lines[8];
} profiles[] = {
	{ "nothing", GOOD, { NULL } },
	{ "an empty file", "", { "p.conf:0 origins is", "p.conf:0 auth is" } },
	{ "no sense", "auth = (\n((\n", { "APAM_E_CONFIG apam.d/p.conf:3" } },
	{ "no origin", "auth = ( { scheme = \"return-test\"; } );\n",
	    { "p.conf:" } },
	{ "no auth", ORIGIN, { "auth is missing" } },
	{ "no scheme", ORIGIN "auth = ( { ttl = 60; } );\n",
	    { "p.conf:2 scheme" } },
	{ "no module", ORIGIN "auth = ( { scheme = \"absent\"; } );\n",
	    { "APAM_E_MODULE apam.d/p.conf:2" } },
	{ "a bad module", ORIGIN "auth = ( { scheme = \"bad-magic\"; } );\n",
	    { "APAM_E_MODULE apam.d/p.conf:2" } },
	{ "no secret",
	    ORIGIN "auth = (\n{ " HMAC "secret = \"file:@/no\"; } );\n",
	    { "APAM_E_SECRET apam.d/p.conf:3 secret: " } },
	{ "a module that refuses an option",
	    ORIGIN "auth = ( { scheme = \"return-test\";\nopen = 512; } );\n",
	    { "APAM_E_CONFIG apam.d/p.conf:3 open: says so" } },
	{ "a module that does not open",
	    ORIGIN "auth = ( { scheme = \"return-test\"; open = 1537; } );\n",
	    { "APAM_E_MEMORY apam.d/p.conf:2" } },
	{ "a ca_file that is not there", "ca_file = \"@/ca.pem\";\n" GOOD,
	    { "p.conf:1 ca_file: " } },
	{ "a ca_file that is not a path", "ca_file = \"ca.pem\";\n" GOOD,
	    { "p.conf:1 ca_file: " } },
	{ "a ca_file without a certificate", "ca_file = \"@/secret\";\n" GOOD,
	    { "APAM_E_CONFIG apam.d/p.conf:1 ca_file: " } },
	{ "an entry each",
	    ORIGIN "auth = (\n{ scheme = \"absent\"; },\n{ " HMAC
		   "secret = \"file:@/no\"; },\n{ " HMAC
		   "secret = \"file:@/secret\"; },\n"
		   "{ scheme = \"return-test\"; sing = 1; }\n);\n",
	    { "APAM_E_MODULE apam.d/p.conf:3", "APAM_E_SECRET apam.d/p.conf:4",
		"APAM_E_CONFIG apam.d/p.conf:6 sing" } },
	{ "sharing where there is no state_dir",
	    "share_credentials = true;\n" GOOD,
	    { "p.conf:0 share_credentials needs state_dir: " } },
	/* What the core checks by itself hides nothing of the modules'. */
	{ "the profile and its entries",
	    "origin = 1;\norigins = [ \"http://api.example\" ];\nauth = (\n"
	    "{ scheme = \"return-test\"; control = \"never\"; },\n"
	    "{ ttl = 60; secret = \"x\"; },\n"
	    "{ scheme = \"return-test\"; sign = \"0\"; },\n"
	    "{ " HMAC "secret = \"file:@/no\"; } );\n",
	    { "p.conf:1 ", "p.conf:2 ", "p.conf:4 control", "p.conf:5 scheme",
		"p.conf:6 sign", "APAM_E_SECRET apam.d/p.conf:7" } },
};

/* Warnings: they work, and what is told is not an error. */
static const struct {
	const char *name;
	const char *text;
	const char *lines[8];
} doubtful[] = {
	{ "a probe outside the origin's path",
	    "origins = [ \"https://api.example/v1\" ];\n"
	    "auth = ( { " HMAC "secret = \"file:@/secret\";\n"
	    "probe = \"GET /eyes\"; } );\n",
	    { "APAM_OK apam.d/p.conf:3 probe: its path is not below any" } },
	{ "a probe below another origin",
	    "origins = [ \"https://api.example/v1\",\n"
	    "\"https://api.example/v2\" ];\n"
	    "auth = ( { " HMAC "secret = \"file:@/secret\";\n"
	    "probe = \"GET /v2/eyes\"; } );\n",
	    { NULL } },
	{ "a probe at an origin of no path",
	    ORIGIN "auth = ( { " HMAC "secret = \"file:@/secret\";\n"
		   "probe = \"GET /eyes?a=/v1\"; } );\n",
	    { NULL } },
	{ "a probe that leaves the path by dots",
	    "origins = [ \"https://api.example/v1\" ];\n"
	    "auth = ( { " HMAC "secret = \"file:@/secret\";\n"
	    "probe = \"GET /v1/../eyes\"; } );\n",
	    { "APAM_OK apam.d/p.conf:3 probe: " } },
};

#define UNCLAIMED "APAM_OK apam.d/p.conf:0 no origin can be read from it"

/* The line, behind what was seen before; returns what comes after it. */
static const char *
saw_line(const char *name, const char *at, const char *line)
{
	at = strstr(at, line);
	ck_assert_msg(at != NULL, "%s: no %s in:\n%s", name, line, seen);
	return strchr(at, '\n') + 1;
}

/* Each of the lines, in order, and then the warning, and no more. */
static void
saw_with_warning(const char *name, const char *const *lines, bool warned)
{
	const char *at = seen;
	unsigned n;

	for (n = 0; n < 8 && lines[n] != NULL; n++)
		at = saw_line(name, at, lines[n]);
	if (warned)
		(void)saw_line(name, at, UNCLAIMED);
	ck_assert_msg(
	    count == n + warned, "%s: %u problems:\n%s", name, count, seen);
}

static void
saw(const char *name, const char *const *lines)
{
	saw_with_warning(name, lines, false);
}

START_TEST(a_profile_in_error)
{
	const char *name = profiles[_i].name;
	const bool unclaimed = strstr(profiles[_i].text, "origins") == NULL;
	enum apam_status status;

	write_profile("p", profiles[_i].text);
	status = lint(project_path(&project, "apam.d/p.conf"));
	saw(name, profiles[_i].lines);
	ck_assert_int_eq(err.status, status);
	ck_assert_int_eq(status == APAM_OK, count == 0);
	/* The status is the first one's, and all of them are the same way. */
	if (count > 0)
		ck_assert_int_eq(strncmp(seen, apam_status_name(status),
				     strlen(apam_status_name(status))),
		    0);
	/* A file that is asked for by its path need not be in use. */
	ck_assert_int_eq(lint(NULL), status);
	saw_with_warning(name, profiles[_i].lines, unclaimed);
}
END_TEST

START_TEST(a_profile_in_doubt)
{
	write_profile("p", doubtful[_i].text);
	ck_assert_int_eq(lint(NULL), APAM_OK);
	saw(doubtful[_i].name, doubtful[_i].lines);
	ck_assert_int_eq(err.status, APAM_OK);
}
END_TEST

static const struct {
	const char *name;
	const char *file, *text;
	const char *lines[4];
} mains[] = {
	{ "nothing", "apam.conf", "ttl = 60;\n", { NULL } },
	{ "empty", "apam.conf", "", { "APAM_E_CONFIG apam.conf:" } },
	{ "three", "apam.conf", "ttl = 0;\ndeadlines = 1;\nproxy = 2;\n",
	    { "apam.conf:2 deadlines", "apam.conf:3 proxy",
		"apam.conf:1 ttl" } },
	{ "elsewhere, nothing", "new/apam.conf", "ttl = 60;\n", { NULL } },
	{ "elsewhere, two", "new/apam.conf", "ttl = 0;\nttll = 1;\n",
	    { "new/apam.conf:2 ttll", "new/apam.conf:1 ttl" } },
	/* Whatever else it is called, it is a profile. */
	{ "another name", "new/main.conf", "ttl = 60;\n",
	    { "new/main.conf:1 ttl", "new/main.conf:", "new/main.conf:" } },
};

START_TEST(a_main_file_in_error)
{
	char path[128];

	project_directory(&project, "new");
	project_write(&project, mains[_i].file, mains[_i].text);
	(void)snprintf(
	    path, sizeof(path), "%s/%s", project.dir, mains[_i].file);
	ck_assert_int_eq(lint(path) == APAM_OK, mains[_i].lines[0] == NULL);
	saw(mains[_i].name, mains[_i].lines);
}
END_TEST

/* The end is not an error, but what was found before stays one. */
START_TEST(who_has_seen_enough_ends_it)
{
	write_profile("a", "y = \n");
	write_profile("b", "x = \n");
	write_profile("c", GOOD);
	enough = 1;
	ck_assert_int_eq(lint(NULL), APAM_E_CONFIG);
	enough = 0;
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(profiles_seen, "a 1/3 ");
	last = 2;
	ck_assert_int_eq(lint(NULL), APAM_E_CONFIG);
	last = 0;
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(profiles_seen, "a 1/3 b 2/3 ");
}
END_TEST

START_TEST(profiles_are_linted_by_name)
{
	static const char *const lines[8] = { "apam.d/a.conf:2",
		"apam.d/a.conf:0 no origin", "apam.d/b.conf:2",
		"apam.d/b.conf:0 no origin", "apam.d/c.conf:2",
		"APAM_OK apam.d/b.conf~:0 it is not a profile", NULL };

	write_profile("c",
	    "origins = [ \"https://c.example\" ];\n"
	    "auth = ( { scheme = \"absent\"; } );\n");
	write_profile("b", "x = \n");
	write_profile("good", GOOD);
	write_profile("a", "y = \n");
	project_write(&project, "apam.d/b.conf~", "z = \n");
	ck_assert_int_eq(lint(NULL), APAM_E_CONFIG);
	saw("a, b and c", lines);
	ck_assert_str_eq(profiles_seen, "a 1/4 b 2/4 c 3/4 good 4/4 ");
	ck_assert_str_eq(err.file, project_path(&project, "apam.d/a.conf"));
	ck_assert_uint_eq(err.line, 2);
}
END_TEST

START_TEST(a_name_that_no_profile_can_have)
{
	static const char *const lines[8] = { "-b.conf:0 a profile's name",
		"my profile.conf:0 a profile's name",
		"APAM_OK apam.d/good.txt:0 it is not a profile", NULL };

	write_profile("my profile", GOOD);
	write_profile("-b", GOOD);
	write_profile("good", GOOD);
	write_profile(".#good", "x = \n");
	project_write(&project, "apam.d/good.txt", "y = \n");
	ck_assert_int_eq(lint(NULL), APAM_E_CONFIG);
	saw("three", lines);
}
END_TEST

START_TEST(a_directory_that_is_not_there)
{
	static const char *const lines[8] = { "apam.conf:0 profile_dir: ",
		NULL };

	ck_assert_int_eq(rmdir(project_path(&project, "apam.d")), 0);
	ck_assert_int_eq(lint(NULL), APAM_E_CONFIG);
	saw("none", lines);
}
END_TEST

START_TEST(a_directory_that_others_write)
{
	write_profile("p", GOOD);
	ck_assert_int_eq(chmod(project_path(&project, "apam.d"), 0777), 0);
	ck_assert_int_eq(lint(NULL), APAM_E_TRUST);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(misused_options_are_a_problem)
{
	struct apam_open_options none = { .size = 0 };

	ck_assert_int_eq(apam_lint(&none, NULL, &to, &err), APAM_E_USAGE);
	ck_assert_int_eq(err.status, APAM_E_USAGE);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(a_listener_of_another_size_is_refused)
{
	const struct apam_lint_to none = { .size = 1 };

	ck_assert_int_eq(apam_lint(NULL, NULL, &none, &err), APAM_E_USAGE);
}
END_TEST

/* What lies in subdirectories is not looked at. */
START_TEST(strays_are_files_that_can_be_seen)
{
	static const char *const lines[8] = { "APAM_OK apam.d/7signal:0 ",
		NULL };

	write_profile("p", GOOD);
	project_directory(&project, "apam.d/secrets");
	project_write(&project, "apam.d/secrets/seed", "x");
	project_write(&project, "apam.d/.hidden", "x");
	project_write(&project, "apam.d/7signal", GOOD);
	ck_assert_int_eq(lint(NULL), APAM_OK);
	saw("one", lines);
}
END_TEST

START_TEST(nobody_need_be_told)
{
	const struct apam_open_options options = { .size = sizeof(options),
		.config = config,
		.flags = APAM_OPEN_USER };

	write_profile("p", "x = \n");
	ck_assert_int_eq(apam_lint(&options, NULL, NULL, NULL), APAM_E_CONFIG);
	write_profile("p", GOOD);
	ck_assert_int_eq(apam_lint(&options, NULL, NULL, NULL), APAM_OK);
}
END_TEST

/* ---- Paths -------------------------------------------------------------- */

/* Seen from the project's directory.  NULL: a problem of no certain text. */
static const struct {
	const char *path;
	enum apam_status status;
	const char *line;
} paths[] = {
	{ "", APAM_E_CONFIG, "" },
	{ ".", APAM_E_CONFIG, "" },
	{ "/", APAM_E_CONFIG, "" },
	{ "absent.conf", APAM_E_CONFIG, "absent.conf" },
	{ "absent/p.conf", APAM_E_CONFIG, "the folder of the file cannot" },
	{ "apam.d", APAM_E_CONFIG, "" },
	{ "apam.d/", APAM_E_CONFIG, "" },
	{ "apam.d/.conf", APAM_E_CONFIG, "a profile's name has" },
	{ "apam.d/-p.conf", APAM_E_CONFIG, "a profile's name has" },
	{ "link.conf", APAM_E_TRUST, "link.conf:0" },
	{ "dangling.conf", APAM_E_TRUST, "dangling.conf:0" },
	{ "apam.d/loose.conf", APAM_E_TRUST, "apam.d/loose.conf:0" },
	{ "apam.d/p.conf", APAM_OK, "" },
	{ "./apam.d/p.conf", APAM_OK, "" },
	{ "apam.d/../apam.d/p.conf", APAM_OK, "" },
	{ "apam.d//p.conf", APAM_OK, "" },
	{ "p-here.conf", APAM_OK, "" },
	{ "p-here", APAM_OK, "" },
	{ "apam.conf", APAM_OK, "" },
	{ "./apam.conf", APAM_OK, "" },
	/* The folder is the caller's choice; only the file is not a link. */
	{ "way/p.conf", APAM_OK, "" },
};

static void
make_paths(void)
{
	char here[128];

	write_profile("p", GOOD);
	write_profile("loose", GOOD);
	ck_assert_int_eq(chmod(project.path, 0666), 0);
	ck_assert_int_eq(chdir(project.dir), 0);
	ck_assert_int_eq(link("apam.d/p.conf", "p-here.conf"), 0);
	ck_assert_int_eq(link("apam.d/p.conf", "p-here"), 0);
	ck_assert_int_eq(symlink("apam.d/p.conf", "link.conf"), 0);
	ck_assert_int_eq(symlink("nowhere", "dangling.conf"), 0);
	ck_assert_int_eq(symlink("apam.d", "way"), 0);
	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	ck_assert_str_eq(here, project.dir);
}

START_TEST(a_file_by_any_path)
{
	enum apam_status status;

	make_paths();
	status = lint(paths[_i].path);
	ck_assert_msg(status == paths[_i].status, "%s: %s:\n%s", paths[_i].path,
	    apam_status_name(status), seen);
	ck_assert_msg(strstr(seen, paths[_i].line) != NULL, "%s: %s",
	    paths[_i].path, seen);
	ck_assert_msg(count == (status == APAM_OK ? 0 : 1), "%s: %s",
	    paths[_i].path, seen);
}
END_TEST

/* ---- What linting does -------------------------------------------------- */

START_TEST(a_program_of_a_secret_is_run)
{
	static const char program[] =
	    "#!/bin/sh\necho ran >>\"$(dirname \"$0\")/ran\"\necho FAKEkey\n";

	project_write(&project, "program", program);
	ck_assert_int_eq(chmod(project.path, 0755), 0);
	write_profile("p",
	    ORIGIN "auth = ( { " HMAC "secret = \"exec:@/program\"; } );\n");
	ck_assert_msg(lint(NULL) == APAM_OK, "%s", seen);
	ck_assert_int_eq(access(project_path(&project, "ran"), F_OK), 0);
	project_write(&project, "program", "#!/bin/sh\nexit 3\n");
	ck_assert_int_eq(chmod(project.path, 0755), 0);
	ck_assert_int_eq(lint(NULL), APAM_E_SECRET);
	ck_assert_uint_eq(count, 1);
}
END_TEST

/* A secret is in no message, wherever it was written. */
START_TEST(a_literal_secret_is_not_echoed)
{
	write_profile(
	    "p", ORIGIN "auth = ( { " HMAC "secret = \"FAKEkey\"; } );\n");
	ck_assert_int_ne(lint(NULL), APAM_OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_ptr_null(strstr(seen, "FAKEkey"));
	ck_assert_ptr_nonnull(strstr(seen, "p.conf:2"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lint");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_profile_in_error, 0, ROWS(profiles));
	tcase_add_loop_test(t, a_profile_in_doubt, 0, ROWS(doubtful));
	tcase_add_loop_test(t, a_main_file_in_error, 0, ROWS(mains));
	tcase_add_test(t, who_has_seen_enough_ends_it);
	tcase_add_test(t, profiles_are_linted_by_name);
	tcase_add_test(t, a_name_that_no_profile_can_have);
	tcase_add_test(t, a_directory_that_is_not_there);
	tcase_add_test(t, a_directory_that_others_write);
	tcase_add_test(t, misused_options_are_a_problem);
	tcase_add_test(t, a_listener_of_another_size_is_refused);
	tcase_add_test(t, strays_are_files_that_can_be_seen);
	tcase_add_test(t, nobody_need_be_told);
	tcase_add_loop_test(t, a_file_by_any_path, 0, ROWS(paths));
	tcase_add_test(t, a_program_of_a_secret_is_run);
	tcase_add_test(t, a_literal_secret_is_not_echoed);
	suite_add_tcase(s, t);
	return run_suite(s);
}
