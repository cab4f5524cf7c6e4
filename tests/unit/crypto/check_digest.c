/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/digest.c with the vectors of FIPS 180-2, appendix B
 * (180-4 has the same hash), in every way that bytes, a body or a file can be
 * given; and of other hashes.
 */
#include "crypto/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/digest_bytes.h"
#include "support/run.h"
#include "text/encode.h"

#define LONG_SIZE 100000

static char million[1000000];
static struct apam_error err = APAM_ERROR_INIT;

static const struct {
	const char *name;
	const char *text; /* NULL: a million times "a" */
	const char *hex;
} vectors[] = {
	{ "empty", "",
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "FIPS 180-2, B.1", "abc",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "FIPS 180-2, B.2",
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "FIPS 180-2, B.3", NULL,
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void
setup(void)
{
	memset(million, 'a', sizeof(million));
	err = (struct apam_error){ .entry = -1 };
}

static struct apam_str
text_of(int i)
{
	if (vectors[i].text == NULL)
		return (struct apam_str){ million, sizeof(million) };
	return apam_str(vectors[i].text);
}

static void
compare(const unsigned char digest[DIGEST_SIZE], int i, const char *how)
{
	char hex[2 * DIGEST_SIZE + 1];

	for (size_t k = 0; k < DIGEST_SIZE; k++)
		(void)snprintf(hex + 2 * k, 3, "%02x", digest[k]);
	ck_assert_msg(strcmp(hex, vectors[i].hex) == 0, "%s, %s: %s",
	    vectors[i].name, how, hex);
}

/* Pieces that end within blocks, at their ends, and beyond them. */
static const size_t pieces[] = { 1, 55, 56, 63, 64, 65, 127, 128, 1000 };

START_TEST(pieces_make_the_whole)
{
	static const struct digest wiped;
	struct apam_str text = text_of(_i / ROWS(pieces));
	const size_t piece = pieces[_i % ROWS(pieces)];
	unsigned char digest[DIGEST_SIZE];
	struct digest d;

	digest_begin(&d, &err);
	digest_put(&d, NULL, 0);
	for (size_t at = 0; at < text.n; at += piece)
		digest_put(
		    &d, text.p + at, text.n - at < piece ? text.n - at : piece);
	digest_put(&d, "", 0);
	ck_assert_int_eq(digest_end(&d, digest), APAM_OK);
	compare(digest, _i / ROWS(pieces), "pieces");
	/* What it held may have been a secret. */
	ck_assert_mem_eq(&d, &wiped, sizeof(d));
}
END_TEST

START_TEST(a_number_is_eight_bytes_the_least_first)
{
	static const char bytes[] = "\x08\x07\x06\x05\x04\x03\x02\x81";
	unsigned char number[DIGEST_SIZE], same[DIGEST_SIZE];
	struct digest d;

	digest_begin(&d, &err);
	digest_put_number(&d, 0x8102030405060708U);
	ck_assert_int_eq(digest_end(&d, number), APAM_OK);
	ck_assert_int_eq(
	    digest_bytes((struct apam_str){ bytes, 8 }, same, &err), APAM_OK);
	ck_assert_mem_eq(number, same, DIGEST_SIZE);
}
END_TEST

START_TEST(no_bytes_need_no_address)
{
	unsigned char digest[DIGEST_SIZE];

	ck_assert_int_eq(
	    digest_bytes((struct apam_str){ NULL, 0 }, digest, &err), APAM_OK);
	compare(digest, 0, "NULL");
}
END_TEST

/* The SHA-256 of a body. */
static enum apam_status
of_body(const struct apam_body *body, unsigned char *to)
{
	enum apam_status status;
	size_t n;

	status = digest_body(APAM_HASH_SHA256, body, to, &n, &err);
	ck_assert_uint_eq(n, status == APAM_OK ? DIGEST_SIZE : 0);
	return status;
}

/* How a reader gives its bytes. */
struct source {
	struct apam_str text;
	size_t step; /* bytes at once, at most */
	uint64_t fail_at; /* offset; UINT64_MAX: never */
	long failure;
	uint64_t expected; /* the next offset */
};

static int64_t
read_source(void *arg, uint64_t offset, void *to, size_t size)
{
	struct source *s = arg;
	size_t n = s->text.n - (size_t)offset;

	ck_assert_uint_eq(offset, s->expected);
	if (offset >= s->fail_at)
		return s->failure;
	n = n < s->step ? n : s->step;
	n = n < size ? n : size;
	if (n > 0)
		memcpy(to, s->text.p + offset, n);
	s->expected += n;
	return (long)n;
}

static const size_t steps[] = { 1, 3, 64, 16383, 16384, 1000000 };

START_TEST(bytes_and_bodies_agree)
{
	struct apam_body body = { .kind = APAM_BODY_BYTES,
		.bytes = text_of(_i) };
	unsigned char digest[APAM_HASH_MAX] = { 0 };
	size_t n;

	ck_assert_int_eq(digest_bytes(text_of(_i), digest, &err), APAM_OK);
	compare(digest, _i, "bytes");
	memset(digest, 0, sizeof(digest));
	ck_assert_int_eq(of_body(&body, digest), APAM_OK);
	compare(digest, _i, "a body of bytes");
	ck_assert_int_eq(
	    digest_body(APAM_HASH_SHA1, &body, digest, &n, &err), APAM_OK);
	ck_assert_uint_eq(n, 20);
}
END_TEST

START_TEST(a_reader_may_take_small_steps)
{
	int row = _i / ROWS(steps);
	struct source source = { text_of(row), steps[_i % ROWS(steps)],
		UINT64_MAX, 0, 0 };
	const struct apam_body body = {
		.kind = APAM_BODY_READER, .read = read_source, .arg = &source
	};
	unsigned char digest[DIGEST_SIZE];

	/* A million calls of one byte say no more than a few. */
	if (steps[_i % ROWS(steps)] == 1 && vectors[row].text == NULL)
		return;
	ck_assert_int_eq(of_body(&body, digest), APAM_OK);
	compare(digest, row, "a reader");
	/* More than once, from the start each time. */
	source.expected = 0;
	ck_assert_int_eq(of_body(&body, digest), APAM_OK);
	compare(digest, row, "a reader, again");
}
END_TEST

static const struct {
	const char *name;
	uint64_t at;
	long failure;
} failures[] = {
	{ "at once", 0, -1 },
	{ "in the middle", 20000, -1 },
	{ "far below 0", 20000, -99999 },
	{ "more than asked for", 0, 16385 },
	{ "far more, later", 20000, 1L << 40 },
};

START_TEST(a_reader_that_fails_gives_no_digest)
{
	struct source source = { { million, LONG_SIZE }, 10000, failures[_i].at,
		failures[_i].failure, 0 };
	const struct apam_body body = {
		.kind = APAM_BODY_READER, .read = read_source, .arg = &source
	};
	unsigned char digest[DIGEST_SIZE];

	ck_assert_msg(
	    of_body(&body, digest) == APAM_E_USAGE && err.status == APAM_OK,
	    "%s", failures[_i].name);
}
END_TEST

START_TEST(what_is_not_there_has_no_digest)
{
	static const struct apam_body bodies[] = {
		{ .kind = APAM_BODY_UNKNOWN },
		{ .kind = APAM_BODY_READER, .read = NULL },
		{ .kind = 5 },
		{ .kind = -1 },
		{ .kind = APAM_BODY_DIGESTS },
	};
	const struct apam_body none = { .kind = APAM_BODY_NONE };
	unsigned char digest[DIGEST_SIZE];

	for (int i = 0; i < ROWS(bodies); i++)
		ck_assert_msg(of_body(&bodies[i], digest) == APAM_E_USAGE &&
			err.status == APAM_OK,
		    "%d", i);
	/* No body is an empty one. */
	ck_assert_int_eq(of_body(&none, digest), APAM_OK);
	compare(digest, 0, "no body");
}
END_TEST

/* FIPS 180-4 and RFC 1321: "abc". */
static const struct {
	int32_t hash;
	const char *hex;
} of_abc[] = {
	{ APAM_HASH_SHA256,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ APAM_HASH_SHA384,
	    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	    "8086072ba1e7cc2358baeca134c825a7" },
	{ APAM_HASH_SHA512,
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ APAM_HASH_SHA512_256,
	    "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23" },
	{ APAM_HASH_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ APAM_HASH_MD5, "900150983cd24fb0d6963f7d28e17f72" },
};

START_TEST(other_hashes)
{
	static const struct apam_str parts[] = { { "a", 1 }, { NULL, 0 },
		{ "bc", 2 } };
	const struct crypto_message message = { parts, ROWS(parts) };
	unsigned char to[APAM_HASH_MAX];
	char hex[2 * APAM_HASH_MAX + 1];
	size_t n;

	for (int again = 0; again < 2; again++) {
		ck_assert_int_eq(
		    digest_message(of_abc[_i].hash, &message, to, &n, &err),
		    APAM_OK);
		encode_hex(to, n, hex);
		ck_assert_str_eq(hex, of_abc[_i].hex);
	}
}
END_TEST

START_TEST(what_is_not_a_hash)
{
	const struct crypto_message none = { NULL, 0 };
	unsigned char to[APAM_HASH_MAX];
	size_t n;

	ck_assert_int_eq(digest_message(0, &none, to, &n, &err), APAM_E_USAGE);
	ck_assert_int_eq(digest_message(APAM_HASH_MD5 + 1, &none, to, &n, &err),
	    APAM_E_USAGE);
}
END_TEST

/* The host's digests: the module gets the one that it asks for. */
START_TEST(a_host_gives_digests)
{
	static const struct apam_digest given[] = {
		{ APAM_HASH_SHA1, { "12345678901234567890", 20 } },
		{ APAM_HASH_MD5, { "too short", 9 } },
		{ 99, { "12345678901234567890", 20 } },
		{ APAM_HASH_SHA256,
		    { "12345678901234567890123456789012", 32 } },
	};
	const struct apam_body body = { .kind = APAM_BODY_DIGESTS,
		.digests = given,
		.digest_count = ROWS(given) };
	unsigned char to[APAM_HASH_MAX];
	size_t n;

	ck_assert_int_eq(
	    digest_body(APAM_HASH_SHA256, &body, to, &n, &err), APAM_OK);
	ck_assert_uint_eq(n, 32);
	ck_assert_mem_eq(to, given[3].bytes.p, 32);
	ck_assert_int_eq(
	    digest_body(APAM_HASH_SHA1, &body, to, &n, &err), APAM_OK);
	ck_assert_uint_eq(n, 20);
	ck_assert_mem_eq(to, given[0].bytes.p, 20);
	ck_assert_int_eq(
	    digest_body(APAM_HASH_SHA512, &body, to, &n, &err), APAM_E_USAGE);
	ck_assert_int_eq(
	    digest_body(APAM_HASH_MD5, &body, to, &n, &err), APAM_E_USAGE);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_int_eq(digest_body(99, &body, to, &n, &err), APAM_E_USAGE);
}
END_TEST

START_TEST(a_file_is_read_from_its_start)
{
	struct apam_str text = text_of(_i);
	unsigned char digest[DIGEST_SIZE];
	FILE *f = tmpfile();

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text.p, 1, text.n, f), text.n);
	ck_assert_int_eq(fflush(f), 0);
	/* Wherever the descriptor stands, and it stays there. */
	ck_assert_int_eq(lseek(fileno(f), 1, SEEK_SET), 1);
	ck_assert_int_eq(digest_file(fileno(f), digest, &err), APAM_OK);
	compare(digest, _i, "a file");
	ck_assert_int_eq(lseek(fileno(f), 0, SEEK_CUR), 1);
	ck_assert_int_eq(fclose(f), 0);
}
END_TEST

