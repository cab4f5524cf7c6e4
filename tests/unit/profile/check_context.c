/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/context.c: options that are none, which main file is
 * read, what is wrong with it, and closing, over and over.
 */
#include "profile/context.h"

#include <fcntl.h>

#include <apam/module.h>

#include "profile/handle.h"
#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

static struct project project;
static char config[128];

static void
setup(void)
{
	project_make(&project);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	ck_assert_int_eq(unsetenv("APAM_CONFIG"), 0);
	memset(&project.err, 0x5a, sizeof(project.err));
	project.err.size = sizeof(project.err);
}

static void
teardown(void)
{
	project_remove(&project);
}

#define SIZE sizeof(struct apam_open_options)

/* ---- Options ----------------------------------------------------------- */

static const struct {
	const char *name;
	struct apam_open_options options;
} misuses[] = {
	{ "no size", { .flags = APAM_OPEN_USER } },
	{ "a byte short", { .size = SIZE - 1, .flags = APAM_OPEN_USER } },
	{ "an unknown flag", { .size = SIZE, .flags = 8 } },
	{ "a known and an unknown one",
	    { .size = SIZE, .flags = APAM_OPEN_USER | 0x80000000U } },
	{ "all flags", { .size = SIZE, .flags = ~0U } },
};

START_TEST(a_misuse_is_said)
{
	struct apam_open_options options = misuses[_i].options;

	options.config = config;
	project.ctx = (struct apam *)(void *)&project;
	ck_assert_msg(
	    apam_open(&options, &project.ctx, &project.err) == APAM_E_USAGE,
	    "%s", misuses[_i].name);
	ck_assert_ptr_null(project.ctx);
	ck_assert_int_eq(project.err.status, APAM_E_USAGE);
	ck_assert_str_ne(project.err.text, "");
	ck_assert_int_eq(apam_open(&options, &project.ctx, NULL), APAM_E_USAGE);
}
END_TEST

static const unsigned flags[] = { APAM_OPEN_USER,
	APAM_OPEN_USER | APAM_OPEN_NO_THREAD };

START_TEST(a_context_opens)
{
	/* A newer host has more members, which are zero. */
	const struct {
		struct apam_open_options known;
		uint64_t more;
	} options = { .known = { .size = sizeof(options),
			  .config = config,
			  .flags = flags[_i] } };

	ck_assert_msg(
	    apam_open(&options.known, &project.ctx, &project.err) == APAM_OK,
	    "%s", project.err.text);
	ck_assert_int_eq(project.err.status, APAM_OK);
	ck_assert_str_eq(project.err.text, "");
	ck_assert_uint_eq(project.ctx->profile_count, 0);
	ck_assert_str_eq(project.ctx->env.settings->file, config);
	ck_assert(project.ctx->env.settings->user);
	apam_close(&project.ctx);
	ck_assert_ptr_null(project.ctx);
	apam_close(&project.ctx);
	ck_assert_ptr_null(project.ctx);
}
END_TEST

/* ---- The main file ----------------------------------------------------- */

static const struct {
	const char *name;
	const char *text; /* NULL: no file */
	mode_t mode;
	enum apam_status status;
	unsigned line;
	unsigned count; /* of problems */
} files[] = {
	{ "absent", NULL, 0, APAM_E_CONFIG, 0, 1 },
	{ "empty", "", 0644, APAM_E_CONFIG, 0, 1 },
	{ "no sense", "{{{\n", 0644, APAM_E_CONFIG, 1, 1 },
	{ "an include", "\n@include \".\"\n", 0644, APAM_E_CONFIG, 2, 1 },
	{ "writable by others", "ttl = 60;\n", 0666, APAM_E_TRUST, 0, 1 },
	{ "three wrong", "ttl = 0;\n\nmodul_dir = 1;\ndeadline = \"1w\";\n",
	    0644, APAM_E_CONFIG, 0, 3 },
};

