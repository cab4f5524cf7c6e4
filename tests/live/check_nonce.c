/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server whose nonce changes every few requests, as one of DPoP's does
 * (RFC 9449, 8), called by libapam-curl: each change costs one sending more and
 * no token.  The server holds each number of a nonce's use against those it has
 * seen: none may come twice, and none may be left out.
 */
#include <pthread.h>
#include <stdatomic.h>

#include <apam/curl.h>

#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

#define THREADS 8
#define NONCES_MAX 512
#define NUMBERS_MAX 1024
#define UNCHALLENGED "HTTP/1.1 200 OK\r\n%sContent-Length: 2\r\n" CLOSE "ok"
#define CHALLENGED                                                             \
	"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "                      \
	"Challenge-Test nonce=\"n%d\"\r\nContent-Length: 0\r\n" CLOSE
#define TOKEN "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n" CLOSE "FAKEtoken"
#define CLOSE "Connection: close\r\n\r\n"

/* Of one thread; what others read is read when it has ended. */
struct nonce_server {
	struct raw_server raw; /* for its socket and its buffer */
	pthread_t thread;
	int every; /* requests that a nonce is good for */
	bool announces; /* the next nonce, with the last good answer */
	bool fickle; /* no nonce is ever the right one */
	int nonce, used;
	int good, challenged, mints, repeated;
	int most[NONCES_MAX]; /* the highest number of a nonce's use */
	bool seen[NONCES_MAX][NUMBERS_MAX];
	char body[64]; /* of the last request */
};

static struct nonce_server server;
static struct project p;
static struct apam_profile *profile;
static char url[64];

/* ---- The server --------------------------------------------------------- */

/* Note the number of a nonce's use.  True if that nonce is the present one. */
static bool
note_use(struct nonce_server *s)
{
	const char *signature = strstr(s->raw.request, "Challenge-Test token=");
	int nonce, number;

	if (signature == NULL ||
	    sscanf(signature,
		"Challenge-Test token=FAKEtoken, nonce=n%d, nc=%d", &nonce,
		&number) != 2)
		return false;
	ck_assert(nonce < NONCES_MAX && number > 0 && number < NUMBERS_MAX);
	s->repeated += s->seen[nonce][number];
	s->seen[nonce][number] = true;
	if (number > s->most[nonce])
		s->most[nonce] = number;
	return nonce == s->nonce && !s->fickle;
}

static void
answer_good(struct nonce_server *s, char *to, size_t size)
{
	char next[32] = "";

	s->good++;
	if (++s->used == s->every) {
		s->nonce++;
		s->used = 0;
		if (s->announces)
			(void)snprintf(next, sizeof(next),
			    "Next-Nonce: n%d\r\n", s->nonce);
	}
	(void)snprintf(to, size, UNCHALLENGED, next);
}

static void
answer(struct nonce_server *s, const struct raw_connection *c)
{
	const char *body = strstr(s->raw.request, "\r\n\r\n");
	char text[512];

	if (strncmp(s->raw.request, "POST /token ", 12) == 0) {
		s->mints++;
		(void)raw_send(c, TOKEN, sizeof(TOKEN) - 1);
		return;
	}
	(void)snprintf(s->body, sizeof(s->body), "%s", body + 4);
	if (note_use(s)) {
		answer_good(s, text, sizeof(text));
	} else {
		s->challenged++;
		s->nonce += s->fickle;
		(void)snprintf(text, sizeof(text), CHALLENGED, s->nonce);
	}
	(void)raw_send(c, text, strlen(text));
}

static void *
serve(void *arg)
{
	struct nonce_server *s = arg;
	struct raw_connection c = { .tls = NULL };

	while ((c.fd = accept(s->raw.fd, NULL, NULL)) >= 0) {
		raw_receive(&s->raw, &c);
		if (s->raw.request_size > 0)
			answer(s, &c);
		(void)shutdown(c.fd, SHUT_WR);
		(void)close(c.fd);
	}
	return NULL;
}

static void
stop_server(void)
{
	if (server.raw.fd == 0)
		return;
	(void)shutdown(server.raw.fd, SHUT_RDWR);
	ck_assert_int_eq(pthread_join(server.thread, NULL), 0);
	(void)close(server.raw.fd);
	server.raw.fd = 0;
}

static void
start(int every, const char *more)
{
	char text[512];

	memset(&server, 0, sizeof(server));
	server.every = every;
	server.raw.fd = raw_bind(&server.raw.port);
	ck_assert_int_eq(listen(server.raw.fd, 128), 0);
	ck_assert_int_eq(
	    pthread_create(&server.thread, NULL, serve, &server), 0);
	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/x", server.raw.port);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u\" ];\nallow_http = true;\n"
	    "auth = ( { scheme = \"challenge-test\";\n"
	    "  secret = \"file:%s/secret\"; %s\n"
	    "  token_url = \"http://127.0.0.1:%u/token\"; } );\n",
	    server.raw.port, p.dir, more, server.raw.port);
	project_profile(&p, "p", text);
	profile = project_get(&p, "p");
}

static void
setup(void)
{
	project_make(&p);
	project_module(&p, "challenge-test", true);
	project_secret(&p, "secret", "FAKEkey\n");
}

static void
teardown(void)
{
	stop_server();
	project_remove(&p);
}

/* ---- Calls --------------------------------------------------------------- */

