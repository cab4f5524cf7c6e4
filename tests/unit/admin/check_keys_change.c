/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/keys_change.c: what adding, archiving and restoring write
 * into a real registry, and that whatever fails leaves it as it was.  Which key
 * a name means is check_key_choice's.
 */
#include "admin/keys_change.h"

#include <fcntl.h>

#include "base/error.h"
#include "entry/entry.h"
#include "keys/stands.h"
#include "profile/handle.h"
#include "profile/stack.h"
#include "support/clock.h"
#include "support/opened.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_error err = APAM_ERROR_INIT;
static struct key_set set; /* of the last read_registry */

#define HMAC(id, file)                                                         \
	"{ scheme = \"hmac-test\"; key_id = \"" id                             \
	"\"; secret = \"file:@/" file "\"; }"
#define RETURNS(id) "{ scheme = \"return-test\"; key_id = \"" id "\"; }"

static void
setup(void)
{
	clock_hasten();
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "one", "FAKE-1\n");
	project_secret(&project, "two", "FAKE-2\n");
	project_directory(&project, "state");
	project_entries(&project, "a", HMAC("k1", "one"));
	(void)project_get(&project, "a");
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
	memset(&set, 0, sizeof(set));
}

static void
teardown(void)
{
	key_set_free(&set);
	project_remove(&project);
}

/* How many records there are; they are in `set`. */
static size_t
read_registry(void)
{
	const struct key_registry registry = key_registry_of(&project.ctx->env);
	struct apam_error why = APAM_ERROR_INIT;

	key_set_free(&set);
	error_clear(&why);
	ck_assert_msg(key_registry_read(&registry, &set, &why) == APAM_OK, "%s",
	    why.text);
	return set.count;
}

static enum apam_status
add(const char *id, const char *scheme)
{
	const struct apam_key_name name = { sizeof(name), id, scheme, NULL };

	return apam_key_add(project.ctx, &name, "a key", "read", &err);
}

static enum apam_status
archive(const char *id, const char *why)
{
	const struct apam_key_name name = { sizeof(name), id, NULL, NULL };

	return apam_key_archive(project.ctx, &name, why, &err);
}

static enum apam_status
restore(const char *id)
{
	const struct apam_key_name name = { sizeof(name), id, NULL, NULL };

	return apam_key_restore(project.ctx, &name, &err);
}

/* True where the record stands for the key with the secret of that number. */
static bool
fits(const struct key_record *record, const char *scheme, const char *secret)
{
	struct buf b;
	struct key_identity key = { scheme, record->id, { NULL, 0 } };
	bool is;

	buf_init(&b, 64);
	buf_put(&b, APAM_STR("\6\0\0\0\0\0\0\0"));
	buf_put(&b, apam_str(secret));
	key.secret = buf_view(&b);
	is = key_record_stands(record, &(struct key_asked){ .key = key }) ==
	    KEY_STANDS;
	buf_free(&b);
	return is;
}

/* ---- Adding ------------------------------------------------------------- */

START_TEST(a_key_is_registered_with_its_mark)
{
	ck_assert_msg(add("k1", NULL) == APAM_OK, "%s", err.text);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert_str_eq(set.records[0].scheme, "hmac-test");
	ck_assert_str_eq(set.records[0].id, "k1");
	ck_assert_str_eq(set.records[0].description, "a key");
	ck_assert_str_eq(set.records[0].access, "read");
	ck_assert_str_ne(set.records[0].created_by, "");
	ck_assert(set.records[0].marked);
	ck_assert(fits(&set.records[0], "hmac-test", "FAKE-1"));
	ck_assert(!fits(&set.records[0], "hmac-test", "FAKE-2"));
	ck_assert_int_eq(add("k1", NULL), APAM_E_USAGE);
	ck_assert_uint_eq(read_registry(), 1);
}
END_TEST

START_TEST(each_secret_of_an_id_is_a_key)
{
	project_entries(
	    &project, "b", HMAC("k1", "two") ", " HMAC("k1", "one"));
	ck_assert_msg(add("k1", NULL) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 2);
	ck_assert(fits(&set.records[0], "hmac-test", "FAKE-1"));
	ck_assert(fits(&set.records[1], "hmac-test", "FAKE-2"));
	ck_assert_str_eq(set.records[1].description, "a key");
}
END_TEST

