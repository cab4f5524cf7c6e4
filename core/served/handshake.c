/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each connection has a copy of what it is made with, so that no lock is held
 * while it is made.
 */
#include "served/handshake.h"

#include <sys/stat.h>

#include "base/account.h"
#include "base/boot.h"
#include "base/error.h"
#include "base/fork_gate.h"
#include "keys/reading.h"

/* ---- What is known before ------------------------------------------------ */

/*
 * Of the registry's counter, once it was looked for.  All zeros while there is
 * no registry; empty where there is one that cannot be watched from here.
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
handshake_look_at_registry(struct served *s)
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

void
handshake_prepare(struct served *s)
{
	struct handshake with = { .self = s->self, .place = place_of(s) };

	if (with.self.known)
		return;
	find_self(&with.self);
	handshake_look_at_registry(s);
	with.file = link_find(&with.place);
	fork_lock(&s->lock);
	s->self = with.self;
	s->file = with.file;
	fork_unlock(&s->lock);
}

/* ---- A connection -------------------------------------------------------- */

void
handshake_begin(struct served *s, struct handshake *with)
{
	with->self = s->self;
	with->place = s->place;
	with->file = s->file;
	with->place.file = &with->file;
	s->file.fd = -1;
}

enum apam_status
handshake_connect(struct served *s, struct handshake *with, struct flow *flow,
    struct apam_error *err)
{
	struct agent_hello hello = { .min = AGENT_VERSION_MIN,
		.max = AGENT_VERSION_MAX,
		.library = apam_str(apam_version()) };

	if (!with->self.known)
		find_self(&with->self);
	hello.program = apam_str(with->self.program);
	hello.counter = counter_nonce(s);
	hello.time_device = with->self.time_device;
	hello.time_inode = with->self.time_inode;
	return link_connect(&flow->link, &with->place, &hello, err);
}

/* ---- The agent's user ---------------------------------------------------- */

/*
 * Looking the number up takes a while.  Most often it is not needed, because
 * root has made the socket and listens there.
 */
bool
handshake_find_user(struct served *s, const struct link_place *tried)
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
handshake_believes(struct served *s, uint32_t user)
{
	struct link_place place = place_of(s);

	if (link_believes(&place, user))
		return true;
	if (!handshake_find_user(s, &place))
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
handshake_is_agents(struct served *s, uint32_t user)
{
	struct link_place place = place_of(s);

	if (handshake_find_user(s, &place))
		place = place_of(s);
	return user == place.id || has_own_main_file(s, user);
}
