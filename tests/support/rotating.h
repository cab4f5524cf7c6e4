/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A provider whose refresh tokens rotate, as a thread, and a project with a
 * profile "demo" of the scheme durable-test, whose secret is store:demo.  The
 * provider takes down who spent which token.  Token number N is "fake-rt-N".
 */
#ifndef TESTS_ROTATING_H
#define TESTS_ROTATING_H

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "entry/stored.h"
#include "support/project.h"
#include "support/raw_server.h"

#define ROTATING_MAX 4096
#define ROTATING_TEXT 65536

/* What it does with a request; all but OK for one request alone. */
enum rotating_mode {
	ROTATING_OK,
	ROTATING_SAME,	 /* a token, and no other refresh token */
	ROTATING_429,
	ROTATING_DENIED, /* 400, invalid_client */
	ROTATING_GRANT,	 /* 400, invalid_grant */
	ROTATING_500,
	ROTATING_GARBAGE, /* 200, and not JSON */
	ROTATING_LOST,	 /* rotates, and breaks the connection */
	ROTATING_SILENT	 /* says nothing until the client gives up */
};

struct rotating_spent {
	long number; /* of the token */
	long pid; /* of who sent it */
};

struct rotating {
	struct project p;
	char state[128]; /* state_dir */
	uint16_t port;
	int fd;
	pthread_t thread;
	atomic_long current; /* the token that is good */
	atomic_int mode, lifetime, pause_ms;
	atomic_int padding; /* so many 'x' follow the number of a token */
	atomic_int count; /* of requests */
	struct rotating_spent spent[ROTATING_MAX];
	void (*meanwhile)(struct rotating *r); /* while a client waits */
};

/* ---- The provider -------------------------------------------------------- */

static inline long
rotating_field(const char *request, const char *name)
{
	const char *at = strstr(request, name);

	return at == NULL ? -1 : strtol(at + strlen(name), NULL, 10);
}

static inline void
rotating_say(int fd, const char *status, const char *type, const char *body)
{
	char text[ROTATING_TEXT + 256];
	const int n = snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n%s",
	    status, type, strlen(body), body);

	(void)send(fd, text, (size_t)n, MSG_NOSIGNAL);
}

static inline void
rotating_token(const struct rotating *r, long number, char *to, size_t size)
{
	const int n = snprintf(to, size, "fake-rt-%ld", number);
	const int more = atomic_load(&r->padding);

	ck_assert_int_lt(n + more, (int)size);
	memset(to + n, 'x', (size_t)more);
	to[n + more] = '\0';
}

/* A token; with the one that comes next, unless `same`. */
static inline void
rotating_give(struct rotating *r, int fd, long next, bool same)
{
	static char body[ROTATING_TEXT], token[ROTATING_TEXT - 128];
	const char *name = same ? "other" : "refresh_token";

	rotating_token(r, next, token, sizeof(token));
	(void)snprintf(body, sizeof(body),
	    "{ \"access_token\": \"fake-at-%ld-%d\", \"expires_in\": %d, "
	    "\"%s\": \"%s\" }",
	    next, atomic_load(&r->count), atomic_load(&r->lifetime), name,
	    token);
	rotating_say(fd, "200 OK", "application/json", body);
}

/* The one before the last is taken too: its successor may have been lost. */
static inline void
rotating_take(struct rotating *r, int fd, long number, enum rotating_mode mode)
{
	long good = atomic_load(&r->current);

	if (number == good)
		atomic_store(&r->current, ++good);
	else if (number != good - 1)
		mode = ROTATING_GRANT;
	if (mode == ROTATING_GRANT)
		rotating_say(fd, "400 Bad Request", "application/json",
		    "{ \"error\": \"invalid_grant\" }");
	else if (mode == ROTATING_OK)
		rotating_give(r, fd, good, false);
}

static inline void
rotating_answer(struct rotating *r, int fd, long number)
{
	struct pollfd client = { .fd = fd, .events = POLLIN };
	const enum rotating_mode mode = (enum rotating_mode)atomic_exchange(
	    &r->mode, ROTATING_OK);

	switch (mode) {
	case ROTATING_SAME:
		rotating_give(r, fd, number, true);
		return;
	case ROTATING_429:
		rotating_say(fd, "429 Too Many Requests", "text/plain", "no");
		return;
	case ROTATING_DENIED:
		rotating_say(fd, "400 Bad Request", "application/json",
		    "{ \"error\": \"invalid_client\" }");
		return;
	case ROTATING_500:
		rotating_say(fd, "500 Sorry", "text/plain", "no");
		return;
	case ROTATING_GARBAGE:
		rotating_say(fd, "200 OK", "text/html", "<html>");
		return;
	case ROTATING_SILENT:
		(void)poll(&client, 1, 20000);
		return;
	case ROTATING_GRANT:
	case ROTATING_LOST:
	case ROTATING_OK:
		rotating_take(r, fd, number, mode);
	}
}

static inline void
rotating_serve(struct rotating *r, int fd)
{
	struct raw_server reader = { .fd = fd };
	const struct raw_connection c = { .fd = fd };
	const int n = atomic_load(&r->count);
	long number;

	raw_receive(&reader, &c);
	number = rotating_field(reader.request, "fake-rt-");
	if (number < 0 || n == ROTATING_MAX)
		return;
	r->spent[n] = (struct rotating_spent){ number,
		rotating_field(reader.request, "pid=") };
	atomic_store(&r->count, n + 1);
	if (r->meanwhile != NULL)
		r->meanwhile(r);
	(void)poll(NULL, 0, atomic_load(&r->pause_ms));
	rotating_answer(r, fd, number);
}

