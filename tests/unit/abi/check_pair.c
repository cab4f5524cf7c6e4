/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/pair.c alone: what can be named, what is kept, and memory
 * that runs out at any point.  What is sent is tests/live/check_pair_live.c's.
 */
#include "abi/pair.h"

#include "base/error.h"
#include "base/secmem.h"
#include "crypto/key.h"
#include "support/fail_alloc.h"
#include "support/project.h"
#include "support/run.h"

static struct project project;
static struct apam_error err;
static struct pair_cache cache;
static struct apam_key *key;
static int live;

static void
setup(void)
{
	error_init(&err);
	live = secmem_live();
	project_make(&project);
	project_write(&project, "a.pem", "FAKE certificate\n");
	project_secret(&project, "a.key", "FAKE key\n");
	project_secret(&project, "b.key", "FAKE other key\n");
	ck_assert_int_eq(key_generate(APAM_KIND_EC_P256, &key, &err), APAM_OK);
	pair_cache_init(&cache);
}

static void
teardown(void)
{
	pair_cache_free(&cache);
	key_drop(&key);
	project_remove(&project);
	ck_assert_int_eq(secmem_live(), live);
}

/* A certificate, and a key in that file; NULL: the handle. */
static struct pair_source *
source_of(const char *key_file)
{
	struct apam_certificate named = { .size = sizeof(named) };
	char file[128], in[128];

	named.file = apam_str(strcpy(file, project_path(&project, "a.pem")));
	if (key_file == NULL)
		named.key = key;
	else
		named.key_file = apam_str(
		    strcpy(in, project_path(&project, key_file)));
	named.passphrase = APAM_STR("FAKE passphrase");
	return pair_source_new(&named);
}

static struct pair *
get(const struct pair_source *source)
{
	error_clear(&err);
	return pair_get(&cache, source, true, &err);
}

/* ---- What is kept -------------------------------------------------------- */

START_TEST(the_last_one_is_kept)
{
	struct pair_source *a = source_of("a.key"), *b = source_of("b.key");
	struct pair *one = get(a), *again = get(a), *other = get(b);

	ck_assert_msg(one != NULL && other != NULL, "%s", err.text);
	ck_assert_ptr_eq(one, again);
	ck_assert_ptr_ne(one, other);
	ck_assert_uint_ne(one->pub.version, other->pub.version);
	ck_assert_str_eq(one->pub.key.p, "FAKE key\n");
	ck_assert_str_eq(other->pub.key.p, "FAKE other key\n");
	/* What others hold is not gone with the cache. */
	pair_release(&again);
	again = get(a);
	ck_assert_ptr_ne(one, again);
	ck_assert_str_eq(one->pub.passphrase, "FAKE passphrase");
	pair_release(&again);
	pair_release(&other);
	pair_release(&one);
	pair_source_free(&b);
	pair_source_free(&a);
}
END_TEST

START_TEST(what_cannot_be_read_changes_nothing)
{
	struct pair_source *a = source_of("a.key"), *c = source_of("c.key");
	struct pair *one = get(a), *again;

	ck_assert_msg(one != NULL, "%s", err.text);
	ck_assert_ptr_null(get(c));
	ck_assert_int_eq(err.status, APAM_E_CONFIG);
	again = get(a);
	ck_assert_ptr_eq(one, again);
	pair_release(&again);
	pair_release(&one);
	pair_source_free(&c);
	pair_source_free(&a);
}
END_TEST

static const struct {
	const char *name;
	struct apam_str file, key_file;
	bool handle;
	const char *why;
} named[] = {
	{ "a file and a key's", { "/a", 2 }, { "/b", 2 }, false, NULL },
	{ "a file and a handle", { "/a", 2 }, { "", 0 }, true, NULL },
	{ "no file", { "", 0 }, { "/b", 2 }, false, "has a file, and a key" },
	{ "no key", { "/a", 2 }, { "", 0 }, false, "has a file, and a key" },
	{ "two keys", { "/a", 2 }, { "/b", 2 }, true, "has a file, and a key" },
	{ "a NUL", { "/a", 2 }, { "/b\0c", 4 }, false, "have a NUL" },
};

