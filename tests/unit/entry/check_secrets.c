/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/secrets.c: secrets of an entry, in groups and lists of
 * groups too, read from where their references say.  The references themselves
 * are in check_secret_ref.c.
 */
#include "entry/secrets.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/secmem.h"
#include "base/str.h"
#include "config/syntax.h"
#include "support/project.h"
#include "support/run.h"
#include "support/volume.h"

enum { PLAIN, FIRST, PLACE, RULES, LAST, LINES, BYTES, OPTIONS };
enum { MEMBER_NAME, MEMBER_SECRET, MEMBERS };

static const struct apam_option members[] = {
	[MEMBER_NAME] = { .name = "name", .type = APAM_OPT_STRING },
	[MEMBER_SECRET] = { .name = "secret", .type = APAM_OPT_SECRET },
};

static const struct apam_option options[] = {
	[PLAIN] = { .name = "plain", .type = APAM_OPT_STRING },
	[FIRST] = { .name = "first", .type = APAM_OPT_SECRET },
	[PLACE] = { .name = "place",
	    .type = APAM_OPT_GROUP,
	    .members = members,
	    .member_count = MEMBERS },
	[RULES] = { .name = "rules",
	    .type = APAM_OPT_GROUPS,
	    .members = members,
	    .member_count = MEMBERS },
	[LAST] = { .name = "last", .type = APAM_OPT_SECRET },
	[LINES] = { .name = "lines",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_LINES },
	[BYTES] = { .name = "bytes",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_BINARY },
};

static const struct option_table table = { options, sizeof(options[0]),
	OPTIONS };

static struct project project;
static struct option_values values;
static struct secrets secrets;
static struct problems all;
static struct conf *conf;
static int live;
static _Atomic(bool) swapped;

