/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libcurl, or the set of descriptors, has no memory for: the exchange ends
 * at once, as a lack of memory and not as a provider that is too slow, and
 * the next one is as ever.  What waits for the successor of a durable secret
 * goes on waiting.
 *
 * Each call by which libcurl is driven is lost in turn, as if its memory had
 * ended within it, and each descriptor cannot be watched.
 */
#include <errno.h>
#include <sys/epoll.h>

#include "http/curl_api.h"
#include "support/clock.h"
#include "support/flights.h"
#include "support/rotating.h"
#include "support/stepped.h"

#define MINT "acquire = 2; url = \"%/x\";"

static struct flights t;
static struct rotating r;
static int live;

static const struct raw_answer quick = { .head = EMPTY_200 };

/* ---- What fails ------------------------------------------------------------ */

/* So many calls succeed, and the next one fails; below 0: all succeed. */
static int moves_left = -1, watches_left = -1;

static bool
ends(int *left)
{
	return *left >= 0 && (*left)-- == 0;
}

static CURLMcode
lose_move(CURLM *multi, curl_socket_t fd, int mask, int *running)
{
	return ends(&moves_left) ?
	    CURLM_OUT_OF_MEMORY :
	    curl_multi_socket_action(multi, fd, mask, running);
}

const struct curl_api *__real_curl_api(void);
const struct curl_api *__wrap_curl_api(void);
int __real_epoll_ctl(int set, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int set, int what, int fd, struct epoll_event *event);

const struct curl_api *
__wrap_curl_api(void)
{
	static struct curl_api api;

	api = *__real_curl_api();
	api.multi_socket_action = lose_move;
	return &api;
}

int
__wrap_epoll_ctl(int set, int what, int fd, struct epoll_event *event)
{
	if (what == EPOLL_CTL_ADD && ends(&watches_left)) {
		errno = ENOSPC;
		return -1;
	}
	return __real_epoll_ctl(set, what, fd, event);
}

/* Calls that are made once, before there is anything to drive. */
static bool no_set, no_pair, no_thread;

int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags);
int __real_socketpair(int domain, int type, int protocol, int ends[2]);
int __wrap_socketpair(int domain, int type, int protocol, int ends[2]);
int __real_pthread_create(
    pthread_t *to, const pthread_attr_t *how, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
    pthread_t *to, const pthread_attr_t *how, void *(*run)(void *), void *arg);

int
__wrap_epoll_create1(int flags)
{
	errno = EMFILE;
	return no_set ? -1 : __real_epoll_create1(flags);
}

int
__wrap_socketpair(int domain, int type, int protocol, int ends[2])
{
	errno = EMFILE;
	return no_pair ? -1 : __real_socketpair(domain, type, protocol, ends);
}

int
__wrap_pthread_create(
    pthread_t *to, const pthread_attr_t *how, void *(*run)(void *), void *arg)
{
	return no_thread ? EAGAIN : __real_pthread_create(to, how, run, arg);
}

/* ---- One exchange ------------------------------------------------------------ */

static void
setup(void)
{
	live = secmem_live();
	flights_open(&t, &quick, "deadline = 60;", MINT);
	apam_close(&t.p.ctx);
}

static void
teardown(void)
{
	flights_close(&t);
	ck_assert_int_eq(secmem_live(), live);
}

/* A context without a thread, and how a call ends that needs an exchange. */
static enum apam_status
sign(struct apam_error *err)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_call *call = NULL;
	struct apam_request request;
	enum apam_status status;
	char url[64];

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/x", t.server.port);
	request = (struct apam_request)APAM_REQUEST("GET", url);
	status = apam_sign_start(
	    project_get(&t.p, "demo"), &request, &s, &call, err);
	status = stepped_end(t.p.ctx, &call, status, err);
	apam_signature_release(&s);
	return status;
}

static const struct {
	const char *name;
	int *left;
	int least; /* calls that there are in an exchange */
} rows[] = {
	{ "libcurl's memory", &moves_left, 2 },
	{ "a place in the set", &watches_left, 2 },
};

START_TEST(what_starves_ends_at_once)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int n, failed = 0;

	for (n = 0; *rows[_i].left < 0; n++) {
		project_open(&t.p, APAM_OPEN_NO_THREAD);
		*rows[_i].left = n;
		status = sign(&err);
		ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY,
		    "%s, call %d: %s: %s", rows[_i].name, n,
		    apam_status_name(status), err.text);
		failed += status != APAM_OK;
		if (*rows[_i].left >= 0)
			break;
		err = (struct apam_error)APAM_ERROR_INIT;
		clock_advance(60000);
		status = sign(&err);
		ck_assert_msg(status == APAM_OK, "then: %s", err.text);
		apam_close(&t.p.ctx);
	}
	*rows[_i].left = -1;
	ck_assert_int_ge(failed, rows[_i].least);
}
END_TEST

