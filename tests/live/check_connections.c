/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which exchanges share a connection, on one multi handle of libcurl's as the
 * loop has: those without a client certificate do; one with a certificate has
 * a connection and a TLS session of its own.  The server keeps connections,
 * offers sessions, and notes by which connection a request came.
 */
#include <poll.h>
#include <signal.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "crypto/key_der.h"
#include "http/client.h"
#include "support/project.h"
#include "support/run.h"
#include "support/tls_notes.h"

static struct project p;

/* ---- The client --------------------------------------------------------- */

static CURLM *multi;
static int waiting_fd, waiting_for;
static struct apam_error err;

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	(void)easy;
	(void)arg;
	(void)unused;
	waiting_fd = what == CURL_POLL_REMOVE ? -1 : fd;
	waiting_for = (what & CURL_POLL_IN ? POLLIN : 0) |
	    (what & CURL_POLL_OUT ? POLLOUT : 0);
	return 0;
}

/* Move the one transfer that there is to its end. */
static CURLcode
move(void)
{
	const struct curl_api *curl = curl_api();
	struct pollfd ready;
	CURLMsg *message;
	int running, left, mask;

	(void)curl->multi_socket_action(
	    multi, CURL_SOCKET_TIMEOUT, 0, &running);
	while ((message = curl->multi_info_read(multi, &left)) == NULL) {
		ready = (struct pollfd){ .fd = waiting_fd,
			.events = (short)waiting_for };
		mask = 0;
		if (poll(&ready, 1, 20) == 1)
			mask = (ready.revents & POLLOUT ? CURL_CSELECT_OUT :
							  0) |
			    (ready.revents & ~POLLOUT ? CURL_CSELECT_IN : 0);
		(void)curl->multi_socket_action(multi,
		    mask == 0 ? CURL_SOCKET_TIMEOUT : waiting_fd, mask,
		    &running);
	}
	return message->data.result;
}

/* A GET with this certificate; NULL: none. */
static enum apam_status
get(const struct apam_certificate *certificate)
{
	const struct reach reach = { 0 };
	const struct curl_api *curl = curl_api();
	char url[64], ca[128];
	const struct http_policy policy = {
		.body_max = 64, .user = true, .ca_file = ca
	};
	enum apam_status status;
	struct http_transfer t;
	struct exchange x;
	struct response r;
	CURLcode code;

	(void)strcpy(ca, project_path(&p, "ca.pem"));
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", port);
	exchange_init(&x);
	exchange_begin(&x, APAM_STR("GET"), apam_str(url), APAM_ENCODING_NONE);
	if (certificate != NULL)
		exchange_certificate(&x, certificate);
	ck_assert_ptr_null(exchange_finish(&x, &reach));
	error_clear(&err);
	status = http_begin(&t, &policy, &x, clock_ms() + 20000, &r, &err);
	ck_assert_msg(status == APAM_OK, "%s", err.text);
	ck_assert_int_eq(curl->multi_add_handle(multi, t.easy), CURLM_OK);
	code = move();
	(void)curl->multi_remove_handle(multi, t.easy);
	status = http_end(&t, code, &err);
	response_free(&r);
	exchange_free(&x);
	return status;
}

/* The same with a pair of files; a NULL one: none. */
static enum apam_status
ask(const char *certificate, const char *key)
{
	char file[128], key_file[128];
	struct apam_certificate pair = { .size = sizeof(pair) };

	if (certificate == NULL)
		return get(NULL);
	(void)strcpy(file, project_path(&p, certificate));
	(void)strcpy(key_file, project_path(&p, key));
	pair.file = apam_str(file);
	pair.key_file = apam_str(key_file);
	return get(&pair);
}

/* The same with a file and a key that nobody sees. */
static enum apam_status
ask_by_handle(const char *certificate, const struct apam_key *key)
{
	char file[128];
	const struct apam_certificate pair = { .size = sizeof(pair),
		.file = apam_str(strcpy(file, project_path(&p, certificate))),
		.key = key };

	return get(&pair);
}

/* A key of this kind, and its certificate. */
static struct apam_key *
make_handle(int32_t kind, const char *name)
{
	const unsigned char *at;
	struct apam_key *key;
	struct buf der;
	EVP_PKEY *pkey;
	X509 *cert;
	char file[64];

	buf_init(&der, KEY_DER_MAX);
	ck_assert_int_eq(key_generate(kind, &key, &err), APAM_OK);
	ck_assert_int_eq(key_der(key, &der, &err), APAM_OK);
	at = (const unsigned char *)buf_view(&der).p;
	pkey = d2i_AutoPrivateKey(NULL, &at, (long)der.n);
	cert = certificate_new(pkey, name, -60, 3600);
	(void)X509_set_issuer_name(cert, X509_get_subject_name(cert));
	ck_assert_int_gt(X509_sign(cert, pkey,
			     kind == APAM_KIND_ED25519 ? NULL : EVP_sha256()),
	    0);
	(void)snprintf(file, sizeof(file), "%s.pem", name);
	project_write(&p, file, "");
	certificate_write(cert, project_path(&p, file));
	X509_free(cert);
	EVP_PKEY_free(pkey);
	buf_free(&der);
	return key;
}

