/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/new_body.c by a module that signs chunks: AWS's published
 * example byte for byte, whatever the host's buffer; reading it again and from
 * the middle; bodies and modules of another length than they say; memory.
 */
#include "entry/new_body.h"

#include <poll.h>

#include "support/fail_alloc.h"
#include "support/project.h"
#include "support/run.h"

#define SIZE 66560
#define NEW_SIZE 66824
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static struct project project;
static struct apam_profile *profile;
static struct apam_signature signature;
static struct apam_error err;
static char original[SIZE], wanted[NEW_SIZE + 1], got[NEW_SIZE + 1];

/* ---- What AWS publishes ------------------------------------------------- */

static const char authorization[] =
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
    "aws4_request,SignedHeaders=content-encoding;content-length;host;"
    "x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
    "x-amz-storage-class,Signature="
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

static const struct {
	size_t n;
	const char *signature;
} chunks[] = {
	{ 65536,
	    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648" },
	{ 1024,
	    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497" },
	{ 0,
	    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9" },
};

static void
make_wanted(void)
{
	size_t at = 0;

	memset(original, 'a', sizeof(original));
	for (size_t i = 0; i < ROWS(chunks); i++) {
		at += (size_t)sprintf(wanted + at, "%zx;chunk-signature=%s\r\n",
		    chunks[i].n, chunks[i].signature);
		memset(wanted + at, 'a', chunks[i].n);
		at += chunks[i].n;
		at += (size_t)sprintf(wanted + at, "\r\n");
	}
	ck_assert_uint_eq(at, NEW_SIZE);
}

static void
use(const char *more)
{
	char format[512], text[1024];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"https://s3.amazonaws.com\" ]; auth = ( "
	    "{ scheme = \"chunked-test\"; key_id = \"AKIAIOSFODNN7EXAMPLE\"; "
	    "secret = \"file:@/key\"; date = \"20130524T000000Z\"; %s } );\n",
	    more);
	project_splice(&project, format, text, sizeof(text));
	project_secret(&project, "key", SECRET);
	project_profile(&project, "p", text);
	profile = project_get(&project, "p");
}

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "chunked-test", true);
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	err = (struct apam_error)APAM_ERROR_INIT;
	make_wanted();
}

static void
teardown(void)
{
	apam_signature_release(&signature);
	project_remove(&project);
}

static struct apam_body
bytes_body(void)
{
	return (struct apam_body){ .size = sizeof(struct apam_body),
		.kind = APAM_BODY_BYTES,
		.bytes = { original, sizeof(original) } };
}

static enum apam_status
sign(const struct apam_body *body)
{
	static const struct apam_header headers[] = {
		{ { "x-amz-storage-class", 19 }, { "REDUCED_REDUNDANCY", 18 } }
	};
	struct apam_request put = APAM_REQUEST(
	    "PUT", "https://s3.amazonaws.com/examplebucket/chunkObject.txt");

	put.headers = headers;
	put.header_count = 1;
	put.body = body;
	return apam_sign(profile, &put, &signature, &err);
}

/* Read from an offset by a buffer of that size; how many bytes came. */
static int64_t
read_all(uint64_t from, size_t buffer)
{
	const struct apam_body *body = signature.body;
	uint64_t at = from;
	int64_t n = 1;

	memset(got, 0, sizeof(got));
	while (n > 0) {
		const size_t left = NEW_SIZE + 1 - at;

		n = body->read(
		    body->arg, at, got + at, left < buffer ? left : buffer);
		at += n > 0 ? (uint64_t)n : 0;
	}
	return n < 0 ? n : (int64_t)(at - from);
}

static const char *
header(const char *name)
{
	for (size_t i = 0; i < signature.header_count; i++)
		if (strcmp(signature.headers[i].name.p, name) == 0)
			return signature.headers[i].value.p;
	return "";
}

static const size_t buffers[] = { 1000000, 65536, 16384, 4096, 1000, 85, 7, 1 };
START_TEST(the_published_example)
{
	const struct apam_body body = bytes_body();

	use("");
	ck_assert_msg(sign(&body) == APAM_OK, "%s", err.text);
	ck_assert_ptr_nonnull(signature.body);
	ck_assert_int_eq(signature.body->kind, APAM_BODY_READER);
	ck_assert_uint_eq(signature.body->length, NEW_SIZE);
	ck_assert_str_eq(header("x-amz-decoded-content-length"), "66560");
	ck_assert_str_eq(header("Authorization"), authorization);
	ck_assert_int_eq(read_all(0, buffers[_i]), NEW_SIZE);
	ck_assert_mem_eq(got, wanted, NEW_SIZE);
	ck_assert_int_eq(apam_body_failure(&signature, &err), APAM_OK);
}
END_TEST

