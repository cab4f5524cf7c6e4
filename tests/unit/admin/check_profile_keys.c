/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/profile_keys.c: which keys the profiles name, what
 * becomes of the profiles that cannot be read, and that a secret is read when
 * it is asked for and not before.
 */
#include "admin/profile_keys.h"

#include "base/secmem.h"
#include "profile/handle.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct named_keys named;
static struct apam_error err = APAM_ERROR_INIT;
static int live;

static void
setup(void)
{
	clock_hasten();
	live = secmem_live();
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "one", "FAKE-1\n");
	project_secret(&project, "two", "FAKE-2\n");
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
}

static void
teardown(void)
{
	named_keys_free(&named);
	ck_assert_ptr_null(named.first);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

#define HMAC(id, file)                                                         \
	"{ scheme = \"hmac-test\"; key_id = \"" id "\"; secret = \"" file      \
	"\"; }"
#define RETURNS(id) "{ scheme = \"return-test\"; key_id = \"" id "\"; }"

/* Open the context, and read all profiles but the one that this took. */
static void
read_all(void)
{
	project_entries(&project, "zero", RETURNS("x"));
	(void)project_get(&project, "zero");
	ck_assert_int_eq(unlink(project_path(&project, "apam.d/zero.conf")), 0);
	ck_assert_int_eq(named_keys_read(project.ctx, &named, &err), APAM_OK);
}

/* All keys as "profile/entry scheme id", a space between. */
static void
are(const char *want)
{
	char text[1024] = "";
	size_t n = 0;

	for (const struct named_key *k = named.first; k != NULL; k = k->next)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s%s/%zu %s %s", n == 0 ? "" : " ", k->profile,
		    k->entry.index, k->entry.conf->scheme,
		    entry_key_id(&k->entry).p);
	ck_assert_str_eq(text, want);
}

/* ---- Which -------------------------------------------------------------- */

START_TEST(none)
{
	read_all();
	are("");
	ck_assert_int_eq(named.partial.status, APAM_OK);
}
END_TEST

START_TEST(every_entry_of_every_profile)
{
	project_entries(
	    &project, "b", HMAC("k2", "file:@/two") ", " RETURNS("k1"));
	project_entries(&project, "a", HMAC("k1", "file:@/one"));
	read_all();
	are("a/0 hmac-test k1 b/0 hmac-test k2 b/1 return-test k1");
	ck_assert_int_eq(named.partial.status, APAM_OK);
}
END_TEST

START_TEST(as_the_files_are_now)
{
	project_entries(&project, "a", HMAC("k1", "file:@/one"));
	read_all();
	named_keys_free(&named);
	project_entries(&project, "a", HMAC("k2", "file:@/one"));
	ck_assert_int_eq(named_keys_read(project.ctx, &named, &err), APAM_OK);
	are("a/0 hmac-test k2");
}
END_TEST

static const struct {
	const char *name, *entries;
	enum apam_status status;
} broken[] = {
	{ "no module", "{ scheme = \"absent\"; }", APAM_E_MODULE },
	{ "a syntax error", "{ scheme = ", APAM_E_CONFIG },
	{ "an option that is none", "{ scheme = \"return-test\"; x = 1; }",
	    APAM_E_CONFIG },
	{ "the second entry", RETURNS("k") ", { scheme = \"absent\"; }",
	    APAM_E_MODULE },
};

START_TEST(one_that_cannot_be_read_is_left_out)
{
	project_entries(&project, "a", RETURNS("k1"));
	project_entries(&project, "b", broken[_i].entries);
	project_entries(&project, "c", RETURNS("k3"));
	read_all();
	are("a/0 return-test k1 c/0 return-test k3");
	ck_assert_msg(named.partial.status == broken[_i].status, "%s: %s",
	    broken[_i].name, named.partial.text);
	ck_assert_str_eq(named.partial.profile, "b");
}
END_TEST

START_TEST(a_directory_that_cannot_be_read)
{
	project_entries(&project, "a", RETURNS("k1"));
	read_all();
	named_keys_free(&named);
	ck_assert_int_eq(chmod(project_path(&project, "apam.d"), 0722), 0);
	ck_assert_int_eq(
	    named_keys_read(project.ctx, &named, &err), APAM_E_TRUST);
	ck_assert_int_eq(err.status, APAM_E_TRUST);
	are("");
}
END_TEST

START_TEST(whose_name_it_is)
{
	project_entries(&project, "a", RETURNS("k1"));
	read_all();
	ck_assert(named_key_is(named.first, "return-test", "k1"));
	ck_assert(named_key_is(named.first, NULL, "k1"));
	ck_assert(!named_key_is(named.first, NULL, "k"));
	ck_assert(!named_key_is(named.first, NULL, "k11"));
	ck_assert(!named_key_is(named.first, NULL, ""));
	ck_assert(!named_key_is(named.first, "hmac-test", "k1"));
}
END_TEST

/* ---- Secrets ------------------------------------------------------------ */

START_TEST(a_secret_is_read_when_it_is_asked_for)
{
	struct apam_str secret;

	project_entries(&project, "a", HMAC("k1", "file:@/one"));
	read_all();
	ck_assert_str_eq(named_key_identity(named.first).id, "k1");
	ck_assert_uint_eq(named_key_identity(named.first).secret.n, 0);
	/* It was not read yet: this is what is read. */
	project_secret(&project, "one", "FAKE-3\n");
	ck_assert(named_key_secret(named.first));
	secret = named_key_identity(named.first).secret;
	ck_assert_uint_eq(secret.n, 14);
	ck_assert_int_eq(memcmp(secret.p + 8, "FAKE-3", 6), 0);
	/* Once. */
	ck_assert_int_eq(unlink(project_path(&project, "one")), 0);
	ck_assert(named_key_secret(named.first));
}
END_TEST

