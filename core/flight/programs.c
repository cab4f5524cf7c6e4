/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs of secrets in the loop's set.
 */
#include "flight/programs.h"

#include "base/clock.h"
#include "file/secret_exec.h"
#include "flight/pollset.h"

#define UNWATCHED_MS 50 /* until one is looked at that cannot be watched */

/* The output that a flight waits for, or -1. */
static int
output_of(const struct flight *f)
{
	const struct secret_exec *x = flight_program(f);

	return x == NULL ? -1 : secret_exec_fd(x);
}

void
programs_watch(int set, struct flight *f)
{
	const int fd = output_of(f);
	const int64_t soon = clock_ms() + UNWATCHED_MS;

	if (fd >= 0 && !pollset_watch(set, fd, true, false) &&
	    f->wake_at > soon)
		f->wake_at = soon;
}

void
programs_unwatch(int set, const struct flight *f)
{
	const int fd = output_of(f);

	if (fd >= 0)
		(void)pollset_watch(set, fd, false, false);
}

struct flight *
programs_find(struct flight *list, int fd)
{
	struct flight *f = list;

	while (f != NULL && output_of(f) != fd)
		f = f->next;
	return f;
}

bool
programs_has_lost(const struct flight *f)
{
	const struct secret_exec *x = flight_program(f);

	return x != NULL && !secret_exec_is_ours(x);
}

bool
programs_have_lost(const struct flight *list)
{
	for (const struct flight *f = list; f != NULL; f = f->next)
		if (programs_has_lost(f))
			return true;
	return false;
}

bool
programs_watch_ahead(int set, const struct secret_ahead *ahead)
{
	bool all = true;
	int fd = -1;

	for (size_t i = 0; ahead != NULL && fd != SECRET_AHEAD_NONE; i++) {
		fd = secret_ahead_fd(ahead, i);
		if (fd >= 0 && !pollset_watch(set, fd, true, false))
			all = false;
	}
	return all;
}

bool
programs_are_ahead(const struct secret_ahead *ahead, int wanted)
{
	int fd = -1;

	if (ahead == NULL)
		return false;
	for (size_t i = 0; fd != SECRET_AHEAD_NONE && fd != wanted; i++)
		fd = secret_ahead_fd(ahead, i);
	return fd == wanted;
}
