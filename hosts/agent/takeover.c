/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connection is that of any client (agent/link_connect.h), which believes
 * the other end by its user.
 */
#include "agent/takeover.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/handover.h"
#include "agent/link_receive.h"
#include "agent/passed.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/login_name.h"
#include "base/str.h"

#define REQUEST 1 /* the id of the one request */
#define PAUSE_MS 10

/* How far one try came. */
enum tried {
	TRIED_DONE,
	TRIED_NONE, /* no agent is there */
	TRIED_ENDED, /* it ended before it had handed over all */
	TRIED_FAILED /* *err says why */
};

/* ---- Connecting -------------------------------------------------------- */

static bool
send_bare(struct takeover *t, enum agent_type type)
{
	struct frame_writer w;
	struct buf items;
	unsigned i = 0;
	bool sent;

	buf_init_plain(&items, FRAME_ITEMS_MAX);
	frame_begin(&w, &items, (uint16_t)type, REQUEST);
	w.version = t->link.parts.version;
	sent = link_send(&t->link, &w, &i);
	buf_free(&items);
	return sent;
}

/* False, with *err set, where an agent of another user is meant. */
static bool
is_own(uint32_t user, struct apam_error *err)
{
	if (user == geteuid())
		return true;
	(void)error_set(err, APAM_E_CONFIG,
	    "the apamd there runs as user %lu, and this one as %lu: start this "
	    "one as the same user, as by `runuser -u apam -- apamd --replace`",
	    (unsigned long)user, (unsigned long)geteuid());
	return false;
}

static enum tried
connect_to(struct takeover *t, const char *socket, struct apam_error *err)
{
	char name[LOGIN_NAME_SIZE];
	const struct link_place place = {
		.socket = socket, .user = name, .id = geteuid(), .own = true
	};
	const struct agent_hello hello = { .min = AGENT_VERSION_MIN,
		.max = AGENT_VERSION_MAX,
		.library = apam_str(apam_version()),
		.program = APAM_STR("apamd") };

	struct stat there;

	link_init(&t->link);
	if (lstat(socket, &there) != 0)
		return TRIED_NONE;
	if (!is_own(there.st_uid, err))
		return TRIED_FAILED;
	login_name(name);
	if (link_connect(&t->link, &place, &hello, err) != APAM_OK)
		return err->status == APAM_E_NETWORK ? TRIED_NONE :
						       TRIED_FAILED;
	return is_own(t->link.owner, err) ? TRIED_DONE : TRIED_FAILED;
}

/* ---- Taking ------------------------------------------------------------ */

/* The next message; TRIED_ENDED: there will be none. */
static enum tried
next_message(struct takeover *t, struct frame *message, struct apam_error *err)
{
	enum link_got got;

	while ((got = link_receive(&t->link, message, err)) == LINK_NOTHING)
		if (!link_wait(&t->link, false, t->deadline)) {
			(void)error_set(err, APAM_E_DEADLINE,
			    "the apamd there does not answer");
			return TRIED_FAILED;
		}
	if (got == LINK_MESSAGE)
		return TRIED_DONE;
	return err->status == APAM_OK ? TRIED_ENDED : TRIED_FAILED;
}

/* One descriptor; *all: there are no more. */
static enum tried
take_handed(struct takeover *t, const struct frame *message, bool *all,
    struct apam_error *err)
{
	struct agent_handed handed;
	char name[AGENT_HANDED_MAX + 1];
	int fd;

	if (message->type != AGENT_HANDED ||
	    agent_handed_read(&handed, message) != NULL)
		goto odd;
	*all = handed.name.n == 0;
	if (*all)
		return TRIED_DONE;
	(void)snprintf(name, sizeof(name), "%.*s", SARG(handed.name));
	fd = link_take_passed(&t->link);
	if (fd < 0)
		goto odd;
	if (passed_add(fd, name))
		return TRIED_DONE;
	(void)error_set(err, APAM_E_MEMORY, "out of memory");
	return TRIED_FAILED;
odd:
	(void)error_set(err, APAM_E_INTERNAL,
	    "the apamd there does not hand over what it should");
	return TRIED_FAILED;
}

static enum tried
take_all(struct takeover *t, struct apam_error *err)
{
	struct agent_failed failed;
	struct frame message;
	bool all = false;
	enum tried tried;

	while (!all) {
		tried = next_message(t, &message, err);
		if (tried != TRIED_DONE)
			return tried;
		if (message.type == AGENT_FAILED &&
		    agent_failed_read(&failed, &message) == NULL) {
			error_copy(err, &failed.error);
			return TRIED_FAILED;
		}
		tried = take_handed(t, &message, &all, err);
		if (tried != TRIED_DONE)
			return tried;
	}
	return TRIED_DONE;
}

static enum tried
try(struct takeover *t, const char *socket, struct apam_error *err)
{
	enum tried tried = connect_to(t, socket, err);

	if (tried == TRIED_DONE && !send_bare(t, AGENT_REPLACE))
		tried = TRIED_ENDED;
	if (tried == TRIED_DONE)
		tried = take_all(t, err);
	if (tried != TRIED_DONE) {
		takeover_drop(t);
		passed_drop();
	}
	return tried;
}

enum agent_exit
takeover_begin(struct takeover *t, const char *socket, char why[APAM_TEXT_SIZE])
{
	struct apam_error err;
	enum tried tried;

	t->deadline = clock_ms() + TAKEOVER_MS;
	do {
		error_init(&err);
		tried = try(t, socket, &err);
		/* Another agent may serve there by now, or none: try again. */
		if (tried == TRIED_ENDED)
			clock_sleep(PAUSE_MS);
	} while (tried == TRIED_ENDED && clock_left(t->deadline) > 0);
	t->found = tried == TRIED_DONE;
	if (tried == TRIED_DONE || tried == TRIED_NONE)
		return AGENT_DONE;
	(void)snprintf(why, APAM_TEXT_SIZE, "%.107s: not replaced: %.380s",
	    socket,
	    tried == TRIED_ENDED ? "the apamd there ends each connection" :
				   err.text);
	return AGENT_TEMPORARY;
}

/* ---- Ending ------------------------------------------------------------ */

/*
 * The old agent does not receive any more.  True if it goes on serving.  It
 * then says so, unless it stands still; if it was killed, the connection just
 * ends.
 */
static bool
goes_on(struct takeover *t)
{
	const int64_t deadline = clock_ms() + HANDOVER_MS;
	struct apam_error unsaid = APAM_ERROR_INIT;
	struct frame message;
	enum link_got got;

	link_hear(&t->link);
	while (
	    (got = link_receive(&t->link, &message, &unsaid)) == LINK_NOTHING)
		if (!link_wait(&t->link, false, deadline))
			return true;
	return got == LINK_MESSAGE || !link_has_ended(&t->link);
}

bool
takeover_end(struct takeover *t)
{
	if (!t->found || send_bare(t, AGENT_TAKEN) || !goes_on(t))
		return true;
	takeover_drop(t);
	return false;
}

void
takeover_served(struct takeover *t)
{
	/* If the old agent was killed, this reaches nobody, which is fine. */
	if (t->found)
		(void)send_bare(t, AGENT_SERVES);
	takeover_drop(t);
}

void
takeover_drop(struct takeover *t)
{
	link_close(&t->link);
}