START_TEST(a_secret_that_cannot_be_read)
{
	project_entries(&project, "a", HMAC("k1", "file:@/no"));
	read_all();
	ck_assert_int_eq(named.partial.status, APAM_OK);
	for (int i = 0; i < 2; i++) {
		ck_assert(!named_key_secret(named.first));
		ck_assert_int_eq(
		    named.first->secret_error.status, APAM_E_SECRET);
		ck_assert_str_eq(named.first->secret_error.profile, "a");
	}
}
END_TEST

static enum key_stands
stands(const struct key_record *record, struct named_key *key)
{
	const struct key_asked asked = named_key_asked(key);

	return key_record_stands(record, &asked);
}

START_TEST(a_record_of_a_named_key)
{
	struct key_set set = { .records = NULL };
	struct key_identity other;
	const struct key_record *record;
	struct named_key *second, *third;

	project_entries(&project, "a",
	    HMAC("k1", "file:@/one") ", " HMAC("k1", "file:@/two"));
	project_entries(&project, "b", HMAC("k1", "file:@/no"));
	project_entries(&project, "c", HMAC("k1", "file:@/one"));
	read_all();
	second = named.first->next;
	third = second->next;
	ck_assert(named_key_secret(second));
	other = named_key_identity(second);
	record = key_edit_register(&set, &other, &err);
	ck_assert_ptr_nonnull(record);
	ck_assert_int_eq(stands(record, named.first), KEY_STANDS_NOT);
	ck_assert_int_eq(stands(record, second), KEY_STANDS);
	ck_assert_int_eq(stands(record, third), KEY_STANDS_UNSURE);
	ck_assert_int_eq(third->secret_error.status, APAM_E_SECRET);
	key_set_free(&set);
	/* Any secret will do, even one that cannot be read. */
	record = key_edit_register(&set,
	    &(struct key_identity){ "hmac-test", "k1", APAM_STR("") }, &err);
	for (struct named_key *k = named.first; k != NULL; k = k->next)
		ck_assert_int_eq(stands(record, k), KEY_STANDS);
	ck_assert(!third->next->asked);
	key_set_free(&set);
}
END_TEST

/* ---- Keeping ------------------------------------------------------------ */

static struct stack *
stack_of(const char *profile)
{
	for (const struct named_key *k = named.first; k != NULL; k = k->next)
		if (strcmp(k->profile, profile) == 0)
			return k->stack;
	return NULL;
}

/* Keep what was read, and read once more. */
static void
keep_and_read(void)
{
	named_keys_keep(project.ctx, &named);
	ck_assert_ptr_null(named.first);
	ck_assert_int_eq(named_keys_read(project.ctx, &named, &err), APAM_OK);
}

START_TEST(what_is_kept_is_not_read_again)
{
	struct stack *a, *c;

	project_entries(&project, "a", RETURNS("1") "," RETURNS("2"));
	project_entries(&project, "c", RETURNS("3"));
	read_all();
	a = stack_of("a");
	c = stack_of("c");
	keep_and_read();
	are("a/0 return-test 1 a/1 return-test 2 c/0 return-test 3");
	ck_assert_ptr_eq(stack_of("a"), a);
	ck_assert_ptr_eq(stack_of("c"), c);
}
END_TEST

START_TEST(what_has_changed_is_read_anew)
{
	struct stack *d;

	project_entries(&project, "a", RETURNS("1"));
	project_entries(&project, "c", RETURNS("3"));
	project_entries(&project, "d", RETURNS("4"));
	read_all();
	d = stack_of("d");
	project_entries(&project, "a", RETURNS("1") "," RETURNS("new"));
	project_entries(&project, "b", RETURNS("2"));
	ck_assert_int_eq(unlink(project_path(&project, "apam.d/c.conf")), 0);
	keep_and_read();
	are("a/0 return-test 1 a/1 return-test new b/0 return-test 2 "
	    "d/0 return-test 4");
	ck_assert_ptr_eq(stack_of("d"), d);
	keep_and_read();
	named_keys_keep(project.ctx, &named);
}
END_TEST

/* A secret that was read is wiped, and read anew when it is asked for. */
START_TEST(no_secret_is_kept)
{
	const struct named_key *kept;

	project_entries(&project, "a", HMAC("1", "file:@/one"));
	project_entries(&project, "b", RETURNS("2"));
	read_all();
	ck_assert(named_key_secret(named.first));
	named_keys_keep(project.ctx, &named);
	kept = project.ctx->named;
	ck_assert_ptr_nonnull(kept);
	ck_assert_str_eq(kept->profile, "b");
	ck_assert_int_eq(named_keys_read(project.ctx, &named, &err), APAM_OK);
	are("a/0 hmac-test 1 b/0 return-test 2");
	ck_assert(!named.first->asked);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("key_named");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, none);
	tcase_add_test(t, every_entry_of_every_profile);
	tcase_add_test(t, as_the_files_are_now);
	tcase_add_loop_test(
	    t, one_that_cannot_be_read_is_left_out, 0, ROWS(broken));
	tcase_add_test(t, a_directory_that_cannot_be_read);
	tcase_add_test(t, whose_name_it_is);
	tcase_add_test(t, a_secret_is_read_when_it_is_asked_for);
	tcase_add_test(t, a_secret_that_cannot_be_read);
	tcase_add_test(t, a_record_of_a_named_key);
	tcase_add_test(t, what_is_kept_is_not_read_again);
	tcase_add_test(t, what_has_changed_is_read_anew);
	tcase_add_test(t, no_secret_is_kept);
	suite_add_tcase(s, t);
	return run_suite(s);
}
