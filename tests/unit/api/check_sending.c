/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/sending.c: how a profile's requests are to travel, which
 * headers the sender sets, and what is said where no answer came.
 */
#include <apam/apam.h>
#include <errno.h>
#include <poll.h>

#include "support/project.h"
#include "support/run.h"

static struct project p;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;

static void
write_profile(const char *more)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://api.example\", \"https://localhost\" ];\n"
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\"; "
	    "key = \"file:%s/secret\"; } );\n%s",
	    p.dir, more);
	project_profile(&p, "p", text);
}

static void
setup(void)
{
	project_make(&p);
	project_module(&p, "basic-email-key", false);
	project_secret(&p, "secret", "FAKEkey");
	write_profile("proxy = \"http://proxy.example:3128\";\n"
		      "deadline = \"7s\";\nlimits = { body = 4096; };\n");
	profile = project_get(&p, "p");
}

static void
teardown(void)
{
	project_remove(&p);
}

/* ---- The way ----------------------------------------------------------- */

START_TEST(a_transport_is_the_profiles)
{
	struct apam_transport t = APAM_TRANSPORT_INIT;

	ck_assert_int_eq(
	    apam_transport_get(profile, "https://api.example/x", &t, &err),
	    APAM_OK);
	ck_assert_uint_eq(t.size, sizeof(t));
	ck_assert_ptr_null(t.ca_file);
	ck_assert_str_eq(t.proxy, "http://proxy.example:3128");
	ck_assert_uint_eq(t.body_max, 4096);
	ck_assert_int_eq(t.timeout_ms, 7000);
	ck_assert(!t.allow_http);
	apam_transport_release(&t);
	ck_assert_ptr_null(t.proxy);
	ck_assert_uint_eq(t.size, sizeof(t));
	apam_transport_release(&t);
}
END_TEST

START_TEST(no_proxy_is_asked_for_what_stays_here)
{
	static const char *const local[] = { "https://localhost/x",
		"https://127.0.0.1/", "http://api.example/" };
	struct apam_transport t = APAM_TRANSPORT_INIT;

	for (int i = 0; i < ROWS(local); i++) {
		ck_assert_int_eq(
		    apam_transport_get(profile, local[i], &t, &err), APAM_OK);
		ck_assert_msg(t.proxy == NULL, "%s", local[i]);
		apam_transport_release(&t);
	}
}
END_TEST

static void
sign(void)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	struct apam_signature signature = APAM_SIGNATURE_INIT;

	ck_assert_msg(apam_sign(profile, &request, &signature, &err) == APAM_OK,
	    "%s", err.text);
	apam_signature_release(&signature);
}

/* One that is held stays; the next is of the new files. */
START_TEST(a_transport_outlasts_a_change)
{
	struct apam_transport old = APAM_TRANSPORT_INIT,
			      fresh = APAM_TRANSPORT_INIT;
	const char *url = "https://api.example/";

	sign();
	ck_assert_int_eq(apam_transport_get(profile, url, &old, &err), APAM_OK);
	write_profile("proxy = \"http://other.example:3128\";\n");
	for (int i = 0; i < 1000 && fresh.proxy == NULL; i++) {
		sign();
		ck_assert_int_eq(
		    apam_transport_get(profile, url, &fresh, &err), APAM_OK);
		if (strstr(fresh.proxy, "other") == NULL)
			apam_transport_release(&fresh);
		(void)poll(NULL, 0, 10);
	}
	ck_assert_str_eq(fresh.proxy, "http://other.example:3128");
	ck_assert_str_eq(old.proxy, "http://proxy.example:3128");
	apam_transport_release(&old);
	apam_transport_release(&fresh);
}
END_TEST

START_TEST(a_transport_is_refused)
{
	struct apam_transport t = { .size = sizeof(t) - 1 };

	ck_assert_int_eq(
	    apam_transport_get(profile, "https://api.example/", &t, &err),
	    APAM_E_USAGE);
	t.size = sizeof(t);
	ck_assert_int_eq(
	    apam_transport_get(profile, "https://a@b/", &t, &err), APAM_E_URL);
	ck_assert_str_ne(err.text, "");
	ck_assert_ptr_null(t.owned);
}
END_TEST

/* As by a host that lets go of it after such a refusal. */
START_TEST(a_transport_without_its_size_holds_nothing)
{
	struct apam_transport t;

	memset(&t, 0, sizeof(t));
	ck_assert_int_eq(
	    apam_transport_get(profile, "https://api.example/", &t, &err),
	    APAM_E_USAGE);
	apam_transport_release(&t);
	ck_assert_uint_eq(t.size, 0);
	memset(&t, 0x5a, sizeof(t));
	apam_transport_release(&t);
	ck_assert_uint_eq(t.body_max & 0xff, 0x5a);
}
END_TEST

