/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/curl/handle.c: whose answer was lost, and what is sent once
 * more then.  What else it does is seen in check_curl.c and check_options.c.
 */
#include "curl/handle.h"

#include <openssl/pem.h>
#include <signal.h>
#include <stdarg.h>

#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

/* ---- Whether it can go once more ---------------------------------------- */

static curl_off_t uploaded;

CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO what, ...);

/* What handle.c calls in place of libcurl's. */
CURLcode
__wrap_curl_easy_getinfo(CURL *easy, CURLINFO what, ...)
{
	va_list args;

	(void)easy;
	ck_assert_int_eq(what, CURLINFO_SIZE_UPLOAD_T);
	va_start(args, what);
	*va_arg(args, curl_off_t *) = uploaded;
	va_end(args);
	return CURLE_OK;
}

#define BYTES APAM_BODY_BYTES
#define NONE APAM_BODY_NONE
#define READER APAM_BODY_READER

static const struct {
	const char *name;
	CURLcode code;
	const char *method;
	int32_t kind;
	uint64_t n; /* of the body; as far as it was read */
	curl_off_t uploaded;
	bool read_all, passed_on, by_http1, lost;
	uint64_t length; /* that the body is said to have */
} answers[] = {
	{ "GET", CURLE_HTTP2_STREAM, "GET", NONE, 0, 0, 0, 0, 0, true, 0 },
	{ "framing", CURLE_HTTP2, "GET", NONE, 0, 0, 0, 0, 0, true, 0 },
	{ "HTTP/3", CURLE_HTTP3, "GET", NONE, 0, 0, 0, 0, 0, true, 0 },
	{ "success", CURLE_OK, "GET", NONE, 0, 0, 0, 0, 0, false, 0 },
	{ "broken", CURLE_RECV_ERROR, "GET", NONE, 0, 0, 0, 0, 0, false, 0 },
	{ "closed", CURLE_GOT_NOTHING, "GET", NONE, 0, 0, 0, 0, 0, false, 0 },
	{ "time", CURLE_OPERATION_TIMEDOUT, "GET", NONE, 0, 0, 0, 0, 0, false,
	    0 },
	{ "shown", CURLE_HTTP2_STREAM, "GET", NONE, 0, 0, 0, 1, 0, false, 0 },
	{ "twice", CURLE_HTTP2_STREAM, "GET", NONE, 0, 0, 0, 0, 1, false, 0 },
	{ "POST", CURLE_HTTP2_STREAM, "POST", BYTES, 5, 0, 0, 0, 0, true, 0 },
	{ "most of it", CURLE_HTTP2_STREAM, "POST", BYTES, 5, 4, 0, 0, 0, true,
	    0 },
	{ "all of it", CURLE_HTTP2_STREAM, "POST", BYTES, 5, 5, 0, 0, 0, false,
	    0 },
	{ "empty", CURLE_HTTP2_STREAM, "POST", BYTES, 0, 0, 0, 0, 0, false, 0 },
	{ "none", CURLE_HTTP2_STREAM, "POST", NONE, 0, 0, 0, 0, 0, false, 0 },
	{ "PUT", CURLE_HTTP2_STREAM, "PUT", BYTES, 5, 5, 0, 0, 0, true, 0 },
	{ "PATCH", CURLE_HTTP2_STREAM, "PATCH", BYTES, 5, 5, 0, 0, 0, false,
	    0 },
	{ "read on", CURLE_HTTP2_STREAM, "POST", READER, 5, 5, 0, 0, 0, true,
	    0 },
	{ "read to its end", CURLE_HTTP2_STREAM, "POST", READER, 5, 5, 1, 0, 0,
	    false, 0 },
	{ "read, not sent", CURLE_HTTP2_STREAM, "POST", READER, 5, 4, 1, 0, 0,
	    true, 0 },
	{ "none of it read", CURLE_HTTP2_STREAM, "POST", READER, 0, 0, 0, 0, 0,
	    true, 0 },
	{ "half of its length", CURLE_HTTP2_STREAM, "POST", READER, 5, 5, 0, 0,
	    0, true, 9 },
	{ "its whole length", CURLE_HTTP2_STREAM, "POST", READER, 5, 5, 0, 0, 0,
	    false, 5 },
};

