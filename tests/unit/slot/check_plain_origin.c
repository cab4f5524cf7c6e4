/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/slot/plain_origin.c: which origin a URL is of, that a longer
 * host is another one, and that what it names, url_parse finds as well.
 */
#include "slot/plain_origin.h"

#include "base/str.h"
#include "support/run.h"

#define NONE (-1)

static const char *const texts[] = { "https://api.example",
	"https://a.example/v1", "https://api.example:8443/",
	"http://127.0.0.1:81" };
static struct url origins[ROWS(texts)];

static void
setup(void)
{
	for (int i = 0; i < ROWS(texts); i++)
		ck_assert_ptr_null(url_parse(apam_str(texts[i]), &origins[i]));
}

static const struct {
	const char *url;
	int origin; /* index of texts */
} rows[] = {
	{ "https://api.example/", 0 },
	{ "https://api.example/a%20b?c=d&e", 0 },
	{ "https://api.example?c", 0 },
	{ "https://api.example:8443/a", 2 },
	{ "http://127.0.0.1:81/a", 3 },
	/* Others', or none's. */
	{ "https://api.example", NONE },
	{ "https://api.example.evil/", NONE },
	{ "https://api.example@evil/", NONE },
	{ "https://api.example:443/", NONE },
	{ "https://api.exampl", NONE },
	{ "https://api.example:84430/", NONE },
	{ "http://127.0.0.1:8/a", NONE },
	{ "", NONE },
	/* Known, and for url_parse to look at. */
	{ "https://a.example/v1/a", NONE },
	{ "HTTPS://api.example/", NONE },
	{ "https://api.example/a#b", NONE },
	{ "https://api.example/a b", NONE },
	{ "https://api.example/%2", NONE },
	{ "https://api.example/a\\b", NONE },
	{ "https://api.example/\x7f", NONE },
	{ "https://api.example/\xc3\xa4", NONE },
};

START_TEST(an_origin_is_told_at_a_glance)
{
	const struct url *origin = plain_origin(
	    origins, ROWS(texts), rows[_i].url);
	struct url url;

	if (rows[_i].origin == NONE) {
		ck_assert_ptr_null(origin);
		return;
	}
	ck_assert_ptr_eq(origin, &origins[rows[_i].origin]);
	ck_assert_ptr_null(url_parse(apam_str(rows[_i].url), &url));
	ck_assert_ptr_null(url_outside(origin, &url));
	ck_assert(str_equal(url.text, apam_str(rows[_i].url)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("plain_origin");
	TCase *tc = tcase_create("plain_origin");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, an_origin_is_told_at_a_glance, 0, ROWS(rows));
	return run_suite(suite);
}