START_TEST(a_key_in_no_profile_stands_for_any_secret)
{
	ck_assert_int_eq(add("else", NULL), APAM_E_USAGE);
	ck_assert_msg(add("else", "demo") == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert_str_eq(set.records[0].scheme, "demo");
	ck_assert(!set.records[0].marked);
}
END_TEST

START_TEST(a_scheme_without_secrets_has_no_mark)
{
	project_entries(&project, "b", RETURNS("r"));
	ck_assert_msg(add("r", NULL) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert(!set.records[0].marked);
}
END_TEST

START_TEST(a_mark_needs_the_secret)
{
	project_entries(&project, "b", HMAC("lost", "no"));
	ck_assert_int_eq(add("lost", NULL), APAM_E_SECRET);
	ck_assert_str_eq(err.profile, "b");
	ck_assert_uint_eq(read_registry(), 0);
}
END_TEST

static const struct {
	const char *id, *scheme, *description, *access;
	const char *why;
} bad[] = {
	{ NULL, NULL, NULL, NULL, "id" },
	{ "", NULL, NULL, NULL, "id" },
	{ "k\n1", NULL, NULL, NULL, "id" },
	{ "k1", "Demo", NULL, NULL, "scheme" },
	{ "k1", NULL, "a\x1b", NULL, "description: it has a control" },
	{ "k1", NULL, NULL, "\xff", "access: it is not valid UTF-8" },
	{ "k2", NULL, NULL, NULL, "is it k1?" },
};

START_TEST(bad_arguments_change_nothing)
{
	const struct apam_key_name name = { sizeof(name), bad[_i].id,
		bad[_i].scheme, NULL };

	ck_assert_int_eq(apam_key_add(project.ctx, &name, bad[_i].description,
			     bad[_i].access, &err),
	    APAM_E_USAGE);
	ck_assert_int_eq(err.status, APAM_E_USAGE);
	ck_assert_msg(strstr(err.text, bad[_i].why) != NULL, "%s", err.text);
	ck_assert_int_eq(apam_key_add(project.ctx, &name, bad[_i].description,
			     bad[_i].access, NULL),
	    APAM_E_USAGE);
	ck_assert_uint_eq(read_registry(), 0);
}
END_TEST

/* ---- Archiving and restoring -------------------------------------------- */

static enum apam_status
describe(const char *id, const char *description, const char *access)
{
	const struct apam_key_name name = { sizeof(name), id, NULL, NULL };

	return apam_key_describe(project.ctx, &name, description, access, &err);
}

static const struct {
	const char *description, *access; /* NULL: not given */
	const char *then, *then_access;
} described[] = {
	{ "another", NULL, "another", "read" },
	{ NULL, "write", "a key", "write" },
	{ "another", "write", "another", "write" },
	{ "", NULL, "", "read" },
	{ NULL, "", "a key", "" },
	{ "", "", "", "" },
};

START_TEST(a_key_is_described_anew)
{
	int64_t created;
	uint64_t drops;

	ck_assert_int_eq(add("k1", NULL), APAM_OK);
	ck_assert_uint_eq(read_registry(), 1);
	created = set.records[0].created_at;
	drops = set.records[0].drops;
	ck_assert_msg(describe("k1", described[_i].description,
			  described[_i].access) == APAM_OK,
	    "%s", err.text);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert_str_eq(set.records[0].description, described[_i].then);
	ck_assert_str_eq(set.records[0].access, described[_i].then_access);
	/* All else is as it was, and it still is that secret's. */
	ck_assert_int_eq(set.records[0].created_at, created);
	ck_assert_int_eq(set.records[0].archived_at, 0);
	ck_assert_uint_eq(set.records[0].drops, drops);
	ck_assert(fits(&set.records[0], "hmac-test", "FAKE-1"));
}
END_TEST

START_TEST(an_archived_key_is_described_and_stays_archived)
{
	ck_assert_int_eq(archive("k1", "lost"), APAM_OK);
	ck_assert_int_eq(describe("k1", "the lost one", NULL), APAM_OK);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert_str_eq(set.records[0].description, "the lost one");
	ck_assert_str_eq(set.records[0].why, "lost");
	ck_assert_int_ne(set.records[0].archived_at, 0);
}
END_TEST

START_TEST(what_cannot_be_described)
{
	ck_assert_int_eq(describe("k1", "a", NULL), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "`apam keys add`"));
	ck_assert_uint_eq(read_registry(), 0);
	ck_assert_int_eq(add("k1", NULL), APAM_OK);
	err.status = APAM_E_MEMORY; /* of another call */
	ck_assert_int_eq(describe("k1", NULL, NULL), APAM_E_USAGE);
	ck_assert_int_eq(err.status, APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "neither"));
	ck_assert_int_eq(describe("k1", "a\tb", NULL), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "description: "));
	ck_assert_int_eq(describe("k1", NULL, "\xff"), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "access: "));
	ck_assert_int_eq(describe("", "a", NULL), APAM_E_USAGE);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert_str_eq(set.records[0].description, "a key");
	/* `add` says how to change it. */
	ck_assert_int_eq(add("k1", NULL), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "`apam keys describe`"));
}
END_TEST

