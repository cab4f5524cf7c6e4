/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/record_read.c: each way in which a text is not a registry,
 * and the line that is named.
 */
#include "keys/record_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/record_texts.h"
#include "support/run.h"

/* ---- Bad texts ----------------------------------------------------------- */

static const struct {
	const char *text;
	unsigned line;
	const char *why;
} bad[] = {
	{ "", 0, "it is empty" },
	{ " ", 1, "the JSON ends too early" },
	{ "x", 1, "the JSON is malformed" },
	{ "{", 1, "the JSON ends too early" },
	{ "[]", 1, "it is not a registry" },
	{ "{}", 1, "it is not a registry" },
	{ "{ \"keys\": [] }", 1, "it is not a registry" },
	{ "{ \"apam\": 1, \"keys\": [] }", 1, "it is not a registry" },
	{ "{ \"apam\": \"keys 2\", \"keys\": [] }", 1, "another version" },
	{ "{ \"apam\": \"keys 1\" }", 1, "\"keys\" is missing" },
	{ "{ \"apam\": \"keys 1\", \"keys\": {} }", 1, "or not an array" },
	{ "{ \"apam\": \"keys 1\", \"keys\": [], \"x\": 1 }", 1, "not known" },
	{ "{ \"apam\": \"keys 1\",\n\"keys\": [],\n\"keys\": [] }", 3,
	    "the JSON has a duplicate name" },
	{ KEYS("") "x", 4, "something follows the JSON" },
	{ KEYS("\"\xc0\x80\""), 2, "not valid UTF-8" },
	{ KEYS("[[]]"), 2, "a key is not an object" },
	{ KEYS("[]"), 2, "a key is not an object" },
	{ KEYS("null"), 2, "a key is not an object" },
	{ KEYS("{ \"scheme\": \"a\", \"id\": \"b\" },\n"), 4,
	    "the JSON is malformed" },
	{ KEYS("{}"), 2, "\"scheme\" is missing" },
	{ KEYS("{ \"id\": \"one\" }"), 2, "\"scheme\" is missing" },
	{ KEYS("{ \"scheme\": \"demo\" }"), 2, "\"id\" is missing" },
	{ KEYS("{ \"scheme\": \"\", \"id\": \"a\" }"), 2, "\"scheme\" is" },
	{ KEYS("{ \"scheme\": \"../x\", \"id\": \"a\" }"), 2, "\"scheme\" is" },
	{ KEYS("{ \"scheme\": \"Demo\", \"id\": \"a\" }"), 2, "\"scheme\" is" },
	{ KEYS("{ \"scheme\": \"" T63 "ff\", \"id\": \"a\" }"), 2,
	    "\"scheme\" is" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"\" }"), 2, "\"id\" is not" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": 1 }"), 2, "\"id\" is not" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": null }"), 2, "\"id\" is not" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"" T255 "x\" }"), 2,
	    "\"id\" is not" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"a\\u0000b\" }"), 2,
	    "the JSON has an embedded NUL" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"a\\nb\" }"), 2,
	    "\"id\" is not" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"a\\u007f\" }"), 2,
	    "\"id\" is not" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"\\u009b1m\" }"), 2,
	    "\"id\" is not" },
	{ KEY(", \"id\": \"one\""), 2, "the JSON has a duplicate name" },
	{ KEY(", \"secret\": \"x\""), 2, "not known" },
	{ KEY(", \"Why\": \"x\""), 2, "not known" },
	{ KEY(", \"description\": \"\""), 2, "\"description\" is not" },
	{ KEY(", \"access\": []"), 2, "nested too deeply" },
	{ KEY(", \"created\": \"1\""), 2, "\"created\" is not" },
	{ KEY(", \"created\": 1.0"), 2, "\"created\" is not" },
	{ KEY(", \"created\": 0"), 2, "\"created\" is not" },
	{ KEY(", \"created\": -1"), 2, "\"created\" is not" },
	{ KEY(", \"created\": 253402300800"), 2, "\"created\" is not" },
	{ KEY(", \"created\": 99999999999999999999"), 2,
	    "the JSON has a number that is too large" },
	{ KEY(", \"created_by\": \"\\r\""), 2, "\"created_by\" is not" },
	{ KEY(", \"archived\": true"), 2, "\"archived\" is not" },
	{ KEY(", \"archived_by\": 0"), 2, "\"archived_by\" is not" },
	{ KEY(", \"why\": \"" T255 "x\""), 2, "\"why\" is not" },
	{ KEY(", \"drops\": 0"), 2, "\"drops\" is not" },
	{ KEY(", \"drops\": -1"), 2, "\"drops\" is not" },
	{ KEY(", \"drops\": 1e3"), 2, "\"drops\" is not" },
	{ KEY(", " SALT), 2, "there without the other" },
	{ KEY(", \"mark\": \"00ff\""), 2, "there without the other" },
	{ KEY(MARK("00F0")), 2, "\"mark\" is not" },
	{ KEY(MARK("00f")), 2, "\"mark\" is not" },
	{ KEY(MARK("00f00")), 2, "\"mark\" is not" },
	{ KEY(MARK("00g0")), 2, "\"mark\" is not" },
	{ KEY(", \"salt\": \"00\", \"mark\": \"00f0\""), 2, "\"salt\" is not" },
	{ KEY(", \"salt\": 7, \"mark\": \"00f0\""), 2, "\"salt\" is not" },
	{ KEYS("{ \"scheme\": \"a\", \"id\": \"[{,\\\"\" },\n"
	       "{ \"scheme\": \"b\", \"id\": \"x\" },\n"
	       "{\n \"scheme\": \"a\",\n \"id\": \"[{,\\\"\" }"),
	    4, "a key is there twice" },
	{ KEYS("{ \"scheme\": \"a\", \"id\": \"x\"" MARK(
	      "00ff") " },\n"
		      "{ \"scheme\": \"a\", \"id\": \"x\"" MARK(
			  "00fe") " },\n"
				  "{ \"scheme\": \"a\", \"id\": \"x\"" MARK(
				      "00ff") " }"),
	    4, "a key is there twice" },
	{ KEYS("{ \"scheme\": \"a\", \"id\": \"x\" },\n\n\n   7"), 5,
	    "a key is not an object" },
	{ HEAD("\"generation\": 7, "), 1, "there without the other" },
	{ HEAD(REGISTRY), 1, "there without the other" },
	{ HEAD(REGISTRY "\"generation\": 0, "), 1, "\"generation\" is not" },
	{ HEAD(REGISTRY "\"generation\": \"1\", "), 1,
	    "\"generation\" is not" },
	{ HEAD("\"registry\": \"00ff\", "), 1, "\"registry\" is not" },
	{ HEAD("\"registry\": 7, "), 1, "\"registry\" is not" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"\\ud800x\" }"), 2,
	    "the JSON is malformed" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"\\udc00\" }"), 2,
	    "the JSON is malformed" },
	{ KEYS("{ \"scheme\": \"demo\", \"id\": \"\\x\" }"), 2,
	    "the JSON is malformed" },
	{ KEY(", \"created\": 01"), 2, "the JSON is malformed" },
	{ KEY(", \"created\": -"), 2, "the JSON is malformed" },
	{ KEY(", \"created\": 1."), 2, "the JSON is malformed" },
	{ KEY(", \"created\": nul"), 2, "the JSON is malformed" },
};

