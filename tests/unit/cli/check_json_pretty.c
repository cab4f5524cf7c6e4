/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/json_pretty.c: JSON stays what it was, whatever is in
 * it, and what is none is left alone.
 */
#include "lib/json_pretty.c"

#include <stdlib.h>

#include "support/run.h"

static const struct {
	const char *text, *pretty; /* NULL: no JSON */
} rows[] = {
	{ "", NULL },
	{ " ", NULL },
	{ "{", NULL },
	{ "{\"a\":1", NULL },
	{ "[1,]", NULL },
	{ "<html>", NULL },
	{ "\"a", NULL },
	{ "\"\\", NULL },
	{ "\"\xff\"", NULL },
	{ "1 2", NULL },
	{ "1", "1\n" },
	{ " null\r\n", "null\n" },
	{ "\"a\\\"b\\\\\"", "\"a\\\"b\\\\\"\n" },
	{ "{}", "{}\n" },
	{ " [ ] ", "[]\n" },
	{ "[[],{ }]", "[\n  [],\n  {}\n]\n" },
	{ "{\"a\" :1.10,\"b\":[1e400000000000,true]}", NULL },
	{ "{\"a\" :1.10,\"b\":[1e40,true]}",
	    "{\n  \"a\": 1.10,\n  \"b\": [\n    1e40,\n    true\n  ]\n}\n" },
	{ "{\"a\":1,\"a\":2}", "{\n  \"a\": 1,\n  \"a\": 2\n}\n" },
	{ "\"[{,:}] x\"", "\"[{,:}] x\"\n" },
	{ "\"a\\u0000b\"", "\"a\\u0000b\"\n" },
	{ "\"\x7f\xc2\x9b\xc2\xa0\xc3\xa9\"",
	    "\"\\u007f\\u009b\xc2\xa0\xc3\xa9\"\n" },
};

START_TEST(json_is_indented)
{
	char *out = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&out, &n);
	bool ok = json_pretty(to, apam_str(rows[_i].text));

	fclose(to);
	ck_assert_msg(ok == (rows[_i].pretty != NULL), "%s", rows[_i].text);
	ck_assert_msg(strcmp(out, ok ? rows[_i].pretty : "") == 0, "%s: %s",
	    rows[_i].text, out);
	free(out);
}
END_TEST

START_TEST(a_nul_outside_is_no_json)
{
	ck_assert(!json_pretty(stdout, APAM_STR("{}\0")));
	ck_assert(!json_pretty(stdout, APAM_STR("\0")));
	ck_assert(!json_pretty(stdout, APAM_STR("[\"\0\"]")));
	ck_assert(!json_pretty(stdout, (struct apam_str){ NULL, 0 }));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json_pretty");
	TCase *tc = tcase_create("json_pretty");

	tcase_add_loop_test(tc, json_is_indented, 0, ROWS(rows));
	tcase_add_test(tc, a_nul_outside_is_no_json);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
