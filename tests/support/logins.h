/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server at which people log in, as a thread, and a project with a profile
 * "demo" of the scheme login-test, whose secret is store:demo.
 *
 * The server gives the code FAKE-12, and the token fake-token-N to question
 * number N.
 */
#ifndef TESTS_LOGINS_H
#define TESTS_LOGINS_H

#include "base/clock.h"
#include "entry/stored.h"
#include "support/project.h"
#include "support/raw_server.h"
#include "support/rotating.h"

/* How it answers a question for the token. */
enum logins_mode {
	LOGINS_TOKEN,
	LOGINS_DENIED,
	LOGINS_EXPIRED,
	LOGINS_BROKEN,	/* 500 */
	LOGINS_CODE_BROKEN, /* the same where a code is asked for */
	LOGINS_STEERING /* the code has control characters */
};

struct logins {
	struct project p;
	char state[128];
	uint16_t port;
	int fd;
	pthread_t thread;
	atomic_int mode, pending; /* so many questions come too early */
	atomic_int tokens, ended; /* how many were given, and ended */
	char query[256]; /* with which a browser came back */
	void (*meanwhile)(struct logins *l); /* in its thread, for each request */
};

/* ---- The server --------------------------------------------------------- */

static inline void
logins_give(struct logins *l, int fd)
{
	char body[128];

	(void)snprintf(body, sizeof(body),
	    "{\"token\":\"fake-token-%d\",\"client\":\"fake-client\"}",
	    atomic_fetch_add(&l->tokens, 1) + 1);
	rotating_say(fd, "200 OK", "application/json", body);
}

static inline void
logins_answer_token(struct logins *l, int fd)
{
	if (atomic_load(&l->pending) > 0) {
		atomic_fetch_sub(&l->pending, 1);
		rotating_say(
		    fd, "200 OK", "application/json", "{\"pending\":\"y\"}");
		return;
	}
	switch ((enum logins_mode)atomic_load(&l->mode)) {
	case LOGINS_DENIED:
		rotating_say(fd, "200 OK", "application/json", "{}");
		return;
	case LOGINS_EXPIRED:
		rotating_say(
		    fd, "200 OK", "application/json", "{\"expired\":\"y\"}");
		return;
	case LOGINS_BROKEN:
		rotating_say(fd, "500 Sorry", "text/plain", "no");
		return;
	default:
		logins_give(l, fd);
	}
}

static inline void
logins_answer_code(struct logins *l, int fd)
{
	const int mode = atomic_load(&l->mode);

	if (mode == LOGINS_CODE_BROKEN)
		rotating_say(fd, "500 Sorry", "text/plain", "no");
	else
		rotating_say(fd, "200 OK", "application/json",
		    mode == LOGINS_STEERING ?
			"{\"code\":\"\\u001b[2J\",\"device\":\"fake-device\","
			"\"page\":\"https://idp.example/enter\"}" :
			"{\"code\":\"FAKE-12\",\"device\":\"fake-device\","
			"\"page\":\"https://idp.example/enter\"}");
}

static inline void
logins_serve(struct logins *l, int fd)
{
	struct raw_server reader = { .fd = fd };
	const struct raw_connection c = { .fd = fd };
	const char *body;

	if (l->meanwhile != NULL)
		l->meanwhile(l);
	raw_receive(&reader, &c);
	body = strstr(reader.request, "\r\n\r\n");
	body = body == NULL ? "" : body + 4;
	if (strncmp(body, "end=", 4) == 0) {
		atomic_fetch_add(&l->ended, 1);
		rotating_say(fd,
		    atomic_load(&l->mode) == LOGINS_BROKEN ? "500 Sorry" :
							     "200 OK",
		    "application/json", "{}");
	} else if (body[0] == '\0') {
		logins_answer_code(l, fd);
	} else {
		(void)snprintf(l->query, sizeof(l->query), "%s", body);
		logins_answer_token(l, fd);
	}
}

static inline void *
logins_run(void *arg)
{
	struct logins *l = arg;
	int fd;

	while ((fd = accept(l->fd, NULL, NULL)) >= 0) {
		logins_serve(l, fd);
		(void)shutdown(fd, SHUT_WR);
		(void)close(fd);
	}
	return NULL;
}

static inline void
logins_stop(struct logins *l)
{
	if (l->fd < 0)
		return;
	(void)shutdown(l->fd, SHUT_RDWR);
	ck_assert_int_eq(pthread_join(l->thread, NULL), 0);
	(void)close(l->fd);
	l->fd = -1;
}

/* ---- The project -------------------------------------------------------- */

/* The profile, with more options of its entry. */
static inline void
logins_profile(struct logins *l, const char *options)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "origins = [ \"http://127.0.0.1:%u/demo\" ];\nallow_http = true;\n"
	    "auth = ( { scheme = \"login-test\"; pause = \"1s\";\n"
	    "server = \"http://127.0.0.1:%u/login\";\n"
	    "token = \"store:demo\"; %s } );\n",
	    l->port, l->port, options);
	project_profile(&l->p, "demo", text);
}

static inline void
logins_make(struct logins *l)
{
	memset(l, 0, sizeof(*l));
	l->fd = raw_bind(&l->port);
	project_make(&l->p);
	(void)snprintf(l->state, sizeof(l->state), "%s/state", l->p.dir);
	project_directory(&l->p, "state");
	project_module(&l->p, "login-test", true);
	logins_profile(l, "");
	ck_assert_int_eq(listen(l->fd, 128), 0);
	ck_assert_int_eq(pthread_create(&l->thread, NULL, logins_run, l), 0);
}

static inline void
logins_remove(struct logins *l)
{
	project_remove(&l->p);
	logins_stop(l);
}

/* ---- What came of it ---------------------------------------------------- */

static inline struct durable_place
logins_place(const struct logins *l)
{
	return (struct durable_place){ l->state, true, "demo" };
}

/* The record has this secret, or there is none: NULL. */
static inline void
logins_holds(const struct logins *l, const char *secret)
{
	const struct durable_place place = logins_place(l);
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;
	const bool read = durable_read(&place, &copy, &err) == APAM_OK;

	/* Without a login there is no directory yet. */
	ck_assert_msg(read || err.status == APAM_E_CONFIG, "%s", err.text);
	ck_assert_int_eq(copy.there, secret != NULL);
	if (secret != NULL)
		ck_assert_msg(bytes_equal(copy.is.secret, apam_str(secret)),
		    "not %s, but %.*s", secret, (int)copy.is.secret.n,
		    copy.is.secret.p);
	durable_copy_free(&copy);
}

#endif
