/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/origins.c: one spelling of an origin, and what is
 * refused.  tests/vectors/conf has more, as they stand in a file.
 */
#include "config/origins.h"

#include "base/str.h"
#include "support/run.h"

static struct profile profile;
static struct url urls[2];
static const char *texts[2], *names[2];

static void
setup(void)
{
	profile = (struct profile){
		.origins = urls, .origin_texts = texts, .origin_names = names
	};
}

static void
teardown(void)
{
	arena_free(&profile.values.arena);
}

static const struct {
	const char *origin, *text, *path;
} spellings[] = {
	{ "https://h.example", "https://h.example", "/" },
	{ "https://h.example/", "https://h.example", "/" },
	{ "https://h.example/a", "https://h.example/a", "/a" },
	{ "https://h.example/a/", "https://h.example/a/", "/a/" },
	{ "https://H.example:443/", "https://H.example:443", "/" },
};

START_TEST(an_origin_is_kept_in_one_spelling)
{
	ck_assert_ptr_null(
	    origin_add(&profile, apam_str(spellings[_i].origin)));
	ck_assert_uint_eq(profile.origin_count, 1);
	ck_assert_str_eq(texts[0], spellings[_i].text);
	ck_assert_str_eq(names[0], "https://h.example");
	ck_assert_str_eq(urls[0].host, "h.example");
	ck_assert_msg(str_equal(urls[0].path, apam_str(spellings[_i].path)),
	    "%s", spellings[_i].origin);
}
END_TEST

static const struct {
	const char *text, *why;
} refusals[] = {
	{ "h.example", "does not begin with https" },
	{ "http://h.example", "http" },
	{ "https://h.example?", "has a query" },
	{ "https://h.example/#a", "has a fragment" },
	{ "https://h.example/%41", "percent sign" },
	{ "https://h.example/*", "wildcard" },
	{ "https://h.example//", "empty segment" },
	{ "https://h.example/a/../b", "segment" },
};

START_TEST(another_form_is_refused)
{
	const char *why = origin_add(&profile, apam_str(refusals[_i].text));

	ck_assert_msg(why != NULL && strstr(why, refusals[_i].why) != NULL,
	    "%s: %s", refusals[_i].text, why);
	ck_assert_uint_eq(profile.origin_count, 0);
}
END_TEST

START_TEST(http_has_to_be_allowed)
{
	ck_assert_ptr_nonnull(
	    origin_add(&profile, APAM_STR("http://127.0.0.1:8080")));
	profile.allow_http = true;
	ck_assert_ptr_null(
	    origin_add(&profile, APAM_STR("http://127.0.0.1:8080")));
	ck_assert_ptr_nonnull(
	    origin_add(&profile, APAM_STR("http://h.example")));
}
END_TEST

START_TEST(the_same_twice_is_refused)
{
	ck_assert_ptr_null(origin_add(&profile, APAM_STR("https://h.example")));
	ck_assert_str_eq(
	    origin_add(&profile, APAM_STR("https://H.example:443/")),
	    "the same origin twice");
	ck_assert_uint_eq(profile.origin_count, 1);
	ck_assert_ptr_null(
	    origin_add(&profile, APAM_STR("https://h.example/a")));
	ck_assert_uint_eq(profile.origin_count, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("origins");
	TCase *tc = tcase_create("core");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, an_origin_is_kept_in_one_spelling, 0, ROWS(spellings));
	tcase_add_loop_test(tc, another_form_is_refused, 0, ROWS(refusals));
	tcase_add_test(tc, http_has_to_be_allowed);
	tcase_add_test(tc, the_same_twice_is_refused);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
