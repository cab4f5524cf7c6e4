/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logins and logouts: every event, every end, what the record has then, and
 * that nothing is changed by one that does not come to its end.
 */
#include <poll.h>
#include <sys/wait.h>

#include "base/secmem.h"
#include "base/str.h"
#include "support/clock.h"
#include "support/logins.h"
#include "support/run.h"

#define REDIRECT "http://127.0.0.1:4711/callback"
#define GOOD "code=fake-code&state=fake-state"

static struct logins l;
static struct apam_login *login;
static struct apam_login_event event;
static struct apam_error err;

static void
setup(void)
{
	logins_make(&l);
	login = NULL;
	event = (struct apam_login_event){ .size = sizeof(event) };
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
teardown(void)
{
	apam_login_cancel(&login);
	logins_remove(&l);
}

/* What the login was told is its caller's, who forgets it at once. */
static enum apam_status
start(enum apam_login_way way, const char *redirect_uri)
{
	char *uri = redirect_uri == NULL ? NULL : strdup(redirect_uri);
	const struct apam_login_options options = { .size = sizeof(options),
		.way = way,
		.redirect_uri = uri,
		.entry = -1 };
	const enum apam_status status = apam_login_start(
	    project_get(&l.p, "demo"), &options, &login, &err);

	if (uri != NULL)
		memset(uri, 'x', strlen(uri));
	free(uri);
	return status;
}

/* The next event comes, and is of this kind. */
static void
comes(enum apam_login_event_kind kind)
{
	enum apam_status status = APAM_E_PENDING;

	for (int i = 0; status == APAM_E_PENDING && i < 30; i++)
		status = apam_login_next(login, 1000, &event, &err);
	ck_assert_msg(event.kind == kind, "%d, not %d: %s", (int)event.kind,
	    (int)kind, err.text);
	ck_assert_int_eq(status == APAM_OK, kind != APAM_LOGIN_FAILED);
}

static void
fails(enum apam_status status, const char *text)
{
	comes(APAM_LOGIN_FAILED);
	ck_assert_msg(err.status == status, "%s", apam_status_name(err.status));
	ck_assert_msg(
	    strstr(err.text, text) != NULL, "'%s' is not '%s'", err.text, text);
	ck_assert_str_eq(err.profile, "demo");
	apam_login_cancel(&login);
	ck_assert_ptr_null(login);
}

/* Look once, for at most so long. */
static enum apam_status
look(int ms)
{
	return apam_login_next(login, ms, &event, &err);
}

static void
look_again(int ms)
{
	if (look(ms) == APAM_E_USAGE)
		ck_abort_msg("%s", err.text);
}

/* Log in by a browser, which takes no time; the token is number `n`. */
static void
log_in(int n)
{
	char token[32];

	ck_assert_msg(
	    start(APAM_LOGIN_BROWSER, REDIRECT) == APAM_OK, "%s", err.text);
	comes(APAM_LOGIN_REDIRECT);
	ck_assert_int_eq(
	    apam_login_redirected(login, REDIRECT "?" GOOD, &err), APAM_OK);
	comes(APAM_LOGIN_DONE);
	apam_login_cancel(&login);
	(void)snprintf(token, sizeof(token), "fake-token-%d", n);
	logins_holds(&l, token);
}

static enum apam_status
sign(const char *value)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_request request;
	enum apam_status status;
	char url[64];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/demo", l.port);
	request = (struct apam_request)APAM_REQUEST("GET", url);
	status = apam_sign(project_get(&l.p, "demo"), &request, &s, &err);
	if (status == APAM_OK)
		ck_assert_str_eq(s.headers[0].value.p, value);
	apam_signature_release(&s);
	return status;
}

/* ---- How a login goes --------------------------------------------------- */