START_TEST(what_is_no_registry_is_refused)
{
	struct key_set set;
	unsigned line = 77;
	const char *why;

	memset(&set, 1, sizeof(set));
	why = key_set_read(apam_str(bad[_i].text), &set, &line);
	ck_assert_msg(why != NULL, "read: %s", bad[_i].text);
	ck_assert_msg(
	    strstr(why, bad[_i].why) != NULL, "%s: %s", why, bad[_i].text);
	ck_assert_msg(line == bad[_i].line, "line %u: %s", line, bad[_i].text);
	ck_assert_ptr_null(set.records);
	ck_assert_ptr_null(set.arena.blocks);
	ck_assert_uint_eq(set.count, 0);
}
END_TEST

static void
refuse_bytes(const char *bytes, size_t n, unsigned at, const char *text)
{
	struct key_set set;
	unsigned line;
	const char *why = key_set_read(
	    (struct apam_str){ bytes, n }, &set, &line);

	ck_assert_ptr_nonnull(why);
	ck_assert_str_eq(why, text);
	ck_assert_uint_eq(line, at);
}

START_TEST(sizes_are_capped)
{
	/* Not a byte of it is looked at. */
	char *text = calloc(KEY_FILE_MAX + 1, 1);

	ck_assert_ptr_nonnull(text);
	refuse_bytes(text, KEY_FILE_MAX + 1, 0, "it is larger than 256 MiB");
	free(text);
}
END_TEST

START_TEST(each_cut_is_refused)
{
	static const char whole[] = KEY(MARK("00ff"));
	struct key_set set;
	unsigned line;

	/* But for the last newline. */
	for (size_t n = 0; n + 2 < sizeof(whole); n++)
		ck_assert_ptr_nonnull(
		    key_set_read((struct apam_str){ whole, n }, &set, &line));
	ck_assert_ptr_null(key_set_read(
	    (struct apam_str){ whole, sizeof(whole) - 2 }, &set, &line));
	key_set_free(&set);
}
END_TEST

