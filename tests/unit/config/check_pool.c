/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/pool.c: libconfig and jansson in pools of every size, the
 * bound that core/config/syntax.h has for them, and what libconfig may not do
 * to its host.
 */
#define _XOPEN_SOURCE 700 /* newlocale */
#include "base/pool.h"

#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitizer.h"
#include "config/syntax.h"
#include "support/run.h"

#define TEXT_SIZE (CONF_FILE_MAX + 1)

static char text[TEXT_SIZE];

struct parsing {
	config_t tree;
	int ok;
};

static void
parse_text(void *arg)
{
	struct parsing *parsing = arg;

	config_init(&parsing->tree);
	parsing->ok = config_read_string(&parsing->tree, text);
}

/* Allocates without end. */
static void
parse_for_ever(void *arg)
{
	for (;;)
		parse_text(arg);
}

/* Longer than the buffer that jansson begins with, with escapes. */
#define LONG_NAME "a name of more than sixteen bytes, and of more than 32"

struct loading {
	json_t *root;
};

static void
load_text(void *arg)
{
	static const char json[] =
	    "{\"" LONG_NAME "\": \"" LONG_NAME "\\\"" LONG_NAME "\", \"n\":"
	    " [12345678901234567, 1.2345678901234567e1]}";
	struct loading *loading = arg;

	loading->root = json_loadb(json, sizeof(json) - 1, 0, NULL);
}

/* ---- The bound -------------------------------------------------------- */

/* Texts whose settings are as short as the guard lets them be. */
static const struct {
	const char *head, *unit, *tail;
} dense[] = {
	{ "a=(1", ",1", ")" },
	{ "a=[1", ",1", "]" },
	{ "a=(\"\"", ",\"\"", ")" },
	{ "a=({}", ",{}", ")" },
	{ "a=({b=1}", ",{b=1}", ")" },
	{ "a=({b=\"\"}", ",{b=\"\"}", ")" },
	{ "a=((1)", ",(1)", ")" },
	{ "a=(((((((((((((((()))))))))))))))",
	    ",((((((((((((((()))))))))))))))", ")" },
	{ "a=((((((((((((((((1)))))))))))))))",
	    ",(((((((((((((((1)))))))))))))))", ")" },
	{ "a=({b={b={b={b={b={b={b={b={b={b={b={b={b={b={}}}}}}}}}}}}}}}",
	    ",{b={b={b={b={b={b={b={b={b={b={b={b={b={b={}}}}}}}}}}}}}}}",
	    ")" },
	{ "a=\"", "\\\\", "\"" },
	{ "a=", "\"\"", "" },
	{ "#", "a", "\n" },
};

static size_t
fill(size_t row, size_t max)
{
	const size_t unit = strlen(dense[row].unit);
	size_t n = strlen(dense[row].head);

	memcpy(text, dense[row].head, n);
	while (n + unit + strlen(dense[row].tail) <= max) {
		memcpy(text + n, dense[row].unit, unit);
		n += unit;
	}
	memcpy(text + n, dense[row].tail, strlen(dense[row].tail) + 1);
	return n + strlen(dense[row].tail);
}

static void
check_bound(size_t row, size_t n)
{
	struct problems all = { 0 };
	struct apam_str view = { text, n };
	struct conf *conf;
	size_t used;

	ck_assert_msg(conf_guard("f", view, &all), "%s: %s", dense[row].head,
	    all.first.text);
	conf = conf_parse("f", view, &all);
	ck_assert_msg(conf != NULL, "%s: %s", dense[row].head, all.first.text);
	used = pool_used(conf->pool);
	conf_free(&conf);
	ck_assert_msg(used < CONF_POOL_MOST(n) * 3 / 4, "%s: %zu of %zu",
	    dense[row].head, used, (size_t)CONF_POOL_MOST(n));
}

START_TEST(no_text_needs_more_than_the_bound)
{
	for (size_t max = 80; max <= CONF_FILE_MAX; max = max * 3 / 2)
		check_bound((size_t)_i, fill((size_t)_i, max));
	check_bound((size_t)_i, fill((size_t)_i, CONF_FILE_MAX));
}
END_TEST

/* ---- A pool that is too small ----------------------------------------- */

#define PROFILE                                                                \
	"origins = [ \"https://a.example\", \"https://b.example\" ];\n"        \
	"auth = ( { scheme = \"x\"; n = 5; m = 12345678901L; b = true;\n"      \
	"  map = { one = \"1\" \"2\"; two = 0x10; }; l = ( [1], (), {} ); } );"

START_TEST(libconfig_lives_in_a_pool_of_any_size)
{
	struct pool *pool;
	struct parsing parsing;
	enum pool_end end = POOL_LEFT;
	unsigned left = 0;

	(void)snprintf(text, sizeof(text), "%s", PROFILE);
	for (size_t size = 0; end != POOL_DONE; size += 8) {
		end = pool_run(&pool, size, size, parse_text, &parsing);
		ck_assert_int_ne(end, POOL_NO_MEMORY);
		left += end == POOL_LEFT;
	}
	ck_assert_int_eq(parsing.ok, CONFIG_TRUE);
	pool_free(&pool);
	ck_assert_ptr_null(pool);
	ck_assert_uint_gt(left, 100);
}
END_TEST

