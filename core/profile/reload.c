/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files are looked at once a second at most, by the thread that signs then.
 * The others go on with the stack there is.
 */
#include "profile/reload.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "profile/opening.h"
#include "profile/shared_slot.h"
#include "slot/write.h"

int64_t
profile_deadline(struct apam_profile *p, int timeout_ms)
{
	const int64_t now = clock_ms();
	struct stack *s;
	int64_t ms = timeout_ms;

	if (timeout_ms <= 0) {
		s = profile_hold(p);
		ms = s->profile->deadline * 1000;
		stack_release(&s);
	}
	return now + ms;
}

/*
 * The stack in use, held; *due: this caller is the one to look at the files.
 * Where it is not, NULL with *err set says that they are gone.
 */
static struct stack *
hold_and_ask(struct apam_profile *p, bool *due, struct apam_error *err)
{
	struct stack *s = NULL;

	pthread_mutex_lock(&p->ctx->env.lock);
	*due = !p->reloading && clock_ms() >= p->check_at;
	if (*due)
		p->reloading = true;
	if (*due || !p->gone)
		s = stack_hold(p->stack);
	else
		error_copy(err, &p->reload_error);
	pthread_mutex_unlock(&p->ctx->env.lock);
	return s;
}

/*
 * Put a new stack in the old one's place.  False where that is not in use any
 * more, because another thread has opened it.
 */
static bool
replace_stack(struct apam_profile *p, struct stack *old, struct stack *next)
{
	struct stack_heirs heirs;
	bool in_use;

	stack_find_heirs(next, old, &heirs);
	pthread_mutex_lock(&p->ctx->env.lock);
	in_use = p->stack == old;
	if (in_use) {
		if (p->ctx->env.is_agent)
			shared_slot_drop(p, old);
		stack_use_slot(next, old->slot);
		stack_inherit(next, old, &heirs);
		next->since = atomic_load(&p->ctx->env.generation);
		slot_close(old->slot);
		slot_close(p->page.now);
		p->stack = stack_hold(next);
		error_clear(&p->reload_error);
	}
	pthread_mutex_unlock(&p->ctx->env.lock);
	if (!in_use)
		return false;
	stack_release(&old);
	log_line(&p->ctx->env.log, APAM_LOG_INFO, "%s: read anew", p->name);
	return true;
}

/* Keep what is wrong now; true where that is news. */
static bool
note_error(struct apam_profile *p, const struct apam_error *err)
{
	bool news;

	pthread_mutex_lock(&p->ctx->env.lock);
	news = strcmp(p->reload_error.text, err->text) != 0 ||
	    p->reload_error.line != err->line;
	p->reload_error = *err;
	pthread_mutex_unlock(&p->ctx->env.lock);
	return news;
}

/* Halfway from now; 0: never. */
static int64_t
half(int64_t deadline)
{
	const int64_t now = clock_ms();

	return deadline == 0 ? 0 : now + (deadline - now) / 2;
}

enum finding { FILES_SAME, FILES_NEW, FILES_BAD, FILES_GONE, FILES_LATER };

/*
 * A stack of the files as they are now, open if `old` is: a caller that only
 * looks for a profile does not load its modules.
 */
static struct stack *
read_anew(struct apam_profile *p, const struct stack *old, int64_t deadline,
    struct problems *all)
{
	bool withheld;
	struct stack *open,
	    *read = stack_new(&p->ctx->env, p->name, old->profile->file, all);

	if (read == NULL || !stack_is_open(old))
		return read;
	/* One that has its secrets goes on with them. */
	withheld = old->withheld ?
	    handle_is_served(p->ctx, read->profile->agent) :
	    opening_withholds(p, read);
	open = opening_stack(p, read, half(deadline), withheld, all);
	stack_release(&read);
	return open;
}

/* Not every problem is one of a line: a file may be missing. */
static void
log_problem(const struct apam_profile *p, const struct apam_error *why)
{
	char line[16] = "";

	if (why->line > 0)
		(void)snprintf(line, sizeof(line), ":%u", why->line);
	log_line(&p->ctx->env.log, APAM_LOG_ERROR,
	    "%s: the changed files are in error and not used: %s%s: %s",
	    p->name, why->file, line, why->text);
}

/* Make a stack of the files as they are now; *s is then that one. */
static enum finding
reload(struct apam_profile *p, int64_t deadline, struct stack **s)
{
	struct problems all;
	struct stack *next;

	problems_init(&all);
	next = read_anew(p, *s, deadline, &all);
	if (next != NULL && replace_stack(p, *s, next)) {
		stack_release(s);
		*s = next;
		return FILES_NEW;
	}
	stack_release(&next);
	if (all.count == 0)
		return FILES_LATER;
	if (note_error(p, &all.first))
		log_problem(p, &all.first);
	return FILES_BAD;
}