/* ---- Good texts ---------------------------------------------------------- */

START_TEST(a_person_may_write_it_otherwise)
{
	static const char text[] =
	    "\n{\"keys\":[{\"why\":\"\\u0041\",\n\n\"archived\" :5 ,"
	    "\"id\":\"\\ud83d\\udd11\",\"scheme\":\"a-1\"}],"
	    "\t\"apam\":\"keys 1\"}\n\n";
	struct key_set set;
	unsigned line;

	ck_assert_ptr_null(key_set_read(apam_str(text), &set, &line));
	ck_assert_uint_eq(set.count, 1);
	ck_assert_str_eq(set.records[0].scheme, "a-1");
	ck_assert_str_eq(set.records[0].id, "\xf0\x9f\x94\x91");
	ck_assert_str_eq(set.records[0].why, "A");
	ck_assert_str_eq(set.records[0].description, "");
	ck_assert_int_eq(set.records[0].archived_at, 5);
	ck_assert_int_eq(set.records[0].created_at, 0);
	ck_assert(!set.records[0].marked);
	key_set_free(&set);
}
END_TEST

/* The example of apam-registry(5). */
START_TEST(the_example_of_the_manual_is_a_registry)
{
	static char page[65536];
	FILE *f = fopen("doc/man/apam-registry.5", "r");
	const char *start, *end;
	struct key_set set;
	unsigned line;

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_lt(fread(page, 1, sizeof(page), f), sizeof(page));
	ck_assert_int_eq(fclose(f), 0);
	start = strstr(page, "{ \"apam\"");
	ck_assert_ptr_nonnull(start);
	end = strstr(start, ".Ed");
	ck_assert_ptr_nonnull(end);
	ck_assert_ptr_null(key_set_read(
	    (struct apam_str){ start, (size_t)(end - start) }, &set, &line));
	ck_assert_uint_eq(set.count, 2);
	ck_assert_str_eq(set.records[0].why, "rotated");
	ck_assert_int_eq(set.records[1].archived_at, 0);
	key_set_free(&set);
}
END_TEST

/* ---- Limits ------------------------------------------------------------ */

START_TEST(keys_are_counted)
{
	struct key_set set;
	struct buf text;
	unsigned line;
	char key[64];

	buf_init_plain(&text, KEY_FILE_MAX);
	buf_put(&text, APAM_STR("{ \"apam\": \"keys 1\", \"keys\": ["));
	for (int i = 0; i <= KEY_RECORDS_MAX; i++) {
		(void)snprintf(key, sizeof(key),
		    "%s\n{ \"scheme\": \"demo\", \"id\": \"%d\" }",
		    i == 0 ? "" : ",", i);
		buf_put(&text, apam_str(key));
	}
	buf_put(&text, APAM_STR("] }"));
	ck_assert(!text.failed);
	ck_assert_str_eq(key_set_read(buf_view(&text), &set, &line),
	    "there are more than 400000 keys");
	ck_assert_uint_eq(line, KEY_RECORDS_MAX + 2);
	ck_assert_uint_eq(set.count, 0);
	buf_free(&text);
}
END_TEST

/* It is never called the text's fault. */
START_TEST(memory_that_runs_out_is_said)
{
	static const char text[] = KEYS(
	    "{ \"scheme\": \"a\", \"id\": \"x\" },\n"
	    "{ \"scheme\": \"b\", \"id\": \"x\", \"why\": \"w\" }");
	struct key_set set;
	const char *why;
	unsigned line;
	int n = 0;

	for (;;) {
		allocations_left = n;
		why = key_set_read(apam_str(text), &set, &line);
		if (!allocation_failed())
			break;
		ck_assert_ptr_eq(why, key_no_memory);
		ck_assert_uint_eq(line, 0);
		ck_assert_uint_eq(set.count, 0);
		ck_assert_ptr_null(set.arena.blocks);
		n++;
	}
	ck_assert_ptr_null(why);
	ck_assert_uint_eq(set.count, 2);
	ck_assert_int_ge(n, 4);
	key_set_free(&set);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record_read");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, what_is_no_registry_is_refused, 0, ROWS(bad));
	tcase_add_test(tc, sizes_are_capped);
	tcase_add_test(tc, each_cut_is_refused);
	tcase_add_test(tc, a_person_may_write_it_otherwise);
	tcase_add_test(tc, the_example_of_the_manual_is_a_registry);
	tcase_add_test(tc, keys_are_counted);
	tcase_add_test(tc, memory_that_runs_out_is_said);
	return run_suite(suite);
}
