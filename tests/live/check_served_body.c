/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bodies that a scheme signs in chunks, by a real apamd: what goes out is the
 * same, byte by byte, as where the program signs itself.  The body is read again,
 * has changed, is too long, or large; the agent ends between its two questions;
 * the rules hold.
 */
#define _GNU_SOURCE
#include <sys/resource.h>

#include "base/clock.h"
#include "support/agent_process.h"
#include "support/run.h"
#include "support/stepped.h"

#define SIZE (3 * 65536 + 77)
#define ROOM (SIZE + 4096)
#define LARGE (128 * 1048576)
#define LARGE_MOST (48 * 1024) /* KiB of memory, beside what was there */

static struct project project;
static struct agent_process agent;
static struct apam_signature signature;
static struct apam_error err;

/* ---- Profiles ------------------------------------------------------------ */

#define ENTRY                                                                  \
	"{ scheme = \"chunked-test\"; key_id = \"AKIDEXAMPLE\"; "              \
	"secret = \"file:@/secret\"; date = \"20130524T000000Z\"; } );\n"
/* The list of rules is closed by project_entries. */
#define RULES                                                                  \
	"allow = ( { users = [ \"root\" ]; give = \"signature\"; "             \
	"methods = [ \"PUT\" ]; paths = [ \"/bucket/*\" ]; }"

