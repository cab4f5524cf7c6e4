/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All of them stand in one list, the server's, and each in that of its
 * connection.
 */
#include "agent/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "agent/server.h"
#include "agent/serving.h"
#include "base/account.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/wipe.h"

struct waiting {
	struct waiting *previous, *next; /* of the server's */
	struct waiting *sibling; /* the next of the connection's */
	struct connection *c; /* NULL: it has ended, and is to be freed */
	struct serve_call call;
	struct frame message; /* its items are behind this struct */
	char items[];
};

static void
free_waiting(struct server *s, struct waiting *w)
{
	if (w->previous != NULL)
		w->previous->next = w->next;
	else
		s->first = w->next;
	if (w->next != NULL)
		w->next->previous = w->previous;
	s->waiting_count--;
	wipe(w->items, w->message.items.n);
	free(w);
}

/* Take a request out of its connection's list. */
static void
detach(struct waiting *w)
{
	struct waiting **at = &w->c->waiting;

	while (*at != w)
		at = &(*at)->sibling;
	*at = w->sibling;
	quota_give(w->c->quota, QUOTA_OF_REQUESTS);
	(void)quota_weigh(w->c->quota, w->message.items.n, 0);
	w->c = NULL;
}

/* While they are tried, they stay in the list. */
static void
forget(struct server *s, struct waiting *w)
{
	detach(w);
	if (!s->trying)
		free_waiting(s, w);
}

static void
enlist(struct server *s, struct waiting *w)
{
	w->next = s->first;
	if (w->next != NULL)
		w->next->previous = w;
	s->first = w;
	if (s->waiting_count++ == 0 || w->call.deadline < s->soonest)
		s->soonest = w->call.deadline;
	w->sibling = w->c->waiting;
	w->c->waiting = w;
}

static enum apam_status
have_too_many(const struct connection *c, struct apam_error *err)
{
	char user[ACCOUNT_TEXT_SIZE];

	account_describe(c->peer.caller.user, user);
	return error_set(err, APAM_E_THROTTLED,
	    "too many requests of %s wait for the agent: try again when some "
	    "of them have ended",
	    user);
}

enum apam_status
waiting_add(struct connection *c, const struct frame *message,
    const struct serve_call *call, struct apam_error *err)
{
	struct server *s = c->server;
	const size_t n = message->items.n;
	struct waiting *w = NULL;
	bool fits;

	if (!quota_take(&s->quota, c->quota, QUOTA_OF_REQUESTS))
		return have_too_many(c, err);
	fits = quota_weigh(c->quota, 0, n);
	if (fits)
		w = calloc(1, sizeof(*w) + n + 1);
	if (w == NULL) {
		(void)quota_weigh(c->quota, n, 0);
		quota_give(c->quota, QUOTA_OF_REQUESTS);
		return fits ? error_set(err, APAM_E_MEMORY, "out of memory") :
			      have_too_many(c, err);
	}
	w->c = c;
	w->call = *call;
	w->message = *message;
	if (n > 0)
		memcpy(w->items, message->items.p, n);
	w->message.items = (struct apam_str){ w->items, n };
	enlist(s, w);
	return APAM_OK;
}

void
waiting_cancel(struct connection *c, uint64_t id)
{
	struct waiting *w = c->waiting;

	while (w != NULL && w->message.id != id)
		w = w->sibling;
	if (w != NULL)
		forget(c->server, w);
}

void
waiting_drop_all(struct connection *c)
{
	while (c->waiting != NULL)
		forget(c->server, c->waiting);
}

/* An answer ends the request; so may the connection, by being sent to. */
static void
try(struct server *s, struct waiting *w)
{
	if (serving_try(w->c, &w->message, &w->call)) {
		if (w->c != NULL)
			detach(w);
	} else if (w->call.deadline < s->soonest) {
		s->soonest = w->call.deadline;
	}
}

static void
sweep(struct server *s)
{
	struct waiting *next;

	for (struct waiting *w = s->first; w != NULL; w = next) {
		next = w->next;
		if (w->c == NULL)
			free_waiting(s, w);
	}
}

void
waiting_try(struct server *s)
{
	const uint64_t landings = serve_landings(s->ctx);
	const bool all = landings != s->landings || s->proved;
	int64_t now;

	s->landings = landings;
	s->proved = false;
	if (s->first == NULL)
		return;
	now = clock_ms();
	if (!all && now < s->soonest)
		return;
	s->soonest = INT64_MAX;
	s->trying = true;
	for (struct waiting *w = s->first; w != NULL; w = w->next) {
		if (w->c == NULL)
			continue;
		if (all || w->call.deadline <= now)
			try(s, w);
		else if (w->call.deadline < s->soonest)
			s->soonest = w->call.deadline;
	}
	s->trying = false;
	sweep(s);
}

int
waiting_due(const struct server *s)
{
	return s->first == NULL ? -1 : clock_left(s->soonest);
}
