/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/secret_readers.c: who may read files of these owners,
 * groups and modes.  Users and groups that the system does not know are numbers
 * here.
 */
#include "keys/secret_readers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "support/run.h"

#define SERVICE 65533
#define VILLAIN 65532

static const struct {
	const char *name;
	struct key_readers readers;
	bool root, service, villain;
	const char *untold; /* where only the villain has a directory */
} rows[] = {
	{ "root's", { .count = 1, .files = { { 0, 0, 0100600 } } }, true, false,
	    false, "" },
	{ "root's, for its group",
	    { .count = 1, .files = { { 0, 0, 0100640 } } }, true, false, false,
	    "" },
	{ "a user's", { .count = 1, .files = { { SERVICE, 0, 0100600 } } },
	    true, true, false, "user 65533" },
	{ "not even its owner",
	    { .count = 1, .files = { { SERVICE, 0, 0100200 } } }, true, false,
	    false, "user 65533" },
	/* Whose groups are not known may be in it. */
	{ "a group's", { .count = 1, .files = { { 0, SERVICE, 0100640 } } },
	    true, true, true, "group 65533" },
	{ "the group of one with a directory",
	    { .count = 1, .files = { { 0, VILLAIN, 0100640 } } }, true, true,
	    true, "" },
	{ "both are needed",
	    { .count = 2,
		.files = { { SERVICE, 0, 0100600 }, { 0, 0, 0100600 } } },
	    true, false, false, "user 65533" },
	{ "none", { .unsure = true }, true, true, true, "" },
};

static bool
has(void *arg, unsigned long uid)
{
	(void)arg;
	return uid == VILLAIN;
}

START_TEST(who_may_read)
{
	const struct key_readers *r = &rows[_i].readers;
	char who[KEY_READER_WHO];

	ck_assert_msg(
	    key_readers_include(r, 0) == rows[_i].root, "%s", rows[_i].name);
	ck_assert_msg(key_readers_include(r, SERVICE) == rows[_i].service, "%s",
	    rows[_i].name);
	ck_assert_msg(key_readers_include(r, VILLAIN) == rows[_i].villain, "%s",
	    rows[_i].name);
	ck_assert(key_readers_untold(r, has, NULL, who) ==
	    (rows[_i].untold[0] != '\0'));
	ck_assert_str_eq(who, rows[_i].untold);
	for (int i = 0; i < ROWS(rows); i++)
		ck_assert(key_readers_same(r, &rows[i].readers) == (i == _i));
}
END_TEST

static const struct apam_option members[] = {
	{ .name = "inner", .type = APAM_OPT_SECRET },
};
static const struct apam_option options[] = {
	{ .name = "id", .type = APAM_OPT_STRING },
	{ .name = "secret", .type = APAM_OPT_SECRET },
	{ .name = "more",
	    .type = APAM_OPT_GROUP,
	    .members = members,
	    .member_count = 1 },
};
static const struct option_table table = { options, sizeof(options[0]), 3 };

START_TEST(the_files_of_secrets_are_found)
{
	char path[] = "/tmp/apam-reader-XXXXXX", ref[64];
	const int fd = mkstemp(path);
	struct apam_value inner = { .set = true }, values[3] = { { 0 } };
	struct key_readers readers = { .count = 0 };

	ck_assert_int_ge(fd, 0);
	(void)snprintf(ref, sizeof(ref), "file:%s", path);
	values[0].set = values[1].set = values[2].set = true;
	values[0].str = APAM_STR("file:/not/a/secret");
	values[1].str = inner.str = apam_str(ref);
	values[2].members = &inner;
	key_readers_add(&readers, &table, values);
	ck_assert(!readers.unsure);
	ck_assert_uint_eq(readers.count, 2);
	ck_assert_uint_eq(readers.files[1].uid, geteuid());
	ck_assert_uint_eq(readers.files[1].mode & 0777, 0600);
	ck_assert_int_eq(unlink(path), 0);
	key_readers_add(&readers, &table, values);
	ck_assert(readers.unsure);
	readers.unsure = false;
	values[1].str = inner.str = APAM_STR("env:X");
	key_readers_add(&readers, &table, values);
	ck_assert(readers.unsure);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_reader");
	TCase *tc = tcase_create("key_reader");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, who_may_read, 0, ROWS(rows));
	tcase_add_test(tc, the_files_of_secrets_are_found);
	return run_suite(suite);
}
