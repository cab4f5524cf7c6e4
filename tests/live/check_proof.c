/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that are to be verified, called by libapam-curl and by `apam request`
 * against a server that changes and cuts them: the program sees nothing of an
 * answer that is not the provider's.
 */
#include <pthread.h>
#include <sys/wait.h>

#include <apam/curl.h>

#include "support/answer_mac.h"
#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

#define KEY "FAKEkey"
#define BODY "{\"answer\": 42}"
#define BODY_MAX 65536 /* the profile's */
#define THREADS 4

static struct raw_server server;
static struct project p;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static char url[64], head[1024];
static const char *coding; /* that the program takes; or NULL */

/* What a program saw. */
struct seen {
	char body[2 * BODY_MAX];
	size_t n, lines;
	char head[1024];
};

static size_t
on_body(char *bytes, size_t one, size_t n, void *arg)
{
	struct seen *s = arg;

	ck_assert_uint_lt(s->n + one * n, sizeof(s->body));
	memcpy(s->body + s->n, bytes, one * n);
	s->n += one * n;
	return one * n;
}

static size_t
on_header(char *bytes, size_t one, size_t n, void *arg)
{
	struct seen *s = arg;

	ck_assert_uint_lt(strlen(s->head) + one * n, sizeof(s->head));
	(void)strncat(s->head, bytes, one * n);
	s->lines++;
	return one * n;
}

/* ---- The server --------------------------------------------------------- */

static void
setup(void)
{
	const struct raw_answer nothing = { .head = "" };
	char text[512];

	coding = NULL;
	project_make(&p);
	project_module(&p, "verify-test", true);
	project_secret(&p, "secret", KEY "\n");
	raw_start(&server, &nothing, NULL);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/x", server.port);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u\" ];\nallow_http = true;\n"
	    "limits = { body = %d; };\n"
	    "auth = ( { scheme = \"verify-test\";\n"
	    "  secret = \"file:%s/secret\"; } );\n",
	    server.port, BODY_MAX, p.dir);
	project_profile(&p, "p", text);
	profile = project_get(&p, "p");
}

static void
teardown(void)
{
	raw_stop(&server);
	project_remove(&p);
}

/* Answer with `sent`, the MAC of `body`, and the length that is given. */
static void
answer(const char *status, const char *body, size_t length, const char *sent)
{
	const unsigned number = (unsigned)strtoul(status, NULL, 10);

	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 %s\r\nAnswer-Mac: %s\r\nContent-Length: %zu\r\n\r\n",
	    status, answer_mac(KEY, "GET", url, number, body), length);
	server.answer = (struct raw_answer){ .head = head, .tail = sent };
}

/* ---- By libapam-curl ----------------------------------------------------- */

static enum apam_status
call(const char *method, uint64_t flags, struct seen *seen,
    struct apam_result *result, struct apam_error *why)
{
	const struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = method,
		.url = url,
		.write = on_body,
		.write_arg = seen,
		.header = on_header,
		.header_arg = seen,
		.flags = flags };
	CURL *easy = curl_easy_init();
	enum apam_status status;

	(void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, coding);
	seen->n = seen->lines = 0;
	seen->head[0] = '\0';
	*result = (struct apam_result)APAM_RESULT_INIT;
	status = apam_curl_perform(profile, easy, &transfer, result, why);
	curl_easy_cleanup(easy);
	return status;
}

static struct seen seen;
static struct apam_result result;

