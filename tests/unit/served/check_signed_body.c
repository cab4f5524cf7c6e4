/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/served/signed_body.c: an answer that is about another body than
 * the client's is refused before anything is sent.
 */
#include "served/signed_body.h"

#include "agent/around.h"
#include "base/error.h"
#include "base/str.h"
#include "support/run.h"

#define LENGTH 25 /* three pieces of 10 */

static struct buf around;
static struct agent_signed made;
static struct told_pieces told;
static struct rewriter *rewriter;
static struct apam_error err;
static char digests[] = "11111111111111112222222222222222"
			"33333333333333334444444444444444";

/* As it is in order: MD5, for its digests are short. */
static void
setup(void)
{
	buf_init_plain(&around, 1000);
	for (int i = 0; i < 3; i++)
		(void)around_put(&around, APAM_STR("<"), APAM_STR(">"));
	(void)around_put(&around, APAM_STR("end"), APAM_STR(""));
	made = (struct agent_signed){ .hash = APAM_HASH_MD5,
		.piece = 10,
		.new_length = LENGTH + 9,
		.around = buf_view(&around) };
	told = (struct told_pieces){ .body_length = LENGTH,
		.hash = APAM_HASH_MD5,
		.piece = 10,
		.digests = { digests, 48 } };
	error_init(&err);
}

static void
teardown(void)
{
	rewriter_free(&rewriter);
	buf_free(&around);
}

static void
piece_comes(size_t length, const char *digest, enum apam_status wanted)
{
	const struct apam_piece piece = { .size = sizeof(piece),
		.length = length,
		.digest = { digest, digest == NULL ? 0 : 16 } };
	struct around got;

	ck_assert_int_eq(
	    rewriter->slots->piece(rewriter, &piece, &got, &err), wanted);
	if (wanted == APAM_OK)
		ck_assert(str_equal(
		    got.before, length > 0 ? APAM_STR("<") : APAM_STR("end")));
}

START_TEST(what_stands_around_comes_in_order)
{
	ck_assert_int_eq(
	    signed_body_new(&made, &told, &rewriter, &err), APAM_OK);
	ck_assert_uint_eq(rewriter->length, LENGTH + 9);
	ck_assert_uint_eq(rewriter->piece, 10);
	for (int i = 0; i < 2; i++) {
		piece_comes(10, digests, APAM_OK);
		piece_comes(10, digests + 16, APAM_OK);
		piece_comes(5, digests + 32, APAM_OK);
		piece_comes(0, NULL, APAM_OK);
		ck_assert_int_eq(
		    rewriter->slots->rewind(rewriter, &err), APAM_OK);
	}
}
END_TEST

START_TEST(another_piece_is_not_sent)
{
	ck_assert_int_eq(
	    signed_body_new(&made, &told, &rewriter, &err), APAM_OK);
	piece_comes(10, digests, APAM_OK);
	/* The first once more, and one of another kind. */
	piece_comes(10, digests, APAM_E_USAGE);
	ck_assert_str_eq(err.text,
	    "the body of the request has changed since it was signed");
	piece_comes(10, NULL, APAM_E_USAGE);
	/* More than there are. */
	piece_comes(10, digests + 16, APAM_OK);
	piece_comes(5, digests + 32, APAM_OK);
	piece_comes(5, digests + 48, APAM_E_USAGE);
	piece_comes(0, NULL, APAM_OK);
	piece_comes(0, NULL, APAM_E_USAGE);
}
END_TEST

START_TEST(without_digests_the_texts_are_enough)
{
	made.hash = 0;
	told.hash = 0;
	told.piece = 0;
	told.digests = APAM_STR("");
	ck_assert_int_eq(
	    signed_body_new(&made, &told, &rewriter, &err), APAM_OK);
	ck_assert_int_eq(rewriter->hash, 0);
	piece_comes(10, NULL, APAM_OK);
}
END_TEST

static const struct {
	const char *name;
	uint64_t *number;
	uint64_t is;
} numbers[] = {
	{ "another hash", &made.hash, APAM_HASH_SHA256 },
	{ "other pieces", &made.piece, 9 },
	{ "fewer pieces", &made.piece, 1000 },
	{ "no pieces", &made.piece, 0 },
	{ "another length", &made.new_length, LENGTH + 8 },
	{ "a length that wraps", &made.new_length, 8 },
	{ "digests of a longer body", &told.body_length, LENGTH + 10 },
	{ "of other pieces", &told.piece, 11 },
};

static void
is_refused(const char *name)
{
	ck_assert_msg(
	    signed_body_new(&made, &told, &rewriter, &err) == APAM_E_INTERNAL,
	    "%s", name);
	ck_assert_ptr_null(rewriter);
	ck_assert_str_eq(err.text,
	    "the agent's answer is malformed: it is about another body");
}

START_TEST(another_body_is_refused)
{
	*numbers[_i].number = numbers[_i].is;
	is_refused(numbers[_i].name);
}
END_TEST

START_TEST(texts_that_are_not_whole_are_refused)
{
	for (size_t n = 1; n < around.n; n++) {
		made.around = str_cut(buf_view(&around), n);
		error_init(&err);
		is_refused("cut texts");
	}
	(void)around_put(&around, APAM_STR(""), APAM_STR(""));
	made.around = buf_view(&around);
	error_init(&err);
	is_refused("one text too many");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signed_body");
	TCase *tc = tcase_create("signed_body");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_stands_around_comes_in_order);
	tcase_add_test(tc, another_piece_is_not_sent);
	tcase_add_test(tc, without_digests_the_texts_are_enough);
	tcase_add_loop_test(tc, another_body_is_refused, 0, ROWS(numbers));
	tcase_add_test(tc, texts_that_are_not_whole_are_refused);
	return run_suite(suite);
}
