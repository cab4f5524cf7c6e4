/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/steps.c, which is text alone: rows say what each link
 * holds, and where the way ends.
 */
#include "file/steps.h"

#include "support/run.h"

#define LINKS_MAX 4

static const struct {
	const char *path;
	/* "NAME=TARGET" of each link, in the order in which they are met. */
	const char *links[LINKS_MAX];
	const char *end; /* the whole way; NULL: it ends with `why` */
	const char *why;
	unsigned turns;
} rows[] = {
	{ "/", { NULL }, "/", NULL, 0 },
	{ "/a/b", { NULL }, "/a/b", NULL, 0 },
	{ "/a/b", { "b=c" }, "/a/c", NULL, 1 },
	{ "/a/b/c", { "b=d" }, "/a/d/c", NULL, 1 },
	{ "/a/b/c", { "b=/d/" }, "/d/c", NULL, 1 },
	{ "/v/t", { "t=..data/t", "..data=..2026_1" }, "/v/..2026_1/t", NULL,
	    2 },
	{ "/a/b", { "b=../c" }, "/c", NULL, 2 },
	{ "/a/b", { "b=x/../../c" }, "/c", NULL, 3 },
	{ "/a/b/c", { "c=.." }, "/a", NULL, 2 },
	{ "/b", { "b=../../c" }, "/c", NULL, 3 },
	{ "/a/b", { "b=././/." }, "/a", NULL, 1 },
	{ "/a/b", { "b=...x/.y" }, "/a/...x/.y", NULL, 1 },
	{ "/a/b", { "b=d/../c", "d=/e/f" }, "/e/c", NULL, 3 },
	{ "/a/b", { "b=" }, NULL, "link to nothing", 1 },
	{ "/a/b", { "b=\t" }, NULL, "control character", 1 },
};

static bool
is_link(struct steps *s, const char *link, enum step *step)
{
	const size_t n = link == NULL ? 0 : strcspn(link, "=");

	if (link == NULL || strlen(steps_name(s)) != n ||
	    memcmp(steps_name(s), link, n) != 0)
		return false;
	*step = steps_link(s, apam_str(link + n + 1));
	return true;
}

START_TEST(a_way_is_text)
{
	const char *const *link = rows[_i].links;
	enum step step = STEP_ROOT;
	struct steps s;

	steps_init(&s, apam_str(rows[_i].path));
	ck_assert_str_eq(s.done, "/");
	while (step != STEP_END) {
		step = steps_next(&s);
		if (step == STEP_NAME && is_link(&s, *link, &step))
			link++;
		if (step == STEP_ROOT)
			ck_assert_str_eq(s.done, "/");
	}
	ck_assert_msg(*link == NULL, "%s: %s is not met", rows[_i].path, *link);
	ck_assert_uint_eq(s.turns, rows[_i].turns);
	if (rows[_i].end == NULL) {
		ck_assert_ptr_nonnull(s.why);
		ck_assert_ptr_nonnull(strstr(s.why, rows[_i].why));
		return;
	}
	ck_assert_ptr_null(s.why);
	ck_assert_str_eq(s.done, rows[_i].end);
}
END_TEST

START_TEST(the_last_name_is_known)
{
	struct steps s;

	steps_init(&s, APAM_STR("/a/b/"));
	ck_assert_int_eq(steps_next(&s), STEP_NAME);
	ck_assert_str_eq(steps_name(&s), "a");
	ck_assert(!steps_is_last(&s));
	ck_assert_int_eq(steps_next(&s), STEP_NAME);
	ck_assert_str_eq(steps_name(&s), "b");
	ck_assert(steps_is_last(&s));
	ck_assert_int_eq(steps_next(&s), STEP_END);
}
END_TEST

START_TEST(turns_are_counted)
{
	struct steps s;

	steps_init(&s, APAM_STR("/l"));
	for (int i = 0; i < STEPS_TURNS_MAX; i++) {
		ck_assert_int_eq(steps_next(&s), STEP_NAME);
		ck_assert_int_eq(steps_link(&s, APAM_STR("l")), STEP_NAME);
	}
	ck_assert_int_eq(steps_next(&s), STEP_NAME);
	ck_assert_int_eq(steps_link(&s, APAM_STR("l")), STEP_END);
	ck_assert_ptr_nonnull(strstr(s.why, "circle"));
}
END_TEST

/* The way is as long as a path may be, and one byte longer. */
START_TEST(a_way_has_a_length)
{
	const size_t left = STEPS_PATH_MAX - strlen("/a/") + (size_t)_i;
	char target[STEPS_PATH_MAX + 2];
	struct steps s;

	memset(target, 'x', sizeof(target));
	steps_init(&s, APAM_STR("/a/l"));
	(void)steps_next(&s);
	ck_assert_int_eq(steps_next(&s), STEP_NAME);
	ck_assert_int_eq(
	    steps_link(&s, (struct apam_str){ target, left }), STEP_NAME);
	ck_assert_int_eq(steps_next(&s), _i == 0 ? STEP_NAME : STEP_END);
	ck_assert_int_eq(s.why == NULL, _i == 0);
}
END_TEST

START_TEST(a_link_has_a_length)
{
	char target[STEPS_PATH_MAX + 1];
	struct steps s;

	memset(target, 'x', sizeof(target));
	steps_init(&s, APAM_STR("/l"));
	(void)steps_next(&s);
	ck_assert_int_eq(
	    steps_link(&s, (struct apam_str){ target, sizeof(target) }),
	    STEP_END);
	ck_assert_ptr_nonnull(strstr(s.why, "longer than 511 bytes"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("steps");
	TCase *tc = tcase_create("steps");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_way_is_text, 0, ROWS(rows));
	tcase_add_test(tc, the_last_name_is_known);
	tcase_add_test(tc, turns_are_counted);
	tcase_add_loop_test(tc, a_way_has_a_length, 0, 2);
	tcase_add_test(tc, a_link_has_a_length);
	return run_suite(suite);
}
