/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the module hmac-test: that a scheme which signs each request can
 * see the method, target, headers and body, and give headers, parameters and
 * what it covers.  The signatures were made with `openssl dgst -hmac`.
 */
#include "support/drive_open.h"
#include "support/refused.h"
#include "support/run.h"

#define SECRET "FAKEsecret"
#define BASE "key_id = \"k1\"; secret = \"env:FAKE\"; "
#define COVER BASE "headers = [ \"Host\", \"X-Part\" ]; "

static struct drive d;
static const struct apam_module *module;

static void
setup(void)
{
	module = drive_load("tests/modules/hmac-test.so");
}

static void
teardown(void)
{
	drive_close(&d);
}

static void
open_with(const char *text)
{
	drive_must_open(&d, module, text, SECRET);
}

static const struct apam_header headers[] = {
	{ { "host", 4 }, { "api.example", 11 } },
	{ { "X-Part", 6 }, { "7", 1 } },
};

/* Reads "hello", two bytes at a time. */
static int64_t
read_hello(void *arg, uint64_t offset, void *to, size_t size)
{
	size_t n = offset >= 5 ? 0 : 5 - (size_t)offset;

	(void)arg;
	n = n < 2 ? n : 2;
	n = n < size ? n : size;
	if (n > 0)
		memcpy(to, &"hello"[offset], n);
	return (long)n;
}

static int64_t
read_nothing(void *arg, uint64_t offset, void *to, size_t size)
{
	(void)arg;
	(void)offset;
	(void)to;
	(void)size;
	return -1;
}

/* Its SHA-256, and that of another hash before. */
static const struct apam_digest hello_digests[] = {
	{ APAM_HASH_SHA1, { "12345678901234567890", 20 } },
	{ APAM_HASH_SHA256,
	    { "\x2c\xf2\x4d\xba\x5f\xb0\xa3\x0e\x26\xe8\x3b\x2a\xc5\xb9\xe2"
	      "\x9e\x1b\x16\x1e\x5c\x1f\xa7\x42\x5e\x73\x04\x33\x62\x93\x8b"
	      "\x98\x24",
		32 } },
};

#define SIGNED(hex) "HMAC-TEST keyid=k1,signature=" hex
#define HELLO                                                                  \
	SIGNED(                                                                \
	    "164f78733a96faf208c6101679dfbb91333a78776373691938246ca9d627e4e0")

static const struct {
	const char *name;
	const char *options;
	const char *method, *target;
	struct apam_body body;
	const char *signature;
	size_t covered;
} signatures[] = {
	{ "no body", BASE, "GET", "/a", { .kind = APAM_BODY_NONE },
	    SIGNED(
		"7ce9ade85f2e8fd48887b627c28fe7c8ea72997649b82115c3631e9ef66ea50d"),
	    0 },
	{ "a query", BASE, "GET", "/a?b=c", { .kind = APAM_BODY_NONE },
	    SIGNED(
		"23fd2b130a3c0b293e6f755097227a2c48544f0ed0c8d677ae601ff04da4fd9c"),
	    0 },
	{ "bytes", COVER, "POST", "/a",
	    { .kind = APAM_BODY_BYTES, .bytes = { "hello", 5 } }, HELLO, 2 },
	{ "a digest", COVER, "POST", "/a",
	    { .kind = APAM_BODY_DIGESTS,
		.digests = hello_digests,
		.digest_count = 2 },
	    HELLO, 2 },
	{ "a reader", COVER, "POST", "/a",
	    { .kind = APAM_BODY_READER, .read = read_hello }, HELLO, 2 },
};

START_TEST(signs)
{
	struct apam_request_view request = drive_request(
	    signatures[_i].method, signatures[_i].target);
	struct apam_signing out;

	open_with(signatures[_i].options);
	request.headers = headers;
	request.header_count = 2;
	request.body = &signatures[_i].body;
	ck_assert_int_eq(drive_sign(&d, &request, SECRET, &out), APAM_OK);
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_msg(strcmp(drive_field(&out.headers, "Authorization"),
			  signatures[_i].signature) == 0,
	    "%s: %s", signatures[_i].name,
	    drive_field(&out.headers, "Authorization"));
	ck_assert_str_eq(drive_field(&out.query, "hmac-date"), "1700000000");
	ck_assert_uint_eq(out.covers.count, signatures[_i].covered);
	signing_free(&out);
}
END_TEST

static const struct {
	const char *name;
	size_t header_count; /* of `headers` */
	struct apam_body body;
	const char *why;
} refusals[] = {
	{ "no headers", 0, { .kind = APAM_BODY_NONE }, "no Host header" },
	{ "a missing header", 1, { .kind = APAM_BODY_NONE },
	    "no X-Part header" },
	{ "an unknown body", 2, { .kind = APAM_BODY_UNKNOWN }, "body" },
	{ "a broken reader", 2,
	    { .kind = APAM_BODY_READER, .read = read_nothing }, "body" },
	{ "a body of no kind", 2, { .kind = 99 }, "body" },
};

START_TEST(refuses_to_sign)
{
	struct apam_request_view request = drive_request("POST", "/a");
	struct apam_signing out;

	open_with(COVER);
	request.headers = headers;
	request.header_count = refusals[_i].header_count;
	request.body = &refusals[_i].body;
	ck_assert_msg(drive_sign(&d, &request, SECRET, &out) == APAM_E_POLICY,
	    "%s: signed", refusals[_i].name);
	ck_assert_msg(drive_holds(out.error.text, refusals[_i].why), "%s: %s",
	    refusals[_i].name, out.error.text);
	ck_assert_str_eq(drive_field(&out.headers, "Authorization"), "");
	signing_free(&out);
}
END_TEST

START_TEST(makes_the_credential)
{
	struct op op;

	open_with(BASE);
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_DONE);
	ck_assert_str_eq(buf_view(&op.credential).p, "k1");
	ck_assert(op.lifetime == APAM_FOREVER);
	op_free(&op);
}
END_TEST

/* The core must never render its headers once for all requests. */
START_TEST(is_not_static)
{
	ck_assert_uint_eq(module->traits & APAM_TRAIT_STATIC, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hmac-test");
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, signs, 0, ROWS(signatures));
	tcase_add_loop_test(tc, refuses_to_sign, 0, ROWS(refusals));
	tcase_add_test(tc, makes_the_credential);
	tcase_add_test(tc, is_not_static);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
