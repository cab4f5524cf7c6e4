/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The action is given by a higher floor: what has to end is not known here.
 */
#include "base/exit_watch.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

static void (*_Atomic at_exit)(void);

void
exit_watch_action(void (*action)(void))
{
	atomic_store(&at_exit, action);
}

static void
run(void)
{
	void (*action)(void) = atomic_load(&at_exit);

	if (action != NULL)
		action();
}

void
exit_watch(void)
{
	(void)atexit(run);
}
