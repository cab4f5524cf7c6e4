/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handler waits for locks, but not for ever: the thread that called exit()
 * may hold one, in the host's log function.
 */
#include "profile/exit.h"

#include <time.h>

#include "base/clock.h"
#include "base/exit_watch.h"
#include "flight/driver.h"
#include "profile/fork.h"

#define PATIENCE_MS 2000

static void
retire(struct apam *ctx, const struct timespec *until)
{
	driver_retire(ctx->env.loop, until);
}

static void
retire_all(void)
{
	struct timespec until;

	/* The clock is that of pthread_mutex_timedlock. */
	if (clock_after(CLOCK_REALTIME, PATIENCE_MS, &until))
		fork_each(retire, &until);
}

void
exit_retires_loops(void)
{
	exit_watch_action(retire_all);
}