/* ---- Again -------------------------------------------------------------- */

static const uint64_t offsets[] = { 0, 1, 85, 65700, NEW_SIZE - 1 };

START_TEST(it_begins_again)
{
	const struct apam_body body = bytes_body();
	const uint64_t from = offsets[_i];

	use("");
	ck_assert_int_eq(sign(&body), APAM_OK);
	for (int stop = 0; stop < 4; stop++) {
		/* In the middle of it, and at its end. */
		(void)signature.body->read(signature.body->arg, 0, got,
		    (size_t)stop * (NEW_SIZE / 3) + 1);
		ck_assert_int_eq(
		    read_all(from, 4096), (int64_t)(NEW_SIZE - from));
		ck_assert_mem_eq(got + from, wanted + from, NEW_SIZE - from);
	}
}
END_TEST

/* ---- Readers ------------------------------------------------------------ */

static struct {
	size_t most, end; /* bytes a call gives, and all give */
	bool fails;
	bool lies;
} host;

static int64_t
read_host(void *arg, uint64_t offset, void *to, size_t size)
{
	size_t n = host.end - (size_t)offset;

	(void)arg;
	if (host.fails && offset > 1000)
		return -1;
	if (host.lies)
		return (int64_t)size + 1;
	n = n < size ? n : size;
	n = n < host.most ? n : host.most;
	memset(to, 'a', n);
	return (int64_t)n;
}

static struct apam_body
reader(uint64_t length)
{
	host.most = SIZE;
	host.end = SIZE;
	host.fails = host.lies = false;
	return (struct apam_body){ .size = sizeof(struct apam_body),
		.kind = APAM_BODY_READER,
		.length = length,
		.read = read_host };
}

START_TEST(a_reader_gives_as_it_likes)
{
	const struct apam_body body = reader(SIZE);

	use("");
	ck_assert_int_eq(sign(&body), APAM_OK);
	host.most = _i == 0 ? 1 : 1234;
	ck_assert_int_eq(read_all(0, 5000), NEW_SIZE);
	ck_assert_mem_eq(got, wanted, NEW_SIZE);
}
END_TEST

static void
fails(enum apam_status status, const char *text)
{
	ck_assert_int_eq(read_all(0, 4096), -1);
	err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_int_eq(apam_body_failure(&signature, &err), status);
	ck_assert_str_eq(err.text, text);
}

static const char unreadable[] = "the body of the request cannot be read";
static const char another_length[] =
    "the body of the request has another length than it says";

START_TEST(a_reader_that_fails_is_told)
{
	const struct apam_body body = reader(SIZE);

	use("");
	ck_assert_int_eq(sign(&body), APAM_OK);
	host.fails = true;
	host.most = 500;
	fails(APAM_E_USAGE, unreadable);
	host.fails = false;
	host.lies = true;
	fails(APAM_E_USAGE, unreadable);
	host.lies = false;
	host.end = SIZE - 1;
	fails(APAM_E_USAGE, another_length);
	host.end = SIZE + 1;
	fails(APAM_E_USAGE, another_length);
	/* And once it is right the same signature serves. */
	host.end = SIZE;
	ck_assert_int_eq(read_all(0, 4096), NEW_SIZE);
	ck_assert_mem_eq(got, wanted, NEW_SIZE);
	ck_assert_int_eq(apam_body_failure(&signature, &err), APAM_OK);
}
END_TEST

/* ---- What is not a body to rewrite --------------------------------------- */

static void
is_refused(const struct apam_body *body, const char *text)
{
	err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_int_eq(sign(body), APAM_E_USAGE);
	ck_assert_str_eq(err.text, text);
	ck_assert_ptr_null(signature.body);
}

