/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/secret_renewal.c and core/entry/secret_set.c: secrets of
 * an entry, in groups, too, of which some are read anew.
 */
#include "entry/secret_renewal.h"

#include "base/secmem.h"
#include "base/str.h"
#include "config/syntax.h"
#include "support/fail_alloc.h"
#include "support/project.h"
#include "support/run.h"

enum { PLAIN, FIRST, RULES, OPTIONS };
enum { MEMBER_NAME, MEMBER_SECRET, MEMBERS };

static const struct apam_option members[] = {
	[MEMBER_NAME] = { .name = "name", .type = APAM_OPT_STRING },
	[MEMBER_SECRET] = { .name = "secret", .type = APAM_OPT_SECRET },
};

static const struct apam_option options[] = {
	[PLAIN] = { .name = "plain", .type = APAM_OPT_STRING },
	[FIRST] = { .name = "first", .type = APAM_OPT_SECRET },
	[RULES] = { .name = "rules",
	    .type = APAM_OPT_GROUPS,
	    .members = members,
	    .member_count = MEMBERS },
};

static const struct option_table table = { options, sizeof(options[0]),
	OPTIONS };

static struct project project;
static struct option_values values;
static struct secrets secrets;
static struct problems all;
static struct conf *conf;
static struct secret_renewal *r;
static struct apam_error err;
static int live;

static void
setup(void)
{
	const struct option_source source = {
		.file = "test", .what = "the entry", .problems = &all
	};
	char text[512];

	live = secmem_live();
	err = (struct apam_error)APAM_ERROR_INIT;
	project_make(&project);
	problems_init(&all);
	ck_assert_int_eq(setenv("FAKE_A", "FAKEa", 1), 0);
	project_secret(&project, "key", "FAKEfile");
	project_write(&project, "program", "#!/bin/sh\necho FAKE$(cat $0.x)\n");
	ck_assert_int_eq(chmod(project.path, 0755), 0);
	project_write(&project, "program.x", "one");
	project_splice(&project,
	    "plain = \"p\"; first = \"env:FAKE_A\"; rules = ( { name = \"n\"; "
	    "secret = \"file:@/key\"; }, { secret = \"exec:@/program\"; }, "
	    "{ name = \"m\"; } );",
	    text, sizeof(text));
	conf = conf_parse("test", apam_str(text), &all);
	ck_assert(option_read(config_root_setting(&conf->tree), &source, &table,
		      &values) &&
	    secrets_read(&secrets, &table, &values, "test", true, &all));
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	secret_renewal_free(&r);
	secrets_free(&secrets);
	option_values_free(&values);
	conf_free(&conf);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* Read on to the end; *waits: how often a program was waited for. */
static enum apam_status
go(int *waits)
{
	enum apam_status status = secret_renewal_go_on(r, &err);

	for (*waits = 0; status == APAM_E_PENDING; (*waits)++) {
		ck_assert_ptr_nonnull(secret_renewal_program(r));
		secret_exec_wait(secret_renewal_program(r));
		status = secret_renewal_go_on(r, &err);
	}
	ck_assert_ptr_null(secret_renewal_program(r));
	return status;
}

static void
is(const struct apam_value *value, const char *text)
{
	ck_assert_msg(str_equal(value->str, apam_str(text)), "not %s: %.*s",
	    text, (int)value->str.n, value->str.p);
}

START_TEST(what_is_not_a_file_is_read_and_the_rest_copied)
{
	const struct apam_value *v;
	int waits;

	ck_assert_int_eq(setenv("FAKE_A", "FAKEb", 1), 0);
	project_write(&project, "program.x", "two");
	project_secret(&project, "key", "FAKEchanged");
	r = secret_renewal_new(&secrets, NULL, true, 0);
	ck_assert_msg(go(&waits) == APAM_OK, "%s", err.text);
	ck_assert_int_gt(waits, 0);
	ck_assert(secret_set_finish(r->set, &table, &values));
	v = r->set->values.values;
	is(&v[PLAIN], "p");
	is(&v[FIRST], "FAKEb");
	is(&v[RULES].members[MEMBER_NAME], "n");
	/* A file is not: its profile is opened anew. */
	is(&v[RULES].members[MEMBER_SECRET], "FAKEfile");
	is(&v[RULES].members[MEMBERS + MEMBER_SECRET], "FAKEtwo");
	ck_assert(!v[RULES].members[2 * MEMBERS + MEMBER_SECRET].set);
	is(&v[RULES].members[2 * MEMBERS + MEMBER_NAME], "m");
	/* The module's own stay as they were. */
	is(&values.values[FIRST], "FAKEa");
	ck_assert(!secret_set_same(r->set, secrets.all));
	ck_assert(secret_set_same(r->set, r->set->all));
}
END_TEST

START_TEST(a_failure_names_the_option)
{
	int waits;

	ck_assert_int_eq(unlink(project_path(&project, "program.x")), 0);
	project_write(&project, "program", "#!/bin/sh\necho FAKEx\nexit 4\n");
	ck_assert_int_eq(chmod(project.path, 0755), 0);
	r = secret_renewal_new(&secrets, NULL, true, 0);
	ck_assert_int_eq(go(&waits), APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "secret: exec:/"));
	ck_assert_ptr_nonnull(strstr(err.text, "exit status 4"));
	ck_assert_ptr_null(strstr(err.text, "FAKE"));
}
END_TEST

START_TEST(one_that_is_dropped_holds_nothing)
{
	project_write(&project, "program", "#!/bin/sh\nsleep 60\n");
	ck_assert_int_eq(chmod(project.path, 0755), 0);
	r = secret_renewal_new(&secrets, NULL, true, 0);
	ck_assert_int_eq(secret_renewal_go_on(r, &err), APAM_E_PENDING);
	secret_renewal_free(&r);
	ck_assert_ptr_null(r);
	secret_renewal_free(&r);
}
END_TEST

START_TEST(memory_may_be_short)
{
	enum apam_status status = APAM_E_MEMORY;
	int waits, n;

	for (n = 0; status != APAM_OK && n < 50; n++) {
		err = (struct apam_error)APAM_ERROR_INIT;
		r = secret_renewal_new(&secrets, NULL, true, 0);
		secmem_fail_after(n);
		status = go(&waits);
		secmem_fail_after(-1);
		ck_assert(status == APAM_OK || status == APAM_E_MEMORY);
		secret_renewal_free(&r);
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_int_gt(n, 2);
}
END_TEST

/* A renewal is whole, its values too, or it is not there. */
START_TEST(allocations_may_fail)
{
	bool failed = true, done = false;
	int waits, n;

	for (n = 0; failed; n++) {
		allocations_left = n;
		r = secret_renewal_new(&secrets, NULL, true, 0);
		failed = allocation_failed();
		ck_assert(failed == (r == NULL));
	}
	ck_assert_int_eq(n, 4);
	ck_assert_int_eq(go(&waits), APAM_OK);
	for (failed = true, n = 0; failed; n++) {
		option_values_free(&r->set->values);
		allocations_left = n;
		done = secret_set_finish(r->set, &table, &values);
		failed = allocation_failed();
		ck_assert(failed != done);
	}
	is(&r->set->values.values[RULES].members[MEMBER_NAME], "n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret_renewal");
	TCase *tc = tcase_create("secret_renewal");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_not_a_file_is_read_and_the_rest_copied);
	tcase_add_test(tc, a_failure_names_the_option);
	tcase_add_test(tc, one_that_is_dropped_holds_nothing);
	tcase_add_test(tc, memory_may_be_short);
	tcase_add_test(tc, allocations_may_fail);
	return run_suite(suite);
}
