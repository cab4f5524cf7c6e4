/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/opening.c: threads that use a profile for the first
 * time at once get one stack; one that waits for another does so until its
 * deadline; and files that change meanwhile disturb neither.
 */
#include "profile/opening.h"

#include <pthread.h>

#include "base/clock.h"
#include "profile/reload.h"
#include "support/project.h"
#include "support/run.h"

#define THREADS 8
#define ROUNDS 40
#define PROFILE(host)                                                          \
	"origins = [ \"https://" host ".example\" ];\n"                        \
	"auth = ( { scheme = \"return-test\"; } );\n"

static struct project project;
static struct apam_profile *profile;

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "return-test", true);
	project_profile(&project, "p", PROFILE("api"));
	profile = project_get(&project, "p");
}

static void
teardown(void)
{
	project_remove(&project);
}

static void *
open_in_thread(void *arg)
{
	(void)arg;
	return profile_open(profile, 0, NULL);
}

START_TEST(all_get_one_stack)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, open_in_thread, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		void *got = NULL;
		struct stack *s;

		pthread_join(threads[i], &got);
		s = got;
		ck_assert_ptr_eq(s, profile->stack);
		ck_assert(stack_is_open(s));
		ck_assert_uint_eq(s->count, 1);
		stack_release(&s);
	}
}
END_TEST

static void
set_busy(bool busy)
{
	pthread_mutex_lock(&project.ctx->env.lock);
	profile->opening.busy = busy;
	pthread_cond_broadcast(&profile->opening.ended);
	pthread_mutex_unlock(&project.ctx->env.lock);
}

START_TEST(a_wait_for_another_thread_has_a_deadline)
{
	struct apam_error err = APAM_ERROR_INIT;
	const int64_t begin = clock_ms();

	set_busy(true);
	ck_assert_ptr_null(profile_open(profile, begin + 30, &err));
	ck_assert_int_ge(clock_ms() - begin, 30);
	ck_assert_int_eq(err.status, APAM_E_DEADLINE);
	ck_assert_str_eq(err.profile, "p");
	ck_assert_str_ne(err.file, "");
	/* Late before it began. */
	ck_assert_ptr_null(profile_open(profile, begin, NULL));
	set_busy(false);
}
END_TEST

/* The other thread has failed: the one that waited opens it. */
START_TEST(a_waiter_takes_over)
{
	pthread_t thread;
	void *got = NULL;
	struct stack *s;

	set_busy(true);
	ck_assert_int_eq(
	    pthread_create(&thread, NULL, open_in_thread, NULL), 0);
	set_busy(false);
	pthread_join(thread, &got);
	s = got;
	ck_assert_ptr_nonnull(s);
	ck_assert(stack_is_open(s));
	stack_release(&s);
}
END_TEST

START_TEST(what_does_not_open_says_why)
{
	struct apam_error err = APAM_ERROR_INIT;

	project_profile(&project, "q",
	    "origins = [ \"https://api.example\" ];\n"
	    "auth = ( { scheme = \"absent\"; } );\n");
	profile = project_get(&project, "q");
	for (int i = 0; i < 2; i++) {
		error_clear(&err);
		ck_assert_ptr_null(profile_open(profile, 0, &err));
		ck_assert_int_eq(err.status, APAM_E_MODULE);
		ck_assert_str_eq(err.profile, "q");
		ck_assert(!stack_is_open(profile->stack));
	}
}
END_TEST

/* Looks at the files, which have changed, while the stack is being opened. */
static void *
follow_in_thread(void *arg)
{
	struct stack *s;

	(void)arg;
	profile_look_soon(profile);
	s = profile_follow(profile, 0, NULL);
	stack_release(&s);
	return NULL;
}

START_TEST(a_reload_at_the_same_time)
{
	struct stack *s;
	pthread_t threads[2];
	void *got;

	for (int i = 0; i < ROUNDS; i++) {
		apam_close(&project.ctx);
		profile = project_get(&project, "p");
		project_profile(&project, "p",
		    i % 2 == 0 ? PROFILE("other") : PROFILE("api"));
		ck_assert_int_eq(
		    pthread_create(&threads[0], NULL, open_in_thread, NULL), 0);
		ck_assert_int_eq(
		    pthread_create(&threads[1], NULL, follow_in_thread, NULL),
		    0);
		pthread_join(threads[1], NULL);
		pthread_join(threads[0], &got);
		s = got;
		ck_assert(s != NULL && stack_is_open(s));
		stack_release(&s);
		/* Whoever was first, the next call has what the files say. */
		profile_look_soon(profile);
		s = profile_current(profile, 0, NULL);
		ck_assert(s != NULL && stack_is_open(s));
		ck_assert_str_eq(s->profile->origin_texts[0],
		    i % 2 == 0 ? "https://other.example" :
				 "https://api.example");
		stack_release(&s);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("opening");
	TCase *tc = tcase_create("opening");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, all_get_one_stack);
	tcase_add_test(tc, a_wait_for_another_thread_has_a_deadline);
	tcase_add_test(tc, a_waiter_takes_over);
	tcase_add_test(tc, what_does_not_open_says_why);
	tcase_add_test(tc, a_reload_at_the_same_time);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