START_TEST(a_code_is_shown_and_waited_for)
{
	atomic_store(&l.pending, 2);
	ck_assert_int_eq(sign(""), APAM_E_LOGIN);
	ck_assert_int_eq(start(APAM_LOGIN_ANY, NULL), APAM_OK);
	comes(APAM_LOGIN_SHOW);
	ck_assert_str_eq(event.url, "https://idp.example/enter");
	ck_assert_str_eq(event.code, "FAKE-12");
	ck_assert_str_eq(event.text, "open this page and enter the code");
	ck_assert_str_eq(event.stored, "store:demo");
	ck_assert_uint_eq(event.entry, 0);
	ck_assert_int_eq(
	    apam_login_next(login, 0, &event, &err), APAM_E_PENDING);
	ck_assert_int_eq(event.kind, APAM_LOGIN_WAIT);
	logins_holds(&l, NULL);
	comes(APAM_LOGIN_DONE);
	/* It stays so. */
	comes(APAM_LOGIN_DONE);
	logins_holds(&l, "fake-token-1");
	ck_assert_int_eq(sign("fake-token-1"), APAM_OK);
}
END_TEST

START_TEST(a_browser_comes_back)
{
	ck_assert_int_eq(start(APAM_LOGIN_BROWSER, REDIRECT), APAM_OK);
	comes(APAM_LOGIN_REDIRECT);
	ck_assert_int_eq(apam_login_redirected(
			     login, "http://127.0.0.1:4711/other?a=b", &err),
	    APAM_E_USAGE);
	ck_assert_int_eq(
	    apam_login_redirected(login, REDIRECT, &err), APAM_E_USAGE);
	ck_assert_int_eq(
	    apam_login_redirected(login, "rubbish", &err), APAM_E_USAGE);
	ck_assert_int_eq(apam_login_confirm(login, true, &err), APAM_E_USAGE);
	ck_assert_int_eq(
	    apam_login_redirected(login, REDIRECT "?" GOOD, &err), APAM_OK);
	comes(APAM_LOGIN_DONE);
	ck_assert_str_eq(
	    l.query, "query=code%3Dfake-code%26state%3Dfake-state");
	logins_holds(&l, "fake-token-1");
	/* It is over. */
	ck_assert_int_eq(apam_login_redirected(login, REDIRECT "?" GOOD, &err),
	    APAM_E_USAGE);
}
END_TEST

/* Who has confirmed a server is not asked again while it is the same one. */
START_TEST(a_person_confirms_once)
{
	logins_profile(&l, "asks = true;");
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	comes(APAM_LOGIN_CONFIRM);
	ck_assert_ptr_nonnull(strstr(event.url, "/login"));
	ck_assert_int_eq(apam_login_confirm(login, false, &err), APAM_OK);
	fails(APAM_E_DENIED, "was not confirmed, and nothing was changed");
	ck_assert_int_eq(atomic_load(&l.tokens), 0);
	logins_holds(&l, NULL);

	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	comes(APAM_LOGIN_CONFIRM);
	ck_assert_int_eq(apam_login_confirm(login, true, &err), APAM_OK);
	comes(APAM_LOGIN_SHOW);
	comes(APAM_LOGIN_DONE);
	apam_login_cancel(&login);
	log_in(2);
}
END_TEST

/* ---- How it ends -------------------------------------------------------- */

static const struct {
	enum logins_mode mode;
	enum apam_status status;
	const char *text;
} ends[] = {
	{ LOGINS_DENIED, APAM_E_DENIED, "the server gave no token" },
	{ LOGINS_EXPIRED, APAM_E_EXPIRED, "the code has expired" },
	{ LOGINS_BROKEN, APAM_E_DENIED, "the server gave no token" },
};

START_TEST(an_end_without_a_token_changes_nothing)
{
	log_in(1);
	atomic_store(&l.mode, ends[_i].mode);
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	comes(APAM_LOGIN_SHOW);
	fails(ends[_i].status, ends[_i].text);
	logins_holds(&l, "fake-token-1");
	ck_assert_int_eq(sign("fake-token-1"), APAM_OK);
}
END_TEST

START_TEST(a_provider_cannot_steer_a_terminal)
{
	atomic_store(&l.mode, LOGINS_STEERING);
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	fails(APAM_E_PROVIDER, "has control characters");
}
END_TEST

START_TEST(another_state_ends_it)
{
	ck_assert_int_eq(start(APAM_LOGIN_BROWSER, REDIRECT), APAM_OK);
	comes(APAM_LOGIN_REDIRECT);
	ck_assert_int_eq(
	    apam_login_redirected(login, REDIRECT "?code=c&state=other", &err),
	    APAM_OK);
	fails(APAM_E_DENIED, "with another state");
	ck_assert_int_eq(atomic_load(&l.tokens), 0);
}
END_TEST