START_TEST(a_body_that_is_not_there_is_not_rewritten)
{
	const unsigned char hash[32] = { 0 };
	const struct apam_digest digest = { APAM_HASH_SHA256,
		{ (const char *)hash, sizeof(hash) } };
	const struct apam_body digests = { .size = sizeof(digests),
		.kind = APAM_BODY_DIGESTS,
		.digests = &digest,
		.digest_count = 1,
		.length = SIZE };
	const struct apam_body unsaid = reader(0);

	use("");
	is_refused(&digests,
	    "the scheme rewrites the body: the program has to give its bytes "
	    "or a reader, and not digests of it");
	is_refused(&unsaid,
	    "the scheme rewrites the body: the program has to say how long it "
	    "is");
	/* The module itself says this one. */
	is_refused(NULL, "there is no body to sign");
	ck_assert_int_eq(apam_body_failure(&signature, &err), APAM_OK);
}
END_TEST

/* ---- A module that is wrong ---------------------------------------------- */

static const char *const wrong[] = { "wrong_by = 1;", "wrong_by = -1;",
	"wrong_by = -100;" };

/* No byte beyond what was said goes out, and no end that is none. */
START_TEST(another_length_than_was_said_is_a_fault)
{
	const struct apam_body body = bytes_body();

	use(wrong[_i]);
	ck_assert_int_eq(sign(&body), APAM_OK);
	fails(APAM_E_ABI,
	    "the module rewrites the body to another length than it said");
}
END_TEST

/* A program that was built without the member cannot send it. */
START_TEST(a_program_that_cannot_know_is_refused)
{
	const struct apam_body body = bytes_body();

	use("");
	signature.size = offsetof(struct apam_signature, body);
	ck_assert_int_eq(sign(&body), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "rewrites the body"));
	signature.size = sizeof(signature);
}
END_TEST

/* The new one is there when a signature says its length. */
static void
wait_for_change(const struct apam_body *body)
{
	struct apam_signature other = signature;
	uint64_t length = NEW_SIZE;

	for (int i = 0; i < 300 && length == NEW_SIZE; i++) {
		(void)poll(NULL, 0, 20);
		signature = (struct apam_signature)APAM_SIGNATURE_INIT;
		ck_assert_int_eq(sign(body), APAM_OK);
		length = signature.body->length;
		apam_signature_release(&signature);
	}
	ck_assert_uint_eq(length, NEW_SIZE + 1);
	signature = other;
}

/* Its module's state stays until the signature is released. */
START_TEST(the_profile_may_change_meanwhile)
{
	const struct apam_body body = bytes_body();

	use("");
	ck_assert_int_eq(sign(&body), APAM_OK);
	(void)signature.body->read(signature.body->arg, 0, got, 100);
	use("wrong_by = 1;");
	wait_for_change(&body);
	ck_assert_int_eq(read_all(0, 4096), NEW_SIZE);
	ck_assert_mem_eq(got, wanted, NEW_SIZE);
}
END_TEST

START_TEST(memory_that_runs_out_is_told)
{
	const struct apam_body body = reader(SIZE);
	bool failed = true;

	use("");
	ck_assert_int_eq(sign(&body), APAM_OK);
	for (int n = 0; failed; n++) {
		enum apam_status status;
		int64_t all = 0;

		apam_signature_release(&signature);
		err = (struct apam_error)APAM_ERROR_INIT;
		allocations_left = n;
		status = sign(&body);
		if (status == APAM_OK)
			all = read_all(0, 4096);
		failed = allocation_failed();
		ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY,
		    "%d: %s", n, err.text);
		if (all < 0)
			ck_assert_int_eq(
			    apam_body_failure(&signature, &err), APAM_E_MEMORY);
		ck_assert(failed || all == NEW_SIZE);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("new_body");
	TCase *tc = tcase_create("new_body");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, the_published_example, 0, ROWS(buffers));
	tcase_add_loop_test(tc, it_begins_again, 0, ROWS(offsets));
	tcase_add_loop_test(tc, a_reader_gives_as_it_likes, 0, 2);
	tcase_add_test(tc, a_reader_that_fails_is_told);
	tcase_add_test(tc, a_body_that_is_not_there_is_not_rewritten);
	tcase_add_loop_test(
	    tc, another_length_than_was_said_is_a_fault, 0, ROWS(wrong));
	tcase_add_test(tc, a_program_that_cannot_know_is_refused);
	tcase_add_test(tc, the_profile_may_change_meanwhile);
	tcase_add_test(tc, memory_that_runs_out_is_told);
	return run_suite(suite);
}
