/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/http/transfer_error.c: what a code means without a transfer,
 * and what is said of real ones, each with the host, the port and one cause.
 */
#include "http/transfer_error.h"

#include <signal.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "http/client.h"
#include "support/certificate.h"
#include "support/project.h"
#include "support/raw_server.h"
#include "support/run.h"

/* ---- Codes --------------------------------------------------------------- */

static const struct {
	CURLcode code;
	enum apam_status status;
} codes[] = {
	{ CURLE_OK, APAM_OK },
	{ CURLE_OPERATION_TIMEDOUT, APAM_E_DEADLINE },
	{ CURLE_OUT_OF_MEMORY, APAM_E_MEMORY },
	{ CURLE_SSL_CACERT_BADFILE, APAM_E_CONFIG },
	{ CURLE_SSL_CERTPROBLEM, APAM_E_CONFIG },
	{ CURLE_URL_MALFORMAT, APAM_E_INTERNAL },
	{ CURLE_UNSUPPORTED_PROTOCOL, APAM_E_PROVIDER },
	{ CURLE_WEIRD_SERVER_REPLY, APAM_E_PROVIDER },
	{ CURLE_PARTIAL_FILE, APAM_E_PROVIDER },
	{ CURLE_COULDNT_RESOLVE_HOST, APAM_E_NETWORK },
	{ CURLE_COULDNT_RESOLVE_PROXY, APAM_E_NETWORK },
	{ CURLE_COULDNT_CONNECT, APAM_E_NETWORK },
	{ CURLE_PEER_FAILED_VERIFICATION, APAM_E_NETWORK },
	{ CURLE_SSL_CONNECT_ERROR, APAM_E_NETWORK },
	{ CURLE_GOT_NOTHING, APAM_E_NETWORK },
	{ CURLE_RECV_ERROR, APAM_E_NETWORK },
	{ CURLE_HTTP2_STREAM, APAM_E_NETWORK },
	{ (CURLcode)9999, APAM_E_NETWORK },
};

START_TEST(a_code_has_a_meaning)
{
	const struct apam_failure f = { .size = sizeof(f),
		.code = (int)codes[_i].code };
	struct apam_error err = APAM_ERROR_INIT;

	error_clear(&err);
	ck_assert_msg(http_error(&f, &err) == codes[_i].status, "%d: %s",
	    f.code, apam_status_name(err.status));
	ck_assert_int_eq(err.status, codes[_i].status);
	ck_assert_int_eq(http_error(&f, NULL), codes[_i].status);
	ck_assert((err.text[0] == '\0') == (codes[_i].status == APAM_OK));
}
END_TEST

/* ---- Real transfers ------------------------------------------------------ */

static const struct raw_answer quick = { .head = "HTTP/1.1 200 OK\r\n"
						 "Content-Length: 0\r\n\r\n" };

static struct project p;
static struct raw_server server;
static struct http_policy policy;
static struct apam_error err = APAM_ERROR_INIT;

static void
setup(void)
{
	project_make(&p);
	(void)signal(SIGPIPE, SIG_IGN);
	policy = (struct http_policy){ .body_max = 64 };
	error_clear(&err);
}

static void
teardown(void)
{
	raw_stop(&server);
	project_remove(&p);
}

/* A GET of what `format` makes of `port`. */
static enum apam_status
get(const char *format, uint16_t port, int ms)
{
	struct http_transfer t;
	enum apam_status status;
	struct exchange x;
	struct response r;
	char url[256];

	(void)snprintf(url, sizeof(url), "%s:%u/a?b", format, port);
	exchange_init(&x);
	exchange_begin(&x, APAM_STR("GET"), apam_str(url), APAM_ENCODING_NONE);
	ck_assert_ptr_null(
	    exchange_finish(&x, &(struct reach){ .allow_http = true }));
	status = http_begin(&t, &policy, &x, clock_ms() + ms, &r, &err);
	if (status == APAM_OK)
		status = http_end(&t, curl_api()->easy_perform(t.easy), &err);
	response_free(&r);
	exchange_free(&x);
	return status;
}

