/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/conf_pool.c: libconfig in pools of every size, the bound that
 * core/conf.h has for them, and what libconfig may not do to its host.
 */
#define _XOPEN_SOURCE 700 /* newlocale */
#include "../core/conf_pool.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/conf.h"
#include "run.h"

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
	used = conf_pool_used(conf->pool);
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
	struct conf_pool *pool;
	struct parsing parsing;
	unsigned left = 0;
	bool whole = false;

	(void)snprintf(text, sizeof(text), "%s", PROFILE);
	for (size_t size = 0; !whole; size += 8) {
		pool = conf_pool_new(size);
		ck_assert_ptr_nonnull(pool);
		whole = conf_pool_run(pool, parse_text, &parsing);
		ck_assert_uint_le(conf_pool_used(pool), size);
		ck_assert(!whole || parsing.ok == CONFIG_TRUE);
		left += !whole;
		conf_pool_free(&pool);
		ck_assert_ptr_null(pool);
	}
	ck_assert_uint_gt(left, 100);
}
END_TEST

START_TEST(a_pool_that_is_used_up_ends_the_call)
{
	struct conf_pool *pool = conf_pool_new(100000);
	struct parsing parsing;

	(void)snprintf(text, sizeof(text), "%s", PROFILE);
	ck_assert(!conf_pool_run(pool, parse_for_ever, &parsing));
	conf_pool_free(&pool);
}
END_TEST

START_TEST(no_pool_is_freed_as_well)
{
	struct conf_pool *pool = NULL;

	conf_pool_free(&pool);
	ck_assert_ptr_null(conf_pool_new(SIZE_MAX));
	ck_assert_ptr_null(conf_pool_new(SIZE_MAX / 2));
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
	struct conf_pool *pool = conf_pool_new(100000);
	struct parsing parsing;

	(void)snprintf(text, sizeof(text), "%s", including[_i]);
	ck_assert(!conf_pool_run(pool, parse_text, &parsing) ||
	    parsing.ok != CONFIG_TRUE);
	conf_pool_free(&pool);
}
END_TEST

START_TEST(the_threads_locale_stays)
{
	const locale_t own = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	struct conf_pool *pool = conf_pool_new(100000);
	struct parsing parsing;

	ck_assert(own != (locale_t)0);
	(void)uselocale(own);
	(void)snprintf(text, sizeof(text), "a = 1;\n");
	ck_assert(conf_pool_run(pool, parse_text, &parsing));
	ck_assert(uselocale((locale_t)0) == own);
	ck_assert(!conf_pool_run(pool, parse_for_ever, &parsing));
	ck_assert(uselocale((locale_t)0) == own);
	conf_pool_free(&pool);
	(void)uselocale(LC_GLOBAL_LOCALE);
	freelocale(own);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("conf_pool");
	TCase *tc = tcase_create("conf_pool");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, no_text_needs_more_than_the_bound, 0, ROWS(dense));
	tcase_add_test(tc, libconfig_lives_in_a_pool_of_any_size);
	tcase_add_test(tc, a_pool_that_is_used_up_ends_the_call);
	tcase_add_test(tc, no_pool_is_freed_as_well);
	tcase_add_loop_test(tc, libconfig_opens_no_file_and_ends_no_process, 0,
	    ROWS(including));
	tcase_add_test(tc, the_threads_locale_stays);
	return run_suite(suite);
}