static void
write_config(int i)
{
	ck_assert_int_eq(unlink(config), 0);
	if (files[i].text == NULL)
		return;
	project_write(&project, "apam.conf", files[i].text);
	ck_assert_int_eq(chmod(config, files[i].mode), 0);
}

START_TEST(a_main_file_in_error)
{
	const struct apam_open_options options = {
		.size = SIZE, .config = config, .flags = APAM_OPEN_USER
	};
	enum apam_status status;

	write_config(_i);
	status = apam_open(&options, &project.ctx, &project.err);
	ck_assert_msg(status == files[_i].status, "%s: %s", files[_i].name,
	    project.err.text);
	ck_assert_ptr_null(project.ctx);
	ck_assert_int_eq(project.err.status, status);
	ck_assert_str_eq(project.err.file, config);
	if (files[_i].line != 0)
		ck_assert_uint_eq(project.err.line, files[_i].line);
}
END_TEST

START_TEST(all_that_is_wrong_is_collected)
{
	const struct apam_open_options options = {
		.size = SIZE, .config = config, .flags = APAM_OPEN_USER
	};
	struct problems all;

	write_config(_i);
	problems_init(&all);
	ck_assert_int_eq(
	    context_new(&options, &project.ctx, &all), files[_i].status);
	ck_assert_ptr_null(project.ctx);
	ck_assert_msg(
	    all.count == files[_i].count, "%s: %u", files[_i].name, all.count);
}
END_TEST

/* ---- Which one --------------------------------------------------------- */

static void
opens_with(const char *named, const char *file)
{
	const struct apam_open_options options = {
		.size = SIZE, .config = named, .flags = APAM_OPEN_USER
	};

	ck_assert_msg(
	    apam_open(&options, &project.ctx, &project.err) == APAM_OK, "%s",
	    project.err.text);
	ck_assert_str_eq(project.ctx->env.settings->file, file);
	apam_close(&project.ctx);
}

START_TEST(the_environment_names_it_where_the_host_does_not)
{
	char other[128];

	(void)snprintf(other, sizeof(other), "%s/other.conf", project.dir);
	project_write(&project, "other.conf", "ttl = 60;\n");
	ck_assert_int_eq(setenv("APAM_CONFIG", other, 1), 0);
	opens_with(NULL, other);
	opens_with(config, config);
	ck_assert_int_eq(setenv("APAM_CONFIG", config, 1), 0);
	opens_with(NULL, config);
	opens_with(other, other);
}
END_TEST

static const char *const unnamed[] = { NULL, "" };

START_TEST(else_it_is_where_it_was_built_for)
{
	struct apam_open_options options = { .size = SIZE };

	/* A machine with apam on it opens; both must be of the one file. */
	if (unnamed[_i] != NULL)
		ck_assert_int_eq(setenv("APAM_CONFIG", unnamed[_i], 1), 0);
	if (apam_open(&options, &project.ctx, &project.err) == APAM_OK)
		ck_assert_str_eq(
		    project.ctx->env.settings->file, APAM_CONFIG_FILE);
	else
		ck_assert_str_eq(project.err.file, APAM_CONFIG_FILE);
	apam_close(&project.ctx);
	if (apam_open(NULL, &project.ctx, &project.err) != APAM_OK)
		ck_assert_str_eq(project.err.file, APAM_CONFIG_FILE);
}
END_TEST

/* From the directory where the program is; a folder has to be there. */
START_TEST(a_relative_path_is_taken)
{
	const struct apam_open_options options = {
		.size = SIZE, .config = "apam.conf", .flags = APAM_OPEN_USER
	};

	const struct apam_open_options nowhere = {
		.size = SIZE, .config = "no/apam.conf", .flags = APAM_OPEN_USER
	};

	ck_assert_int_eq(chdir(project.dir), 0);
	ck_assert_int_eq(
	    apam_open(&nowhere, &project.ctx, &project.err), APAM_E_CONFIG);
	ck_assert_str_eq(project.err.file, "no/apam.conf");
	ck_assert_ptr_null(project.ctx);
	ck_assert_int_eq(
	    apam_open(&options, &project.ctx, &project.err), APAM_OK);
	ck_assert_str_eq(apam_directory(project.ctx, "module_dir"),
	    project_path(&project, "modules"));
}
END_TEST

