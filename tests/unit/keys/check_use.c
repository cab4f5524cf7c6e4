/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/use.c: of all notes those of one key, and why there may be
 * none.  check_key_list.c has what several users say.
 */
#include "keys/use.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"

static char base[64];
static bool user; /* user mode, where the tests are not run by root */

static void
setup(void)
{
	user = geteuid() != 0;
	(void)snprintf(base, sizeof(base), "/tmp/apam-use-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(chmod(base, 0755), 0);
}

static void
teardown(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(system(command), 0);
}

static void
note(enum key_note_kind kind, const char *mark, int64_t at)
{
	struct key_note n = { .at = at, .state = APAM_KEY_REVOKED };

	key_note_key("demo", "one", mark, n.key);
	(void)snprintf(n.program, sizeof(n.program), "prog-%d", (int)at);
	(void)snprintf(n.evidence, sizeof(n.evidence), "why-%d", (int)at);
	ck_assert(key_note_write(base, user, kind, &n));
}

static bool
find(const char *mark, bool alone, struct key_use *use)
{
	const struct key_used key = { "demo", "one", mark, alone, NULL };
	struct key_notes notes;
	bool found;

	key_notes_read(&notes, base, user);
	ck_assert(!notes.failed);
	found = key_use_find(&notes, &key, use);
	key_notes_free(&notes);
	return found;
}

START_TEST(a_key_finds_its_notes)
{
	struct key_use use;

	ck_assert(!find("", true, &use));
	note(KEY_NOTE_USED, "00ff", 1000);
	note(KEY_NOTE_CHECKED, "00ff", 2000);
	ck_assert(!find("", true, &use));
	ck_assert(!find("1111", true, &use));
	ck_assert(find("00ff", true, &use));
	ck_assert_int_eq(use.used_at, 1000);
	ck_assert_str_eq(use.used_by, "prog-1000");
	ck_assert_uint_eq(use.used_uid, geteuid());
	ck_assert_int_eq(use.checked_at, 2000);
	ck_assert_int_eq(use.state, APAM_KEY_REVOKED);
	ck_assert_str_eq(use.evidence, "why-2000");
}
END_TEST

#define GOOD_ONE "00112233445566778899aabbccddeeff0011"
#define OTHER_ONE "ffeeddccbbaa99887766554433221100ffff"

static const struct {
	enum apam_key_state state;
	const char *seen, *about;
	bool counts;
} abouts[] = {
	{ APAM_KEY_REJECTED, "", OTHER_ONE, true },
	{ APAM_KEY_REJECTED, GOOD_ONE, OTHER_ONE, false },
	{ APAM_KEY_REJECTED, GOOD_ONE, "", false },
	{ APAM_KEY_REJECTED, GOOD_ONE, GOOD_ONE, true },
	{ APAM_KEY_REVOKED, GOOD_ONE, GOOD_ONE, true },
	{ APAM_KEY_GOOD, GOOD_ONE, OTHER_ONE, true },
};

/* A wrong secret under the id of a key that is good. */
START_TEST(another_secret_is_not_the_key)
{
	struct key_note n = { .at = 1000, .state = abouts[_i].state };
	struct key_use use;

	key_note_key("demo", "one", "", n.key);
	(void)snprintf(n.program, sizeof(n.program), "prog");
	(void)snprintf(n.evidence, sizeof(n.evidence), "the answer");
	(void)snprintf(n.seen, sizeof(n.seen), "%s", abouts[_i].seen);
	(void)snprintf(n.about, sizeof(n.about), "%s", abouts[_i].about);
	ck_assert(key_note_write(base, user, KEY_NOTE_CHECKED, &n));
	ck_assert(find("", true, &use));
	ck_assert_int_eq(use.checked_at, 1000);
	ck_assert_int_eq(
	    use.state, abouts[_i].counts ? abouts[_i].state : APAM_KEY_UNKNOWN);
	ck_assert_str_eq(use.evidence,
	    abouts[_i].counts ?
		"the answer" :
		"another secret of this id was refused: the answer");
}
END_TEST

/* What was noted before a key had a mark is its own, if no other has its id. */
START_TEST(notes_without_a_mark)
{
	struct key_use use;

	note(KEY_NOTE_USED, "", 1000);
	ck_assert(!find("00ff", false, &use));
	ck_assert(find("00ff", true, &use));
	ck_assert_int_eq(use.used_at, 1000);
	note(KEY_NOTE_USED, "00ff", 3000);
	ck_assert(find("00ff", true, &use));
	ck_assert_int_eq(use.used_at, 3000);
}
END_TEST

START_TEST(why_a_use_may_be_missed)
{
	struct key_readers mine = { .count = 1,
		.files = { { geteuid(), 0, 0100600 } } };
	struct key_readers theirs = { .count = 1,
		.files = { { 65533, 0, 0100600 } } };
	struct key_readers any = { .unsure = true };
	struct key_users users;

	note(KEY_NOTE_USED, "", 1000);
	key_users_find(&users, base, user);
	ck_assert(users.all);
	ck_assert_str_eq(key_use_missed(&mine, &users), "");
	ck_assert_str_eq(key_use_missed(&mine, &users), "");
	ck_assert_str_eq(key_use_missed(NULL, &users), "no profile names it");
	ck_assert_ptr_nonnull(
	    strstr(key_use_missed(&any, &users), "is not known"));
	ck_assert_ptr_nonnull(
	    strstr(key_use_missed(&theirs, &users), "user 65533 may read"));
	users.all = false;
	ck_assert_ptr_nonnull(
	    strstr(key_use_missed(&mine, &users), "only root"));
	key_users_free(&users);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_use");
	TCase *tc = tcase_create("key_use");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_key_finds_its_notes);
	tcase_add_test(tc, notes_without_a_mark);
	tcase_add_loop_test(tc, another_secret_is_not_the_key, 0,
	    (int)(sizeof(abouts) / sizeof(abouts[0])));
	tcase_add_test(tc, why_a_use_may_be_missed);
	return run_suite(suite);
}
