/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that are signed with a TLS client certificate: which pair a signature
 * has, what is refused, and by which connection and TLS session requests with
 * one pair, another one and none arrive.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <apam/curl.h>

#include "support/project.h"
#include "support/run.h"
#include "support/tls_notes.h"

static struct project p;
static struct apam_error err = APAM_ERROR_INIT;
static struct apam_signature sig;
static char url[64];
static EVP_PKEY *client_key;

/* ---- Certificates and profiles -------------------------------------------- */

static void
write_key(EVP_PKEY *key, const char *name, const char *passphrase)
{
	FILE *f = fopen(project_path(&p, name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_PrivateKey(f, key,
			     passphrase == NULL ? NULL : EVP_aes_256_cbc(),
			     NULL, 0, NULL, (void *)(uintptr_t)passphrase),
	    1);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(p.path, 0600), 0);
}

static void
write_certificate(EVP_PKEY *key, const char *file, const char *name)
{
	X509 *cert = certificate_new(key, name, -60, 3600);

	certificate_sign(cert, cert, key);
	certificate_write(cert, project_path(&p, file));
	ck_assert_int_eq(chmod(p.path, 0644), 0);
	X509_free(cert);
}

/* A profile whose entry has this certificate; "" more options. */
static struct apam_profile *
use(const char *name, const char *certificate, const char *key,
    const char *more)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%u\" ];\n"
	    "ca_file = \"%s/ca.pem\";\n"
	    "auth = ( { scheme = \"certificate-test\";\n"
	    "  certificate = \"%s/%s\"; key_file = \"%s/%s\"; %s } );\n",
	    port, p.dir, p.dir, certificate, p.dir, key, more);
	project_profile(&p, name, text);
	return project_get(&p, name);
}

/* The same with the handle of a key that the module does not see. */
static struct apam_profile *
use_handle(const char *name, const char *certificate, const char *key,
    const char *more)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%u\" ];\n"
	    "ca_file = \"%s/ca.pem\";\n"
	    "auth = ( { scheme = \"certificate-test\";\n"
	    "  certificate = \"%s/%s\"; key = \"file:%s/%s\"; %s } );\n",
	    port, p.dir, p.dir, certificate, p.dir, key, more);
	project_profile(&p, name, text);
	return project_get(&p, name);
}

static void
begin(int version)
{
	notes_start(project_path(&p, "ca.pem"), version);
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", port);
}

static void
setup(void)
{
	EVP_PKEY *other = EVP_EC_gen("P-256");

	(void)signal(SIGPIPE, SIG_IGN);
	project_make(&p);
	project_module(&p, "certificate-test", true);
	project_module(&p, "basic-email-key", false);
	client_key = EVP_EC_gen("P-256");
	write_key(client_key, "a.key", NULL);
	write_key(client_key, "sealed.key", "FAKEpass");
	write_key(other, "b.key", NULL);
	write_certificate(client_key, "a.pem", "a");
	write_certificate(other, "b.pem", "b");
	project_secret(&p, "secret", "FAKEkey\n");
	project_secret(&p, "passphrase", "FAKEpass\n");
	EVP_PKEY_free(other);
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
}

static void
teardown(void)
{
	apam_signature_release(&sig);
	project_remove(&p);
	notes_stop();
	EVP_PKEY_free(client_key);
}

/* ---- Sending --------------------------------------------------------------- */

static enum apam_status
call(struct apam_profile *profile, CURL *easy)
{
	const struct apam_transfer transfer = {
		.size = sizeof(transfer), .method = "GET", .url = url
	};
	struct apam_result result = APAM_RESULT_INIT;

	return apam_curl_perform(profile, easy, &transfer, &result, &err);
}

static void
good(struct apam_profile *profile, CURL *easy)
{
	ck_assert_msg(call(profile, easy) == APAM_OK, "%s", err.text);
}

/* The server's note of request `i`: who, and by which connection. */
static void
expect(int i, const char *name, int connection)
{
	ck_assert_int_lt(i, atomic_load(&requests));
	ck_assert_msg(strcmp(seen[i].name, name) == 0 &&
		seen[i].connection == connection && !seen[i].resumed,
	    "request %d: \"%s\" by %d%s", i, seen[i].name, seen[i].connection,
	    seen[i].resumed ? ", resumed" : "");
}

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

