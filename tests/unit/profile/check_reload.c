/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of following changed files: what is gone signs no more, for nobody and
 * whoever is looking; what is in error changes nothing; what is right again is
 * used.
 */
#include "base/error.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "support/look_now.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;

#define GOOD                                                                   \
	"origins = [ \"https://api.example\" ];\n"                             \
	"auth = ( { scheme = \"return-test\"; } );\n"
#define OTHER                                                                  \
	"origins = [ \"https://api.example\" ];\n"                             \
	"auth = ( { scheme = \"return-test\"; key_id = \"two\"; } );\n"
#define MOVED                                                                  \
	"origins = [ \"https://other.example\" ];\n"                           \
	"auth = ( { scheme = \"return-test\"; } );\n"
#define BROKEN "origins = [ \"https://api.example\" ];\n"
#define SECRET                                                                 \
	"origins = [ \"https://api.example\" ];\nauth = ( "                    \
	"{ scheme = \"hmac-test\"; secret = \"file:@/secret\"; "               \
	"key_id = \"k\"; } );\n"

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_profile(&project, "p", GOOD);
	profile = project_get(&project, "p");
}

static void
teardown(void)
{
	project_remove(&project);
}

/* Sign after a look at the files. */
static enum apam_status
sign(void)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	struct apam_signature sig = APAM_SIGNATURE_INIT;
	enum apam_status status;

	look_now(profile);
	status = apam_sign(profile, &request, &sig, &err);
	apam_signature_release(&sig);
	return status;
}

static void
take_away(void)
{
	ck_assert_int_eq(unlink(project_path(&project, "apam.d/p.conf")), 0);
}

static void
is_refused(enum apam_status status)
{
	ck_assert_int_eq(sign(), status);
	ck_assert_str_eq(err.profile, "p");
}

START_TEST(what_is_gone_signs_no_more)
{
	ck_assert_int_eq(sign(), APAM_OK);
	take_away();
	is_refused(APAM_E_NO_PROFILE);
	is_refused(APAM_E_NO_PROFILE);
	project_profile(&project, "p", GOOD);
	ck_assert_int_eq(sign(), APAM_OK);
}
END_TEST

/* A search by URL sees the new origins of a profile, and not the old ones. */
START_TEST(a_changed_origin_is_found)
{
	struct apam_profile *found;

	ck_assert_int_eq(apam_profile_find(project.ctx, "https://api.example/x",
			     &found, &err),
	    APAM_OK);
	ck_assert_ptr_eq(found, profile);
	project_profile(&project, "p", MOVED);
	project.ctx->finder.check_at = 0;
	ck_assert_int_eq(apam_profile_find(project.ctx, "https://api.example/x",
			     &found, &err),
	    APAM_E_NO_PROFILE);
	ck_assert_int_eq(apam_profile_find(project.ctx,
			     "https://other.example/x", &found, &err),
	    APAM_OK);
	ck_assert_ptr_eq(found, profile);
	/* Its module was not needed for that. */
	ck_assert(!stack_is_open(profile->stack));
	take_away();
	project.ctx->finder.check_at = 0;
	ck_assert_int_eq(apam_profile_find(project.ctx,
			     "https://other.example/x", &found, &err),
	    APAM_E_NO_PROFILE);
}
END_TEST

/* One thread looks; the others must not go on with what was found gone. */
START_TEST(what_is_gone_is_gone_for_all)
{
	struct stack *s;

	ck_assert_int_eq(sign(), APAM_OK);
	take_away();
	is_refused(APAM_E_NO_PROFILE);
	profile->reloading = true; /* as while another thread looks */
	error_clear(&err);
	s = profile_current(profile, 0, &err);
	ck_assert_ptr_null(s);
	ck_assert_int_eq(err.status, APAM_E_NO_PROFILE);
	profile->reloading = false;
}
END_TEST

START_TEST(what_comes_back_must_be_right)
{
	ck_assert_int_eq(sign(), APAM_OK);
	take_away();
	is_refused(APAM_E_NO_PROFILE);
	project_profile(&project, "p", BROKEN);
	is_refused(APAM_E_CONFIG);
	is_refused(APAM_E_CONFIG);
	project_profile(&project, "p", OTHER);
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(profile->reload_error.status, APAM_OK);
}
END_TEST

START_TEST(what_is_in_error_changes_nothing)
{
	struct stack *before, *after;

	ck_assert_int_eq(sign(), APAM_OK);
	before = profile_hold(profile);
	project_profile(&project, "p", BROKEN);
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(profile->reload_error.status, APAM_E_CONFIG);
	after = profile_hold(profile);
	ck_assert_ptr_eq(before, after);
	stack_release(&after);
	stack_release(&before);
	project_profile(&project, "p", OTHER);
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_int_eq(profile->reload_error.status, APAM_OK);
}
END_TEST

/* Trying anew does not pile up files to watch; the secret that comes is seen. */
START_TEST(a_secret_that_is_missing_is_looked_for)
{
	char text[512];
	struct stack *s;

	project_splice(&project, SECRET, text, sizeof(text));
	project_profile(&project, "q", text);
	profile = project_get(&project, "q");
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sign(), APAM_E_SECRET);
	s = profile_hold(profile);
	ck_assert_uint_eq(s->watch.count, 1);
	stack_release(&s);
	project_secret(&project, "secret", "FAKEkey\n");
	ck_assert_int_eq(sign(), APAM_OK);
	ck_assert_uint_eq(profile->stack->watch.count, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reload");
	TCase *tc = tcase_create("reload");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_gone_signs_no_more);
	tcase_add_test(tc, a_changed_origin_is_found);
	tcase_add_test(tc, what_is_gone_is_gone_for_all);
	tcase_add_test(tc, what_comes_back_must_be_right);
	tcase_add_test(tc, what_is_in_error_changes_nothing);
	tcase_add_test(tc, a_secret_that_is_missing_is_looked_for);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
