/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at files once a second at most, by whoever signs then.  Everybody
 * else goes on with the stack there is.
 */
#include "reload.h"

#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "hot.h"

struct stack *
profile_hold(struct apam_profile *p)
{
	struct stack *s;

	pthread_mutex_lock(&p->ctx->lock);
	s = stack_hold(p->stack);
	pthread_mutex_unlock(&p->ctx->lock);
	return s;
}

/* The same, and whether this caller is the one to look at the files. */
static struct stack *
hold_and_ask(struct apam_profile *p, bool *due)
{
	struct stack *s;

	pthread_mutex_lock(&p->ctx->lock);
	*due = !p->reloading && clock_ms() >= p->check_at;
	if (*due)
		p->reloading = true;
	s = stack_hold(p->stack);
	pthread_mutex_unlock(&p->ctx->lock);
	return s;
}

/* Put a new stack in the old one's place. */
static void
swap(struct apam_profile *p, struct stack *next)
{
	struct stack *old;

	pthread_mutex_lock(&p->ctx->lock);
	old = p->stack;
	next->hot = old->hot;
	stack_inherit(next, old);
	hot_close(old);
	p->stack = stack_hold(next);
	error_clear(&p->reload_error);
	pthread_mutex_unlock(&p->ctx->lock);
	stack_release(&old);
	log_line(&p->ctx->log, APAM_LOG_INFO, "%s: read anew", p->name);
}

static void
note_error(struct apam_profile *p, const struct apam_error *err)
{
	bool news;

	pthread_mutex_lock(&p->ctx->lock);
	news = strcmp(p->reload_error.text, err->text) != 0 ||
	    p->reload_error.line != err->line;
	p->reload_error = *err;
	pthread_mutex_unlock(&p->ctx->lock);
	if (news)
		log_line(&p->ctx->log, APAM_LOG_ERROR,
		    "%s: the changed files are in error, the old ones hold: "
		    "%s:%u: %s",
		    p->name, err->file, err->line, err->text);
}

/* Make a stack of the files as they are now; *s is then that one. */
static void
reload(struct apam_profile *p, struct stack **s)
{
	struct problems all;
	struct stack *next;

	problems_init(&all);
	next = stack_new(p->ctx, p->name, (*s)->profile->file, &all);
	if (next != NULL && stack_open(next, &all)) {
		swap(p, next);
		stack_release(s);
		*s = next;
		return;
	}
	stack_release(&next);
	note_error(p, &all.first);
}

static void
done_looking(struct apam_profile *p)
{
	pthread_mutex_lock(&p->ctx->lock);
	p->reloading = false;
	p->check_at = clock_ms() + RELOAD_CHECK_MS;
	pthread_mutex_unlock(&p->ctx->lock);
}

struct stack *
profile_current(struct apam_profile *p, struct apam_error *err)
{
	struct stack *s;
	bool due, gone = false;

	s = hold_and_ask(p, &due);
	if (due) {
		gone = access(s->profile->file, F_OK) != 0;
		if (!gone && watch_changed(&s->watch))
			reload(p, &s);
		if (!gone)
			done_looking(p);
	}
	if (gone) {
		/* Look again at the next call: it may come back. */
		pthread_mutex_lock(&p->ctx->lock);
		p->reloading = false;
		hot_close(s);
		pthread_mutex_unlock(&p->ctx->lock);
		(void)error_set(
		    err, APAM_E_NO_PROFILE, "the profile's file is gone");
		stack_release(&s);
		return NULL;
	}
	if (stack_ready(s, err) != APAM_OK)
		stack_release(&s);
	return s;
}
