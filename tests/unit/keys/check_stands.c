/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/stands.c: which record stands for a key, when its secret
 * is asked for, and which of several counts, in a set as in its index.
 */
#define _GNU_SOURCE
#include "keys/stands.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/index.h"
#include "support/no_hash.h"
#include "support/run.h"

static struct key_set set;

static void
teardown(void)
{
	key_set_free(&set);
}

/* Adds a record of "demo", "one"; without a mark where `secret` is NULL. */
static struct key_record *
add(const char *secret, int64_t archived_at)
{
	struct key_record r = { .scheme = "demo",
		.id = "one",
		.marked = secret != NULL,
		.archived_at = archived_at,
		.archived_by = "root",
		.why = "" };

	struct apam_error err = APAM_ERROR_INIT;

	memset(r.salt, (int)set.count + 1, sizeof(r.salt));
	if (r.marked)
		ck_assert_int_eq(key_mark(&(struct key_identity){ "demo", "one",
					      apam_str(secret) },
				     r.salt, r.mark, &err),
		    APAM_OK);
	return key_set_add(&set, &r);
}

/* ---- One record ---------------------------------------------------------- */

static const struct {
	const char *name, *scheme, *id, *secret;
	enum key_stands marked, any; /* the record with a mark, without one */
} keys[] = {
	{ "itself", "demo", "one", "FAKE-1", KEY_STANDS, KEY_STANDS },
	{ "another secret", "demo", "one", "FAKE-2", KEY_STANDS_NOT,
	    KEY_STANDS },
	{ "an empty secret", "demo", "one", "", KEY_STANDS_NOT, KEY_STANDS },
	{ "a secret that cannot be read", "demo", "one", NULL,
	    KEY_STANDS_UNSURE, KEY_STANDS },
	{ "another id", "demo", "on", "FAKE-1", KEY_STANDS_NOT,
	    KEY_STANDS_NOT },
	{ "another case", "demo", "One", "FAKE-1", KEY_STANDS_NOT,
	    KEY_STANDS_NOT },
	{ "another scheme", "dem", "one", "FAKE-1", KEY_STANDS_NOT,
	    KEY_STANDS_NOT },
	{ "another id, unread", "demo", "on", NULL, KEY_STANDS_NOT,
	    KEY_STANDS_NOT },
	{ "no id", "demo", "", "FAKE-1", KEY_STANDS_NOT, KEY_STANDS_NOT },
};

static int asked;

static bool
give(void *arg, struct apam_str *secret)
{
	asked++;
	*secret = apam_str(arg);
	return arg != NULL;
}

START_TEST(a_record_stands_for_a_key)
{
	const struct key_record *marked = add("FAKE-1", 0), *any;
	const struct key_asked key = { .key = { keys[_i].scheme, keys[_i].id,
					   { NULL, 0 } },
		.read = give,
		.arg = (void *)(uintptr_t)keys[_i].secret };
	const struct key_asked at_hand = { .key = { keys[_i].scheme,
					       keys[_i].id,
					       apam_str(keys[_i].secret) } };

	asked = 0;
	ck_assert_ptr_nonnull(marked);
	ck_assert_msg(key_record_stands(marked, &key) == keys[_i].marked,
	    "%s: marked", keys[_i].name);
	/* A secret is asked for if scheme and id are the same, and not else. */
	ck_assert_int_eq(asked, keys[_i].any == KEY_STANDS);
	if (keys[_i].secret != NULL)
		ck_assert_int_eq(
		    key_record_stands(marked, &at_hand), keys[_i].marked);
	key_set_free(&set);
	any = add(NULL, 0);
	ck_assert_ptr_nonnull(any);
	ck_assert_msg(key_record_stands(any, &key) == keys[_i].any, "%s: any",
	    keys[_i].name);
	ck_assert_int_le(asked, 1);
}
END_TEST

/* Where nothing can be hashed: false if it is wrong somewhere. */
static bool
is_unsure(void)
{
	const unsigned char salt[KEY_SALT_SIZE] = { 1 };
	const unsigned char mark[KEY_MARK_SIZE] = { 0 };
	struct key_claim claim = { true, salt, mark };
	struct apam_error failed = APAM_ERROR_INIT;
	const struct key_asked key = {
		.key = { "demo", "one", { "FAKE-1", 6 } }, .failed = &failed
	};

	if (key_claim_stands(&claim, &key) != KEY_STANDS_UNSURE ||
	    failed.status != APAM_E_INTERNAL ||
	    strstr(failed.text, "no SHA-256") == NULL)
		return false;
	claim.marked = false;
	return key_claim_stands(&claim, &key) == KEY_STANDS;
}

