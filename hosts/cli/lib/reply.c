/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the response for the user, to a file or a terminal.
 */
#include "lib/reply.h"

#include <stdlib.h>

#include "lib/json_out.h"

static bool
hold(struct reply *reply, const char *p, size_t n)
{
	size_t cap = reply->cap == 0 ? 16384 : reply->cap;
	char *more;

	while (cap - reply->n < n)
		cap *= 2;
	if (cap > REPLY_HELD_MAX)
		return false;
	more = cap == reply->cap ? reply->held : realloc(reply->held, cap);
	if (more == NULL)
		return false;
	memcpy(more + reply->n, p, n);
	reply->held = more;
	reply->cap = cap;
	reply->n += n;
	return true;
}

/* Write bytes unchanged, or made harmless for a terminal. */
static size_t
reply_put(struct reply *reply, const char *p, size_t n)
{
	if (!reply->terminal)
		return fwrite(p, 1, n, reply->to);
	reply->plain.to = reply->to;
	return plain_write(&reply->plain, p, n) ? n : 0;
}

/* Write what is held. */
static void
flush_held(struct reply *reply)
{
	if (reply->n > 0)
		(void)reply_put(reply, reply->held, reply->n);
	reply->n = 0;
}

size_t
reply_body(char *p, size_t size, size_t count, void *arg)
{
	struct reply *reply = arg;
	size_t n = size * count;

	if (n == 0 || (reply->hold && hold(reply, p, n)))
		return n;
	flush_held(reply);
	reply->hold = false;
	return reply_put(reply, p, n);
}

size_t
reply_header(char *p, size_t size, size_t count, void *arg)
{
	struct reply *reply = arg;

	return reply_put(reply, p, size * count);
}

void
reply_finish(struct reply *reply, bool json)
{
	struct apam_str text = { reply->held, reply->n };

	if (reply->n > 0 && (!json || !json_pretty(reply->to, text)))
		flush_held(reply);
	reply->n = 0;
	reply->plain.to = reply->to;
	if (reply->terminal)
		(void)plain_end(&reply->plain);
}

void
reply_free(struct reply *reply)
{
	free(reply->held);
	reply->held = NULL;
	reply->n = reply->cap = 0;
}
