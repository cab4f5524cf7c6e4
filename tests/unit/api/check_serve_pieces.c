/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/serve_pieces.c: what a caller may tell of the pieces of its
 * body.  The caller is another program: digests of another hash, size or count
 * are asked for anew and never taken, and a body with too many pieces is
 * refused before the module sees one of them.
 */
#include "api/serve_pieces.h"

#include <string.h>

#include "abi/rewriter.h"
#include "agent/around.h"
#include "agent/lists.h"
#include "base/buf.h"
#include "base/str.h"
#include "support/run.h"

#define PIECE 100
#define LENGTH (2 * PIECE + 1) /* of the body: three pieces */
#define SHA256_SIZE 32

/* What the rewriter was given, and which piece it refuses; 0: none. */
static unsigned given, refused;
static size_t lengths[8];
static char firsts[8]; /* of each digest */

static enum apam_status
take_piece(struct rewriter *r, const struct apam_piece *piece,
    struct around *around, struct apam_error *err)
{
	(void)r;
	(void)err;
	ck_assert_uint_lt(given, ROWS(lengths));
	lengths[given] = piece->length;
	firsts[given] = piece->digest.n == 0 ? '-' : piece->digest.p[0];
	*around = (struct around){ APAM_STR("<"), APAM_STR(">") };
	return ++given == refused ? APAM_E_PROVIDER : APAM_OK;
}

static const struct rewriter_slots slots = { .piece = take_piece };

static char digests[3 * SHA256_SIZE];
static struct rewriter rewriter;
static struct serve_pieces told;
static struct apam_body body;
static struct buf around;

static void
setup(void)
{
	given = refused = 0;
	memset(digests, 'a', SHA256_SIZE);
	memset(digests + SHA256_SIZE, 'b', SHA256_SIZE);
	memset(digests + 2 * SHA256_SIZE, 'c', SHA256_SIZE);
	rewriter = (struct rewriter){ .slots = &slots,
		.length = LENGTH,
		.piece = PIECE,
		.hash = APAM_HASH_SHA256 };
	told = (struct serve_pieces){ .hash = APAM_HASH_SHA256,
		.piece = PIECE,
		.digests = { digests, sizeof(digests) } };
	body = (struct apam_body){ .kind = APAM_BODY_READER, .length = LENGTH };
	buf_init_plain(&around, AGENT_AROUND_MAX);
}

static void
teardown(void)
{
	buf_free(&around);
}

static enum apam_status
ask(void)
{
	return serve_pieces(&body, &told, &rewriter, &around, NULL);
}

START_TEST(each_piece_has_its_digest)
{
	ck_assert_int_eq(ask(), APAM_OK);
	ck_assert_uint_eq(given, 4);
	ck_assert_uint_eq(lengths[0], PIECE);
	ck_assert_uint_eq(lengths[1], PIECE);
	ck_assert_uint_eq(lengths[2], 1);
	ck_assert_uint_eq(lengths[3], 0);
	/* At the end it is the digest of nothing, e3b0... */
	ck_assert_mem_eq(firsts, "abc\xe3", 4);
	ck_assert_uint_eq(around.n, 4 * (AROUND_HEAD + 2));
}
END_TEST

START_TEST(without_a_hash_none_is_needed)
{
	rewriter.hash = 0;
	told = (struct serve_pieces){ .hash = 0 };
	ck_assert_int_eq(ask(), APAM_OK);
	ck_assert_uint_eq(given, 4);
	ck_assert_mem_eq(firsts, "----", 4);
}
END_TEST

START_TEST(an_empty_body_has_its_end_alone)
{
	body = (struct apam_body){ .kind = APAM_BODY_BYTES };
	told = (struct serve_pieces){ .in_memory = true };
	ck_assert_int_eq(ask(), APAM_OK);
	ck_assert_uint_eq(given, 1);
	ck_assert_uint_eq(lengths[0], 0);
}
END_TEST

static const struct {
	const char *name;
	int32_t hash;
	uint64_t piece;
	size_t n;
} others[] = {
	{ "none", 0, 0, 0 },
	{ "of another hash", APAM_HASH_SHA512, PIECE, 3 * SHA256_SIZE },
	{ "of larger pieces", APAM_HASH_SHA256, PIECE + 1, 3 * SHA256_SIZE },
	{ "one too few", APAM_HASH_SHA256, PIECE, 2 * SHA256_SIZE },
	{ "one cut off", APAM_HASH_SHA256, PIECE, 3 * SHA256_SIZE - 1 },
};

START_TEST(other_digests_are_asked_for_anew)
{
	told.hash = others[_i].hash;
	told.piece = others[_i].piece;
	told.digests.n = others[_i].n;
	ck_assert_msg(ask() == APAM_E_PENDING, "%s", others[_i].name);
	ck_assert_uint_eq(given, 0);
	ck_assert_uint_eq(around.n, 0);
}
END_TEST

/* The first body that is too long, and the last one that is not. */
START_TEST(too_many_pieces_are_refused)
{
	rewriter.piece = 1;
	rewriter.length = body.length = AGENT_PIECES_MAX + 1;
	ck_assert_int_eq(ask(), APAM_E_USAGE);
	rewriter.length = body.length = AGENT_PIECES_MAX;
	ck_assert_int_eq(ask(), APAM_E_PENDING);
	ck_assert_uint_eq(given, 0);
}
END_TEST

START_TEST(too_much_around_them_is_refused)
{
	const uint64_t room = AGENT_AROUND_MAX - 4 * AROUND_HEAD;

	rewriter.length = LENGTH + room + 1;
	ck_assert_int_eq(ask(), APAM_E_USAGE);
	ck_assert_uint_eq(given, 0);
	rewriter.length = LENGTH + room;
	ck_assert_int_eq(ask(), APAM_OK);
}
END_TEST

/* The first, the last one and the end. */
START_TEST(what_the_module_refuses_ends_it)
{
	static const unsigned which[] = { 1, 3, 4 };

	refused = which[_i];
	ck_assert_int_eq(ask(), APAM_E_PROVIDER);
	ck_assert_uint_eq(given, refused);
}
END_TEST

/* The module writes more around the pieces than it has said. */
START_TEST(what_has_no_room_is_an_error)
{
	buf_free(&around);
	buf_init_plain(&around, 2 * (AROUND_HEAD + 2));
	ck_assert_int_eq(ask(), APAM_E_MEMORY);
	ck_assert_uint_eq(given, 3);
}
END_TEST

START_TEST(a_body_that_cannot_be_read_is_refused)
{
	body.kind = APAM_BODY_DIGESTS;
	ck_assert_int_eq(ask(), APAM_E_USAGE);
	body.kind = APAM_BODY_READER;
	body.length = 0;
	ck_assert_int_eq(ask(), APAM_E_USAGE);
	ck_assert_uint_eq(given, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("serve_pieces");
	TCase *tc = tcase_create("serve_pieces");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, each_piece_has_its_digest);
	tcase_add_test(tc, without_a_hash_none_is_needed);
	tcase_add_test(tc, an_empty_body_has_its_end_alone);
	tcase_add_loop_test(
	    tc, other_digests_are_asked_for_anew, 0, ROWS(others));
	tcase_add_test(tc, too_many_pieces_are_refused);
	tcase_add_test(tc, too_much_around_them_is_refused);
	tcase_add_loop_test(tc, what_the_module_refuses_ends_it, 0, 3);
	tcase_add_test(tc, what_has_no_room_is_an_error);
	tcase_add_test(tc, a_body_that_cannot_be_read_is_refused);
	return run_suite(suite);
}