static void
note_gone(struct apam_profile *p)
{
	struct apam_error err = APAM_ERROR_INIT;

	(void)error_set(&err, APAM_E_NO_PROFILE, "the profile's file is gone");
	if (note_error(p, &err))
		log_line(&p->ctx->env.log, APAM_LOG_WARNING, "%s: %s", p->name,
		    err.text);
}

static enum finding
compare_files(struct apam_profile *p, int64_t deadline, struct stack **s)
{
	if (access((*s)->profile->file, F_OK) != 0) {
		note_gone(p);
		return FILES_GONE;
	}
	if (!stack_changed(*s))
		return FILES_SAME;
	return reload(p, deadline, s);
}

/* Look at the files; *s is then what they say. */
static void
look_at_files(struct apam_profile *p, int64_t deadline, struct stack **s)
{
	enum finding found = compare_files(p, deadline, s);

	pthread_mutex_lock(&p->ctx->env.lock);
	p->reloading = false;
	if (found == FILES_GONE) {
		/* Looked for at each call: it may come back. */
		p->gone = true;
		slot_close((*s)->slot);
		slot_close(p->page.now);
	} else if (found != FILES_LATER) {
		p->check_at = clock_next_second();
	}
	/* A file that came back must be right: the old stack signs no more. */
	if (found == FILES_NEW || found == FILES_SAME) {
		p->gone = false;
		error_clear(&p->reload_error);
	}
	pthread_mutex_unlock(&p->ctx->env.lock);
}

/* True, with *err set, where the file is gone, or back but in error. */
static bool
is_gone(struct apam_profile *p, struct apam_error *err)
{
	bool gone;

	pthread_mutex_lock(&p->ctx->env.lock);
	gone = p->gone;
	if (gone)
		error_copy(err, &p->reload_error);
	pthread_mutex_unlock(&p->ctx->env.lock);
	return gone;
}

struct stack *
profile_follow(struct apam_profile *p, int64_t deadline, struct apam_error *err)
{
	struct stack *s;
	bool due;

	s = hold_and_ask(p, &due, err);
	if (!due)
		return s;
	if (deadline == PROFILE_DEADLINE)
		deadline = profile_deadline(p, 0);
	look_at_files(p, deadline, &s);
	if (is_gone(p, err))
		stack_release(&s);
	return s;
}

/* Opened, where it is not; takes the stack. */
static struct stack *
opened(struct apam_profile *p, struct stack *s, int64_t deadline,
    struct apam_error *err)
{
	if (s == NULL || stack_is_open(s))
		return s;
	stack_release(&s);
	return profile_open(p, deadline, err);
}

struct stack *
profile_current(
    struct apam_profile *p, int64_t deadline, struct apam_error *err)
{
	return opened(p, profile_follow(p, deadline, err), deadline, err);
}

/* With "prefer" this process may have to sign itself. */
static bool
never_signs(const struct apam_profile *p, const struct stack *s)
{
	return s->profile->agent == AGENT_REQUIRE &&
	    handle_is_served(p->ctx, s->profile->agent);
}

struct stack *
profile_to_sign(
    struct apam_profile *p, int64_t deadline, struct apam_error *err)
{
	struct stack *s = profile_follow(p, deadline, err);

	if (s != NULL && never_signs(p, s))
		return s;
	return opened(p, s, deadline, err);
}

struct stack *
profile_to_judge(struct apam_profile *p, struct apam_error *err)
{
	struct stack *s = profile_hold(p);

	if (!never_signs(p, s) || stack_is_open(s))
		return s;
	return opened(p, s, profile_deadline(p, 0), err);
}

enum apam_status
profile_problem(struct apam_profile *p, struct apam_error *err)
{
	enum apam_status status;

	pthread_mutex_lock(&p->ctx->env.lock);
	status = p->reload_error.status;
	if (status != APAM_OK)
		error_copy(err, &p->reload_error);
	pthread_mutex_unlock(&p->ctx->env.lock);
	error_locate(err, p->name, -1);
	return status;
}

void
profile_look_soon(struct apam_profile *p)
{
	pthread_mutex_lock(&p->ctx->env.lock);
	p->check_at = 0;
	pthread_mutex_unlock(&p->ctx->env.lock);
}