/* The error says all of `text`, with the port for each '%'. */
static void
said(const char *name, uint16_t port, const char *text)
{
	char want[512] = "", number[8];

	(void)snprintf(number, sizeof(number), "%u", port);
	for (size_t n = 0; *text != '\0'; text++, n = strlen(want))
		(void)snprintf(want + n, sizeof(want) - n, "%.*s",
		    *text == '%' ? 8 : 1, *text == '%' ? number : text);
	ck_assert_msg(strstr(err.text, want) != NULL, "%s: %s", name, err.text);
}

enum signer { SELF, A_CA, A_CA_SENT };

static const struct {
	const char *name;
	long from, until;
	enum signer signer;
	bool trusted;
	const char *host, *text;
} certificates[] = {
	{ "an unknown CA", -60, 3600, A_CA, false, "https://127.0.0.1",
	    "the certificate of 127.0.0.1:% is signed by a CA that is not "
	    "trusted here: ca_file is for a private CA" },
	{ "an unknown CA, sent", -60, 3600, A_CA_SENT, false,
	    "https://127.0.0.1",
	    "the certificate of 127.0.0.1:% is signed by a CA that is not "
	    "trusted here: ca_file is for a private CA" },
	{ "self-signed", -60, 3600, SELF, false, "https://127.0.0.1",
	    "the certificate of 127.0.0.1:% is self-signed and not trusted" },
	{ "expired", -7200, -3600, SELF, true, "https://127.0.0.1",
	    "the certificate of 127.0.0.1:% has expired at 2" },
	{ "a wrong clock", 3600, 7200, SELF, true, "https://127.0.0.1",
	    "the certificate of 127.0.0.1:% is not valid yet at 2" },
	{ "another name", -60, 3600, SELF, true, "https://localhost",
	    "the certificate of localhost:% is for another name" },
};

/* The server of a row; what a client would trust is in ca.pem. */
static SSL_CTX *
make_server(int row)
{
	EVP_PKEY *key = EVP_EC_gen("P-256"), *ca_key = EVP_EC_gen("P-256");
	X509 *ca = certificate_new(ca_key, "apam test CA", -60, 3600);
	X509 *cert = certificate_new(
	    key, "apam test", certificates[row].from, certificates[row].until);
	const bool self = certificates[row].signer == SELF;
	SSL_CTX *tls;

	certificate_sign(ca, ca, ca_key);
	certificate_sign(cert, self ? cert : ca, self ? key : ca_key);
	certificate_write(self ? cert : ca, project_path(&p, "ca.pem"));
	tls = certificate_serve(cert, key);
	if (certificates[row].signer == A_CA_SENT)
		ck_assert_int_eq(SSL_CTX_add1_chain_cert(tls, ca), 1);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
	return tls;
}

START_TEST(a_certificate_is_refused_for_one_cause)
{
	char ca[128];

	raw_start(&server, &quick, make_server(_i));
	(void)strcpy(ca, project_path(&p, "ca.pem"));
	policy.ca_file = certificates[_i].trusted ? ca : NULL;
	ck_assert_int_eq(
	    get(certificates[_i].host, server.port, 5000), APAM_E_NETWORK);
	said(certificates[_i].name, server.port, certificates[_i].text);
}
END_TEST

