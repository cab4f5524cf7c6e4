/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caller's side of a login: who has the person at hand.  One thread at a
 * time uses a login.
 */
#ifndef CORE_FLIGHT_LOGIN_CALL_H
#define CORE_FLIGHT_LOGIN_CALL_H

#include "entry/entry.h"
#include "flight/login.h"

/*
 * Begin a login of an entry that has a durable secret and a module with
 * `login`.  NULL with *err set: MEMORY.
 */
struct login *login_begin(struct entry *e, const struct login_wish *wish,
    struct apam_error *err);

/*
 * Wait for an event that the caller has not seen, until then (clock_ms); false:
 * there is none.  With the context's lock held, which is let go of meanwhile.
 */
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

/* End it, wherever it is, and drop the caller's reference; *login may be NULL. */
void login_cancel(struct login **login);

#endif
