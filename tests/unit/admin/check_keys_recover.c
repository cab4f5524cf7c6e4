/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/keys_recover.c by the public calls: what a text would
 * change is told key by key, and by name where the name can be found; what is
 * recovered holds at the next signature, and drops count on.
 */
#include "keys/registry.h"
#include "keys/registry_change.h"

#include <stdio.h>
#include <string.h>

#include "admin/keys_change.h"
#include "base/error.h"
#include "profile/handle.h"
#include "support/clock.h"
#include "support/project.h"
#include "support/registry.h"
#include "support/run.h"

static struct project p;
static struct apam_error err = APAM_ERROR_INIT;
static char saved[8192]; /* of the last backup */
static size_t saved_n;
static char told[512]; /* of the last comparison */
static int changes, enough; /* told, and after how many to stop; 0: never */
static struct apam_registry_outlook outlook;

static void
setup(void)
{
	clock_hasten();
	project_make(&p);
	project_module(&p, "basic-email-key", false);
	project_secret(&p, "secret", "not-a-secret\n");
	project_directory(&p, "state");
	project_profile(&p, "one",
	    "origins = [ \"https://api.example.com\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"me\";"
	    " key = \"env:UNSET_HERE\"; } );\n");
	(void)project_get(&p, "one");
	saved_n = 0;
}

static void
teardown(void)
{
	project_remove(&p);
}

static struct apam_key_name
name(const char *id)
{
	return (struct apam_key_name){ sizeof(struct apam_key_name), id,
		"basic-email-key", NULL };
}

static struct key_record
record(const char *id)
{
	const struct key_registry registry = key_registry_of(&p.ctx->env);
	struct key_record found = { .drops = 0 };
	struct key_set set;

	ck_assert_int_eq(key_registry_read(&registry, &set, &err), APAM_OK);
	for (size_t i = 0; i < set.count; i++)
		if (strcmp(set.records[i].id, id) == 0)
			found = set.records[i];
	key_set_free(&set);
	return found;
}

static void
archive(const char *id)
{
	const struct apam_key_name n = name(id);

	/* One that no profile names must be registered before. */
	if (strcmp(id, "me") != 0 && record(id).id == NULL)
		ck_assert_int_eq(
		    apam_key_add(p.ctx, &n, NULL, NULL, &err), APAM_OK);
	ck_assert_msg(apam_key_archive(p.ctx, &n, "lost", &err) == APAM_OK,
	    "%s", err.text);
}

static void
restore(const char *id)
{
	const struct apam_key_name n = name(id);

	ck_assert_msg(
	    apam_key_restore(p.ctx, &n, &err) == APAM_OK, "%s", err.text);
}

static bool
save(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	ck_assert_uint_lt(n, sizeof(saved));
	memcpy(saved, bytes, n);
	saved_n = n;
	return true;
}

static bool
refuse(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
	return false;
}

static void
backup(void)
{
	ck_assert_msg(apam_registry_backup(p.ctx, save, NULL, &err) == APAM_OK,
	    "%s", err.text);
}

static bool
tell(void *arg, const struct apam_registry_change *change)
{
	const size_t n = strlen(told);

	(void)arg;
	(void)snprintf(told + n, sizeof(told) - n, "%c%s ",
	    change->archived ? '-' : '+', change->id);
	return ++changes != enough;
}

static struct apam_registry_text
text(bool in_place)
{
	return (struct apam_registry_text){ sizeof(struct apam_registry_text),
		in_place ? NULL : saved, saved_n, "the backup" };
}

static void
compare(bool in_place)
{
	const struct apam_registry_text t = text(in_place);

	told[0] = '\0';
	changes = 0;
	outlook.size = sizeof(outlook);
	ck_assert_msg(apam_registry_compare(
			  p.ctx, &t, tell, NULL, &outlook, &err) == APAM_OK,
	    "%s", err.text);
}

static enum apam_status
recover(bool in_place)
{
	const struct apam_registry_text t = text(in_place);

	return apam_registry_recover(p.ctx, &t, &outlook, &err);
}

START_TEST(a_backup_is_the_text)
{
	char path[256];
	FILE *f;

	ck_assert_int_eq(
	    apam_registry_backup(p.ctx, save, NULL, &err), APAM_E_USAGE);
	archive("a");
	backup();
	(void)snprintf(path, sizeof(path), "%s/state/registry/keys", p.dir);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fread(told, 1, sizeof(told), f), saved_n);
	ck_assert_mem_eq(told, saved, saved_n);
	(void)fclose(f);
	ck_assert_int_eq(
	    apam_registry_backup(p.ctx, refuse, NULL, &err), APAM_E_INTERNAL);
	ck_assert_int_eq(apam_registry_check(p.ctx, &err), APAM_OK);
}
END_TEST

