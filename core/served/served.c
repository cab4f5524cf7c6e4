/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections are found, made and kept; questions are asked again where one
 * breaks.
 */
#include "served/served.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/account.h"
#include "base/boot.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "flight/loop.h"
#include "keys/reading.h"

#define IDLE_MOST 4 /* connections that nobody uses */
#define LOOK_MS 10 /* between two looks for one that is being replaced */

/* ---- Making and freeing -------------------------------------------------- */

struct served *
served_new(struct env *env)
{
	struct served *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->env = env;
	s->place = (struct link_place){ .socket = env->settings->agent_socket,
		.user = env->settings->agent_user,
		.own = env->settings->user };
	pthread_mutex_init(&s->lock, NULL);
	flow_init(&s->shared);
	s->file.fd = -1;
	error_init(&s->away);
	return s;
}

static void
free_flow(struct flow **flow)
{
	flow_close(*flow);
	free(*flow);
	*flow = NULL;
}

static void
free_flows(struct served *s)
{
	while (s->flows != NULL) {
		struct flow *flow = s->flows;

		s->flows = flow->next;
		free_flow(&flow);
	}
	flow_close(&s->shared);
}

void
served_free(struct served **served)
{
	struct served *s = *served;

	*served = NULL;
	if (s == NULL)
		return;
	free_flows(s);
	own_fd_close(&s->file);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Questions of threads that are not in the child are on their stacks. */
void
served_fork_renew(struct served *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_init(&s->lock, NULL);
	for (struct flow *f = s->flows; f != NULL; f = f->next)
		f->first = NULL;
	free_flows(s);
	flow_init(&s->shared);
	own_fd_close(&s->file);
	s->self.known = false;
}

/* ---- The greeting -------------------------------------------------------- */

/*
 * Of the registry's counter, once it was looked for.  All zeros while there is no
 * registry; empty where there is one that cannot be watched from here.
 */
static struct apam_str
counter_nonce(const struct served *s)
{
	const struct key_counter *counter = &s->env->keys.counter;

	if (counter->blind)
		return APAM_STR("");
	return (struct apam_str){ (const char *)counter->nonce,
		sizeof(counter->nonce) };
}

void
served_look_at_registry(struct served *s)
{
	struct keys keys;

	(void)keys_current(&s->env->keys, &keys, NULL, NULL);
	keys_close(&keys);
}

static struct link_place
place_of(struct served *s)
{
	struct link_place place;

	fork_lock(&s->lock);
	place = s->place;
	fork_unlock(&s->lock);
	return place;
}

static void
find_self(struct served_self *self)
{
	program_name(self->program);
	boot_time_namespace(&self->time_device, &self->time_inode);
	self->known = true;
}

/* What a connection is made with: a copy. */
struct found {
	struct served_self self;
	struct link_place place;
	struct own_fd file;
};

/* With the lock held.  The socket's file is for this connection alone. */
static void
take_found(struct served *s, struct found *to)
{
	to->self = s->self;
	to->place = s->place;
	to->file = s->file;
	to->place.file = &to->file;
	s->file.fd = -1;
}

void
served_prepare(struct served *s)
{
	struct found with = { .self = s->self, .place = place_of(s) };

	if (with.self.known)
		return;
	find_self(&with.self);
	served_look_at_registry(s);
	with.file = link_find(&with.place);
	fork_lock(&s->lock);
	s->self = with.self;
	s->file = with.file;
	fork_unlock(&s->lock);
}

/* Once the registry was looked at. */
static enum apam_status
greet(struct served *s, struct found *with, struct flow *flow,
    struct apam_error *err)
{
	struct agent_hello hello = { .min = AGENT_VERSION_MIN,
		.max = AGENT_VERSION_MAX,
		.library = apam_str(apam_version()) };

	enum apam_status status;

	if (!with->self.known)
		find_self(&with->self);
	hello.program = apam_str(with->self.program);
	hello.counter = counter_nonce(s);
	hello.time_device = with->self.time_device;
	hello.time_inode = with->self.time_inode;
	status = link_connect(&flow->link, &with->place, &hello, err);
	own_fd_close(&with->file);
	return status;
}

/* ---- Whether there is an agent ------------------------------------------- */

/*
 * The number of the agent's user, which takes a while to find: most often root
 * has made the socket and listens there, and nobody has to know.  True where it
 * was not known at what was tried, and is now: another thread may have found it.
 */
static bool
find_user(struct served *s, const struct link_place *tried)
{
	uint32_t id = 0;

	if (tried->id != 0)
		return false;
	if (place_of(s).id != 0)
		return true;
	if (account_id(ACCOUNT_USER, s->place.user, &id) != NULL || id == 0)
		return false;
	fork_lock(&s->lock);
	s->place.id = id;
	fork_unlock(&s->lock);
	return true;
}

bool
served_believes(struct served *s, uint32_t user)
{
	struct link_place place = place_of(s);

	if (link_believes(&place, user))
		return true;
	if (!find_user(s, &place))
		return false;
	place = place_of(s);
	return link_believes(&place, user);
}

/* In user mode, where the agent may be a user's own: `apamd --user`. */
static bool
has_own_main_file(const struct served *s, uint32_t user)
{
	struct stat file;

	return s->place.own && user != 0 &&
	    stat(s->env->settings->file, &file) == 0 && file.st_uid == user;
}

bool
served_is_agents(struct served *s, uint32_t user)
{
	struct link_place place = place_of(s);

	if (find_user(s, &place))
		place = place_of(s);
	return user == place.id || has_own_main_file(s, user);
}

/* With the lock held, as those below. */
static void
note_there(struct served *s)
{
	s->there_at = clock_ms();
	s->failures = 0;
	s->again_at = 0;
}

static void
note_away(struct served *s, const struct apam_error *why)
{
	const int64_t now = clock_ms();
	int64_t wait = SERVED_AGAIN_MOST_MS;

	if (s->failures == 0)
		s->away_at = now;
	if (s->failures < 6)
		wait = SERVED_AGAIN_FIRST_MS << s->failures;
	if (wait > SERVED_AGAIN_MOST_MS)
		wait = SERVED_AGAIN_MOST_MS;
	s->failures++;
	s->again_at = now + wait;
	error_clear(&s->away);
	error_copy(&s->away, why);
}

/* It was there, and may be back at any moment. */
static bool
is_between(const struct served *s)
{
	return s->there_at != 0 && s->failures > 0 &&
	    clock_ms() - s->away_at < SERVED_GRACE_MS;
}

/* ---- Connections of threads ---------------------------------------------- */

/* One that is idle and whole, for this thread alone; NULL: there is none. */
static struct flow *
take_idle(struct served *s)
{
	struct flow *f;

	fork_lock(&s->lock);
	for (f = s->flows; f != NULL && f->busy; f = f->next)
		;
	if (f != NULL)
		f->busy = true;
	fork_unlock(&s->lock);
	return f;
}

/* Out of the list. */
static void
remove_flow(struct served *s, struct flow *flow)
{
	struct flow **at = &s->flows;

	while (*at != NULL && *at != flow)
		at = &(*at)->next;
	if (*at == flow)
		*at = flow->next;
}

static void
end_flow(struct served *s, struct flow **flow)
{
	fork_lock(&s->lock);
	remove_flow(s, *flow);
	fork_unlock(&s->lock);
	free_flow(flow);
}

static unsigned
count_idle(const struct served *s)
{
	unsigned n = 0;

	for (const struct flow *f = s->flows; f != NULL; f = f->next)
		n += !f->busy;
	return n;
}

/* Keep it for the next call, if it is whole and they are not too many. */
static void
give_back(struct served *s, struct flow **flow)
{
	bool kept = false;

	if ((*flow)->link.fd.fd >= 0 && (*flow)->link.wrong == NULL &&
	    (*flow)->first == NULL) {
		fork_lock(&s->lock);
		kept = count_idle(s) < IDLE_MOST;
		if (kept)
			(*flow)->busy = false;
		fork_unlock(&s->lock);
	}
	if (!kept)
		end_flow(s, flow);
	*flow = NULL;
}

static struct flow *
new_flow(struct served *s)
{
	struct flow *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	flow_init(f);
	f->busy = true;
	fork_lock(&s->lock);
	f->next = s->flows;
	s->flows = f;
	fork_unlock(&s->lock);
	return f;
}

/* True where it is too early to look for one that is away. */
static bool
is_too_early(struct served *s, struct apam_error *err)
{
	bool early;

	fork_lock(&s->lock);
	early = clock_ms() < s->again_at && !is_between(s);
	if (early)
		error_copy(err, &s->away);
	fork_unlock(&s->lock);
	return early;
}

static enum apam_status
greet_believed(struct served *s, struct flow *flow, struct apam_error *err)
{
	struct found with;
	enum apam_status status;

	fork_lock(&s->lock);
	take_found(s, &with);
	fork_unlock(&s->lock);
	status = greet(s, &with, flow, err);
	if (status != APAM_E_TRUST || !find_user(s, &with.place))
		return status;
	error_clear(err);
	link_init(&flow->link);
	with.place = place_of(s);
	return greet(s, &with, flow, err);
}

static enum apam_status
connect_new(struct served *s, struct flow **flow, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status;

	if (is_too_early(s, err))
		return APAM_E_NETWORK;
	served_look_at_registry(s);
	*flow = new_flow(s);
	if (*flow == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	status = greet_believed(s, *flow, &why);
	if (status == APAM_OK)
		return APAM_OK;
	end_flow(s, flow);
	if (status == APAM_E_NETWORK) {
		fork_lock(&s->lock);
		note_away(s, &why);
		fork_unlock(&s->lock);
	}
	error_copy(err, &why);
	return status;
}

/* ---- Asking and waiting -------------------------------------------------- */

/*
 * A word to an agent whose answer nobody waits for.  A connection that has half
 * of a message on it is of no more use.
 */
static void
cancel(struct flow *flow, uint64_t id)
{
	struct frame_writer w;
	struct buf none;
	unsigned i = 0;

	if (flow_has_unsent(flow)) {
		flow_close(flow);
		return;
	}
	buf_init_plain(&none, FRAME_ITEMS_MAX);
	frame_begin(&w, &none, AGENT_CANCEL, id);
	w.version = flow->link.parts.version;
	if (flow->link.fd.fd >= 0)
		(void)link_send(&flow->link, &w, &i);
	buf_free(&none);
}

/* What the agent said when it broke the connection; OK: nothing. */
static enum served_end
end_of_broken(const struct flow *flow, struct apam_error *err)
{
	if (flow->error.status == APAM_OK)
		return SERVED_AWAY;
	error_copy(err, &flow->error);
	return SERVED_REFUSED;
}

/* False where the deadline has passed. */
static bool
wait_for_answer(struct flow *flow, int64_t deadline)
{
	const bool out = flow_has_unsent(flow);

	/* For one signature alone it would not be worth it. */
	return (flow->used && !out && link_let_wait(&flow->link, deadline)) ||
	    link_wait(&flow->link, out, deadline);
}

/* On this connection; AWAY: it broke, and nothing is known of the agent. */
static enum served_end
ask_on(struct flow *flow, struct ask *ask, int64_t deadline,
    struct apam_error *err)
{
	flow_ask(flow, ask);
	flow_send(flow);
	while (ask->state == ASK_OPEN) {
		if (!wait_for_answer(flow, deadline)) {
			(void)error_set(err, APAM_E_DEADLINE,
			    "the agent did not answer in time");
			return SERVED_LATE;
		}
		if (!flow_move(flow) && ask->state != ASK_ANSWERED)
			return end_of_broken(flow, err);
	}
	if (ask->state == ASK_LOST)
		return SERVED_AWAY;
	flow->used = true;
	return SERVED_ANSWERED;
}

/* Idle ones first; that those broke meanwhile says nothing of the agent. */
static enum served_end
ask_idle(struct served *s, struct ask *ask, int64_t deadline,
    struct apam_error *err, struct flow **flow)
{
	enum served_end end = SERVED_AWAY;

	while (end == SERVED_AWAY && (*flow = take_idle(s)) != NULL) {
		if (link_is_ours(&(*flow)->link))
			end = ask_on(*flow, ask, deadline, err);
		if (end == SERVED_AWAY)
			end_flow(s, flow);
	}
	return end;
}

static enum served_end
ask_anew(struct served *s, struct ask *ask, int64_t deadline,
    struct apam_error *err, struct flow **flow)
{
	const enum apam_status status = connect_new(s, flow, err);
	enum served_end end;

	if (status == APAM_E_NETWORK)
		return SERVED_AWAY;
	if (status != APAM_OK)
		return SERVED_REFUSED;
	end = ask_on(*flow, ask, deadline, err);
	if (end != SERVED_AWAY)
		return end;
	(void)error_set(err, APAM_E_NETWORK,
	    "the connection to the agent broke: %s",
	    (*flow)->link.wrong == NULL ? "out of memory" :
					  (*flow)->link.wrong);
	fork_lock(&s->lock);
	/* It took the connection: it was there, and another may follow it. */
	if (s->there_at == 0 && link_has_ended(&(*flow)->link))
		s->there_at = clock_ms();
	note_away(s, err);
	fork_unlock(&s->lock);
	end_flow(s, flow);
	return SERVED_AWAY;
}

static bool
comes_back(struct served *s, int64_t deadline)
{
	bool between;

	fork_lock(&s->lock);
	between = is_between(s);
	fork_unlock(&s->lock);
	return between && clock_ms() + LOOK_MS < deadline;
}

enum served_end
served_ask(struct served *s, struct ask *ask, int64_t deadline, bool hurry,
    struct apam_error *err)
{
	struct flow *flow = NULL;
	enum served_end end = ask_idle(s, ask, deadline, err, &flow);

	while (end == SERVED_AWAY) {
		error_clear(err);
		end = ask_anew(s, ask, deadline, err, &flow);
		if (end != SERVED_AWAY || hurry || !comes_back(s, deadline))
			break;
		clock_sleep(LOOK_MS);
	}
	if (end == SERVED_ANSWERED) {
		fork_lock(&s->lock);
		note_there(s);
		fork_unlock(&s->lock);
	}
	if (end == SERVED_LATE) {
		cancel(flow, ask->message.id);
		ask_free(ask);
	}
	if (flow != NULL)
		give_back(s, &flow);
	return end;
}

/* ---- Without waiting ----------------------------------------------------- */

/* With the lock held: the shared connection is there, or *err says why not. */
static enum served_end
share_connection(struct served *s, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct found with;
	enum apam_status status;

	if (s->shared.link.fd.fd >= 0 && link_is_ours(&s->shared.link))
		return SERVED_ANSWERED;
	flow_close(&s->shared);
	flow_init(&s->shared);
	if (clock_ms() < s->again_at) {
		error_copy(err, &s->away);
		return is_between(s) ? SERVED_PENDING : SERVED_AWAY;
	}
	take_found(s, &with);
	status = greet(s, &with, &s->shared, &why);
	if (status == APAM_OK)
		return SERVED_ANSWERED;
	flow_init(&s->shared);
	error_copy(err, &why);
	if (status != APAM_E_NETWORK)
		return SERVED_REFUSED;
	note_away(s, &why);
	return is_between(s) ? SERVED_PENDING : SERVED_AWAY;
}

/* With the lock held. */
static enum served_end
ask_shared(struct served *s, struct ask *ask, struct apam_error *err)
{
	enum served_end end;

	if (ask->state == ASK_OPEN && !link_is_ours(&s->shared.link))
		flow_close(&s->shared);
	if (ask->state == ASK_NEW || ask->state == ASK_LOST) {
		end = share_connection(s, err);
		if (end != SERVED_ANSWERED)
			return end;
		flow_ask(&s->shared, ask);
	}
	if (!flow_move(&s->shared) && ask->state != ASK_ANSWERED) {
		end = end_of_broken(&s->shared, err);
		if (end == SERVED_REFUSED)
			return end;
	}
	if (ask->state != ASK_ANSWERED)
		return SERVED_PENDING;
	note_there(s);
	return SERVED_ANSWERED;
}

/* What the loop has to look at; without the lock, which is a leaf. */
static void
watch_shared(struct served *s)
{
	struct own_fd fd;
	bool out;

	fork_lock(&s->lock);
	fd = s->shared.link.fd;
	out = flow_has_unsent(&s->shared);
	fork_unlock(&s->lock);
	loop_watch(s->env->loop, &fd, out);
}

/* With the lock held, but for a moment where the agent's user is looked up. */
static enum served_end
ask_believed(struct served *s, struct ask *ask, struct apam_error *err)
{
	const struct link_place tried = s->place;
	const enum served_end end = ask_shared(s, ask, err);
	bool found;

	if (end != SERVED_REFUSED || err->status != APAM_E_TRUST)
		return end;
	fork_unlock(&s->lock);
	found = find_user(s, &tried);
	fork_lock(&s->lock);
	if (!found)
		return end;
	error_clear(err);
	return ask_shared(s, ask, err);
}

enum served_end
served_ask_soon(
    struct served *s, struct ask *ask, bool hurry, struct apam_error *err)
{
	enum served_end end;
	bool lost;

	served_look_at_registry(s);
	fork_lock(&s->lock);
	end = ask_believed(s, ask, err);
	/* The agent may be there anew already. */
	if (end == SERVED_PENDING && ask->state == ASK_LOST)
		end = ask_shared(s, ask, err);
	lost = ask->state == ASK_NEW || ask->state == ASK_LOST;
	if (end == SERVED_PENDING && lost && hurry)
		end = SERVED_AWAY;
	s->look_at = end == SERVED_PENDING && lost ? clock_ms() + LOOK_MS : 0;
	if (end == SERVED_PENDING && lost)
		s->again_at = s->look_at;
	fork_unlock(&s->lock);
	if (end == SERVED_PENDING || end == SERVED_ANSWERED)
		watch_shared(s);
	return end;
}

void
served_forget(struct served *s, struct ask *ask)
{
	fork_lock(&s->lock);
	if (ask->flow == &s->shared)
		cancel(&s->shared, ask->message.id);
	ask_free(ask);
	fork_unlock(&s->lock);
}

void
served_move(struct served *s)
{
	bool there;

	fork_lock(&s->lock);
	there = link_is_ours(&s->shared.link);
	if (there)
		(void)flow_move(&s->shared);
	fork_unlock(&s->lock);
	if (there)
		watch_shared(s);
}

int
served_timeout(struct served *s)
{
	int64_t at, left;

	fork_lock(&s->lock);
	at = s->look_at;
	fork_unlock(&s->lock);
	if (at == 0)
		return -1;
	left = at - clock_ms();
	return left < 0 ? 0 : (int)left;
}

/* ---- Telling ------------------------------------------------------------- */

/* False where it is not whole and greeted, or has no room at once. */
static bool
tell_on(struct flow *flow, struct ask *message)
{
	unsigned i = 0;

	message->message.version = flow->link.parts.version;
	/* Half a message would break the connection. */
	return flow->link.greeted && link_is_ours(&flow->link) &&
	    !flow_has_unsent(flow) && frame_count(&message->message) == 1 &&
	    link_send(&flow->link, &message->message, &i);
}

bool
served_tell(struct served *s, struct ask *message)
{
	struct flow *flow = take_idle(s);
	bool told;

	if (flow != NULL) {
		told = tell_on(flow, message);
		give_back(s, &flow);
		return told;
	}
	fork_lock(&s->lock);
	told = tell_on(&s->shared, message);
	fork_unlock(&s->lock);
	return told;
}

uint64_t
served_left(int64_t deadline)
{
	const int left = clock_left(deadline);

	return left < 1 ? 1 : (uint64_t)left;
}

uint64_t
served_next_id(struct served *s)
{
	uint64_t id;

	fork_lock(&s->lock);
	id = ++s->last_id;
	fork_unlock(&s->lock);
	return id;
}
