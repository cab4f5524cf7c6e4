/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It makes a connection of its own.
 */
#include "kit/sound.h"

#include <sys/socket.h>
#include <unistd.h>

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0)
		(void)close(fd);
	return sound_acquire(state, op);
}

SOUND_MODULE("opens-socket", .acquire = own_acquire);