/* Call once; how often it was sent. */
static struct apam_result
call(CURL *easy, const char *method, const struct apam_body *body)
{
	const struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = method,
		.url = url,
		.body = body };
	struct apam_result result = APAM_RESULT_INIT;
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_msg(apam_curl_perform(
			  profile, easy, &transfer, &result, &err) == APAM_OK,
	    "%s", err.text);
	return result;
}

/* Each number of each nonce's use came once. */
static void
check_numbers(void)
{
	ck_assert_int_eq(server.repeated, 0);
	for (int i = 0; i < NONCES_MAX; i++)
		for (int n = 1; n <= server.most[i]; n++)
			ck_assert_msg(server.seen[i][n], "n%d: %d", i, n);
}

START_TEST(a_change_costs_one_sending_more)
{
	CURL *easy = curl_easy_init();
	unsigned sent = 0;

	start(3, "");
	for (int i = 0; i < 9; i++) {
		struct apam_result result = call(easy, "GET", NULL);

		ck_assert_uint_eq(result.status, 200);
		ck_assert_int_eq(result.verdict, APAM_VERDICT_ACCEPTED);
		ck_assert_uint_eq(result.tries, i % 3 == 0 ? 2 : 1);
		sent += result.tries;
	}
	curl_easy_cleanup(easy);
	stop_server();
	ck_assert_uint_eq(sent, 12);
	ck_assert_int_eq(server.good, 9);
	ck_assert_int_eq(server.challenged, 3);
	ck_assert_int_eq(server.mints, 1);
	check_numbers();
}
END_TEST

START_TEST(a_change_that_is_announced_costs_nothing)
{
	CURL *easy = curl_easy_init();

	start(3, "eager = true;");
	server.announces = true;
	for (int i = 0; i < 9; i++)
		ck_assert_uint_eq(
		    call(easy, "GET", NULL).tries, i == 0 ? 2 : 1);
	curl_easy_cleanup(easy);
	stop_server();
	ck_assert_int_eq(server.challenged, 1);
	ck_assert_int_eq(server.mints, 1);
	check_numbers();
}
END_TEST

START_TEST(it_is_sent_again_three_times_at_most)
{
	CURL *easy = curl_easy_init();
	struct apam_result result;

	start(3, "");
	server.fickle = true;
	result = call(easy, "GET", NULL);
	ck_assert_uint_eq(result.tries, 4);
	ck_assert_uint_eq(result.status, 401);
	ck_assert_int_eq(result.verdict, APAM_VERDICT_CHALLENGED);
	ck_assert_str_eq(result.reason, "the server gave a nonce to sign with");
	curl_easy_cleanup(easy);
	stop_server();
	ck_assert_int_eq(server.challenged, 4);
	ck_assert_int_eq(server.mints, 1);
	check_numbers();
}
END_TEST

static int64_t
read_body(void *arg, uint64_t offset, void *to, size_t size)
{
	const struct apam_str text = apam_str(arg);
	size_t n = offset < text.n ? text.n - (size_t)offset : 0;

	n = n < size ? n : size;
	memcpy(to, text.p + offset, n);
	return (int64_t)n;
}

/* The body goes along again, whichever way the program gives it. */
START_TEST(a_body_is_sent_again)
{
	static char text[] = "reader";
	const struct apam_body bytes = { .size = sizeof(bytes),
		.kind = APAM_BODY_BYTES,
		.bytes = APAM_STR("bytes") };
	const struct apam_body reader = { .size = sizeof(reader),
		.kind = APAM_BODY_READER,
		.length = 6,
		.read = read_body,
		.arg = text };
	CURL *easy = curl_easy_init();

	start(1, "");
	ck_assert_uint_eq(call(easy, "POST", &bytes).tries, 2);
	ck_assert_str_eq(server.body, "bytes");
	ck_assert_uint_eq(call(easy, "POST", &reader).tries, 2);
	ck_assert_str_eq(server.body, "reader");
	curl_easy_cleanup(easy);
}
END_TEST

/* ---- Many ---------------------------------------------------------------- */

static int each;
static atomic_int refused;

static void *
call_many(void *arg)
{
	CURL *easy = curl_easy_init();

	(void)arg;
	for (int i = 0; i < each; i++)
		if (call(easy, "GET", NULL).status != 200)
			atomic_fetch_add(&refused, 1);
	curl_easy_cleanup(easy);
	return NULL;
}

/*
 * A nonce is good for many more requests than there are threads, so that three
 * more sendings are enough for each.
 */
START_TEST(threads_share_a_nonce_and_no_number)
{
	pthread_t threads[THREADS];

	each = 100;
	start(100, "");
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, call_many, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	stop_server();
	ck_assert_int_eq(atomic_load(&refused), 0);
	ck_assert_int_eq(server.good, THREADS * each);
	ck_assert_int_eq(server.mints, 1);
	/* Each change costs each thread one sending at most, but for races. */
	ck_assert_int_le(server.challenged, 2 * THREADS * (server.nonce + 1));
	check_numbers();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("nonce");
	TCase *t = tcase_create("core");
	int failed;

	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_change_costs_one_sending_more);
	tcase_add_test(t, a_change_that_is_announced_costs_nothing);
	tcase_add_test(t, it_is_sent_again_three_times_at_most);
	tcase_add_test(t, a_body_is_sent_again);
	tcase_add_test(t, threads_share_a_nonce_and_no_number);
	suite_add_tcase(s, t);
	failed = run_suite(s);
	curl_global_cleanup();
	return failed;
}
