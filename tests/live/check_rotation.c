/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rotation under load: threads call an API with a profile of two keys, and in
 * the midst of it the provider archives the first.  Nobody may notice but by a
 * request that was sent again; and the dead key is checked once, however many
 * requests it was in.  The sandbox counts.
 */
#include "support/live.h"

#include <pthread.h>
#include <stdatomic.h>

#include <apam/curl.h>

#include "support/run.h"

#define THREADS 8
#define PATH "/api/v1/occupancy"
#define PROBE_PATH "/api/v1/probe" /* asked for by the probe alone */
#define AUTH_PATH "/api/v1/auth"

static struct project p;
static struct apam_profile *profile;
static char url[64];
static int wanted; /* requests in all */
static atomic_int begun;

/* One of those that call. */
struct caller {
	pthread_t thread;
	unsigned good, again, most_sent;
	char wrong[256]; /* the first that was not answered with 200; or "" */
};

static struct caller callers[THREADS];

/* ---- The provider, and the profile ---------------------------------------- */

static const struct {
	const char *name;
	const char *check; /* what asks about a key */
	int before, after; /* how often that was done */
} modes[] = {
	{ "headers", "GET " PROBE_PATH, 0, 1 },
	{ "basic", "GET " PROBE_PATH, 0, 1 },
	/* A mint for the first, the one that is refused, one for the second. */
	{ "exchange", "POST " AUTH_PATH, 1, 3 },
};

static void
write_entry(char *to, size_t size, const char *key, const char *mode)
{
	(void)snprintf(to, size,
	    "{ scheme = \"key-secret-archiveable\"; key = \"%s\";"
	    " secret = \"file:%s/%s\"; mode = \"%s\";"
	    " probe = \"GET " PROBE_PATH "\";"
	    " exchange = { url = \"https://127.0.0.1:%d" AUTH_PATH "\"; }; }",
	    key, p.dir, key, mode, sandbox.xysense);
}

static void
setup_mode(const char *mode)
{
	char first[512], second[512], text[2048];

	sandbox_tell("/reset");
	project_make(&p);
	project_directory(&p, "state");
	project_module(&p, "key-secret-archiveable", false);
	project_secret(&p, "sandbox-read", "not-a-secret-xy-read");
	project_secret(&p, "sandbox-read-2", "not-a-secret-xy-read-2");
	write_entry(first, sizeof(first), "sandbox-read", mode);
	write_entry(second, sizeof(second), "sandbox-read-2", mode);
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://127.0.0.1:%d\" ];\n"
	    "ca_file = \"%s/ca.pem\";\nauth = ( %s,\n%s );\n",
	    sandbox.xysense, sandbox.dir, first, second);
	project_profile(&p, "rotating", text);
	(void)snprintf(
	    url, sizeof(url), "https://127.0.0.1:%d" PATH, sandbox.xysense);
	profile = project_get(&p, "rotating");
}

static void
teardown(void)
{
	project_remove(&p);
}

/* A total of the sandbox: what was asked for, or which status was given. */
static int
counted(const char *what, const char *name)
{
	json_t *counts = sandbox_ask("/counts");
	json_t *all = json_object_get(json_object_get(counts, "xysense"), what);
	int n = (int)json_integer_value(json_object_get(all, name));

	json_decref(counts);
	return n;
}

/* ---- The load -------------------------------------------------------------- */

static void
call(struct caller *c, CURL *easy)
{
	const struct apam_transfer transfer = {
		.size = sizeof(transfer), .method = "GET", .url = url
	};
	struct apam_result result = APAM_RESULT_INIT;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status = apam_curl_perform(
	    profile, easy, &transfer, &result, &err);

	c->again += result.tries > 1;
	if (result.tries > c->most_sent)
		c->most_sent = result.tries;
	if (status == APAM_OK && result.status == 200)
		c->good++;
	else if (c->wrong[0] == '\0')
		(void)snprintf(c->wrong, sizeof(c->wrong),
		    "HTTP %u after %u: %.200s", result.status, result.tries,
		    status == APAM_OK ? result.reason : err.text);
}

/* Each with one handle, and so with one connection. */
static void *
call_on(void *arg)
{
	CURL *easy = curl_easy_init();

	while (atomic_fetch_add(&begun, 1) < wanted)
		call(arg, easy);
	curl_easy_cleanup(easy);
	return NULL;
}