START_TEST(an_answer_of_the_providers_is_passed_on)
{
	answer("200 OK", BODY, strlen(BODY), BODY);
	ck_assert_msg(
	    call("GET", 0, &seen, &result, &err) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(seen.n, strlen(BODY));
	ck_assert_mem_eq(seen.body, BODY, seen.n);
	ck_assert_uint_eq(seen.lines, 4);
	ck_assert_int_eq(result.verdict, APAM_VERDICT_ACCEPTED);
	answer("503 Busy", "busy", 4, "busy");
	ck_assert_int_eq(call("GET", 0, &seen, &result, &err), APAM_OK);
	ck_assert_uint_eq(result.status, 503);
	ck_assert_uint_eq(seen.n, 4);
}
END_TEST

static const struct {
	const char *name, *status, *body;
	size_t length;
	const char *sent;
	enum apam_status expected;
	const char *text;
} bad[] = {
	{ "changed", "200 OK", BODY, sizeof(BODY) - 1, "{\"answer\": 43}",
	    APAM_E_NOT_AUTHENTIC,
	    "the answer is not authentic: its Answer-Mac is another one" },
	{ "changed, of an error", "500 Bad", BODY, sizeof(BODY) - 1,
	    "{\"answer\": 43}", APAM_E_NOT_AUTHENTIC,
	    "the answer is not authentic: its Answer-Mac is another one" },
	{ "empty", "200 OK", BODY, 0, NULL, APAM_E_NOT_AUTHENTIC,
	    "the answer is not authentic: its Answer-Mac is another one" },
	{ "cut", "200 OK", BODY, sizeof(BODY) - 1, "{\"ans", APAM_E_PROVIDER,
	    NULL },
};

START_TEST(the_program_sees_nothing_of_any_other)
{
	answer(bad[_i].status, bad[_i].body, bad[_i].length, bad[_i].sent);
	ck_assert_msg(call("GET", 0, &seen, &result, &err) == bad[_i].expected,
	    "%s: %s", bad[_i].name, err.text);
	if (bad[_i].text != NULL)
		ck_assert_str_eq(err.text, bad[_i].text);
	ck_assert_str_eq(err.profile, "p");
	ck_assert_uint_eq(seen.n, 0);
	ck_assert_uint_eq(seen.lines, 0);
	ck_assert_int_eq(result.verdict, APAM_VERDICT_UNKNOWN);
}
END_TEST

START_TEST(an_answer_without_its_header_ends_at_once)
{
	server.answer = (struct raw_answer){
		.head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n",
		.tail = "body"
	};
	ck_assert_int_eq(
	    call("GET", 0, &seen, &result, &err), APAM_E_NOT_AUTHENTIC);
	ck_assert_str_eq(
	    err.text, "the answer is not authentic: it has no Answer-Mac");
	ck_assert_uint_eq(seen.lines, 0);
}
END_TEST

/* zlib's of "fjceiaijijjceig", which has no NUL. */
#define CODED                                                                  \
	"\x78\xda\x4b\xcb\x4a\x4e\xcd\x4c\xcc\xcc\xca\xcc\x02\x31\xd2"         \
	"\x01\x30\x47\x06\x0b"

START_TEST(an_answer_is_verified_as_it_was_sent)
{
	coding = "deflate";
	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nAnswer-Mac: %s\r\n"
	    "Content-Encoding: deflate\r\nContent-Length: %zu\r\n\r\n",
	    answer_mac(KEY, "GET", url, 200, CODED), strlen(CODED));
	server.answer = (struct raw_answer){ .head = head, .tail = CODED };
	ck_assert_msg(
	    call("GET", 0, &seen, &result, &err) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(seen.n, strlen(CODED));
	ck_assert_mem_eq(seen.body, CODED, seen.n);
}
END_TEST

START_TEST(a_head_alone_is_verified_too)
{
	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nAnswer-Mac: %s\r\nContent-Length: 9\r\n\r\n",
	    answer_mac(KEY, "HEAD", url, 200, ""));
	server.answer = (struct raw_answer){ .head = head };
	ck_assert_msg(
	    call("HEAD", 0, &seen, &result, &err) == APAM_OK, "%s", err.text);
	answer("200 OK", "", 9, NULL);
	ck_assert_int_eq(
	    call("HEAD", 0, &seen, &result, &err), APAM_E_NOT_AUTHENTIC);
}
END_TEST

/* The module has not seen it: so the program does not either. */
START_TEST(a_trailer_takes_no_headers_place)
{
	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nAnswer-Mac: %s\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n",
	    answer_mac(KEY, "GET", url, 200, "body"));
	server.answer = (struct raw_answer){ .head = head,
		.tail = "4\r\nbody\r\n0\r\n"
			"HTTP/1.1 200: OK\r\nForged: yes\r\n\r\n" };
	ck_assert_msg(
	    call("GET", 0, &seen, &result, &err) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(seen.n, 4);
	ck_assert_str_eq(seen.head, head);
}
END_TEST