/*
 * What cannot be compared is not taken for another key.  In a child, as there is
 * no hashing from then on; and the first test, as there must have been none.
 */
START_TEST(what_cannot_be_hashed_is_unsure)
{
	int status;
	const pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		no_hash();
		_exit(is_unsure() ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* ---- One of several ------------------------------------------------------ */

/* Each record of three is one of these, and active or archived. */
static const char *const secrets[] = { NULL, "FAKE-1", "FAKE-2" };
#define STATES 6 /* of a record */

static const struct key_asked one = { .key = {
					  "demo", "one", { "FAKE-1", 6 } } };

/* As programs that sign find it: in the index. */
static bool
choose(void *arg, const struct key_index_slot *slot)
{
	struct key_index_slot *found = arg;
	const struct key_claim claim = { slot->marked != 0, slot->salt,
		slot->mark };

	if (key_claim_stands(&claim, &one) == KEY_STANDS &&
	    (found->drops == 0 ||
		key_counts_before(found->archived_at, slot->archived_at)))
		*found = *slot;
	return true;
}

static bool
is_archived_in_index(void)
{
	struct key_index_slot found = { .drops = 0 };
	unsigned char hash[KEY_HASH_SIZE];
	struct key_index_head head;
	struct buf bytes;
	int fd = memfd_create("index", MFD_CLOEXEC);

	buf_init(&bytes, KEY_INDEX_MAX);
	set.is = (struct key_text){ .generation = 1 };
	ck_assert(key_index_make(&set, &set.is, &bytes));
	ck_assert_int_eq(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	ck_assert_int_eq(key_index_read(fd, &head), 0);
	key_hash("demo", APAM_STR("one"), hash);
	ck_assert_int_eq(key_index_find(fd, &head, hash, choose, &found), 0);
	buf_free(&bytes);
	(void)close(fd);
	return found.archived_at != 0;
}

/* What the rule comes to, by hand. */
static bool
ought_to_be_archived(void)
{
	for (size_t i = 0; i < set.count; i++) {
		const struct key_record *r = &set.records[i];

		if (r->archived_at != 0 &&
		    key_record_stands(r, &one) == KEY_STANDS)
			return true;
	}
	return false;
}

START_TEST(an_archived_one_counts_first)
{
	const int states[] = { _i % STATES, _i / STATES % STATES,
		_i / STATES / STATES };
	const struct key_record *found;

	for (size_t i = 0; i < 3; i++) {
		const char *secret = secrets[states[i] / 2];
		struct key_record *r = add(secret, states[i] % 2 * 7);

		ck_assert_ptr_nonnull(r);
		r->drops = 1;
	}
	found = key_set_find(&set, &one);
	ck_assert_int_eq(
	    found != NULL && found->archived_at != 0, ought_to_be_archived());
	ck_assert_int_eq(is_archived_in_index(), ought_to_be_archived());
	ck_assert(
	    found == NULL || key_record_stands(found, &one) == KEY_STANDS);
}
END_TEST

START_TEST(the_first_of_equals_counts)
{
	const struct key_record *first;

	(void)add("FAKE-2", 0);
	(void)add("FAKE-1", 0);
	(void)add(NULL, 0);
	first = &set.records[1];
	ck_assert_ptr_eq(key_set_find(&set, &one), first);
	set.records[2].archived_at = 7;
	ck_assert_ptr_eq(key_set_find(&set, &one), &set.records[2]);
	set.records[1].archived_at = 7;
	ck_assert_ptr_eq(key_set_find(&set, &one), first);
	set.records[0].archived_at = 7;
	ck_assert_ptr_eq(key_set_find(&set, &one), first);
	key_set_free(&set);
	ck_assert_ptr_null(key_set_find(&set, &one));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stands");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, what_cannot_be_hashed_is_unsure);
	tcase_add_loop_test(tc, a_record_stands_for_a_key, 0, ROWS(keys));
	tcase_add_loop_test(
	    tc, an_archived_one_counts_first, 0, STATES * STATES * STATES);
	tcase_add_test(tc, the_first_of_equals_counts);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
