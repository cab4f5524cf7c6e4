/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handlers, and not signalfd(2): that needs the signals blocked, and programs
 * that are started, as those of exec: secrets, would inherit it.
 */
#include "agent/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int event = -1;
static volatile sig_atomic_t reload, end;

static void
handle(int number)
{
	const int saved = errno;
	const uint64_t one = 1;

	if (number == SIGHUP)
		reload = 1;
	else
		end = 1;
	if (write(event, &one, sizeof(one)) < 0)
		errno = saved; /* the counter is full, so it is readable */
	errno = saved;
}

int
signals_open(void)
{
	struct sigaction action = { .sa_handler = handle,
		.sa_flags = SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&ignore.sa_mask);
	if (event < 0 || sigaction(SIGHUP, &action, NULL) != 0 ||
	    sigaction(SIGTERM, &action, NULL) != 0 ||
	    sigaction(SIGINT, &action, NULL) != 0 ||
	    sigaction(SIGPIPE, &ignore, NULL) != 0)
		return -1;
	return event;
}

unsigned
signals_take(void)
{
	uint64_t count;
	unsigned seen = 0;

	/* First the descriptor: what comes after that makes it readable anew. */
	if (read(event, &count, sizeof(count)) < 0)
		return 0;
	if (reload)
		seen |= SIGNALS_RELOAD;
	reload = 0;
	if (end)
		seen |= SIGNALS_END;
	return seen;
}