START_TEST(an_answer_was_lost_or_not)
{
	const struct apam_body body = { .size = sizeof(body),
		.kind = answers[_i].kind,
		.bytes = { "12345", (size_t)answers[_i].n },
		.length = answers[_i].length };
	struct apam_transfer transfer = { .method = answers[_i].method,
		.body = body.kind == NONE ? NULL : &body };
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct curl_handle h = { .transfer = &transfer,
		.signature = &signature,
		.offset = answers[_i].n,
		.read_all = answers[_i].read_all,
		.answer = { .passed_on = answers[_i].passed_on },
		.by_http1 = answers[_i].by_http1 };

	uploaded = answers[_i].uploaded;
	ck_assert_msg(
	    curl_handle_lost(&h, answers[_i].code) == answers[_i].lost, "%s",
	    answers[_i].name);
	/* It is the same for a body that the scheme made. */
	signature.body = transfer.body;
	transfer.body = NULL;
	ck_assert(curl_handle_lost(&h, answers[_i].code) == answers[_i].lost);
	h.answer.status = APAM_E_USAGE;
	ck_assert(!curl_handle_lost(&h, answers[_i].code));
}
END_TEST

static const struct {
	const char *method;
	bool idempotent;
} methods[] = { { "GET", true }, { "HEAD", true }, { "OPTIONS", true },
	{ "TRACE", true }, { "PUT", true }, { "DELETE", true },
	{ "POST", false }, { "PATCH", false }, { "get", false },
	{ "LOCK", false }, { "", false } };

START_TEST(what_is_idempotent)
{
	ck_assert(
	    method_is_idempotent(methods[_i].method) == methods[_i].idempotent);
}
END_TEST

/* ---- A server that resets its streams ----------------------------------- */

static struct project project;
static struct server {
	int fd;
	uint16_t port;
	pthread_t thread;
	SSL_CTX *tls;
	unsigned by_http2, by_http1; /* connections */
	int kept[16];
	unsigned kept_count;
	char request[4096]; /* by HTTP/1.1 */
} server;

/* RFC 9113: empty SETTINGS; RST_STREAM of stream 1 with CANCEL. */
static const char reset[] = "\0\0\0\x04\0\0\0\0\0"
			    "\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08";
#define PREFACE 24 /* bytes that a client says first */
#define FRAME_HEAD 9
#define HEADERS 1

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    "Content-Length: 2\r\nConnection: close\r\n\r\n{}";

/* Read n bytes, at most a frame's. */
static bool
receive(SSL *c, unsigned char *to, size_t n)
{
	int got = 1;

	for (; n > 0 && got > 0; n -= (size_t)got) {
		got = SSL_read(c, to, (int)n);
		to += got > 0 ? got : 0;
		if (got <= 0)
			return false;
	}
	return true;
}

/* Wait for the request's head, and want none of it. */
static void
reset_stream(SSL *c)
{
	unsigned char bytes[1 << 16], head[FRAME_HEAD] = { 0 };
	bool ok = receive(c, bytes, PREFACE);

	while (ok && head[3] != HEADERS)
		ok = receive(c, head, FRAME_HEAD) &&
		    receive(c, bytes, (size_t)head[1] << 8 | head[2]);
	if (ok)
		(void)SSL_write(c, reset, sizeof(reset) - 1);
}

static void
answer_plainly(SSL *c)
{
	size_t n = 0;
	int got = 1;

	while (got > 0 && strstr(server.request, "\r\n\r\n") == NULL) {
		got = SSL_read(c, server.request + n,
		    (int)(sizeof(server.request) - 1 - n));
		n += got > 0 ? (size_t)got : 0;
		server.request[n] = '\0';
	}
	(void)SSL_write(c, answer, sizeof(answer) - 1);
	(void)SSL_shutdown(c);
}

static void
serve(SSL *c)
{
	const unsigned char *chosen = NULL;
	unsigned n = 0;

	SSL_get0_alpn_selected(c, &chosen, &n);
	if (n == 2) {
		server.by_http2++;
		reset_stream(c);
	} else {
		server.by_http1++;
		answer_plainly(c);
	}
}