START_TEST(nobody_logs_in_in_time)
{
	const struct apam_login_options options = { .size = sizeof(options),
		.redirect_uri = REDIRECT,
		.way = APAM_LOGIN_BROWSER,
		.entry = -1,
		.timeout_ms = 300 };

	ck_assert_int_eq(
	    apam_login_start(project_get(&l.p, "demo"), &options, &login, &err),
	    APAM_OK);
	comes(APAM_LOGIN_REDIRECT);
	fails(APAM_E_DEADLINE, "nobody logged in in time");
	logins_holds(&l, NULL);
}
END_TEST

START_TEST(a_provider_that_is_down)
{
	logins_stop(&l);
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	fails(APAM_E_NETWORK, "");
}
END_TEST

/* Wherever it is, it is gone, and a later one is not disturbed. */
START_TEST(a_login_is_cancelled)
{
	log_in(1);
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	apam_login_cancel(&login);
	atomic_store(&l.pending, 1);
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	comes(APAM_LOGIN_SHOW);
	apam_login_cancel(&login);
	ck_assert_int_eq(start(APAM_LOGIN_BROWSER, REDIRECT), APAM_OK);
	comes(APAM_LOGIN_REDIRECT);
	apam_login_cancel(&login);
	logins_holds(&l, "fake-token-1");
	ck_assert_int_eq(atomic_load(&l.tokens), 1);
	atomic_store(&l.pending, 0);
	log_in(2);
}
END_TEST

/* ---- What is stored ----------------------------------------------------- */

START_TEST(a_login_begins_a_family)
{
	const struct durable_place place = logins_place(&l);
	char bound[64], origin[64], fact[96];
	struct durable_copy first, second;

	log_in(1);
	ck_assert_int_eq(durable_read(&place, &first, &err), APAM_OK);
	ck_assert_int_eq(first.is.generation, 1);
	(void)snprintf(bound, sizeof(bound),
	    "bound server http://127.0.0.1:%u/login\n", l.port);
	ck_assert(str_equal(first.is.bound, apam_str(bound)));
	(void)snprintf(origin, sizeof(origin), "http://127.0.0.1:%u", l.port);
	ck_assert(str_equal(first.is.origin, apam_str(origin)));
	(void)snprintf(fact, sizeof(fact),
	    "fact server http://127.0.0.1:%u/login\n"
	    "hidden client fake-client\n",
	    l.port);
	ck_assert(str_equal(first.is.facts, apam_str(fact)));
	log_in(2);
	ck_assert_int_eq(durable_read(&place, &second, &err), APAM_OK);
	ck_assert_int_eq(second.is.generation, 2);
	ck_assert(!str_equal(first.is.family, second.is.family));
	durable_copy_free(&first);
	durable_copy_free(&second);
}
END_TEST

/* A program that runs takes the new one. */
START_TEST(running_programs_take_the_new_one)
{
	log_in(1);
	ck_assert_int_eq(sign("fake-token-1"), APAM_OK);
	log_in(2);
	clock_advance(1100);
	ck_assert_int_eq(sign("fake-token-2"), APAM_OK);
}
END_TEST

/* Damage needs a login, so a login mends it. */
START_TEST(a_damaged_record_is_replaced)
{
	char path[256];

	log_in(1);
	(void)snprintf(path, sizeof(path), "state/secrets/%lu/demo",
	    (unsigned long)geteuid());
	project_secret(&l.p, path, "rubbish");
	clock_advance(1100);
	ck_assert_int_eq(sign(""), APAM_E_SECRET);
	log_in(2);
	clock_advance(1100);
	ck_assert_int_eq(sign("fake-token-2"), APAM_OK);
}
END_TEST

