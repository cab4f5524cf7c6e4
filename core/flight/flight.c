/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flight's life; its moves are in moves.c.
 */
#include "flight/flight.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "flight/login.h"

struct flight *
flight_new(struct entry *e, enum flight_goal goal, struct credential *with,
    int64_t deadline)
{
	struct flight *f = entry_is_withheld(e) ? NULL : calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->entry = e;
	f->owner = owner_hold(e->owner);
	f->goal = goal;
	f->deadline = deadline;
	f->alone_at = deadline - (deadline - clock_ms()) / 2;
	f->with = with == NULL ? NULL : credential_hold(with);
	f->lock = (struct own_fd)OWN_FD_NONE;
	f->spending = (struct spending){ .entry = e,
		.turn = DURABLE_TURN_NONE };
	f->retry_after = -1;
	response_init(&f->r, 0);
	error_init(&f->error);
	return f;
}

void
flight_free(struct flight **flight)
{
	struct flight *f = *flight;

	*flight = NULL;
	if (f == NULL)
		return;
	http_abandon(&f->transfer);
	if (f->has_op)
		op_free(&f->op);
	secret_renewal_free(&f->renewal);
	secret_set_release(&f->secrets);
	response_free(&f->r);
	own_fd_close(&f->lock);
	durable_turn_end(&f->spending.turn);
	login_leave(&f->login);
	credential_release(&f->made);
	credential_release(&f->with);
	owner_release(&f->owner);
	free(f);
}

const struct secret_exec *
flight_program(const struct flight *f)
{
	return f->renewal == NULL ? NULL : secret_renewal_program(f->renewal);
}

bool
flight_is_spending(const struct flight *f)
{
	return f->spending.turn.spending && f->transfer.easy != NULL &&
	    http_began(&f->transfer);
}