START_TEST(a_profile_has_a_thread_or_not)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER | APAM_OPEN_NO_THREAD };
	char config[128];

	ck_assert(apam_profile_has_thread(profile));
	apam_close(&p.ctx);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", p.dir);
	options.config = config;
	ck_assert_int_eq(apam_open(&options, &p.ctx, &err), APAM_OK);
	ck_assert(!apam_profile_has_thread(project_get(&p, "p")));
}
END_TEST

START_TEST(a_header_frames_or_not)
{
	ck_assert(apam_header_is_framing(APAM_STR("host")));
	ck_assert(!apam_header_is_framing(APAM_STR("Accept")));
}
END_TEST

/* ---- No answer --------------------------------------------------------- */

#define URL "https://api.example:8443/secret?token=1"

static const struct {
	struct apam_failure failure;
	enum apam_status status;
	const char *text;
} failures[] = {
	{ { .code = 0, .url = URL }, APAM_OK, "" },
	{ { .code = 6 }, APAM_E_NETWORK, "the host: the host's name is not" },
	{ { .code = 7, .url = URL, .system_error = ECONNREFUSED },
	    APAM_E_NETWORK, "api.example:8443 refuses connections" },
	{ { .code = 7,
	      .url = URL,
	      .proxy = "http://proxy.example:3128",
	      .system_error = ECONNREFUSED },
	    APAM_E_NETWORK, "the proxy proxy.example:3128 refuses" },
	{ { .code = 28, .url = URL }, APAM_E_DEADLINE,
	    "api.example:8443: the host's name was not" },
	{ { .code = 28, .url = URL, .resolved = true }, APAM_E_DEADLINE,
	    "api.example:8443 did not accept a connection" },
	{ { .code = 28, .url = URL, .resolved = true, .connected = true },
	    APAM_E_DEADLINE,
	    "the TLS handshake with api.example:8443 did not end" },
	{ { .code = 28,
	      .url = URL,
	      .resolved = true,
	      .connected = true,
	      .ready = true },
	    APAM_E_DEADLINE, "api.example:8443 did not answer in time" },
	{ { .code = 60, .url = URL, .verify_result = 10 }, APAM_E_NETWORK,
	    "the certificate of api.example:8443 is not trusted, names" },
	{ { .code = 60, .url = URL, .openssl = true, .verify_result = 18 },
	    APAM_E_NETWORK, "the certificate of api.example:8443 is self-" },
	{ { .code = 56,
	      .url = URL,
	      .proxy = "http://proxy.example:3128",
	      .proxy_status = 407 },
	    APAM_E_NETWORK,
	    "does not connect to api.example:8443: it "
	    "answered 407" },
	{ { .code = 35, .url = URL, .detail = "x: certificate required" },
	    APAM_E_NETWORK, "api.example:8443 asks for a client certificate" },
	{ { .code = 9999, .url = URL, .what = "strange" }, APAM_E_NETWORK,
	    "the connection to api.example:8443 failed: strange" },
	{ { .code = -1, .url = URL }, APAM_E_NETWORK,
	    "the connection to api.example:8443 failed: no reason is known" },
};

START_TEST(a_failure_is_explained)
{
	struct apam_failure f = failures[_i].failure;

	f.size = sizeof(f);
	ck_assert_msg(apam_failure_explain(&f, &err) == failures[_i].status,
	    "%d: %s", f.code, err.text);
	ck_assert_int_eq(err.status, failures[_i].status);
	ck_assert_msg(strstr(err.text, failures[_i].text) != NULL, "%d: %s",
	    f.code, err.text);
	/* Nothing of a URL but where it leads. */
	ck_assert_ptr_null(strstr(err.text, "token"));
	f.size--;
	ck_assert_int_eq(apam_failure_explain(&f, NULL), APAM_E_USAGE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sending");
	TCase *way = tcase_create("way"), *words = tcase_create("words");

	tcase_add_checked_fixture(way, setup, teardown);
	tcase_set_timeout(way, 60);
	tcase_add_test(way, a_transport_is_the_profiles);
	tcase_add_test(way, no_proxy_is_asked_for_what_stays_here);
	tcase_add_test(way, a_transport_outlasts_a_change);
	tcase_add_test(way, a_transport_is_refused);
	tcase_add_test(way, a_transport_without_its_size_holds_nothing);
	tcase_add_test(way, a_profile_has_a_thread_or_not);
	tcase_add_test(words, a_header_frames_or_not);
	tcase_add_loop_test(words, a_failure_is_explained, 0, ROWS(failures));
	suite_add_tcase(suite, way);
	suite_add_tcase(suite, words);
	return run_suite(suite);
}