static const struct {
	const char *line;
	bool fits;
} lines[] = {
	{ "Told: one\ttwo", true },
	{ "Told:", true },
	{ " told", false },
	{ "\ttold", false },
	{ "Told : one", false },
	{ "Told: one\x01two", false },
	{ "T\xc3\xb6ld: one", false },
};

/* The module is not shown it, so that it could not be signed either. */
START_TEST(what_is_no_header_makes_an_answer_false)
{
	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nAnswer-Mac: %s\r\nTold: zero\r\n%s\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    answer_mac(KEY, "GET", url, 200, BODY), lines[_i].line,
	    strlen(BODY));
	server.answer = (struct raw_answer){ .head = head, .tail = BODY };
	ck_assert_msg(
	    (call("GET", 0, &seen, &result, &err) == APAM_OK) == lines[_i].fits,
	    "%s: %s", lines[_i].line, err.text);
	if (lines[_i].fits) {
		ck_assert_str_eq(seen.head, head);
		return;
	}
	ck_assert_str_eq(err.text,
	    "the answer is not authentic: a line of its head is not a header");
	ck_assert_uint_eq(seen.n, 0);
	ck_assert_uint_eq(seen.lines, 0);
}
END_TEST

/* A body of `n` bytes. */
static const char *
make_large(size_t n)
{
	static char large[2 * BODY_MAX];

	memset(large, 'x', n);
	large[n] = '\0';
	return large;
}

