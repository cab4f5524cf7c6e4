/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It makes a process.
 */
#include "kit/sound.h"

#include <sys/wait.h>
#include <unistd.h>

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	return scheme_open(svc, options, state);
}

SOUND_MODULE("forks", .open = own_open);
