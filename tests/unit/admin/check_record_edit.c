/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/record_edit.c: marks of new records, what may not be
 * registered, and what archiving and restoring leave of a record.
 */
#include "admin/record_edit.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/login_name.h"
#include "keys/record_read.h"
#include "keys/record_write.h"
#include "support/clock.h"
#include "support/run.h"

#define LONG                                                                   \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"     \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"     \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"     \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct key_set set;
static struct apam_error err = APAM_ERROR_INIT;

static void
setup(void)
{
	clock_hasten();
	memset(&set, 0, sizeof(set));
	memset(&err, 0, sizeof(err));
	err.size = sizeof(err);
}

static void
teardown(void)
{
	key_set_free(&set);
}

static struct key_record *
enter(const char *scheme, const char *id, const char *secret)
{
	const struct key_identity key = { scheme, id, apam_str(secret) };

	return key_edit_register(&set, &key, &err);
}

/* ---- Marks --------------------------------------------------------------- */

/* A thousand secrets of one id: each mark is another, and finds its own. */
START_TEST(no_two_marks_are_alike)
{
	char secret[32], marks[1000][APAM_MARK_SIZE];

	for (int i = 0; i < 1000; i++) {
		struct key_record *record;

		(void)snprintf(secret, sizeof(secret), "FAKE-%d", i);
		record = enter("demo", "one", secret);
		ck_assert_msg(record != NULL, "%d: %s", i, err.text);
		key_mark_text(record, marks[i]);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(marks[i], marks[j]);
	}
	ck_assert_ptr_nonnull(enter("demo", "two", "FAKE-1"));
	ck_assert_uint_eq(set.count, 1001);
}
END_TEST

/* The salt is another each time: equal secrets do not show. */
START_TEST(a_mark_is_salted)
{
	const struct key_record *one, *other;

	ck_assert_ptr_nonnull(enter("demo", "one", "FAKE"));
	ck_assert_ptr_nonnull(enter("demo", "two", "FAKE"));
	one = &set.records[0];
	other = &set.records[1];
	ck_assert_int_ne(memcmp(one->salt, other->salt, KEY_SALT_SIZE), 0);
}
END_TEST

/* ---- Registering -------------------------------------------------------- */

START_TEST(a_new_record_is_active)
{
	const int64_t before = clock_unix();
	const struct key_record *record = enter("demo", "one", "FAKE");
	char who[LOGIN_NAME_SIZE];

	login_name(who);
	ck_assert_ptr_nonnull(record);
	ck_assert_str_eq(record->scheme, "demo");
	ck_assert_str_eq(record->id, "one");
	ck_assert_str_eq(record->created_by, who);
	ck_assert_int_ge(record->created_at, before);
	ck_assert_int_le(record->created_at, clock_unix());
	ck_assert_int_eq(record->archived_at, 0);
	ck_assert_str_eq(record->archived_by, "");
	ck_assert_str_eq(record->why, "");
	ck_assert_str_eq(record->description, "");
	ck_assert_uint_eq(record->drops, 0);
}
END_TEST

static const struct {
	const char *id, *why;
} bad_ids[] = {
	{ "", "id: it is empty" },
	{ "a\nb", "control character" },
	{ "a\x7f", "control character" },
	{ "\xff", "UTF-8" },
	{ LONG, "longer than 255" },
};

START_TEST(an_id_that_no_record_can_have)
{
	ck_assert_ptr_null(enter("demo", bad_ids[_i].id, "FAKE"));
	ck_assert_int_eq(err.status, APAM_E_USAGE);
	ck_assert_msg(
	    strstr(err.text, bad_ids[_i].why) != NULL, "%s", err.text);
	ck_assert_uint_eq(set.count, 0);
}
END_TEST

/* ---- Archiving ---------------------------------------------------------- */

START_TEST(archived_and_restored)
{
	struct key_record *record = enter("demo", "one", "FAKE");
	char why[] = "lost", who[LOGIN_NAME_SIZE];
	unsigned char salt[KEY_SALT_SIZE];
	const int64_t before = clock_unix();

	login_name(who);
	record->description = "a key";
	record->drops = 7;
	memcpy(salt, record->salt, sizeof(salt));
	ck_assert_int_eq(key_edit_archive(&set, record, why, &err), APAM_OK);
	memset(why, 'x', sizeof(why));
	ck_assert_int_ge(record->archived_at, before);
	ck_assert_str_eq(record->why, "lost");
	ck_assert_str_eq(record->archived_by, who);
	key_edit_restore(record);
	ck_assert_int_eq(record->archived_at, 0);
	ck_assert_str_eq(record->why, "");
	ck_assert_str_eq(record->archived_by, "");
	ck_assert_uint_eq(record->drops, 8);
	/* The rest stays. */
	ck_assert_str_eq(record->description, "a key");
	ck_assert(record->marked);
	ck_assert_int_eq(memcmp(salt, record->salt, sizeof(salt)), 0);
}
END_TEST

START_TEST(a_reason_may_be_missing)
{
	struct key_record *record = enter("demo", "one", "FAKE");

	ck_assert_int_eq(key_edit_archive(&set, record, NULL, &err), APAM_OK);
	ck_assert_str_eq(record->why, "");
	ck_assert_int_ne(record->archived_at, 0);
}
END_TEST

START_TEST(a_reason_that_no_record_can_have)
{
	struct key_record *record = enter("demo", "one", "FAKE");

	ck_assert_int_eq(
	    key_edit_archive(&set, record, "a\tb", &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "reason: it has a control"));
	ck_assert_int_eq(record->archived_at, 0);
	ck_assert_str_eq(record->why, "");
}
END_TEST

/* What was made of it all is a registry that reads. */
START_TEST(what_is_edited_can_be_written)
{
	struct key_set again;
	struct buf text;
	unsigned line;

	ck_assert_ptr_nonnull(enter("demo", "one", "FAKE"));
	ck_assert_ptr_nonnull(enter("demo", "one", ""));
	ck_assert_ptr_nonnull(enter("demo", "\"quoted\\ \xc3\xa9\"", "FAKE"));
	ck_assert_int_eq(key_edit_archive(&set, &set.records[1], "x", &err), 0);
	buf_init(&text, KEY_FILE_MAX);
	ck_assert(key_set_write(&set, &text));
	ck_assert_ptr_null(key_set_read(buf_view(&text), &again, &line));
	ck_assert_uint_eq(again.count, 3);
	ck_assert_int_ne(again.records[1].archived_at, 0);
	ck_assert_ptr_null(strstr(buf_view(&text).p, "FAKE"));
	key_set_free(&again);
	buf_free(&text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("key_edit");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, no_two_marks_are_alike);
	tcase_add_test(t, a_mark_is_salted);
	tcase_add_test(t, a_new_record_is_active);
	tcase_add_loop_test(t, an_id_that_no_record_can_have, 0, ROWS(bad_ids));
	tcase_add_test(t, archived_and_restored);
	tcase_add_test(t, a_reason_may_be_missing);
	tcase_add_test(t, a_reason_that_no_record_can_have);
	tcase_add_test(t, what_is_edited_can_be_written);
	suite_add_tcase(s, t);
	return run_suite(s);
}