/* While another program spends the old one, storing waits. */
START_TEST(a_lock_is_waited_for)
{
	const struct durable_place place = logins_place(&l);
	struct durable_turn other;

	log_in(1);
	ck_assert_int_eq(
	    durable_turn_begin(&other, &place, &err), DURABLE_BEGUN);
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	comes(APAM_LOGIN_SHOW);
	for (int i = 0; i < 200 && atomic_load(&l.tokens) < 2; i++)
		look_again(50);
	ck_assert_int_eq(atomic_load(&l.tokens), 2);
	ck_assert_int_eq(
	    apam_login_next(login, 200, &event, &err), APAM_E_PENDING);
	logins_holds(&l, "fake-token-1");
	durable_turn_end(&other);
	comes(APAM_LOGIN_DONE);
	logins_holds(&l, "fake-token-2");
}
END_TEST

START_TEST(two_logins_at_once)
{
	struct apam_login *first;

	atomic_store(&l.pending, 2);
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	comes(APAM_LOGIN_SHOW);
	first = login;
	ck_assert_int_eq(start(APAM_LOGIN_CODE, NULL), APAM_OK);
	comes(APAM_LOGIN_SHOW);
	comes(APAM_LOGIN_DONE);
	apam_login_cancel(&login);
	login = first;
	comes(APAM_LOGIN_DONE);
	ck_assert_int_eq(atomic_load(&l.tokens), 2);
	clock_advance(1100);
	ck_assert_int_eq(sign("fake-token-2"), APAM_OK);
}
END_TEST

/* ---- Which entry, and with what ----------------------------------------- */

START_TEST(a_login_needs_what_it_needs)
{
	const struct apam_login_options second = { .size = sizeof(second),
		.entry = 1 };
	const struct apam_login_options scheme = {
		.size = sizeof(scheme), .entry = -1, .scheme = "other"
	};
	struct apam_profile *profile = project_get(&l.p, "demo");

	ck_assert_int_eq(start(APAM_LOGIN_BROWSER, NULL), APAM_E_USAGE);
	ck_assert_int_eq(
	    start(APAM_LOGIN_ANY, "http://example.com/"), APAM_E_USAGE);
	ck_assert_int_eq(
	    start(APAM_LOGIN_ANY, "http://127.0.0.1:1/?a=b"), APAM_E_USAGE);
	ck_assert_int_eq(start((enum apam_login_way)3, NULL), APAM_E_USAGE);
	ck_assert_int_eq(
	    apam_login_start(profile, &second, &login, &err), APAM_E_USAGE);
	ck_assert_str_eq(err.text, "profile demo has no such entry");
	ck_assert_int_eq(
	    apam_login_start(profile, &scheme, &login, &err), APAM_E_USAGE);
	ck_assert_ptr_null(login);
	project_secret(&l.p, "token", "fake-static\n");
	logins_profile(&l, "");
}
END_TEST

START_TEST(a_secret_of_a_file_has_no_login)
{
	char text[512];

	project_secret(&l.p, "token", "fake-static\n");
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://api.example\" ];\n"
	    "auth = ( { scheme = \"login-test\";\n"
	    "server = \"https://api.example/login\";\n"
	    "token = \"file:%s/token\"; } );\n",
	    l.p.dir);
	project_profile(&l.p, "demo", text);
	ck_assert_int_eq(start(APAM_LOGIN_ANY, NULL), APAM_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "token is not store:NAME"));
}
END_TEST

START_TEST(one_of_two_is_chosen)
{
	const struct apam_login_options second = { .size = sizeof(second),
		.entry = 1 };
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u/demo\" ];\nallow_http = true;\n"
	    "auth = ( { scheme = \"login-test\"; pause = \"1s\";\n"
	    "server = \"http://127.0.0.1:%u/login\"; token = \"store:a\"; },\n"
	    "{ scheme = \"login-test\"; pause = \"1s\";\n"
	    "server = \"http://127.0.0.1:%u/login\"; token = \"store:demo\"; } "
	    ");\n",
	    l.port, l.port, l.port);
	project_profile(&l.p, "demo", text);
	ck_assert_int_eq(start(APAM_LOGIN_ANY, NULL), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "2 entries"));
	ck_assert_int_eq(
	    apam_login_start(project_get(&l.p, "demo"), &second, &login, &err),
	    APAM_OK);
	comes(APAM_LOGIN_SHOW);
	ck_assert_uint_eq(event.entry, 1);
	comes(APAM_LOGIN_DONE);
	logins_holds(&l, "fake-token-1");
	/* The first entry needs a login, so that the second one signs. */
	clock_advance(1100);
	ck_assert_int_eq(sign("fake-token-1"), APAM_OK);
}
END_TEST