static const struct {
	const char *name;
	bool *lack;
} lacks[] = {
	{ "a set of descriptors", &no_set },
	{ "what wakes it up", &no_pair },
	{ "a thread", &no_thread },
};

/* By a thread of the library's, which there has to be. */
static enum apam_status
sign_threaded(struct apam_error *err)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_request request;
	enum apam_status status;
	char url[64];

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/x", t.server.port);
	request = (struct apam_request)APAM_REQUEST("GET", url);
	status = apam_sign(project_get(&t.p, "demo"), &request, &s, err);
	apam_signature_release(&s);
	return status;
}

START_TEST(what_cannot_begin_says_so)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;

	project_open(&t.p, 0);
	*lacks[_i].lack = true;
	status = sign_threaded(&err);
	*lacks[_i].lack = false;
	ck_assert_msg(status == APAM_E_MEMORY, "%s: %s: %s", lacks[_i].name,
	    apam_status_name(status), err.text);
	ck_assert_msg(strstr(err.text,
			  "no memory, thread or descriptor to ask the "
			  "provider with") != NULL,
	    "%s: %s", lacks[_i].name, err.text);
	ck_assert_int_eq(atomic_load(&t.server.hits), 0);
	/* Once there is one again. */
	err = (struct apam_error)APAM_ERROR_INIT;
	clock_advance(60000);
	status = sign_threaded(&err);
	ck_assert_msg(status == APAM_OK, "then: %s", err.text);
}
END_TEST

/* ---- Two, one of which must not be lost ---------------------------------------- */

static atomic_bool asked, go;

/* In the provider's thread: it has read the secret, and waits. */
static void
hold(struct rotating *server)
{
	(void)server;
	atomic_store(&asked, true);
	while (!atomic_load(&go))
		(void)poll(NULL, 0, 5);
}

/* Another profile, whose provider answers at once. */
static void
add_other(struct rotating *to, const struct raw_server *server)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u\" ];\nallow_http = true;\n"
	    "auth = ( { scheme = \"return-test\"; acquire = 2;\n"
	    "  url = \"http://127.0.0.1:%u/x\"; } );\n",
	    server->port, server->port);
	project_module(&to->p, "return-test", true);
	project_profile(&to->p, "other", text);
}

struct calling {
	struct apam_call *call;
	struct apam_signature signature;
	struct apam_request request; /* as long as the call */
	enum apam_status status;
	char url[64];
};

static void
call(struct calling *c, const char *name, unsigned port, const char *path)
{
	struct apam_error err = APAM_ERROR_INIT;

	c->signature = (struct apam_signature)APAM_SIGNATURE_INIT;
	(void)snprintf(
	    c->url, sizeof(c->url), "http://127.0.0.1:%u/%s", port, path);
	c->request = (struct apam_request)APAM_REQUEST("GET", c->url);
	c->status = apam_sign_start(project_get(&r.p, name), &c->request,
	    &c->signature, &c->call, &err);
	ck_assert_msg(c->status == APAM_E_PENDING, "%s", err.text);
}

static enum apam_status
end(struct calling *c, struct apam_error *err)
{
	const enum apam_status status = stepped_end(
	    r.p.ctx, &c->call, c->status, err);

	apam_signature_release(&c->signature);
	return status;
}

/* The memory ends while an answer is awaited that cannot be had again. */
START_TEST(what_would_be_lost_waits)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct calling durable, other;
	struct raw_server server;

	raw_start(&server, &quick, NULL);
	rotating_make(&r);
	rotating_login(&r, 1);
	r.meanwhile = hold;
	add_other(&r, &server);
	project_open(&r.p, APAM_OPEN_NO_THREAD);
	call(&durable, "demo", r.port, "demo");
	while (!atomic_load(&asked)) {
		(void)poll(NULL, 0, 1);
		apam_step(r.p.ctx);
	}
	call(&other, "other", server.port, "x");
	moves_left = 0;
	ck_assert_msg(end(&other, &err) == APAM_E_MEMORY, "%s", err.text);
	ck_assert_int_eq(moves_left, -1);
	ck_assert_int_eq(apam_call_result(durable.call, NULL), APAM_E_PENDING);
	atomic_store(&go, true);
	err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_msg(end(&durable, &err) == APAM_OK, "%s", err.text);
	rotating_holds(&r, 2, DURABLE_READY);
	rotating_remove(&r);
	raw_stop(&server);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("starved");
	TCase *one = tcase_create("one"), *two = tcase_create("two");

	tcase_add_checked_fixture(one, setup, teardown);
	tcase_set_timeout(one, 120);
	tcase_add_loop_test(
	    one, what_starves_ends_at_once, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(one, what_cannot_begin_says_so, 0,
	    sizeof(lacks) / sizeof(lacks[0]));
	suite_add_tcase(suite, one);
	tcase_set_timeout(two, 120);
	tcase_add_test(two, what_would_be_lost_waits);
	suite_add_tcase(suite, two);
	return run_suite(suite);
}