START_TEST(what_cannot_be_read_has_no_digest)
{
	unsigned char digest[DIGEST_SIZE];
	int ends[2];

	ck_assert_int_eq(digest_file(-1, digest, &err), APAM_E_USAGE);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_msg(digest_file(ends[0], digest, &err) == APAM_E_USAGE,
	    "a pipe has no start");
	(void)close(ends[0]);
	(void)close(ends[1]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("digest");
	TCase *tc = tcase_create("digest");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, bytes_and_bodies_agree, 0, ROWS(vectors));
	tcase_add_loop_test(
	    tc, pieces_make_the_whole, 0, ROWS(vectors) * ROWS(pieces));
	tcase_add_test(tc, no_bytes_need_no_address);
	tcase_add_test(tc, a_number_is_eight_bytes_the_least_first);
	tcase_add_loop_test(
	    tc, a_reader_may_take_small_steps, 0, ROWS(vectors) * ROWS(steps));
	tcase_add_loop_test(
	    tc, a_reader_that_fails_gives_no_digest, 0, ROWS(failures));
	tcase_add_test(tc, what_is_not_there_has_no_digest);
	tcase_add_loop_test(tc, other_hashes, 0, ROWS(of_abc));
	tcase_add_test(tc, what_is_not_a_hash);
	tcase_add_test(tc, a_host_gives_digests);
	tcase_add_loop_test(
	    tc, a_file_is_read_from_its_start, 0, ROWS(vectors));
	tcase_add_test(tc, what_cannot_be_read_has_no_digest);
	return run_suite(suite);
}
