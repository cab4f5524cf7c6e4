/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A login: what a flight that runs the module's `login` (login_run.h), and a
 * caller who has the person at hand (login_call.h), have in common.  The flight
 * says by events what the person is to be told, and goes on when the caller has
 * answered.
 */
#ifndef CORE_FLIGHT_LOGIN_H
#define CORE_FLIGHT_LOGIN_H

#include <pthread.h>
#include <stdatomic.h>

#include "abi/op.h"
#include "durable/durable_place.h"

#define LOGIN_REDIRECTED_MAX 16384 /* bytes of a query */

struct loop;

enum login_event {
	LOGIN_RUNS,		/* nothing to tell */
	LOGIN_SHOWS,		/* tell the person; it goes on then */
	LOGIN_CONFIRMS,		/* the same, and wait for a yes or no */
	LOGIN_REDIRECTS,	/* the same, and wait for the browser */
	LOGIN_ENDED		/* `outcome` says how */
};

/* What a login is begun with. */
struct login_wish {
	const char *redirect_uri; /* NULL: a browser cannot come back */
	enum apam_login_way way;
	int64_t deadline;	/* clock_ms */
};

struct login {
	atomic_uint refs;	/* one is the caller's, one the flight's */
	pthread_mutex_t *lock;	/* the context's */
	struct loop *loop;	/* that moves the flight */
	char *redirect_uri;	/* or NULL */
	enum apam_login_way way;
	struct durable_copy old; /* the record at first; the flight's */
	/* The flight can go on: the caller has answered. */
	_Atomic bool answered;

	/* Guarded by the context's lock. */
	enum login_event event;
	bool seen;		/* the caller has been told of it */
	struct op_prompt prompt; /* of the event */
	struct buf redirected;	/* the answer to REDIRECTS */
	bool confirmed;		/* the answer to CONFIRMS */
	struct apam_error outcome;
	/*
	 * Says that one of these has changed; clock_condition's.  It is never
	 * destroyed: a child of a fork has a copy that threads of its parent
	 * wait for.
	 */
	pthread_cond_t changed;
};

/* One with one reference; NULL when out of memory.  `lock` is the context's. */
struct login *login_new(struct loop *loop, pthread_mutex_t *lock,
    const struct login_wish *wish);
struct login *login_hold(struct login *login);
/* Drop a reference and set *login, which may be NULL, to NULL. */
void login_release(struct login **login);

/* The flight says this.  With the context's lock held. */
void login_set_event(struct login *login, enum login_event event);

/* The flight has landed, with this error or none. */
void login_end(struct login *login, const struct apam_error *outcome);

/* Drop the flight's reference; a login that has not ended ends. */
void login_leave(struct login **login);

#endif