START_TEST(what_would_change_is_told)
{
	archive("a");
	archive("b");
	backup();
	restore("a");
	archive("c");
	compare(true);
	ck_assert_str_eq(told, "");
	compare(false);
	/* c is not in the backup; the text in place has its name. */
	ck_assert_ptr_nonnull(strstr(told, "-a "));
	ck_assert_ptr_nonnull(strstr(told, "+c "));
	ck_assert_ptr_null(strstr(told, "b "));
	ck_assert_uint_eq(outlook.active, 1);
	ck_assert_uint_eq(outlook.archived, 1);
	ck_assert_uint_eq(outlook.keys, 2);
	ck_assert_uint_eq(outlook.unnamed, 0);
}
END_TEST

START_TEST(the_outlook_is_of_all_where_the_list_is_stopped)
{
	archive("b");
	backup();
	restore("b");
	archive("a");
	archive("c");
	enough = 1;
	compare(false);
	enough = 0;
	ck_assert_int_eq(changes, 1);
	ck_assert_uint_eq(outlook.active, 2);
	ck_assert_uint_eq(outlook.archived, 1);
}
END_TEST

/* Where the text in place is lost, profiles have names. */
START_TEST(names_are_looked_for)
{
	archive("a");
	backup();
	archive("me");
	archive("nobody");
	project_write(&p, "state/registry/keys", "lost");
	compare(false);
	ck_assert_str_eq(told, "+me ");
	ck_assert_uint_eq(outlook.active, 2);
	ck_assert_uint_eq(outlook.unnamed, 1);
}
END_TEST

START_TEST(what_is_recovered_holds)
{
	const struct key_registry registry = key_registry_of(&p.ctx->env);
	uint64_t drops;

	archive("a");
	backup();
	restore("a");
	drops = record("a").drops;
	ck_assert_uint_gt(drops, 0);
	compare(false);
	ck_assert_int_eq(recover(false), APAM_OK);
	ck_assert_int_ne(record("a").archived_at, 0);
	/* Programs count on from what they knew. */
	ck_assert_uint_ge(record("a").drops, drops);
	backup();
	archive("b");
	compare(false);
	ck_assert_int_eq(recover(false), APAM_OK);
	ck_assert_ptr_null(record("b").id);
	ck_assert_int_eq(key_registry_check(&registry, &err), APAM_OK);
}
END_TEST

START_TEST(what_signs_again_is_tried_anew)
{
	uint64_t drops;

	archive("a");
	restore("a");
	backup();
	archive("a");
	drops = record("a").drops;
	compare(false);
	ck_assert_str_eq(told, "+a ");
	ck_assert_int_eq(recover(false), APAM_OK);
	ck_assert_int_eq(record("a").archived_at, 0);
	ck_assert_uint_gt(record("a").drops, drops);
}
END_TEST

START_TEST(a_change_meanwhile_is_an_error)
{
	archive("a");
	backup();
	archive("b");
	compare(false);
	archive("c");
	ck_assert_int_eq(recover(false), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "changed in the meantime"));
	ck_assert_int_ne(record("c").archived_at, 0);
}
END_TEST

START_TEST(without_an_index_nothing_is_known)
{
	archive("a");
	project_forget(&p);
	project_write(&p, "state/index/keys", "none");
	compare(true);
	ck_assert_uint_eq(outlook.generation, 0);
	ck_assert(!outlook.none);
	ck_assert_int_eq(recover(true), APAM_OK);
	ck_assert_int_ne(record("a").archived_at, 0);
}
END_TEST

START_TEST(what_is_no_text_is_refused)
{
	archive("a");
	(void)snprintf(saved, sizeof(saved), "\n\nno text");
	saved_n = strlen(saved);
	outlook.size = sizeof(outlook);
	ck_assert_int_eq(
	    apam_registry_compare(p.ctx,
		&(const struct apam_registry_text){
		    sizeof(struct apam_registry_text), saved, saved_n, "x.y" },
		NULL, NULL, &outlook, &err),
	    APAM_E_CONFIG);
	ck_assert_str_eq(err.file, "x.y");
	ck_assert_uint_eq(err.line, 3);
	ck_assert_int_eq(recover(false), APAM_E_CONFIG);
	ck_assert_int_ne(record("a").archived_at, 0);
	outlook.size = 1;
	ck_assert_int_eq(recover(false), APAM_E_USAGE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_recover");
	TCase *tc = tcase_create("key_recover");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_backup_is_the_text);
	tcase_add_test(tc, what_would_change_is_told);
	tcase_add_test(tc, the_outlook_is_of_all_where_the_list_is_stopped);
	tcase_add_test(tc, names_are_looked_for);
	tcase_add_test(tc, what_is_recovered_holds);
	tcase_add_test(tc, what_signs_again_is_tried_anew);
	tcase_add_test(tc, a_change_meanwhile_is_an_error);
	tcase_add_test(tc, without_an_index_nothing_is_known);
	tcase_add_test(tc, what_is_no_text_is_refused);
	return run_suite(suite);
}