static void
setup(void)
{
	live = secmem_live();
	project_make(&project);
	problems_init(&all);
	memset(&values, 0, sizeof(values));
	memset(&secrets, 0, sizeof(secrets));
	ck_assert_int_eq(setenv("FAKE_A", "FAKEa", 1), 0);
	ck_assert_int_eq(setenv("FAKE_B", "FAKEb", 1), 0);
	ck_assert_int_eq(setenv("FAKE_C", "FAKEc", 1), 0);
	(void)unsetenv("FAKE_NONE");
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	secrets_free(&secrets);
	option_values_free(&values);
	conf_free(&conf);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* Take options as in a file; "@/" is the project. */
static void
take(const char *text)
{
	const struct option_source source = {
		.file = "test", .what = "the entry", .problems = &all
	};
	char spliced[1024];

	project_splice(&project, text, spliced, sizeof(spliced));
	conf_free(&conf);
	conf = conf_parse("test", apam_str(spliced), &all);
	ck_assert_msg(conf != NULL, "%s", all.first.text);
	ck_assert_msg(option_read(config_root_setting(&conf->tree), &source,
			  &table, &values),
	    "%s", all.first.text);
}

static bool
read_all(void)
{
	return secrets_read(&secrets, &table, &values, "test", true, &all);
}

static void
is(const struct apam_value *value, const char *text)
{
	ck_assert(value->set);
	ck_assert_msg(str_equal(value->str, apam_str(text)), "not %s", text);
	ck_assert_int_eq(value->str.p[value->str.n], '\0');
}

START_TEST(nothing_is_secret)
{
	take("plain = \"env:FAKE_A\";");
	ck_assert(read_all());
	ck_assert_uint_eq(secrets.count, 0);
	ck_assert_ptr_null(secrets.all);
	/* No reference: only what is declared a secret is read. */
	is(&values.values[PLAIN], "env:FAKE_A");
}
END_TEST

START_TEST(every_secret_is_read)
{
	const struct apam_value *v;

	project_secret(&project, "key", "FAKEfile\n");
	take("first = \"env:FAKE_A\"; last = \"file:@/key\";"
	     "place = { name = \"n\"; secret = \"env:FAKE_B\"; };"
	     "rules = ( { secret = \"env:FAKE_C\"; }, { name = \"env:FAKE_A\"; "
	     "}, { secret = \"env:FAKE_A\"; } );");
	ck_assert_msg(read_all(), "%s", all.first.text);
	ck_assert_uint_eq(secrets.count, 5);
	ck_assert_uint_eq(secrets.room, 5);
	v = values.values;
	is(&v[FIRST], "FAKEa");
	is(&v[LAST], "FAKEfile");
	is(&v[PLACE].members[MEMBER_SECRET], "FAKEb");
	is(&v[PLACE].members[MEMBER_NAME], "n");
	is(&v[RULES].members[MEMBER_SECRET], "FAKEc");
	is(&v[RULES].members[MEMBERS + MEMBER_NAME], "env:FAKE_A");
	ck_assert(!v[RULES].members[MEMBERS + MEMBER_SECRET].set);
	is(&v[RULES].members[2 * MEMBERS + MEMBER_SECRET], "FAKEa");
	ck_assert_int_ge(secmem_live(), live + 5);
}
END_TEST

/* The option's flags say what a secret may be. */
START_TEST(a_secret_has_the_form_of_its_option)
{
	project_secret(&project, "two", "FAKE1\nFAKE2\n");
	take("lines = \"file:@/two\"; bytes = \"file:@/two\";");
	ck_assert_msg(read_all(), "%s", all.first.text);
	is(&values.values[LINES], "FAKE1\nFAKE2");
	is(&values.values[BYTES], "FAKE1\nFAKE2\n");
	secrets_free(&secrets);
	option_values_free(&values);
	take("first = \"file:@/two\";");
	ck_assert(!read_all());
	ck_assert_ptr_nonnull(strstr(all.first.text, "more than one line"));
}
END_TEST

START_TEST(what_is_not_set_is_not_read)
{
	take("last = \"env:FAKE_A\"; place = { name = \"n\"; };");
	ck_assert(read_all());
	ck_assert_uint_eq(secrets.count, 1);
	ck_assert(!values.values[FIRST].set);
}
END_TEST

static const struct {
	const char *name;
	const char *text;
	unsigned line, count;
} missing[] = {
	{ "the first", "\nfirst = \"env:FAKE_NONE\";\nlast = \"env:FAKE_A\";",
	    2, 1 },
	{ "the last", "first = \"env:FAKE_A\";\n\nlast = \"env:FAKE_NONE\";", 3,
	    1 },
	{ "both", "first = \"env:FAKE_NONE\";\nlast = \"file:@/none\";", 1, 2 },
	{ "in a group",
	    "first = \"env:FAKE_A\";\nplace = { secret = \"env:FAKE_NONE\"; };",
	    2, 1 },
	{ "two in a list",
	    "rules = ( { secret = \"env:FAKE_NONE\"; },\n"
	    "{ secret = \"env:FAKE_A\"; }, { secret = \"file:@/none\"; } );",
	    1, 2 },
};

/* Every one is reported, with its line, and none of the others shown. */
START_TEST(a_missing_secret_is_said)
{
	take(missing[_i].text);
	ck_assert_msg(!read_all(), "%s: read", missing[_i].name);
	ck_assert_msg(all.count == missing[_i].count, "%s: %u problems",
	    missing[_i].name, all.count);
	ck_assert_msg(all.first.line == missing[_i].line, "%s: line %u",
	    missing[_i].name, all.first.line);
	ck_assert_int_eq(APAM_CLASS(all.first.status), APAM_CLASS_CONFIG);
	ck_assert_str_eq(all.first.file, "test");
	ck_assert_ptr_null(strstr(all.first.text, "FAKEa"));
}
END_TEST

/* Two secrets of one volume belong together: never one old and one new. */
static void *
swap_both(void *arg)
{
	struct volume *v = arg;

	for (int i = 0; i < 1000; i++)
		volume_put(v, "pair", i % 2 == 0 ? "one" : "two");
	atomic_store(&swapped, true);
	return NULL;
}

START_TEST(those_of_one_volume_are_of_one_moment)
{
	char path[sizeof(project.path)];
	unsigned reads = 0;
	struct volume v;
	pthread_t thread;

	(void)snprintf(
	    path, sizeof(path), "%s", project_path(&project, "volume"));
	volume_make(&v, path, 0600);
	volume_put(&v, "pair", "one");
	atomic_store(&swapped, false);
	ck_assert_int_eq(pthread_create(&thread, NULL, swap_both, &v), 0);
	for (; !atomic_load(&swapped); reads++) {
		option_values_free(&values);
		secrets_free(&secrets);
		take("first = \"file:@/volume/pair\";"
		     "last = \"file:@/volume/..data/pair\";");
		ck_assert_msg(read_all(), "%s", all.first.text);
		ck_assert(str_equal(
		    values.values[FIRST].str, values.values[LAST].str));
	}
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_gt(reads, 10);
	volume_close(&v);
}
END_TEST

START_TEST(memory_may_be_short)
{
	bool ok = false;
	int n;

	take("first = \"env:FAKE_A\"; place = { secret = \"env:FAKE_B\"; };");
	for (n = 0; n < 20 && !ok; n++) {
		/* As a new reading would find them. */
		values.values[FIRST].str = APAM_STR("env:FAKE_A");
		((struct apam_value *)(uintptr_t)values.values[PLACE]
			.members)[MEMBER_SECRET]
		    .str = APAM_STR("env:FAKE_B");
		secrets_free(&secrets);
		problems_init(&all);
		secmem_fail_after(n);
		ok = read_all();
		secmem_fail_after(-1);
		if (!ok)
			ck_assert_int_eq(all.first.status, APAM_E_MEMORY);
	}
	ck_assert(ok);
	ck_assert_int_gt(n, 2);
	is(&values.values[FIRST], "FAKEa");
}
END_TEST

START_TEST(they_are_freed_once)
{
	take("first = \"env:FAKE_A\"; last = \"env:FAKE_B\";");
	ck_assert(read_all());
	secrets_free(&secrets);
	ck_assert_ptr_null(secrets.all);
	ck_assert_uint_eq(secrets.count, 0);
	secrets_free(&secrets);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secrets");
	TCase *tc = tcase_create("secrets");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_is_secret);
	tcase_add_test(tc, every_secret_is_read);
	tcase_add_test(tc, a_secret_has_the_form_of_its_option);
	tcase_add_test(tc, what_is_not_set_is_not_read);
	tcase_add_loop_test(tc, a_missing_secret_is_said, 0, ROWS(missing));
	tcase_add_test(tc, those_of_one_volume_are_of_one_moment);
	tcase_add_test(tc, memory_may_be_short);
	tcase_add_test(tc, they_are_freed_once);
	return run_suite(suite);
}