START_TEST(as_much_as_body_max_is_held_back)
{
	const char *large = make_large(BODY_MAX);

	answer("200 OK", large, BODY_MAX, large);
	ck_assert_msg(
	    call("GET", 0, &seen, &result, &err) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(seen.n, BODY_MAX);
	large = make_large(BODY_MAX + 1);
	answer("200 OK", large, BODY_MAX + 1, large);
	ck_assert_int_eq(call("GET", 0, &seen, &result, &err), APAM_E_PROVIDER);
	ck_assert_str_eq(err.text,
	    "the answer is to be verified before it is used, and is larger "
	    "than limits.body: raise that in the profile, or write the answer "
	    "to a file");
	ck_assert_uint_eq(seen.n, 0);
}
END_TEST

/* The program asks for it: it has the body, and hears whether it was right. */
START_TEST(a_program_may_want_it_as_it_comes)
{
	const char *large = make_large(2 * BODY_MAX - 1);

	answer("200 OK", large, 2 * BODY_MAX - 1, large);
	ck_assert_msg(call("GET", APAM_TRANSFER_UNVERIFIED, &seen, &result,
			  &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_uint_eq(seen.n, 2 * BODY_MAX - 1);
	answer("200 OK", "other", strlen(BODY), BODY);
	ck_assert_int_eq(
	    call("GET", APAM_TRANSFER_UNVERIFIED, &seen, &result, &err),
	    APAM_E_NOT_AUTHENTIC);
	ck_assert_uint_eq(seen.n, strlen(BODY));
	ck_assert_int_eq(call("GET", 0x2, &seen, &result, &err), APAM_E_USAGE);
}
END_TEST

static void *
call_many(void *arg)
{
	struct seen *own = calloc(1, sizeof(*own));
	struct apam_error why = APAM_ERROR_INIT;
	struct apam_result mine;

	(void)arg;
	for (int i = 0; i < 50; i++) {
		ck_assert_msg(call("GET", 0, own, &mine, &why) == APAM_OK, "%s",
		    why.text);
		ck_assert_uint_eq(own->n, strlen(BODY));
	}
	free(own);
	return NULL;
}

START_TEST(threads_have_their_answers_verified)
{
	pthread_t threads[THREADS];

	answer("200 OK", BODY, strlen(BODY), BODY);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, call_many, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

/* ---- By the program apam --------------------------------------------------- */

/* Its exit status; what it wrote is in `out`, with errors, a text. */
static int
run_apam(const char *words, char *out, size_t size)
{
	char program[512], command[1024];
	size_t n;
	FILE *f;

	project_built("apam", program, sizeof(program));
	(void)snprintf(command, sizeof(command),
	    "'%s' -c '%s/apam.conf' %s p '%s' 2>&1", program, p.dir, words,
	    url);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	return WEXITSTATUS(pclose(f));
}

static int
run_request(const char *more, char *out, size_t size)
{
	char words[256];

	(void)snprintf(words, sizeof(words), "request %s", more);
	return run_apam(words, out, size);
}

START_TEST(apam_request_writes_what_is_authentic_alone)
{
	char out[2048];

	answer("200 OK", BODY, strlen(BODY), BODY);
	ck_assert_int_eq(run_request("-i", out, sizeof(out)), 0);
	ck_assert_ptr_nonnull(strstr(out, "\r\n\r\n" BODY));
	answer("200 OK", "other", strlen(BODY), BODY);
	ck_assert_int_eq(run_request("-i", out, sizeof(out)), 1);
	ck_assert_msg(strcmp(out,
			  "apam: p: the answer is not authentic: its "
			  "Answer-Mac is another one\n") == 0,
	    "%s", out);
}
END_TEST

START_TEST(what_would_not_verify_says_so)
{
	char out[2048];

	answer("200 OK", "other", strlen(BODY), BODY);
	ck_assert_int_eq(run_apam("curl", out, sizeof(out)), 1);
	ck_assert_str_eq(out,
	    "apam: the provider signs its answers, which curl does not verify: "
	    "use `apam request`\n");
	ck_assert_int_eq(run_apam("headers", out, sizeof(out)), 0);
	ck_assert_ptr_nonnull(strstr(out,
	    "apam: the provider signs its answers: whoever gets one has to "
	    "verify it, as `apam request` does\n"));
}
END_TEST

/* The file is there once it is verified, however large it is. */
START_TEST(apam_request_writes_files_of_any_size)
{
	const char *large = make_large(2 * BODY_MAX - 1);
	char more[128], out[2048];
	struct stat st;

	(void)snprintf(more, sizeof(more), "-o '%s/out'", p.dir);
	answer("200 OK", "other", 2 * BODY_MAX - 1, large);
	ck_assert_int_eq(run_request(more, out, sizeof(out)), 1);
	ck_assert_int_ne(access(project_path(&p, "out"), F_OK), 0);
	answer("200 OK", large, 2 * BODY_MAX - 1, large);
	ck_assert_int_eq(run_request(more, out, sizeof(out)), 0);
	ck_assert_int_eq(stat(project_path(&p, "out"), &st), 0);
	ck_assert_int_eq(st.st_size, 2 * BODY_MAX - 1);
	/* Standard output has no way back. */
	ck_assert_int_eq(run_request("", out, sizeof(out)), 4);
	ck_assert_ptr_nonnull(strstr(out, "write the answer to a file"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("proof");
	TCase *t = tcase_create("core");
	int failed;

	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, an_answer_of_the_providers_is_passed_on);
	tcase_add_loop_test(
	    t, the_program_sees_nothing_of_any_other, 0, ROWS(bad));
	tcase_add_test(t, an_answer_without_its_header_ends_at_once);
	tcase_add_test(t, an_answer_is_verified_as_it_was_sent);
	tcase_add_test(t, a_head_alone_is_verified_too);
	tcase_add_test(t, a_trailer_takes_no_headers_place);
	tcase_add_loop_test(t, what_is_no_header_makes_an_answer_false, 0,
	    sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(t, as_much_as_body_max_is_held_back);
	tcase_add_test(t, a_program_may_want_it_as_it_comes);
	tcase_add_test(t, threads_have_their_answers_verified);
	tcase_add_test(t, apam_request_writes_what_is_authentic_alone);
	tcase_add_test(t, what_would_not_verify_says_so);
	tcase_add_test(t, apam_request_writes_files_of_any_size);
	suite_add_tcase(s, t);
	failed = run_suite(s);
	curl_global_cleanup();
	return failed;
}