/* ---- Closing ----------------------------------------------------------- */

static void
use_and_close(void)
{
	struct apam_request request = APAM_REQUEST("GET", "https://a.example/");
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	struct apam_profile *p = project_get(&project, "p");

	ck_assert_msg(apam_sign(p, &request, &sig, &project.err) == APAM_OK,
	    "%s", project.err.text);
	apam_signature_release(&sig);
	apam_close(&project.ctx);
}

static int
next_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(fd), 0);
	return fd;
}

/* Descriptors, threads and locked memory are all few. */
START_TEST(nothing_is_left_behind)
{
	static const struct raw_answer answer = {
		.head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	};
	struct raw_server server;
	char text[512];
	int before;

	raw_start(&server, &answer, NULL);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://a.example\" ];\nallow_http = true;\n"
	    "auth = ( { scheme = \"return-test\"; acquire = %d; "
	    "url = \"http://127.0.0.1:%d/\"; } );\n",
	    APAM_STEP_EXCHANGE, server.port);
	project_module(&project, "return-test", true);
	project_profile(&project, "p", text);
	use_and_close();
	before = next_descriptor();
	for (int i = 0; i < 20; i++)
		use_and_close();
	ck_assert_int_eq(next_descriptor(), before);
	ck_assert_int_eq(atomic_load(&server.hits), 21);
	raw_stop(&server);
}
END_TEST

START_TEST(two_contexts_know_nothing_of_each_other)
{
	struct apam *first;
	struct apam_profile *p;

	project_profile(&project, "p",
	    "origins = [ \"https://a.example\" ];\n"
	    "auth = ( { scheme = \"none\"; } );\n");
	p = project_get(&project, "p");
	first = project.ctx;
	project.ctx = NULL;
	ck_assert_ptr_ne(project_get(&project, "p"), p);
	apam_close(&first);
	ck_assert_str_eq(apam_profile_name(project_get(&project, "p")), "p");
}
END_TEST

START_TEST(its_directories_are_told)
{
	const struct apam_open_options options = {
		.size = SIZE, .config = config, .flags = APAM_OPEN_USER
	};
	char wanted[96];

	ck_assert_int_eq(
	    apam_open(&options, &project.ctx, &project.err), APAM_OK);
	(void)snprintf(wanted, sizeof(wanted), "%s/state", project.dir);
	ck_assert_str_eq(apam_directory(project.ctx, "state_dir"), wanted);
	(void)snprintf(wanted, sizeof(wanted), "%s/apam.d", project.dir);
	ck_assert_str_eq(apam_directory(project.ctx, "profile_dir"), wanted);
	(void)snprintf(wanted, sizeof(wanted), "%s/modules", project.dir);
	ck_assert_str_eq(apam_directory(project.ctx, "module_dir"), wanted);
	ck_assert_ptr_null(apam_directory(project.ctx, "dir"));
	ck_assert_ptr_null(apam_directory(project.ctx, ""));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("context");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_misuse_is_said, 0, ROWS(misuses));
	tcase_add_loop_test(t, a_context_opens, 0, ROWS(flags));
	tcase_add_loop_test(t, a_main_file_in_error, 0, ROWS(files));
	tcase_add_loop_test(t, all_that_is_wrong_is_collected, 0, ROWS(files));
	tcase_add_test(t, the_environment_names_it_where_the_host_does_not);
	tcase_add_loop_test(
	    t, else_it_is_where_it_was_built_for, 0, ROWS(unnamed));
	tcase_add_test(t, a_relative_path_is_taken);
	tcase_add_test(t, nothing_is_left_behind);
	tcase_add_test(t, its_directories_are_told);
	tcase_add_test(t, two_contexts_know_nothing_of_each_other);
	suite_add_tcase(s, t);
	/* A test changes the current directory. */
	return run_suite_apart(s);
}