static inline void *
rotating_run(void *arg)
{
	struct rotating *r = arg;
	int fd;

	while ((fd = accept(r->fd, NULL, NULL)) >= 0) {
		rotating_serve(r, fd);
		(void)shutdown(fd, SHUT_WR);
		(void)close(fd);
	}
	return NULL;
}

/* Nobody listens any more. */
static inline void
rotating_stop(struct rotating *r)
{
	if (r->fd < 0)
		return;
	(void)shutdown(r->fd, SHUT_RDWR);
	ck_assert_int_eq(pthread_join(r->thread, NULL), 0);
	(void)close(r->fd);
	r->fd = -1;
}

static inline void
rotating_listen(struct rotating *r)
{
	ck_assert_int_eq(listen(r->fd, 128), 0);
	ck_assert_int_eq(pthread_create(&r->thread, NULL, rotating_run, r), 0);
}

/* ---- The project ---------------------------------------------------------- */

static inline struct durable_place
rotating_place(const struct rotating *r)
{
	return (struct durable_place){ r->state, true, "demo" };
}

/* A profile of this name; `more` goes before its auth, `options` into it. */
static inline void
rotating_profile(struct rotating *r, const char *name, const char *more,
    const char *options)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u/%s\" ];\nallow_http = true;\n"
	    "%s\nauth = ( { scheme = \"durable-test\";\n"
	    "token_url = \"http://127.0.0.1:%u/token\";\n"
	    "client_id = \"abc\"; refresh_token = \"store:demo\"; %s } );\n",
	    r->port, name, more, r->port, options);
	project_profile(&r->p, name, text);
}

/* Store token number `number`, as a login does. */
static inline void
rotating_login(struct rotating *r, long number)
{
	const struct durable_place place = rotating_place(r);
	struct apam_error err = APAM_ERROR_INIT;
	char machine[MACHINE_MARK_SIZE], bound[256], origin[64], token[32];
	struct durable_claim claim = { .scheme = APAM_STR("durable-test") };
	struct durable_gain gain;
	struct durable_turn turn;

	machine_mark(machine);
	claim.machine = apam_str(machine);
	(void)snprintf(bound, sizeof(bound),
	    "bound client_id abc\nbound token_url http://127.0.0.1:%u/token\n",
	    r->port);
	claim.bound = apam_str(bound);
	(void)snprintf(
	    origin, sizeof(origin), "http://127.0.0.1:%u", r->port);
	(void)snprintf(token, sizeof(token), "fake-rt-%ld", number);
	ck_assert_msg(durable_turn_begin(&turn, &place, &err) == DURABLE_BEGUN,
	    "%s", err.text);
	gain = (struct durable_gain){ .origin = apam_str(origin),
		.secret = apam_str(token) };
	ck_assert_msg(durable_turn_first(&turn, &claim, &gain, &err) == APAM_OK,
	    "%s", err.text);
	durable_turn_end(&turn);
	atomic_store(&r->current, number);
}

static inline void
rotating_make(struct rotating *r)
{
	memset(r, 0, sizeof(*r));
	atomic_store(&r->current, 1);
	atomic_store(&r->lifetime, 3600);
	r->fd = raw_bind(&r->port);
	project_make(&r->p);
	(void)snprintf(r->state, sizeof(r->state), "%s/state", r->p.dir);
	project_directory(&r->p, "state");
	project_module(&r->p, "durable-test", true);
	rotating_profile(r, "demo", "", "");
	rotating_listen(r);
}

static inline void
rotating_remove(struct rotating *r)
{
	project_remove(&r->p);
	rotating_stop(r);
}

/* ---- What came of it ------------------------------------------------------ */

/* Sign and forget; *err may be NULL. */
static inline enum apam_status
rotating_sign(struct rotating *r, const char *name, struct apam_error *err)
{
	struct apam_signature s = APAM_SIGNATURE_INIT;
	struct apam_request request;
	enum apam_status status;
	char url[64];

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%u/%s", r->port, name);
	request = (struct apam_request)APAM_REQUEST("GET", url);
	status = apam_sign(project_get(&r->p, name), &request, &s, err);
	apam_signature_release(&s);
	return status;
}

/* The record as it is on the disk. */
static inline void
rotating_holds(
    const struct rotating *r, long number, enum durable_state state)
{
	const struct durable_place place = rotating_place(r);
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;
	char token[32];

	(void)snprintf(token, sizeof(token), "fake-rt-%ld", number);
	ck_assert_msg(
	    durable_read(&place, &copy, &err) == APAM_OK, "%s", err.text);
	ck_assert(copy.there);
	while (copy.is.secret.n > 0 &&
	    copy.is.secret.p[copy.is.secret.n - 1] == 'x')
		copy.is.secret.n--;
	ck_assert_msg(bytes_equal(copy.is.secret, apam_str(token)),
	    "not %s, but %.*s", token, (int)copy.is.secret.n,
	    copy.is.secret.p);
	ck_assert_int_eq(copy.is.state, state);
	durable_copy_free(&copy);
}

#endif