/* One handle; requests of one pair follow each other on one connection. */
START_TEST(no_pair_shares_what_another_has)
{
	CURL *easy = curl_easy_init();
	struct apam_profile *a, *b, *none;
	char text[512];

	begin(versions[_i]);
	a = use("a", "a.pem", "a.key", "");
	b = use("b", "b.pem", "b.key", "");
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"%.*s\" ];\nca_file = \"%s/ca.pem\";\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\"; "
	    "key = \"file:%s/secret\"; } );\n",
	    (int)strlen(url) - 1, url, p.dir, p.dir);
	project_profile(&p, "none", text);
	none = project_get(&p, "none");
	good(a, easy);
	good(a, easy);
	good(b, easy);
	good(none, easy);
	good(none, easy);
	good(a, easy);
	good(b, easy);
	curl_easy_cleanup(easy);
	expect(0, "a", 0);
	expect(1, "a", 0);
	expect(2, "b", 1);
	expect(3, "", 2);
	expect(4, "", 2);
	expect(5, "a", 0);
	expect(6, "b", 1);
}
END_TEST

/*
 * TLS sessions: each request has a connection of its own, and handles share
 * what libcurl can share.  Only a session of the same pair may be resumed.
 */
START_TEST(no_session_serves_another_pair)
{
	struct apam_profile *all[3];
	static const char *const names[] = { "a", "b", "a" };
	char more[256];
	CURLSH *share = curl_share_init();

	(void)curl_share_setopt(
	    share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	begin(versions[_i]);
	all[0] = use("a", "a.pem", "a.key", "");
	all[1] = use("b", "b.pem", "b.key", "");
	/* The same certificate by another entry is another pair. */
	(void)snprintf(
	    more, sizeof(more), "passphrase = \"file:%s/passphrase\";", p.dir);
	all[2] = use("again", "a.pem", "sealed.key", more);
	for (int i = 0; i < 6; i++) {
		CURL *easy = curl_easy_init();

		(void)curl_easy_setopt(easy, CURLOPT_SHARE, share);
		(void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
		good(all[i % 3], easy);
		curl_easy_cleanup(easy);
	}
	(void)curl_share_cleanup(share);
	for (int i = 0; i < 6; i++)
		ck_assert_str_eq(seen[i].name, names[i % 3]);
	/*
	 * Of each pair the first one finds no session, the second its own; by
	 * TLS 1.2 this server forgets them.
	 */
	for (int i = 0; i < 6; i++)
		ck_assert_msg(
		    seen[i].resumed == (i >= 3 && _i == 1), "request %d", i);
}
END_TEST

/* ---- Keys that no module sees ----------------------------------------------- */

START_TEST(a_handle_signs_as_a_file_does)
{
	CURL *easy = curl_easy_init();
	struct apam_profile *a, *b, *file;

	begin(versions[_i]);
	a = use_handle("a", "a.pem", "a.key", "");
	b = use_handle("b", "b.pem", "b.key", "");
	file = use("file", "a.pem", "a.key", "");
	good(a, easy);
	good(a, easy);
	good(b, easy);
	/* Another entry's pair is another one, whatever its key. */
	good(file, easy);
	good(a, easy);
	curl_easy_cleanup(easy);
	expect(0, "a", 0);
	expect(1, "a", 0);
	expect(2, "b", 1);
	expect(3, "a", 2);
	expect(4, "a", 0);
}
END_TEST

START_TEST(an_exchange_shows_the_handle_s)
{
	CURL *easy = curl_easy_init();
	struct apam_profile *a, *b;
	char more[128];

	begin(versions[_i]);
	(void)snprintf(more, sizeof(more), "token_url = \"%stoken\";", url);
	a = use_handle("a", "a.pem", "a.key", more);
	b = use_handle("b", "b.pem", "b.key", more);
	good(a, easy);
	good(b, easy);
	good(a, easy);
	curl_easy_cleanup(easy);
	ck_assert_int_eq(atomic_load(&requests), 5);
	/* Each exchange has a connection of its own. */
	expect(0, "a", 0);
	expect(1, "a", 1);
	expect(2, "b", 2);
	expect(3, "b", 3);
	expect(4, "a", 1);
}
END_TEST

/* Row 0: by the signature; row 1: by the exchange. */
START_TEST(a_handle_of_another_key_sends_nothing)
{
	CURL *easy = curl_easy_init();
	struct apam_profile *wrong;
	char more[128] = "";

	begin(TLS1_3_VERSION);
	if (_i == 1)
		(void)snprintf(
		    more, sizeof(more), "token_url = \"%stoken\";", url);
	wrong = use_handle("wrong", "a.pem", "b.key", more);
	ck_assert_int_eq(call(wrong, easy), APAM_E_CONFIG);
	ck_assert_msg(strstr(err.text, "certificate") != NULL, "%s", err.text);
	curl_easy_cleanup(easy);
	ck_assert_int_eq(atomic_load(&requests), 0);
}
END_TEST

/* ---- Signatures ------------------------------------------------------------ */

static enum apam_status
sign(struct apam_profile *profile)
{
	const struct apam_request request = APAM_REQUEST("GET", url);

	return apam_sign(profile, &request, &sig, &err);
}

START_TEST(a_certificate_alone_is_a_signature)
{
	struct apam_profile *a;
	char store[2048];

	begin(TLS1_3_VERSION);
	a = use("a", "a.pem", "a.key", "");
	sig.store = store;
	sig.store_size = sizeof(store);
	ck_assert_msg(sign(a) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(sig.header_count, 0);
	ck_assert_ptr_nonnull(sig.certificate);
	ck_assert_str_eq(sig.certificate->key_type, "PEM");
	ck_assert_str_eq(sig.certificate->passphrase, "");
	ck_assert_str_eq(sig.certificate->file, project_path(&p, "a.pem"));
	ck_assert_str_eq(sig.certificate->key_file, project_path(&p, "a.key"));
	/* Of the slot there is none, however often it signs. */
	ck_assert_int_eq(sign(a), APAM_OK);
	ck_assert_ptr_nonnull(sig.certificate);
}
END_TEST

START_TEST(a_signature_has_the_handle_s_key)
{
	const unsigned char *at;
	EVP_PKEY *found;

	begin(TLS1_3_VERSION);
	ck_assert_int_eq(sign(use_handle("a", "a.pem", "a.key", "")), APAM_OK);
	ck_assert_str_eq(sig.certificate->key_type, "DER");
	ck_assert_ptr_null(sig.certificate->key_file);
	at = (const unsigned char *)sig.certificate->key.p;
	found = d2i_AutoPrivateKey(NULL, &at, (long)sig.certificate->key.n);
	ck_assert_ptr_nonnull(found);
	ck_assert_int_eq(EVP_PKEY_eq(found, client_key), 1);
	EVP_PKEY_free(found);
}
END_TEST

START_TEST(a_pair_is_one_until_its_files_change)
{
	struct apam_profile *a;
	char from[128], to[128];
	uint64_t version;

	begin(TLS1_3_VERSION);
	a = use("a", "a.pem", "a.key", "");
	ck_assert_int_eq(sign(a), APAM_OK);
	version = sig.certificate->version;
	ck_assert_int_eq(sign(a), APAM_OK);
	ck_assert_uint_eq(sig.certificate->version, version);
	write_certificate(client_key, "new.pem", "renewed");
	(void)strcpy(from, project_path(&p, "new.pem"));
	(void)strcpy(to, project_path(&p, "a.pem"));
	ck_assert_int_eq(rename(from, to), 0);
	for (int i = 0; i < 400 && sig.certificate->version == version; i++) {
		(void)poll(NULL, 0, 10);
		ck_assert_int_eq(sign(a), APAM_OK);
	}
	ck_assert_uint_gt(sig.certificate->version, version);
}
END_TEST

START_TEST(an_older_program_does_not_send_without_it)
{
	struct apam_profile *a;

	begin(TLS1_3_VERSION);
	a = use("a", "a.pem", "a.key", "header = \"X-Here\";");
	sig.size = offsetof(struct apam_signature, certificate);
	ck_assert_int_eq(sign(a), APAM_E_USAGE);
	ck_assert_str_eq(err.text,
	    "the profile signs with a client certificate, which the program was "
	    "built without: build it anew");
	ck_assert_uint_eq(sig.header_count, 0);
}
END_TEST

START_TEST(a_key_that_others_can_read_is_refused)
{
	struct apam_profile *a;

	begin(TLS1_3_VERSION);
	ck_assert_int_eq(chmod(project_path(&p, "a.key"), 0644), 0);
	a = use("a", "a.pem", "a.key", "");
	ck_assert_int_eq(sign(a), APAM_E_TRUST);
	ck_assert_int_eq(chmod(project_path(&p, "a.key"), 0600), 0);
	ck_assert_int_eq(chmod(project_path(&p, "a.pem"), 0666), 0);
	ck_assert_int_eq(sign(a), APAM_E_TRUST);
	ck_assert_int_eq(chmod(project_path(&p, "a.pem"), 0644), 0);
	ck_assert_msg(sign(a) == APAM_OK, "%s", err.text);
}
END_TEST

START_TEST(a_key_may_have_a_passphrase)
{
	CURL *easy = curl_easy_init();
	struct apam_profile *sealed;
	char more[256];

	begin(TLS1_3_VERSION);
	sealed = use("bare", "a.pem", "sealed.key", "");
	ck_assert_int_eq(sign(sealed), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "is encrypted"));
	(void)snprintf(
	    more, sizeof(more), "passphrase = \"file:%s/passphrase\";", p.dir);
	sealed = use("sealed", "a.pem", "sealed.key", more);
	good(sealed, easy);
	curl_easy_cleanup(easy);
	expect(0, "a", 0);
}
END_TEST

START_TEST(two_certificates_are_one_too_many)
{
	char text[1024];

	begin(TLS1_3_VERSION);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%u\" ];\nauth = (\n"
	    "{ scheme = \"certificate-test\"; certificate = \"%s/a.pem\";"
	    "  key_file = \"%s/a.key\"; control = \"required\"; },\n"
	    "{ scheme = \"certificate-test\"; certificate = \"%s/b.pem\";"
	    "  key_file = \"%s/b.key\"; control = \"required\"; } );\n",
	    port, p.dir, p.dir, p.dir, p.dir);
	project_profile(&p, "two", text);
	ck_assert_int_eq(sign(project_get(&p, "two")), APAM_E_CONFIG);
	ck_assert_str_eq(err.text,
	    "two entries of the profile have a client certificate; keep one");
}
END_TEST

START_TEST(it_needs_https)
{
	char text[1024];

	begin(TLS1_3_VERSION);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u\" ];\nallow_http = true;\n"
	    "auth = ( { scheme = \"certificate-test\";"
	    " certificate = \"%s/a.pem\"; key_file = \"%s/a.key\"; } );\n",
	    port, p.dir, p.dir);
	project_profile(&p, "clear", text);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	ck_assert_int_eq(sign(project_get(&p, "clear")), APAM_E_POLICY);
	ck_assert_str_eq(err.text,
	    "the scheme signs with a client certificate, which needs https");
}
END_TEST