START_TEST(a_key_is_archived_and_restored)
{
	ck_assert_msg(archive("k1", "lost") == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert_int_ne(set.records[0].archived_at, 0);
	ck_assert_str_eq(set.records[0].why, "lost");
	ck_assert_str_ne(set.records[0].archived_by, "");
	ck_assert(set.records[0].marked);
	ck_assert(fits(&set.records[0], "hmac-test", "FAKE-1"));
	ck_assert(!fits(&set.records[0], "hmac-test", "FAKE-2"));
	ck_assert_int_eq(archive("k1", NULL), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "already"));
	ck_assert_ptr_nonnull(strstr(err.text, "lost"));
	ck_assert_msg(restore("k1") == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert_int_eq(set.records[0].archived_at, 0);
	ck_assert_str_eq(set.records[0].why, "");
	ck_assert_int_eq(restore("k1"), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "not archived"));
	ck_assert_msg(archive("k1", NULL) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 1);
}
END_TEST

/* One is archived, and only that one. */
START_TEST(another_secret_of_the_id_goes_on)
{
	ck_assert_msg(archive("k1", NULL) == APAM_OK, "%s", err.text);
	project_entries(&project, "a", HMAC("k1", "two"));
	/* The key that the profile names now is another one. */
	ck_assert_msg(archive("k1", NULL) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 2);
	ck_assert(fits(&set.records[1], "hmac-test", "FAKE-2"));
	ck_assert_int_ne(set.records[1].archived_at, 0);
	/* Two that are archived: which one? */
	ck_assert_int_eq(restore("k1"), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "--secret"));
}
END_TEST