static void
setup(void)
{
	agent_make(&agent, &project, "");
	project_module(&project, "chunked-test", true);
	agent_secret(&agent, "secret", "FAKE-SECRET-ACCESS-KEY");
	project_entries(&project, "far", ENTRY RULES);
	project_entries(&project, "here", ENTRY "agent = \"off\";\n" RULES);
	agent_program(&project, "apamd");
	agent_start(&agent, "agent");
	signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
teardown(void)
{
	apam_signature_release(&signature);
	agent_remove(&agent);
}

/* ---- The host ------------------------------------------------------------ */

static struct {
	size_t size;
	unsigned readings; /* that began */
	unsigned changed_from; /* this one on, a byte is another; 0: never */
	bool kills; /* the agent, once, in the first one */
	int slow_ms; /* the first call of each */
} host;

static void
kill_agent(void)
{
	host.kills = false;
	(void)kill(agent.pid, SIGKILL);
	(void)waitpid(agent.pid, NULL, 0);
	agent.pid = 0;
	agent_start(&agent, "agent");
}

static char
byte_at(uint64_t offset)
{
	const bool other = host.changed_from != 0 &&
	    host.readings >= host.changed_from && offset == 65536 + 5;

	return (char)('a' + (offset / 1000 + other) % 26);
}

static int64_t
read_host(void *arg, uint64_t offset, void *to, size_t size)
{
	char *bytes = to;
	size_t n = host.size - (size_t)offset;

	(void)arg;
	if (offset == 0)
		host.readings++;
	if (offset == 0 && host.slow_ms > 0)
		clock_sleep(host.slow_ms);
	if (host.kills && offset > 0)
		kill_agent();
	n = n < size ? n : size;
	n = n < 50000 ? n : 50000;
	for (size_t i = 0; i < n; i++)
		bytes[i] = byte_at(offset + i);
	return (int64_t)n;
}

static struct apam_body
reader(size_t size)
{
	memset(&host, 0, sizeof(host));
	host.size = size;
	return (struct apam_body){ .size = sizeof(struct apam_body),
		.kind = APAM_BODY_READER,
		.length = size,
		.read = read_host };
}

static struct apam_request
request_of(const struct apam_body *body)
{
	struct apam_request r = APAM_REQUEST(
	    "PUT", "https://api.example/bucket/thing");

	r.body = body;
	return r;
}

static enum apam_status
sign(const char *name, const struct apam_body *body)
{
	const struct apam_request r = request_of(body);

	err = (struct apam_error)APAM_ERROR_INIT;
	return apam_sign(project_get(&project, name), &r, &signature, &err);
}

static void
signs(const char *name, const struct apam_body *body)
{
	ck_assert_msg(sign(name, body) == APAM_OK, "%s", err.text);
	ck_assert_ptr_nonnull(signature.body);
}

static int64_t
read_all(char *to, size_t size, size_t buffer)
{
	const struct apam_body *body = signature.body;
	size_t at = 0;
	int64_t n = 1;

	while (n > 0) {
		n = body->read(body->arg, at, to + at,
		    size - at < buffer ? size - at : buffer);
		at += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? n : (int64_t)at;
}

static const char *
authorization(void)
{
	for (size_t i = 0; i < signature.header_count; i++)
		if (strcmp(signature.headers[i].name.p, "Authorization") == 0)
			return signature.headers[i].value.p;
	return "";
}

/* ---- The same as here ----------------------------------------------------- */

static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, SIZE };

static struct apam_body
some_body(size_t size, bool read)
{
	static char bytes[SIZE];
	const struct apam_body body = reader(size);

	for (size_t i = 0; i < size; i++)
		bytes[i] = byte_at(i);
	if (read && size > 0)
		return body;
	return (struct apam_body){ .size = sizeof(struct apam_body),
		.kind = APAM_BODY_BYTES,
		.bytes = { bytes, size } };
}

START_TEST(it_is_the_same_as_here)
{
	static char here[ROOM], far[ROOM];
	const struct apam_body body = some_body(sizes[_i / 2], _i % 2 == 1);
	char said[1024];
	int64_t n;

	signs("here", &body);
	(void)snprintf(said, sizeof(said), "%s", authorization());
	n = read_all(here, sizeof(here), 4096);
	ck_assert_uint_eq((uint64_t)n, signature.body->length);
	signs("far", &body);
	ck_assert_str_eq(authorization(), said);
	ck_assert_uint_eq((uint64_t)n, signature.body->length);
	/* Again and again, by buffers of many sizes. */
	for (size_t buffer = 100000; buffer > 10; buffer /= 7) {
		memset(far, 0, sizeof(far));
		ck_assert_int_eq(read_all(far, sizeof(far), buffer), n);
		ck_assert_mem_eq(far, here, (size_t)n);
	}
	ck_assert_int_eq(apam_body_failure(&signature, &err), APAM_OK);
}
END_TEST

/* The first call of a process goes the long way, the next ones the direct one. */
START_TEST(it_is_signed_anew)
{
	static char first[ROOM], next[ROOM];
	const struct apam_body body = reader(SIZE);
	int64_t n;

	signs("far", &body);
	n = read_all(first, sizeof(first), 65536);
	for (int i = 0; i < 3; i++) {
		signs("far", &body);
		ck_assert_int_eq(read_all(next, sizeof(next), 65536), n);
		ck_assert_mem_eq(next, first, (size_t)n);
	}
	/* Once for the digests, and once to be sent. */
	ck_assert_uint_eq(host.readings, 8);
}
END_TEST

static enum apam_status
sign_without_waiting(struct apam_profile *p, const struct apam_body *body)
{
	const struct apam_request r = request_of(body);
	struct apam_call *call = NULL;
	enum apam_status status = apam_sign_start(
	    p, &r, &signature, &call, &err);

	return stepped_end(project.ctx, &call, status, &err);
}

START_TEST(a_call_that_does_not_wait)
{
	static char far[ROOM], here[ROOM];
	const struct apam_body body = reader(SIZE);
	int64_t n;

	project_open(&project, APAM_OPEN_NO_THREAD);
	ck_assert_msg(sign_without_waiting(
			  project_get(&project, "far"), &body) == APAM_OK,
	    "%s", err.text);
	n = read_all(far, sizeof(far), 65536);
	apam_signature_release(&signature);
	signs("here", &body);
	ck_assert_int_eq(read_all(here, sizeof(here), 65536), n);
	ck_assert_mem_eq(far, here, (size_t)n);
}
END_TEST

/* ---- What is not sent ------------------------------------------------------ */

static void
has_changed(void)
{
	static char some[ROOM];

	ck_assert_int_eq(read_all(some, sizeof(some), 65536), -1);
	ck_assert_int_eq(apam_body_failure(&signature, &err), APAM_E_USAGE);
	ck_assert_str_eq(err.text,
	    "the body of the request has changed since it was signed");
}

/* Between the two readings, and after it was sent once. */
START_TEST(a_body_that_changes_is_noticed)
{
	static char some[ROOM];
	const struct apam_body body = reader(SIZE);

	signs("far", &body);
	ck_assert_int_gt(read_all(some, sizeof(some), 65536), 0);
	host.changed_from = host.readings + 1;
	has_changed();
	host.changed_from = 0;
	ck_assert_int_gt(read_all(some, sizeof(some), 65536), 0);
	signs("far", &body);
	host.changed_from = host.readings + 1;
	has_changed();
	/* Of another length, it is not even signed. */
	host.size = SIZE - 1;
	ck_assert_int_eq(sign("far", &body), APAM_E_USAGE);
	ck_assert_str_eq(err.text,
	    "the body of the request has another length than it says");
}
END_TEST

static void
is_refused(
    const struct apam_body *body, enum apam_status status, const char *text)
{
	ck_assert_int_eq(sign("far", body), status);
	ck_assert_msg(
	    strstr(err.text, text) != NULL, "%s, not %s", err.text, text);
	ck_assert_ptr_null(signature.body);
}

/* Nobody reads gigabytes only to be refused. */
START_TEST(a_body_that_is_too_long_is_refused)
{
	struct apam_body body = reader(SIZE);

	body.length = UINT64_C(2) << 30;
	is_refused(
	    &body, APAM_E_USAGE, "is too long to be signed through the agent");
	ck_assert_uint_eq(host.readings, 0);
	body.length = 0;
	is_refused(&body, APAM_E_USAGE, "has to say how long it is");
}
END_TEST

START_TEST(digests_are_no_body)
{
	const unsigned char hash[32] = { 0 };
	const struct apam_digest digest = { APAM_HASH_SHA256,
		{ (const char *)hash, sizeof(hash) } };
	const struct apam_body digests = { .size = sizeof(digests),
		.kind = APAM_BODY_DIGESTS,
		.digests = &digest,
		.digest_count = 1,
		.length = SIZE };
	const struct apam_body unknown = { .size = sizeof(unknown),
		.kind = APAM_BODY_UNKNOWN };

	is_refused(&digests, APAM_E_USAGE, "its bytes or a reader");
	is_refused(&unknown, APAM_E_USAGE, "its bytes or a reader");
}
END_TEST

/* The body is not even read. */
START_TEST(the_rules_hold)
{
	const struct apam_body body = reader(SIZE);
	struct apam_request r = request_of(&body);

	r.method = "POST";
	ck_assert_int_eq(
	    apam_sign(project_get(&project, "far"), &r, &signature, &err),
	    APAM_E_POLICY);
	r.method = "PUT";
	r.url = "https://api.example/other";
	ck_assert_int_eq(
	    apam_sign(project_get(&project, "far"), &r, &signature, &err),
	    APAM_E_POLICY);
	ck_assert_uint_eq(host.readings, 0);
}
END_TEST

START_TEST(a_body_that_is_read_too_slowly)
{
	const struct apam_body body = reader(SIZE);
	struct apam_request r = request_of(&body);

	/* So that the agent answers at once. */
	signs("far", &body);
	host.slow_ms = 3000;
	r.timeout_ms = 2000;
	ck_assert_int_eq(
	    apam_sign(project_get(&project, "far"), &r, &signature, &err),
	    APAM_E_DEADLINE);
}
END_TEST

/* ---- The agent and memory -------------------------------------------------- */

START_TEST(the_agent_ends_between_its_questions)
{
	static char far[ROOM], here[ROOM];
	const struct apam_body body = reader(SIZE);
	int64_t n;

	host.kills = true;
	signs("far", &body);
	ck_assert(!host.kills);
	n = read_all(far, sizeof(far), 65536);
	signs("here", &body);
	ck_assert_int_eq(read_all(here, sizeof(here), 65536), n);
	ck_assert_mem_eq(far, here, (size_t)n);
}
END_TEST

static long
peak(void)
{
	struct rusage usage;

	ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

/* As it is sent, in little memory. */
START_TEST(a_large_body_is_not_kept)
{
	static char block[65536];
	const struct apam_body small = reader(SIZE);
	struct apam_body body;
	uint64_t at = 0;
	int64_t n = 1;
	long before;

	signs("far", &small);
	body = reader(LARGE);
	before = peak();
	signs("far", &body);
	while (n > 0) {
		n = signature.body->read(
		    signature.body->arg, at, block, sizeof(block));
		at += n > 0 ? (uint64_t)n : 0;
	}
	ck_assert_int_eq(n, 0);
	ck_assert_uint_eq(at, signature.body->length);
	ck_assert_int_lt(peak() - before, LARGE_MOST);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("served_body");
	TCase *tc = tcase_create("served_body");

	/* apamd runs as a user of its own. */
	if (geteuid() != 0)
		return 0;
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 240);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, it_is_the_same_as_here, 0, 2 * (int)ROWS(sizes));
	tcase_add_test(tc, it_is_signed_anew);
	tcase_add_test(tc, a_call_that_does_not_wait);
	tcase_add_test(tc, a_body_that_changes_is_noticed);
	tcase_add_test(tc, a_body_that_is_too_long_is_refused);
	tcase_add_test(tc, digests_are_no_body);
	tcase_add_test(tc, the_rules_hold);
	tcase_add_test(tc, a_body_that_is_read_too_slowly);
	tcase_add_test(tc, the_agent_ends_between_its_questions);
	tcase_add_test(tc, a_large_body_is_not_kept);
	return run_suite(suite);
}
