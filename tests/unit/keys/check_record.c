/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/record.c: each way in which a text is not a registry, and the
 * line that is named; and that what is written reads the same again.
 */
#include "keys/record_read.h"
#include "keys/record_write.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/run.h"

#define KEYS(text) "{ \"apam\": \"keys 1\", \"keys\": [\n" text "\n] }\n"
#define KEY(text) KEYS("{ \"scheme\": \"demo\", \"id\": \"one\"" text " }")
#define HEAD(text) "{ \"apam\": \"keys 1\", " text "\"keys\": [\n] }\n"
#define REGISTRY "\"registry\": \"000102030405060708090a0b0c0d0e0f\", "
#define SALT "\"salt\": \"000102030405060708090a0b0c0d0e0f\""
#define MARK(text) ", " SALT ", \"mark\": \"" text "\""
#define T63 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
#define T255 T63 "x" T63 "x" T63 "x" T63

/* ---- Bad texts --------------------------------------------------------- */

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

/* ---- Good texts -------------------------------------------------------- */

/* They are written as they were read. */
static const char *const good[] = {
	KEYS("{ \"scheme\": \"demo\", \"id\": \"one\" }"),
	KEY(MARK("00ff")),
	KEY(", \"created\": 1, \"created_by\": \"root\", \"drops\": 7"),
	KEY(", \"created\": 253402300799, \"drops\": 9223372036854775807"),
	KEY(", \"archived\": 1700000000, \"archived_by\": \"root\""),
	KEY(", \"description\": \"" T255 "\""),
	KEY(", \"why\": \"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91 \xc2\xa0\""),
	KEY(", \"why\": \"say \\\"no\\\" \\\\ /\""),
	KEY(MARK("00fe") ", \"description\": \"d\", \"access\": \"read\""),
	KEYS("{ \"scheme\": \"a\", \"id\": \"x\" },\n"
	     "{ \"scheme\": \"a\", \"id\": \"x\"" MARK(
		 "0000") " },\n"
			 "{ \"scheme\": \"a\", \"id\": \"x\"" MARK(
			     "0001") " },\n"
				     "{ \"scheme\": \"b\", \"id\": \"x\" },\n"
				     "{ \"scheme\": \"a\", \"id\": \"X\" }"),
	"{ \"apam\": \"keys 1\", \"keys\": [\n] }\n",
	HEAD(REGISTRY "\"generation\": 9223372036854775807, "),
};

START_TEST(what_is_read_is_written_the_same)
{
	struct key_set set;
	struct buf text;
	unsigned line = 77;
	const char *why = key_set_read(apam_str(good[_i]), &set, &line);

	ck_assert_msg(why == NULL, "%s: %s", why, good[_i]);
	ck_assert_uint_eq(line, 0);
	buf_init(&text, KEY_FILE_MAX);
	ck_assert(key_set_write(&set, &text));
	ck_assert_str_eq(buf_view(&text).p, good[_i]);
	buf_free(&text);
	key_set_free(&set);
	key_set_free(&set);
}
END_TEST

/* What was not changed is copied; what is written anew must be the same. */
START_TEST(what_is_changed_is_written_anew)
{
	struct key_set set;
	struct buf text;
	unsigned line;

	ck_assert_ptr_null(key_set_read(apam_str(good[_i]), &set, &line));
	set.before_count = 0;
	buf_init(&text, KEY_FILE_MAX);
	ck_assert(key_set_write(&set, &text));
	ck_assert_str_eq(buf_view(&text).p, good[_i]);
	ck_assert_uint_eq(set.is.size, text.n);
	ck_assert_ptr_null(key_set_problem(&set));
	buf_free(&text);
	key_set_free(&set);
}
END_TEST

START_TEST(what_could_not_be_read_again_is_known)
{
	struct key_set set;
	unsigned line;

	ck_assert_ptr_null(
	    key_set_read(APAM_STR(KEYS("{ \"scheme\": \"a\", \"id\": \"x\" },\n"
				       "{ \"scheme\": \"a\", \"id\": \"y\" }")),
		&set, &line));
	ck_assert_ptr_null(key_set_problem(&set));
	set.records[1].why = "a\nb";
	ck_assert_ptr_nonnull(strstr(key_set_problem(&set), "\"why\""));
	ck_assert_ptr_nonnull(key_set_append(&set, &set.records[0]));
	set.records[1].why = "";
	ck_assert_str_eq(key_set_problem(&set), "a key is there twice");
	key_set_free(&set);
}
END_TEST

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