START_TEST(what_can_be_named)
{
	const struct apam_certificate from = { .size = sizeof(from),
		.file = named[_i].file,
		.key_file = named[_i].key_file,
		.key = named[_i].handle ? key : NULL };
	struct pair_source *source = pair_source_new(&from);
	const char *why = pair_source_problem(source);

	ck_assert_msg((why == NULL) == (named[_i].why == NULL), "%s: %s",
	    named[_i].name, why == NULL ? "taken" : why);
	if (why != NULL)
		ck_assert_msg(strstr(why, named[_i].why) != NULL, "%s: %s",
		    named[_i].name, why);
	pair_source_free(&source);
	ck_assert_ptr_null(source);
}
END_TEST

/* ---- Memory -------------------------------------------------------------- */

/* Let allocation `n` fail, of both kinds of memory in turn. */
static void
fail_after(bool secret, int n)
{
	if (secret)
		secmem_fail_after(n);
	else
		allocations_left = n;
}

/* Rows: a key in a file or a handle; ordinary memory or secret memory. */
START_TEST(memory_that_runs_out_is_told)
{
	const bool secret = _i >= 2;
	struct pair_source *source = source_of(_i % 2 == 0 ? "a.key" : NULL);
	struct pair *p = NULL;
	int n;

	for (n = 0; p == NULL && n < 100; n++) {
		fail_after(secret, n);
		p = get(source);
		secmem_fail_after(-1);
		(void)allocation_failed();
		ck_assert_msg(p != NULL || err.status == APAM_E_MEMORY,
		    "%d: %s", n, err.text);
		ck_assert_ptr_eq(p, cache.pair);
	}
	ck_assert_msg(p != NULL, "it needs more than %d", n);
	ck_assert_int_gt(n, 2);
	ck_assert_ptr_nonnull(strstr(p->pub.certificate.p, "FAKE certificate"));
	ck_assert_uint_gt(p->pub.key.n, 0);
	pair_release(&p);
	pair_source_free(&source);
}
END_TEST

START_TEST(a_source_that_lacks_memory_is_none)
{
	const bool secret = _i == 1;
	struct pair_source *source = NULL;
	int n;

	for (n = 0; source == NULL && n < 100; n++) {
		fail_after(secret, n);
		source = source_of("a.key");
		secmem_fail_after(-1);
		(void)allocation_failed();
	}
	ck_assert_ptr_nonnull(source);
	ck_assert_int_gt(n, 1);
	ck_assert_ptr_null(pair_source_problem(source));
	pair_source_free(&source);
}
END_TEST

/* A file that could not be noted is read anew, and not taken as unchanged. */
START_TEST(a_file_that_was_not_noted_is_read_anew)
{
	struct pair_source *source = source_of("a.key");
	struct pair *one = get(source), *again;

	ck_assert_ptr_nonnull(one);
	one->files.failed = true;
	atomic_store(&one->check_at, 0);
	again = get(source);
	ck_assert_ptr_nonnull(again);
	ck_assert_ptr_ne(one, again);
	pair_release(&again);
	pair_release(&one);
	pair_source_free(&source);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pair");
	TCase *tc = tcase_create("pair");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_last_one_is_kept);
	tcase_add_test(tc, what_cannot_be_read_changes_nothing);
	tcase_add_loop_test(tc, what_can_be_named, 0, ROWS(named));
	tcase_add_loop_test(tc, memory_that_runs_out_is_told, 0, 4);
	tcase_add_loop_test(tc, a_source_that_lacks_memory_is_none, 0, 2);
	tcase_add_test(tc, a_file_that_was_not_noted_is_read_anew);
	return run_suite(suite);
}
