/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/internal.c: what loads, what is refused with which words,
 * and that nothing of a file runs before it is believed.
 */
#define _GNU_SOURCE
#include "file/internal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/curl_api.h"
#include "support/project.h"
#include "support/run.h"

#define TRACE "APAM_TEST_CONSTRUCTOR"
#define THREADS 8

static struct project project;
static struct apam_error err = APAM_ERROR_INIT;

static void
setup(void)
{
	project_make(&project);
	err = (struct apam_error)APAM_ERROR_INIT;
	(void)unsetenv(TRACE);
}

static void
teardown(void)
{
	project_remove(&project);
}

/* A copy in the project, whose directories are this user's alone. */
static const struct internal_head *
load(const char *built, uint32_t size)
{
	project_copy(&project, built, "object.so");
	return internal_load(
	    project_path(&project, "object.so"), true, size, &err);
}

static void
is_refused(enum apam_status status, const char *text)
{
	ck_assert_msg(err.status == status, "%s: %s",
	    apam_status_name(err.status), err.text);
	ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
	ck_assert_str_eq(err.file, project_path(&project, "object.so"));
}

START_TEST(what_is_ours_loads)
{
	const struct curl_object *curl = (const struct curl_object *)load(
	    "modules/internal/curl.so", sizeof(struct curl_object));

	ck_assert_msg(curl != NULL, "%s", err.text);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert(curl->api.easy_init != NULL);
}
END_TEST

static const struct {
	const char *name, *built;
	uint32_t size;
	const char *text;
} wrong[] = {
	{ "another version", "tests/internal/other.so",
	    sizeof(struct internal_head), "is a part of another apam" },
	{ "another size", "modules/internal/curl.so",
	    sizeof(struct curl_object) - 8, "is a part of another apam" },
	{ "what is not ours", "tests/internal/nothing.so",
	    sizeof(struct internal_head), "does not export apam_internal" },
	{ "no object", "apam.pc", sizeof(struct internal_head),
	    "a part of apam does not load: " },
};

START_TEST(what_is_wrong_is_refused)
{
	ck_assert_msg(load(wrong[_i].built, wrong[_i].size) == NULL, "%s",
	    wrong[_i].name);
	is_refused(APAM_E_INTERNAL, wrong[_i].text);
}
END_TEST

START_TEST(what_is_absent_is_named)
{
	ck_assert_ptr_null(
	    internal_load(project_path(&project, "object.so"), true, 8, &err));
	is_refused(APAM_E_INTERNAL, "object.so does not exist");
}
END_TEST

/* Others may have put it there. */
START_TEST(what_others_can_change_does_not_run)
{
	const mode_t modes[] = { 0664, 0646, 0666 };

	project_copy(&project, "tests/internal/nothing.so", "object.so");
	ck_assert_int_eq(
	    chmod(project_path(&project, "object.so"), modes[_i]), 0);
	ck_assert_ptr_null(internal_load(project.path, true, 8, &err));
	is_refused(APAM_E_TRUST, "can be changed by others");
	ck_assert_ptr_null(getenv(TRACE));
	/* It would have told. */
	ck_assert_ptr_null(internal_load(project.path, false, 8, &err));
	ck_assert_str_eq(getenv(TRACE), "ran");
}
END_TEST

START_TEST(what_is_a_link_does_not_run)
{
	char to[512];

	project_copy(&project, "tests/internal/nothing.so", "nothing.so");
	(void)snprintf(
	    to, sizeof(to), "%s", project_path(&project, "nothing.so"));
	ck_assert_int_eq(symlink(to, project_path(&project, "object.so")), 0);
	ck_assert_ptr_null(internal_load(project.path, true, 8, &err));
	is_refused(APAM_E_TRUST, "is a symbolic link");
	ck_assert_ptr_null(getenv(TRACE));
}
END_TEST

/* ---- Once in a process -------------------------------------------------- */

static atomic_int starts;
static bool fails;

static enum apam_status
start(const struct internal_head *head, struct apam_error *error)
{
	(void)head;
	(void)atomic_fetch_add(&starts, 1);
	if (!fails)
		return APAM_OK;
	error->status = APAM_E_MEMORY;
	return APAM_E_MEMORY;
}

static struct internal curl = {
	.name = "curl", .size = sizeof(struct curl_object), .start = start
};

static void *
get(void *barrier)
{
	struct apam_error own = APAM_ERROR_INIT;
	const struct internal_head *head;

	(void)pthread_barrier_wait(barrier);
	head = internal_get(&curl, &own);
	return (void *)(uintptr_t)head;
}

START_TEST(many_start_it_once)
{
	pthread_t threads[THREADS];
	pthread_barrier_t all;
	void *found, *first = NULL;

	ck_assert_int_eq(pthread_barrier_init(&all, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, get, &all), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &found), 0);
		ck_assert_ptr_nonnull(found);
		first = i == 0 ? found : first;
		ck_assert_ptr_eq(found, first);
	}
	ck_assert_int_eq(atomic_load(&starts), 1);
}
END_TEST

START_TEST(what_failed_is_tried_anew)
{
	fails = true;
	ck_assert_ptr_null(internal_get(&curl, &err));
	ck_assert_int_eq(err.status, APAM_E_MEMORY);
	fails = false;
	ck_assert_ptr_nonnull(internal_get(&curl, &err));
	ck_assert_int_eq(atomic_load(&starts), 2);
}
END_TEST

START_TEST(nobody_else_sees_its_symbol)
{
	ck_assert_ptr_nonnull(internal_get(&curl, &err));
	ck_assert_ptr_null(dlsym(RTLD_DEFAULT, "apam_internal"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("internal");
	TCase *tc = tcase_create("internal");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_ours_loads);
	tcase_add_loop_test(tc, what_is_wrong_is_refused, 0, ROWS(wrong));
	tcase_add_test(tc, what_is_absent_is_named);
	tcase_add_loop_test(tc, what_others_can_change_does_not_run, 0, 3);
	tcase_add_test(tc, what_is_a_link_does_not_run);
	tcase_add_test(tc, many_start_it_once);
	tcase_add_test(tc, what_failed_is_tried_anew);
	tcase_add_test(tc, nobody_else_sees_its_symbol);
	/* What is loaded once for the process is loaded by each test. */
	return run_suite_apart(suite);
}