START_TEST(each_member_has_its_place)
{
	struct key_set set;
	unsigned line;
	const struct key_record *r;

	ck_assert_ptr_null(key_set_read(
	    APAM_STR(KEY(MARK("abcd") ", \"description\": \"d\", \"access\": "
				      "\"a\", \"created\": 1, \"created_by\": "
				      "\"c\", \"archived\": 2, \"archived_by\":"
				      " \"b\", \"why\": \"w\", \"drops\": 3")),
	    &set, &line));
	r = &set.records[0];
	ck_assert_int_eq(r->salt[1] + r->salt[15], 1 + 15);
	ck_assert_int_eq(r->mark[0] << 8 | r->mark[1], 0xabcd);
	ck_assert(r->marked);
	ck_assert_str_eq(r->description, "d");
	ck_assert_str_eq(r->access, "a");
	ck_assert_int_eq(r->created_at, 1);
	ck_assert_str_eq(r->created_by, "c");
	ck_assert_int_eq(r->archived_at, 2);
	ck_assert_str_eq(r->archived_by, "b");
	ck_assert_str_eq(r->why, "w");
	ck_assert_uint_eq(r->drops, 3);
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

/* ---- Sets -------------------------------------------------------------- */

static void
add_many(struct key_set *set, size_t count)
{
	char id[16];
	struct key_record record = { .scheme = "demo", .id = id };

	for (size_t i = 0; i < count; i++) {
		(void)snprintf(id, sizeof(id), "%zu", i);
		ck_assert_ptr_nonnull(key_set_add(set, &record));
	}
}

START_TEST(a_set_has_its_own_texts)
{
	struct key_set set = { .count = 0 };
	char id[] = "one";
	const struct key_record *r = key_set_add(
	    &set, &(struct key_record){ .scheme = "demo", .id = id });

	ck_assert_ptr_nonnull(r);
	id[0] = 'x';
	ck_assert_str_eq(r->id, "one");
	ck_assert_str_eq(r->why, "");
	/* One of its own. */
	add_many(&set, 15);
	ck_assert_ptr_nonnull(key_set_add(&set, &set.records[0]));
	ck_assert_str_eq(set.records[16].id, "one");
	key_set_free(&set);
}
END_TEST

START_TEST(a_full_set_takes_no_more)
{
	struct key_set set = { .count = 0 }, again;
	struct buf text;
	unsigned line;

	add_many(&set, KEY_RECORDS_MAX);
	ck_assert_ptr_null(key_set_add(&set, &set.records[0]));
	ck_assert_uint_eq(set.count, KEY_RECORDS_MAX);
	buf_init(&text, KEY_FILE_MAX);
	ck_assert(key_set_write(&set, &text));
	ck_assert_ptr_null(key_set_read(buf_view(&text), &again, &line));
	ck_assert_uint_eq(again.count, KEY_RECORDS_MAX);
	ck_assert_str_eq(again.records[399999].id, "399999");
	key_set_free(&again);
	buf_free(&text);
	buf_init(&text, 1000);
	ck_assert(!key_set_write(&set, &text));
	buf_free(&text);
	key_set_free(&set);
}
END_TEST

/* ---- Texts and marks --------------------------------------------------- */

static const struct {
	const char *text;
	const char *why; /* NULL: fine */
} texts[] = {
	{ "", NULL },
	{ "one@example.org", NULL },
	{ T255, NULL },
	{ "\xc2\xa0\xed\x9f\xbf", NULL },
	{ T255 "x", "longer than 255 bytes" },
	{ "a\tb", "control character" },
	{ "\x1b[1m", "control character" },
	{ "\x7f", "control character" },
	{ "\xc2\x80", "control character" },
	{ "\xc2\x9f", "control character" },
	{ "\xe2\x80\xae", "control character" },
	{ "a\xe2\x80\xa8", "control character" },
	{ "\xff", "UTF-8" },
	{ "\xc0\xaf", "UTF-8" },
	{ "\xed\xa0\x80", "UTF-8" },
	{ "x\xe2\x82", "UTF-8" },
};

START_TEST(a_text_is_plain)
{
	const char *why = key_text_problem(texts[_i].text);

	ck_assert_msg((why == NULL) == (texts[_i].why == NULL), "'%s': %s",
	    texts[_i].text, why);
	if (why != NULL)
		ck_assert_msg(strstr(why, texts[_i].why) != NULL, "'%s': %s",
		    texts[_i].text, why);
}
END_TEST

START_TEST(a_mark_is_shown_where_there_is_one)
{
	struct key_record r = { .marked = true, .mark = { 0x0f, 0xa0 } };
	char text[APAM_MARK_SIZE];

	key_mark_text(&r, text);
	ck_assert_str_eq(text, "0fa0");
	r.marked = false;
	key_mark_text(&r, text);
	ck_assert_str_eq(text, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_record");
	TCase *tc = tcase_create("key_record");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, what_is_no_registry_is_refused, 0, ROWS(bad));
	tcase_add_test(tc, sizes_are_capped);
	tcase_add_test(tc, each_cut_is_refused);
	tcase_add_loop_test(
	    tc, what_is_read_is_written_the_same, 0, ROWS(good));
	tcase_add_loop_test(tc, what_is_changed_is_written_anew, 0, ROWS(good));
	tcase_add_test(tc, what_could_not_be_read_again_is_known);
	tcase_add_test(tc, a_person_may_write_it_otherwise);
	tcase_add_test(tc, each_member_has_its_place);
	tcase_add_test(tc, the_example_of_the_manual_is_a_registry);
	tcase_add_test(tc, a_set_has_its_own_texts);
	tcase_add_test(tc, a_full_set_takes_no_more);
	tcase_add_loop_test(tc, a_text_is_plain, 0, ROWS(texts));
	tcase_add_test(tc, a_mark_is_shown_where_there_is_one);
	return run_suite(suite);
}