START_TEST(jansson_lives_in_a_pool_of_any_size)
{
	struct pool *pool;
	struct loading loading;
	enum pool_end end = POOL_LEFT;
	unsigned left = 0;

	for (size_t size = 0; end != POOL_DONE; size += 8) {
		end = pool_run(&pool, size, size, load_text, &loading);
		ck_assert_int_ne(end, POOL_NO_MEMORY);
		left += end == POOL_LEFT;
	}
	ck_assert_str_eq(
	    json_string_value(json_object_get(loading.root, LONG_NAME)),
	    LONG_NAME "\"" LONG_NAME);
	pool_free(&pool);
	ck_assert_uint_gt(left, 50);
}
END_TEST

START_TEST(a_pool_that_is_used_up_ends_the_call)
{
	struct pool *pool;
	struct parsing parsing;

	(void)snprintf(text, sizeof(text), "%s", PROFILE);
	ck_assert_int_eq(
	    pool_run(&pool, 1000, 100000, parse_for_ever, &parsing), POOL_LEFT);
	ck_assert_ptr_null(pool);
}
END_TEST

START_TEST(the_second_block_is_the_larger_one)
{
	struct pool *pool;
	struct parsing parsing;

	(void)snprintf(text, sizeof(text), "%s", PROFILE);
	ck_assert_int_eq(
	    pool_run(&pool, 16, 100000, parse_text, &parsing), POOL_DONE);
	ck_assert_uint_gt(pool_used(pool), 16);
	pool_free(&pool);
}
END_TEST

START_TEST(no_memory_is_told_from_too_little)
{
	struct pool *pool;
	struct parsing parsing;

	ck_assert_int_eq(
	    pool_run(&pool, SIZE_MAX, SIZE_MAX, parse_text, &parsing),
	    POOL_NO_MEMORY);
	ck_assert_ptr_null(pool);
	ck_assert_int_eq(pool_run(&pool, 16, SIZE_MAX, parse_text, &parsing),
	    POOL_NO_MEMORY);
	ck_assert_ptr_null(pool);
	pool_free(&pool);
}
END_TEST

/* Outside of a call the libraries allocate as anybody. */
START_TEST(what_is_made_outside_is_freed_outside)
{
	json_t *root = json_pack("{s:[s, i]}", "name", LONG_NAME, 1);
	char *dumped = json_dumps(root, JSON_COMPACT);

	ck_assert_str_eq(dumped, "{\"name\":[\"" LONG_NAME "\",1]}");
	free(dumped);
	json_decref(root);
}
END_TEST

static const char *made; /* in a pool that is freed since */

static void
make_a_secret(void *arg)
{
	(void)arg;
	made = json_string_value(json_string("fake-secret"));
}

/*
 * The freed block is got back from the allocator: in one that keeps what is
 * freed, as a sanitizer's, nothing is found.
 */
START_TEST(what_is_freed_was_wiped)
{
	const size_t most = 20000, at = sizeof("fake-secret");
	struct pool *pool;
	char *block;
	bool found = false;

	ck_assert_int_eq(
	    pool_run(&pool, 5000, 5000, make_a_secret, NULL), POOL_DONE);
	ck_assert_str_eq(made, "fake-secret");
	pool_free(&pool);
	for (size_t size = 5000; size < most && !found; size += 16) {
		block = malloc(size);
		found = made > block && made + at < block + size;
		ck_assert(!found || memcmp(made, "fake-secret", at) != 0);
		free(block);
	}
#ifndef SANITIZES_ADDRESSES
	ck_assert(found);
#endif
}
END_TEST

/* ---- What libconfig may not do ---------------------------------------- */

/* Without a guard before it: libconfig 1.5 ends the process after these. */
static const char *const including[] = {
	"@include \".\"\n",
	"@include \"/etc/hostname\"\n",
	"@include \"/nowhere\"\n",
};

START_TEST(libconfig_opens_no_file_and_ends_no_process)
{
	struct pool *pool;
	struct parsing parsing;

	(void)snprintf(text, sizeof(text), "%s", including[_i]);
	ck_assert(
	    pool_run(&pool, 50000, 50000, parse_text, &parsing) != POOL_DONE ||
	    parsing.ok != CONFIG_TRUE);
	pool_free(&pool);
}
END_TEST

START_TEST(the_threads_locale_stays)
{
	const locale_t own = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	struct pool *pool;
	struct parsing parsing;

	ck_assert(own != (locale_t)0);
	(void)uselocale(own);
	(void)snprintf(text, sizeof(text), "a = 1;\n");
	ck_assert_int_eq(
	    pool_run(&pool, 50000, 50000, parse_text, &parsing), POOL_DONE);
	ck_assert(uselocale((locale_t)0) == own);
	pool_free(&pool);
	ck_assert_int_eq(
	    pool_run(&pool, 50000, 50000, parse_for_ever, &parsing), POOL_LEFT);
	ck_assert(uselocale((locale_t)0) == own);
	(void)uselocale(LC_GLOBAL_LOCALE);
	freelocale(own);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pool");
	TCase *tc = tcase_create("pool");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, no_text_needs_more_than_the_bound, 0, ROWS(dense));
	tcase_add_test(tc, libconfig_lives_in_a_pool_of_any_size);
	tcase_add_test(tc, jansson_lives_in_a_pool_of_any_size);
	tcase_add_test(tc, a_pool_that_is_used_up_ends_the_call);
	tcase_add_test(tc, the_second_block_is_the_larger_one);
	tcase_add_test(tc, no_memory_is_told_from_too_little);
	tcase_add_test(tc, what_is_freed_was_wiped);
	tcase_add_test(tc, what_is_made_outside_is_freed_outside);
	tcase_add_loop_test(tc, libconfig_opens_no_file_and_ends_no_process, 0,
	    ROWS(including));
	tcase_add_test(tc, the_threads_locale_stays);
	return run_suite(suite);
}
