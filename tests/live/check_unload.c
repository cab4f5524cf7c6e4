/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that loads libapam as a plug-in does, and unloads it, again and
 * again: the library stays where it is (-z nodelete), so that its locked pages
 * wait for the next time, its thread has code to run, and its handlers of fork
 * are there when the program forks.
 */
#include <dlfcn.h>
#include <sys/wait.h>

#include "support/project.h"
#include "support/run.h"

#define TIMES 50

static struct project p;

static void
setup(void)
{
	project_make(&p);
	project_module(&p, "basic-email-key", false);
	project_secret(&p, "secret", "not-a-secret");
	project_entries(&p, "demo",
	    "{ scheme = \"basic-email-key\"; email = \"a@example.org\"; "
	    "key = \"file:@/secret\"; }");
}

static void
teardown(void)
{
	project_remove(&p);
}

/* What this process has locked, in kB. */
static long
locked_kb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	long kb = -1;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "VmLck:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	(void)fclose(f);
	ck_assert_int_ge(kb, 0);
	return kb;
}

#define FIND(library, name)                                                    \
	__typeof__(name) *name##_of;                                           \
	*(void **)(void *)&name##_of = dlsym(library, #name)

/* Sign once with a library that was loaded just now. */
static void
sign(void *library)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/x");
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	struct apam_profile *profile;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam *ctx;
	FIND(library, apam_open);
	FIND(library, apam_profile_get);
	FIND(library, apam_sign);
	FIND(library, apam_signature_release);
	FIND(library, apam_close);

	options.config = project_path(&p, "apam.conf");
	ck_assert_int_eq(apam_open_of(&options, &ctx, &err), APAM_OK);
	ck_assert_int_eq(
	    apam_profile_get_of(ctx, "demo", &profile, &err), APAM_OK);
	ck_assert_msg(apam_sign_of(profile, &request, &s, &err) == APAM_OK,
	    "%s", err.text);
	apam_signature_release_of(&s);
	apam_close_of(&ctx);
}

static void
load_sign_unload(void)
{
	char path[512], here[600];
	void *library;

	project_built("libapam.so.0", path, sizeof(path));
	(void)snprintf(
	    here, sizeof(here), "%s%s", path[0] == '/' ? "" : "./", path);
	library = dlopen(here, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library != NULL, "%s", dlerror());
	sign(library);
	ck_assert_int_eq(dlclose(library), 0);
}

START_TEST(unloading_leaves_no_locked_page)
{
	long before;

	load_sign_unload();
	before = locked_kb();
	for (int i = 0; i < TIMES; i++)
		load_sign_unload();
	ck_assert_msg(locked_kb() <= before,
	    "%ld kB after one time, %ld after "
	    "%d",
	    before, locked_kb(), TIMES);
}
END_TEST

START_TEST(a_program_forks_after_unloading)
{
	int status = -1;
	pid_t pid;

	load_sign_unload();
	pid = fork();
	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("unload");
	TCase *tc = tcase_create("unload");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, unloading_leaves_no_locked_page);
	tcase_add_test(tc, a_program_forks_after_unloading);
	return run_suite(suite);
}