/* ---- Without a thread, and after a fork --------------------------------- */

/* A program's own loop. */
static void
turn(void)
{
	struct pollfd fd = { .fd = apam_fd(l.p.ctx), .events = POLLIN };
	const int ms = apam_timeout(l.p.ctx);

	ck_assert_int_ge(fd.fd, 0);
	ck_assert_int_ge(poll(&fd, 1, ms < 0 || ms > 1000 ? 1000 : ms), 0);
	apam_step(l.p.ctx);
}

START_TEST(a_program_may_drive_it)
{
	enum apam_status status = APAM_E_PENDING;

	project_open(&l.p, APAM_OPEN_NO_THREAD);
	ck_assert_int_eq(start(APAM_LOGIN_BROWSER, REDIRECT), APAM_OK);
	for (int i = 0; i < 50 && event.kind != APAM_LOGIN_REDIRECT; i++) {
		turn();
		look_again(0);
	}
	ck_assert_int_eq(event.kind, APAM_LOGIN_REDIRECT);
	ck_assert_int_eq(
	    apam_login_redirected(login, REDIRECT "?" GOOD, &err), APAM_OK);
	ck_assert_int_eq(apam_timeout(l.p.ctx), 0);
	for (int i = 0; i < 50 && status == APAM_E_PENDING; i++) {
		turn();
		status = apam_login_next(login, 0, &event, &err);
	}
	ck_assert_int_eq(event.kind, APAM_LOGIN_DONE);
	logins_holds(&l, "fake-token-1");
}
END_TEST

START_TEST(a_child_has_no_part_in_it)
{
	int status;
	pid_t child;

	ck_assert_int_eq(start(APAM_LOGIN_BROWSER, REDIRECT), APAM_OK);
	comes(APAM_LOGIN_REDIRECT);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		alarm(20);
		if (apam_login_next(login, 100, &event, &err) != APAM_E_USAGE)
			_exit(1);
		apam_login_cancel(&login);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(
	    apam_login_redirected(login, REDIRECT "?" GOOD, &err), APAM_OK);
	comes(APAM_LOGIN_DONE);
}
END_TEST

/* ---- Logging out -------------------------------------------------------- */

static struct apam_logout_report report;

static enum apam_status
log_out(void)
{
	report = (struct apam_logout_report){ .size = sizeof(report) };
	return apam_logout(project_get(&l.p, "demo"), NULL, &report, &err);
}

START_TEST(a_logout_ends_the_token)
{
	log_in(1);
	ck_assert_int_eq(sign("fake-token-1"), APAM_OK);
	ck_assert_msg(log_out() == APAM_OK, "%s", err.text);
	ck_assert_str_eq(report.result, "revoked");
	ck_assert_str_eq(report.stored, "store:demo");
	ck_assert_str_eq(report.scheme, "login-test");
	ck_assert_int_eq(atomic_load(&l.ended), 1);
	logins_holds(&l, "");
	ck_assert_int_eq(sign(""), APAM_E_LOGIN);
	ck_assert_ptr_nonnull(strstr(err.text, "logged out"));
	/* Once more: there is nothing left. */
	ck_assert_int_eq(log_out(), APAM_OK);
	ck_assert_str_eq(report.result, "nothing");
	ck_assert_int_eq(atomic_load(&l.ended), 1);
	log_in(2);
	clock_advance(1100);
	ck_assert_int_eq(sign("fake-token-2"), APAM_OK);
}
END_TEST

START_TEST(a_logout_holds_here_whatever_the_provider_says)
{
	log_in(1);
	atomic_store(&l.mode, LOGINS_BROKEN);
	ck_assert_int_eq(log_out(), APAM_E_PROVIDER);
	ck_assert_str_eq(report.result, "not revoked");
	ck_assert_int_eq(report.forget_status, APAM_OK);
	logins_holds(&l, "");
}
END_TEST