static const struct {
	const char *name, *host;
	struct raw_answer answer;
	int ms;
	enum apam_status status;
	const char *text;
} talks[] = {
	{ "no TLS", "https://127.0.0.1",
	    { .head = "HTTP/1.1 200 OK\r\n\r\n", .at_once = true }, 5000,
	    APAM_E_NETWORK, "127.0.0.1:% does not speak TLS: check the port" },
	{ "a handshake without end", "https://127.0.0.1", { .silent = true },
	    300, APAM_E_DEADLINE,
	    "the TLS handshake with 127.0.0.1:% did not end in time" },
	{ "a handshake cut off", "https://127.0.0.1",
	    { .head = "", .at_once = true }, 5000, APAM_E_NETWORK,
	    "127.0.0.1:% ends the TLS handshake, or does not speak TLS: check "
	    "the port" },
	{ "no answer in time", "http://127.0.0.1", { .silent = true }, 300,
	    APAM_E_DEADLINE, "127.0.0.1:% did not answer in time" },
	{ "no answer", "http://127.0.0.1", { .head = "" }, 5000, APAM_E_NETWORK,
	    "127.0.0.1:% closed the connection before any answer" },
	{ "no HTTP", "http://127.0.0.1", { .head = "SSH-2.0-x\r\n" }, 5000,
	    APAM_E_PROVIDER, "127.0.0.1:% gives an answer that is not HTTP" },
	{ "half", "http://127.0.0.1",
	    { .head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab" }, 5000,
	    APAM_E_PROVIDER, "127.0.0.1:% ended its response too early" },
};

START_TEST(a_talk_ends_for_one_cause)
{
	enum apam_status status;

	raw_start(&server, &talks[_i].answer, NULL);
	status = get(talks[_i].host, server.port, talks[_i].ms);
	ck_assert_msg(status == talks[_i].status, "%s: %s: %s", talks[_i].name,
	    apam_status_name(status), err.text);
	said(talks[_i].name, server.port, talks[_i].text);
}
END_TEST

START_TEST(a_version_too_old_is_said)
{
	SSL_CTX *tls = certificate_serve_own(project_path(&p, "ca.pem"));

	SSL_CTX_set_security_level(tls, 0);
	ck_assert_int_eq(SSL_CTX_set_min_proto_version(tls, 0), 1);
	ck_assert_int_eq(SSL_CTX_set_max_proto_version(tls, TLS1_1_VERSION), 1);
	raw_start(&server, &quick, tls);
	ck_assert_int_eq(
	    get("https://127.0.0.1", server.port, 5000), APAM_E_NETWORK);
	said("TLS 1.1", server.port, "127.0.0.1:% has no TLS 1.2 or newer");
}
END_TEST

START_TEST(a_closed_port_refuses)
{
	uint16_t port;

	(void)close(raw_bind(&port));
	ck_assert_int_eq(get("http://127.0.0.1", port, 5000), APAM_E_NETWORK);
	said(
	    "refused", port, "127.0.0.1:% refuses connections: check the port");
}
END_TEST

/* RFC 6761: no resolver knows a name below "invalid". */
START_TEST(a_name_is_not_known)
{
	ck_assert_int_eq(
	    get("https://nobody.invalid", 443, 20000), APAM_E_NETWORK);
	said("no name", 443,
	    "nobody.invalid:%: the host's name is not known: check its");
}
END_TEST

/* ---- Proxies ------------------------------------------------------------- */

START_TEST(a_proxy_is_to_blame)
{
	const struct raw_answer no = {
		.head = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"
	};
	char proxy[64];

	raw_start(&server, &no, NULL);
	(void)snprintf(
	    proxy, sizeof(proxy), "http://127.0.0.1:%u", server.port);
	policy.proxy = proxy;
	ck_assert_int_eq(
	    get("https://api.example.test", 8443, 5000), APAM_E_NETWORK);
	said("refused", server.port,
	    "the proxy 127.0.0.1:% does not connect to "
	    "api.example.test:8443: it answered 407");
	raw_stop(&server);
	error_clear(&err);
	ck_assert_int_eq(
	    get("https://api.example.test", 8443, 5000), APAM_E_NETWORK);
	said("closed", (uint16_t)strtoul(strrchr(proxy, ':') + 1, NULL, 10),
	    "the proxy 127.0.0.1:% refuses connections");
}
END_TEST

START_TEST(a_proxys_name_is_not_known)
{
	policy.proxy = "http://nobody.invalid:3128";
	ck_assert_int_eq(
	    get("https://api.example.test", 443, 20000), APAM_E_NETWORK);
	said("no name", 3128,
	    "the proxy nobody.invalid:%: the host's name is not known");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_error");
	TCase *tc = tcase_create("http_error");

	/* For TLS 1.1; read when a test first uses OpenSSL. */
	if (setenv("OPENSSL_CONF", "tests/vectors/tls/weak.cnf", 1) != 0)
		return 1;
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_code_has_a_meaning, 0, ROWS(codes));
	tcase_add_loop_test(
	    tc, a_certificate_is_refused_for_one_cause, 0, ROWS(certificates));
	tcase_add_loop_test(tc, a_talk_ends_for_one_cause, 0, ROWS(talks));
	tcase_add_test(tc, a_version_too_old_is_said);
	tcase_add_test(tc, a_closed_port_refuses);
	tcase_add_test(tc, a_name_is_not_known);
	tcase_add_test(tc, a_proxy_is_to_blame);
	tcase_add_test(tc, a_proxys_name_is_not_known);
	return run_suite(suite);
}
