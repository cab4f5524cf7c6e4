/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a query has a parameter, however both are written.
 */
#include "base/str.h"
#include "support/run.h"
#include "text/query.h"

static const struct {
	const char *target;
	bool lacks; /* organization_id */
} queries[] = {
	{ "/api/", true },
	{ "/api/?", true },
	{ "/api/?x=organization_id", true },
	{ "/api/?organization_ids=1", true },
	{ "/api/?organization_i=1", true },
	{ "/api/?Organization_id=1", true },
	{ "/api/?organization_id%00=1", true },
	{ "/api/?%=1&organization%5id=1", true },
	{ "/organization_id=1", true },
	{ "/api/?organization_id=1", false },
	{ "/api/?organization_id=", false },
	{ "/api/?organization_id", false },
	{ "/api/?a=b&organization_id=1&c", false },
	{ "/api/?&&organization_id=1", false },
	{ "/api/?organization%5Fid=1", false },
	{ "/api/?%6frganization%5fi%64=1", false },
	{ "/api/?organization_id=1&organization_id=2", false },
};

START_TEST(a_name_is_found_decoded)
{
	const struct apam_str target = apam_str(queries[_i].target);
	const size_t mark = str_find(target, '?');
	const struct apam_str query = str_skip(
	    target, mark < target.n ? mark + 1 : mark);
	static const char *const names[] = { "organization_id",
		"organization%5Fid", "organization%5fi%64" };

	for (size_t i = 0; i < ROWS(names); i++)
		ck_assert_msg(
		    query_has(query, apam_str(names[i])) != queries[_i].lacks,
		    "%s: %s", queries[_i].target, names[i]);
}
END_TEST

START_TEST(a_plus_is_a_space)
{
	ck_assert(query_has(APAM_STR("a+b=1"), APAM_STR("a%20b")));
	ck_assert(!query_has(APAM_STR("a%2Bb=1"), APAM_STR("a%20b")));
	ck_assert(!query_has(APAM_STR(""), APAM_STR("a")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("query");
	TCase *tc = tcase_create("query");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_name_is_found_decoded, 0, ROWS(queries));
	tcase_add_test(tc, a_plus_is_a_space);
	return run_suite(suite);
}