/* The probe goes out with it, too. */
START_TEST(a_probe_shows_it)
{
	struct apam_key_report report = { .size = sizeof(report) };
	size_t n = 1;
	struct apam_profile *a;

	begin(TLS1_3_VERSION);
	a = use("a", "a.pem", "a.key", "probe = \"GET /\";");
	ck_assert_msg(
	    apam_check(a, 20000, &report, &n, sizeof(report), &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_msg(report.state == APAM_KEY_GOOD, "%s", report.evidence);
	expect(0, "a", 0);
}
END_TEST

/* ---- The program apam -------------------------------------------------------- */

static int
run(const char *command, char *out, size_t size)
{
	char program[512], line[1024];
	size_t n;
	FILE *f;

	project_built("apam", program, sizeof(program));
	(void)snprintf(line, sizeof(line),
	    "'%s' -c '%s/apam.conf' %s a '%s' 2>&1", program, p.dir, command,
	    url);
	f = popen(line, "r");
	ck_assert_ptr_nonnull(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	return WEXITSTATUS(pclose(f));
}

START_TEST(apam_request_shows_it_and_others_refuse)
{
	char out[1024];

	begin(TLS1_3_VERSION);
	(void)use("a", "a.pem", "a.key", "");
	ck_assert_msg(run("request", out, sizeof(out)) == 0, "%s", out);
	expect(0, "a", 0);
	ck_assert_int_eq(run("headers", out, sizeof(out)), 1);
	ck_assert_ptr_nonnull(strstr(out,
	    "the profile signs with a client certificate, which headers do not "
	    "carry: use `apam request`"));
	ck_assert_int_eq(run("curl", out, sizeof(out)), 1);
	ck_assert_ptr_nonnull(strstr(out, "which headers do not carry"));
	ck_assert_int_eq(atomic_load(&requests), 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pair_live");
	TCase *t = tcase_create("core");
	int failed;

	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, no_pair_shares_what_another_has, 0, 2);
	tcase_add_loop_test(t, no_session_serves_another_pair, 0, 2);
	tcase_add_loop_test(t, a_handle_signs_as_a_file_does, 0, 2);
	tcase_add_loop_test(t, an_exchange_shows_the_handle_s, 0, 2);
	tcase_add_loop_test(t, a_handle_of_another_key_sends_nothing, 0, 2);
	tcase_add_test(t, a_certificate_alone_is_a_signature);
	tcase_add_test(t, a_signature_has_the_handle_s_key);
	tcase_add_test(t, a_pair_is_one_until_its_files_change);
	tcase_add_test(t, an_older_program_does_not_send_without_it);
	tcase_add_test(t, a_key_that_others_can_read_is_refused);
	tcase_add_test(t, a_key_may_have_a_passphrase);
	tcase_add_test(t, two_certificates_are_one_too_many);
	tcase_add_test(t, it_needs_https);
	tcase_add_test(t, a_probe_shows_it);
	tcase_add_test(t, apam_request_shows_it_and_others_refuse);
	suite_add_tcase(s, t);
	failed = run_suite(s);
	curl_global_cleanup();
	return failed;
}
