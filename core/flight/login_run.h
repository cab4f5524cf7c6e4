/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flight's side of a login.  No lock of the record is held while a person
 * looks at a browser: it is taken when the first secret has come, for as long as
 * that is written.
 *
 * The entry's credential is not the login's affair: other flights of the entry
 * take off and land beside it.
 */
#ifndef CORE_FLIGHT_LOGIN_RUN_H
#define CORE_FLIGHT_LOGIN_RUN_H

#include "flight/flight.h"
#include "flight/login.h"

/* The op of its run has been set up: show it what a login is shown. */
void login_run_begun(struct flight *f);

/* The module told the person something, by this step. */
enum flight_wait login_run_pause(struct flight *f, enum apam_step step);

/* The module has the first secret: store it. */
enum flight_wait login_run_store(struct flight *f);
/* The same once more, after the lock was another's. */
enum flight_wait login_run_store_again(struct flight *f);

/*
 * It was woken while it waited for an answer.  True: the op has that, and the
 * module can go on.  False: *why says why not, DENIED or DEADLINE.
 */
bool login_run_answered(struct flight *f, struct apam_error *why);

/* True if the flight waits for an answer, and has one. */
static inline bool
login_run_is_answered(const struct flight *f)
{
	return f->login != NULL && f->wait == FLIGHT_PERSON &&
	    atomic_load(&f->login->answered);
}

#endif