START_TEST(a_logout_without_a_provider)
{
	log_in(1);
	logins_stop(&l);
	ck_assert_int_eq(log_out(), APAM_E_NETWORK);
	ck_assert_str_eq(report.result, "not revoked");
	logins_holds(&l, "");
}
END_TEST

/* A revocation of the credential alone leaves the login as it is. */
START_TEST(a_revocation_is_no_logout)
{
	struct apam_revoke_report revoked;
	size_t count = 1;

	log_in(1);
	ck_assert_int_eq(sign("fake-token-1"), APAM_OK);
	ck_assert_int_eq(apam_revoke(project_get(&l.p, "demo"), 0, &revoked,
			     &count, sizeof(revoked), &err),
	    APAM_OK);
	ck_assert_int_eq(atomic_load(&l.ended), 0);
	logins_holds(&l, "fake-token-1");
}
END_TEST

START_TEST(another_program_notices_a_logout)
{
	int status;
	pid_t child;

	log_in(1);
	ck_assert_int_eq(sign("fake-token-1"), APAM_OK);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		alarm(20);
		(void)close(l.fd);
		_exit(log_out() == APAM_OK ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	clock_advance(1100);
	ck_assert_int_eq(sign(""), APAM_E_LOGIN);
}
END_TEST

/* ---- Memory ------------------------------------------------------------- */

/* A login by a browser, as far as it comes. */
static enum apam_status
log_in_somehow(void)
{
	enum apam_status status = start(APAM_LOGIN_BROWSER, REDIRECT);

	event.kind = APAM_LOGIN_WAIT;
	while (status == APAM_OK && event.kind < APAM_LOGIN_DONE) {
		status = look(10000);
		if (event.kind == APAM_LOGIN_REDIRECT)
			status = apam_login_redirected(
			    login, REDIRECT "?" GOOD, &err);
	}
	apam_login_cancel(&login);
	return event.kind == APAM_LOGIN_DONE ? APAM_OK : status;
}

/* Whatever allocation of locked memory fails, the record is as it was, or new. */
START_TEST(memory_may_run_out)
{
	enum apam_status status = APAM_E_MEMORY;
	int at;

	log_in(1);
	for (at = 0; status != APAM_OK && at < 300; at++) {
		secmem_fail_after(at);
		status = log_in_somehow();
		secmem_fail_after(-1);
		if (status != APAM_OK)
			logins_holds(&l, "fake-token-1");
	}
	ck_assert_int_gt(at, 5);
	ck_assert_int_eq(status, APAM_OK);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("login");
	TCase *tests = tcase_create("login");

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_code_is_shown_and_waited_for);
	tcase_add_test(tests, a_browser_comes_back);
	tcase_add_test(tests, a_person_confirms_once);
	tcase_add_loop_test(
	    tests, an_end_without_a_token_changes_nothing, 0, ROWS(ends));
	tcase_add_test(tests, a_provider_cannot_steer_a_terminal);
	tcase_add_test(tests, another_state_ends_it);
	tcase_add_test(tests, nobody_logs_in_in_time);
	tcase_add_test(tests, a_provider_that_is_down);
	tcase_add_test(tests, a_login_is_cancelled);
	tcase_add_test(tests, a_login_begins_a_family);
	tcase_add_test(tests, running_programs_take_the_new_one);
	tcase_add_test(tests, a_damaged_record_is_replaced);
	tcase_add_test(tests, a_lock_is_waited_for);
	tcase_add_test(tests, two_logins_at_once);
	tcase_add_test(tests, a_login_needs_what_it_needs);
	tcase_add_test(tests, a_secret_of_a_file_has_no_login);
	tcase_add_test(tests, one_of_two_is_chosen);
	tcase_add_test(tests, a_program_may_drive_it);
	tcase_add_test(tests, a_child_has_no_part_in_it);
	tcase_add_test(tests, a_logout_ends_the_token);
	tcase_add_test(tests, a_logout_holds_here_whatever_the_provider_says);
	tcase_add_test(tests, a_logout_without_a_provider);
	tcase_add_test(tests, a_revocation_is_no_logout);
	tcase_add_test(tests, another_program_notices_a_logout);
	tcase_add_test(tests, memory_may_run_out);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