/* It may be in the memory of running programs: none of its id may sign. */
START_TEST(a_lost_secret_is_archived_all_the_same)
{
	project_entries(&project, "b", HMAC("lost", "no"));
	ck_assert_msg(archive("lost", NULL) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert(!set.records[0].marked);
	ck_assert_int_ne(set.records[0].archived_at, 0);
}
END_TEST

/* What it is here says nothing of what it is to running programs. */
static const char *const various[] = { "env:VARIOUS",
	"exec:/usr/bin/printf %s FAKE-1" };

START_TEST(a_secret_that_each_process_has_is_not_marked)
{
	char text[256];

	ck_assert_int_eq(setenv("VARIOUS", "FAKE-1", 1), 0);
	(void)snprintf(text, sizeof(text),
	    "{ scheme = \"hmac-test\"; key_id = \"v\"; secret = \"%s\"; }",
	    various[_i]);
	project_entries(&project, "b", text);
	ck_assert_msg(archive("v", NULL) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert(!set.records[0].marked);
	ck_assert_int_eq(archive("v", NULL), APAM_E_USAGE);
	ck_assert_msg(restore("v") == APAM_OK, "%s", err.text);
}
END_TEST

START_TEST(one_lost_secret_of_two)
{
	project_entries(
	    &project, "a", HMAC("lost", "one") ", " HMAC("lost", "no"));
	ck_assert_msg(archive("lost", NULL) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(read_registry(), 1);
	ck_assert(!set.records[0].marked);
}
END_TEST

START_TEST(bad_reasons_change_nothing)
{
	ck_assert_int_eq(archive("k1", "a\nb"), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "reason"));
	ck_assert_int_eq(archive("k2", NULL), APAM_E_USAGE);
	ck_assert_int_eq(restore("k1"), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "no such key"));
	ck_assert_uint_eq(read_registry(), 0);
}
END_TEST

/* ---- The registry's own trouble ------------------------------------------ */

START_TEST(no_state_directory)
{
	ck_assert_int_eq(rmdir(project_path(&project, "state")), 0);
	ck_assert_int_ne(archive("k1", NULL), APAM_OK);
	ck_assert_ptr_nonnull(strstr(err.text, "/state"));
	ck_assert_int_ne(access(project_path(&project, "state"), F_OK), 0);
}
END_TEST

START_TEST(a_state_directory_of_others)
{
	ck_assert_int_eq(chmod(project_path(&project, "state"), 0777), 0);
	ck_assert_int_eq(archive("k1", NULL), APAM_E_TRUST);
	ck_assert_int_eq(add("k1", NULL), APAM_E_TRUST);
	ck_assert_int_eq(restore("k1"), APAM_E_TRUST);
	ck_assert_int_ne(
	    access(project_path(&project, "state/registry"), F_OK), 0);
}
END_TEST

START_TEST(a_damaged_registry_is_left_alone)
{
	char text[16] = "";
	FILE *f;

	ck_assert_msg(archive("k1", NULL) == APAM_OK, "%s", err.text);
	project_write(&project, "state/registry/keys", "{ what");
	ck_assert_int_eq(restore("k1"), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.file, "registry/keys"));
	ck_assert_int_eq(add("k1", NULL), APAM_E_CONFIG);
	ck_assert_int_eq(archive("k1", NULL), APAM_E_CONFIG);
	f = fopen(project_path(&project, "state/registry/keys"), "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fread(text, 1, sizeof(text) - 1, f), 6);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_str_eq(text, "{ what");
}
END_TEST

/* A broken profile keeps no key of another from being archived. */
START_TEST(a_broken_profile)
{
	project_entries(&project, "b", "{ scheme = ");
	ck_assert_msg(archive("k1", NULL) == APAM_OK, "%s", err.text);
	ck_assert_int_eq(archive("else", NULL), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "profile b cannot be read"));
}
END_TEST

/* ---- Dropping ----------------------------------------------------------- */

static struct stack *
open_stack(const char *name)
{
	return opened(project_get(&project, name));
}

START_TEST(a_drop_is_counted)
{
	const struct stack *s = open_stack("a");

	for (unsigned i = 1; i < 3; i++) {
		error_clear(&err);
		ck_assert_msg(key_admin_drop(&s->entries[0], &err) == APAM_OK,
		    "%s", err.text);
		ck_assert_uint_eq(read_registry(), 1);
		ck_assert_uint_eq(set.records[0].drops, i);
		ck_assert(fits(&set.records[0], "hmac-test", "FAKE-1"));
		ck_assert_int_eq(set.records[0].archived_at, 0);
	}
}
END_TEST

START_TEST(a_drop_is_for_the_secret_in_use)
{
	const struct stack *s = open_stack("a");

	ck_assert_msg(archive("k1", NULL) == APAM_OK, "%s", err.text);
	project_entries(&project, "b", HMAC("k1", "two"));
	ck_assert_msg(add("k1", NULL) == APAM_OK, "%s", err.text);
	error_clear(&err);
	ck_assert_int_eq(key_admin_drop(&s->entries[0], &err), APAM_OK);
	ck_assert_uint_eq(read_registry(), 2);
	ck_assert_uint_eq(set.records[0].drops, 1);
	ck_assert_uint_eq(set.records[1].drops, 0);
	/* Archived it stays. */
	ck_assert_int_ne(set.records[0].archived_at, 0);
}
END_TEST

START_TEST(a_drop_without_the_right)
{
	const struct stack *s = open_stack("a");

	ck_assert_int_eq(chmod(project_path(&project, "state"), 0777), 0);
	error_clear(&err);
	ck_assert_int_eq(key_admin_drop(&s->entries[0], &err), APAM_E_TRUST);
	ck_assert_int_eq(err.status, APAM_E_TRUST);
}
END_TEST

static void
add_tests(TCase *t)
{
	tcase_add_test(t, a_key_is_registered_with_its_mark);
	tcase_add_test(t, each_secret_of_an_id_is_a_key);
	tcase_add_test(t, a_key_in_no_profile_stands_for_any_secret);
	tcase_add_test(t, a_scheme_without_secrets_has_no_mark);
	tcase_add_test(t, a_mark_needs_the_secret);
	tcase_add_loop_test(t, bad_arguments_change_nothing, 0, ROWS(bad));
	tcase_add_loop_test(t, a_key_is_described_anew, 0, ROWS(described));
	tcase_add_test(t, an_archived_key_is_described_and_stays_archived);
	tcase_add_test(t, what_cannot_be_described);
	tcase_add_test(t, a_key_is_archived_and_restored);
	tcase_add_test(t, another_secret_of_the_id_goes_on);
	tcase_add_test(t, a_lost_secret_is_archived_all_the_same);
	tcase_add_loop_test(
	    t, a_secret_that_each_process_has_is_not_marked, 0, ROWS(various));
	tcase_add_test(t, one_lost_secret_of_two);
	tcase_add_test(t, bad_reasons_change_nothing);
	tcase_add_test(t, no_state_directory);
	tcase_add_test(t, a_state_directory_of_others);
	tcase_add_test(t, a_damaged_registry_is_left_alone);
	tcase_add_test(t, a_broken_profile);
	tcase_add_test(t, a_drop_is_counted);
	tcase_add_test(t, a_drop_is_for_the_secret_in_use);
	tcase_add_test(t, a_drop_without_the_right);
}

int
main(void)
{
	Suite *s = suite_create("key_admin");
	TCase *t = tcase_create("core");

	/* A change waits where the counter is new. */
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	add_tests(t);
	suite_add_tcase(s, t);
	return run_suite(s);
}