static void *
run_server(void *arg)
{
	int fd;

	while ((fd = accept(server.fd, NULL, NULL)) >= 0) {
		SSL *c = SSL_new(server.tls);

		(void)SSL_set_fd(c, fd);
		if (SSL_accept(c) == 1)
			serve(c);
		/* The connection stays, as one of HTTP/2 does. */
		SSL_free(c);
		server.kept[server.kept_count++] = fd;
		ck_assert_uint_lt(server.kept_count, ROWS(server.kept));
	}
	return arg;
}

static SSL_CTX *
make_tls(void)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);
	FILE *file = fopen(project_path(&project, "ca.pem"), "w");

	ck_assert(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		      (const unsigned char *)"localhost", -1, -1, 0) == 1);
	ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notBefore(cert), -60));
	ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notAfter(cert), 3600));
	ck_assert_int_eq(X509_set_issuer_name(cert, name), 1);
	ck_assert_int_eq(X509_set_pubkey(cert, key), 1);
	ck_assert_int_gt(X509_sign(cert, key, EVP_sha256()), 0);
	ck_assert_int_eq(SSL_CTX_use_certificate(tls, cert), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(tls, key), 1);
	ck_assert(file != NULL && PEM_write_X509(file, cert) == 1);
	ck_assert_int_eq(fclose(file), 0);
	EVP_PKEY_free(key);
	X509_free(cert);
	SSL_CTX_set_alpn_select_cb(tls, raw_prefer_http2, NULL);
	return tls;
}

static void
setup(void)
{
	char text[512];

	(void)signal(SIGPIPE, SIG_IGN);
	project_make(&project);
	project_module(&project, "basic-email-key", false);
	project_secret(&project, "secret", "FAKEkey");
	server.tls = make_tls();
	server.fd = raw_bind(&server.port);
	ck_assert_int_eq(listen(server.fd, 8), 0);
	ck_assert_int_eq(
	    pthread_create(&server.thread, NULL, run_server, NULL), 0);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://localhost:%u\" ];\n"
	    "ca_file = \"%s/ca.pem\";\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\"; "
	    "key = \"file:%s/secret\"; } );\n",
	    server.port, project.dir, project.dir);
	project_profile(&project, "p", text);
}

static void
teardown(void)
{
	(void)shutdown(server.fd, SHUT_RDWR);
	ck_assert_int_eq(pthread_join(server.thread, NULL), 0);
	(void)close(server.fd);
	while (server.kept_count > 0)
		(void)close(server.kept[--server.kept_count]);
	SSL_CTX_free(server.tls);
	project_remove(&project);
}

START_TEST(it_goes_once_more_by_http_1_1)
{
	struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = "GET" };
	struct apam_result result = APAM_RESULT_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	CURL *easy = curl_easy_init();
	char url[64];

	(void)snprintf(
	    url, sizeof(url), "https://localhost:%u/eyes", server.port);
	transfer.url = url;
	ck_assert_msg(apam_curl_perform(project_get(&project, "p"), easy,
			  &transfer, &result, &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_uint_eq(result.status, 200);
	ck_assert_uint_eq(result.tries, 2);
	ck_assert_uint_eq(server.by_http2, 1);
	ck_assert_uint_eq(server.by_http1, 1);
	ck_assert_ptr_nonnull(strstr(server.request, "GET /eyes HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(server.request, "Authorization: Basic "));
	curl_easy_cleanup(easy);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("curl_handle");
	TCase *rule = tcase_create("rule"), *live = tcase_create("live");

	tcase_add_loop_test(rule, an_answer_was_lost_or_not, 0, ROWS(answers));
	tcase_add_loop_test(rule, what_is_idempotent, 0, ROWS(methods));
	tcase_set_timeout(live, 60);
	tcase_add_checked_fixture(live, setup, teardown);
	tcase_add_test(live, it_goes_once_more_by_http_1_1);
	suite_add_tcase(suite, rule);
	suite_add_tcase(suite, live);
	return run_suite(suite);
}