static void
start_callers(void)
{
	wanted = stress_full() ? 50000 : 2000;
	atomic_store(&begun, 0);
	memset(callers, 0, sizeof(callers));
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&callers[i].thread, NULL,
				     call_on, &callers[i]),
		    0);
}

static void
wait_for_half(void)
{
	while (atomic_load(&begun) < wanted / 2)
		sleep_ms(1);
}

/* Their sum. */
static struct caller
join_callers(void)
{
	struct caller all = { .good = 0 };

	for (int i = 0; i < THREADS; i++) {
		const struct caller *c = &callers[i];

		ck_assert_int_eq(pthread_join(c->thread, NULL), 0);
		ck_assert_msg(c->wrong[0] == '\0', "%s", c->wrong);
		all.good += c->good;
		all.again += c->again;
		if (c->most_sent > all.most_sent)
			all.most_sent = c->most_sent;
	}
	return all;
}

/* ---- Tests ------------------------------------------------------------------ */

static void
look_at_status(const char *name)
{
	struct apam_entry_status s[2];
	size_t count = 2;

	ck_assert_int_eq(
	    apam_profile_status(profile, s, &count, sizeof(*s), NULL, NULL),
	    APAM_OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_msg(!s[0].usable && s[0].latched == APAM_E_REVOKED,
	    "%s: the dead key: %s", name, apam_status_name(s[0].latched));
	ck_assert_msg(s[1].usable && s[1].latched == APAM_OK,
	    "%s: the standby key: %s", name, apam_status_name(s[1].latched));
}

START_TEST(no_request_is_lost)
{
	const char *name = modes[_i].name;
	struct caller all;

	setup_mode(modes[_i].name);
	start_callers();
	wait_for_half();
	ck_assert_int_eq(counted("paths", modes[_i].check), modes[_i].before);
	sandbox_tell("/archive?provider=xysense&key=sandbox-read");
	all = join_callers();

	ck_assert_int_eq((int)all.good, wanted);
	/* No more than were in flight when the first was rejected. */
	ck_assert_uint_le(all.most_sent, 2);
	ck_assert_msg(all.again >= 1 && all.again <= THREADS,
	    "%s: %u sent again", name, all.again);
	/* Each rejection led to one of those, but for that of the check. */
	ck_assert_msg(counted("paths", modes[_i].check) == modes[_i].after,
	    "%s: checked %d times", name, counted("paths", modes[_i].check));
	ck_assert_int_eq(counted("status", "401"), (int)all.again + 1);
	ck_assert_int_eq(
	    counted("paths", "GET " PATH), wanted + (int)all.again);
	look_at_status(name);
}
END_TEST

/* Neither key lives: each is checked once, and the provider then left alone. */
START_TEST(with_both_dead_nobody_asks_for_ever)
{
	struct apam_request request = APAM_REQUEST("GET", url);
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct caller c = { .good = 0 };
	CURL *easy = curl_easy_init();
	struct apam_error err = APAM_ERROR_INIT;
	int asked;

	setup_mode(modes[_i].name);
	call(&c, easy);
	ck_assert_uint_eq(c.good, 1);
	sandbox_tell("/archive?provider=xysense&key=sandbox-read");
	sandbox_tell("/archive?provider=xysense&key=sandbox-read-2");
	/* One request for each key finds out, at most. */
	for (int i = 0; i < 3; i++)
		call(&c, easy);
	ck_assert_uint_eq(c.good, 1);
	asked = counted("status", "401");
	ck_assert_msg(
	    asked >= 3 && asked <= 4, "%s: %d", modes[_i].name, asked);
	ck_assert_int_eq(
	    apam_sign(profile, &request, &s, &err), APAM_E_REJECTED);
	ck_assert_int_eq(counted("status", "401"), asked);
	curl_easy_cleanup(easy);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rotation");
	TCase *tc = tcase_create("load");
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_set_timeout(tc, stress_full() ? 600 : 120);
	tcase_add_loop_test(tc, no_request_is_lost, 0, ROWS(modes));
	tcase_add_loop_test(
	    tc, with_both_dead_nobody_asks_for_ever, 0, ROWS(modes));
	sandbox_start();
	failed = run_suite(suite);
	sandbox_stop();
	return failed;
}
