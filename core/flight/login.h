/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A login: a flight that runs the module's `login`, and a caller who has the
 * person at hand.  The flight says by events what the person is to be told, and
 * goes on when the caller has answered.  No lock of the record is held
 * meanwhile: it is taken when the first secret has come, for as long as that is
 * written.
 *
 * The entry's credential is not the login's affair: other flights of the entry
 * take off and land beside it.
 */
#ifndef CORE_FLIGHT_LOGIN_H
#define CORE_FLIGHT_LOGIN_H

#include "flight/flight.h"

#define LOGIN_REDIRECTED_MAX 16384 /* bytes of a query */

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
	struct loop *loop;
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
	int64_t generation;	/* of what was stored; 0: nothing was */
	struct apam_error outcome;
	/*
	 * Says that one of these has changed; clock_condition's.  It is never
	 * destroyed: a child of a fork has a copy that threads of its parent
	 * wait for.
	 */
	pthread_cond_t changed;
};

/* ---- The caller's side -------------------------------------------------- */

/*
 * Begin a login of an entry that has a durable secret and a module with
 * `login`.  NULL with *err set: MEMORY.
 */
struct login *login_begin(struct entry *e, const struct login_wish *wish,
    struct apam_error *err);

/* Wait for an event that the caller has not seen, until then (clock_ms). */
bool login_wait(struct login *login, int64_t until);

/* The caller has seen the event.  With the context's lock held. */
void login_see(struct login *login);

/*
 * Answer LOGIN_CONFIRMS or LOGIN_REDIRECTS; `query` is of the latter.  Errors:
 * USAGE if the login does not wait for that, MEMORY.
 */
enum apam_status login_confirm(
    struct login *login, bool yes, struct apam_error *err);
enum apam_status login_come_back(
    struct login *login, struct apam_str query, struct apam_error *err);

/* End it, wherever it is, and drop the caller's reference. */
void login_cancel(struct login **login);

/* ---- The flight's side -------------------------------------------------- */

/* The op of its run has been set up: show it what a login is shown. */
void login_begun(struct flight *f);

/* The module told the person something, by this step. */
enum flight_wait login_pause(struct flight *f, enum apam_step step);

/* The module has the first secret: store it. */
enum flight_wait login_store(struct flight *f);

/* Go on after an answer, or after the lock was another's. */
enum flight_wait login_go_on(struct flight *f);

/* True if the flight waits for an answer, and has one. */
static inline bool
login_is_answered(const struct flight *f)
{
	return f->login != NULL && f->wait == FLIGHT_PERSON &&
	    atomic_load(&f->login->answered);
}

/* The flight has landed: tell the caller. */
void login_landed(struct flight *f);

/* The flight is gone; one that had not landed ends the login. */
void login_leave(struct login **login);

#endif