/* A certificate that signs itself, and its key. */
static void
make_pair(const char *name)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = certificate_new(key, name, -60, 3600);
	char file[64];
	FILE *f;

	certificate_sign(cert, cert, key);
	(void)snprintf(file, sizeof(file), "%s.pem", name);
	project_write(&p, file, "");
	certificate_write(cert, project_path(&p, file));
	(void)snprintf(file, sizeof(file), "%s.key", name);
	project_secret(&p, file, "");
	f = fopen(project_path(&p, file), "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	ck_assert_int_eq(fclose(f), 0);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

static void
setup(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	project_make(&p);
	make_pair("a");
	make_pair("b");
	connections = 0;
	atomic_store(&requests, 0);
	multi = curl_api()->multi_init();
	ck_assert_ptr_nonnull(multi);
	ck_assert_int_eq(
	    curl_api()->multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket),
	    CURLM_OK);
}

static void
teardown(void)
{
	(void)curl_api()->multi_cleanup(multi);
	notes_stop();
	project_remove(&p);
}

/* ---- Tests -------------------------------------------------------------- */

static void
ck_assert_seen(int i, int connection, const char *name)
{
	ck_assert_int_gt(atomic_load(&requests), i);
	ck_assert_msg(seen[i].connection == connection, "request %d: by %d", i,
	    seen[i].connection);
	ck_assert_str_eq(seen[i].name, name);
	ck_assert_msg(
	    !seen[i].resumed, "request %d: a session was taken up", i);
}

/* The connection of those without one is kept, whatever is in between. */
START_TEST(a_pair_shares_no_connection)
{
	notes_start(project_path(&p, "ca.pem"), versions[_i]);
	ck_assert_msg(ask(NULL, NULL) == APAM_OK, "%s", err.text);
	ck_assert_msg(ask("a.pem", "a.key") == APAM_OK, "%s", err.text);
	ck_assert_msg(ask("a.pem", "a.key") == APAM_OK, "%s", err.text);
	ck_assert_msg(ask("b.pem", "b.key") == APAM_OK, "%s", err.text);
	ck_assert_msg(ask(NULL, NULL) == APAM_OK, "%s", err.text);
	ck_assert_seen(0, 0, "");
	ck_assert_seen(1, 1, "a");
	ck_assert_seen(2, 2, "a");
	ck_assert_seen(3, 3, "b");
	ck_assert_seen(4, 0, "");
}
END_TEST

START_TEST(a_pair_leaves_nothing_to_others)
{
	notes_start(project_path(&p, "ca.pem"), versions[_i]);
	ck_assert_msg(ask("a.pem", "a.key") == APAM_OK, "%s", err.text);
	ck_assert_msg(ask(NULL, NULL) == APAM_OK, "%s", err.text);
	ck_assert_msg(ask("b.pem", "b.key") == APAM_OK, "%s", err.text);
	ck_assert_seen(0, 0, "a");
	ck_assert_seen(1, 1, "");
	ck_assert_seen(2, 2, "b");
}
END_TEST

/*
 * An entry that names the certificate, which is not a secret, and has not got its
 * key is not sent on the connection of an entry that has both.
 */
START_TEST(a_certificate_alone_opens_nothing)
{
	notes_start(project_path(&p, "ca.pem"), versions[_i]);
	ck_assert_msg(ask("a.pem", "a.key") == APAM_OK, "%s", err.text);
	ck_assert_int_eq(ask("a.pem", "b.key"), APAM_E_CONFIG);
	ck_assert_msg(strstr(err.text, "does one belong to the other") != NULL,
	    "%s", err.text);
	ck_assert_int_eq(atomic_load(&requests), 1);
}
END_TEST

static const int32_t kinds[] = { APAM_KIND_EC_P256, APAM_KIND_EC_P384,
	APAM_KIND_EC_P521, APAM_KIND_ED25519, APAM_KIND_RSA };

START_TEST(a_handle_is_as_good_as_a_file)
{
	struct apam_key *key = make_handle(kinds[_i], "c");

	notes_start(project_path(&p, "ca.pem"), TLS1_3_VERSION);
	ck_assert_msg(ask_by_handle("c.pem", key) == APAM_OK, "%s", err.text);
	ck_assert_msg(ask_by_handle("c.pem", key) == APAM_OK, "%s", err.text);
	ck_assert_seen(0, 0, "c");
	ck_assert_seen(1, 1, "c");
	key_drop(&key);
}
END_TEST

START_TEST(a_handle_must_be_the_certificate_s)
{
	struct apam_key *right = make_handle(APAM_KIND_EC_P256, "c");
	struct apam_key *wrong;

	notes_start(project_path(&p, "ca.pem"), TLS1_3_VERSION);
	ck_assert_int_eq(
	    key_generate(APAM_KIND_EC_P256, &wrong, &err), APAM_OK);
	ck_assert_int_eq(ask_by_handle("c.pem", right), APAM_OK);
	ck_assert_int_eq(ask_by_handle("c.pem", wrong), APAM_E_CONFIG);
	ck_assert_int_eq(atomic_load(&requests), 1);
	key_drop(&wrong);
	key_drop(&right);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("connections");
	TCase *tc = tcase_create("connections");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_pair_shares_no_connection, 0, ROWS(versions));
	tcase_add_loop_test(
	    tc, a_pair_leaves_nothing_to_others, 0, ROWS(versions));
	tcase_add_loop_test(
	    tc, a_certificate_alone_opens_nothing, 0, ROWS(versions));
	tcase_add_loop_test(tc, a_handle_is_as_good_as_a_file, 0, ROWS(kinds));
	tcase_add_test(tc, a_handle_must_be_the_certificate_s);
	return run_suite(suite);
}
