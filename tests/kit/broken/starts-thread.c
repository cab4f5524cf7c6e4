/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It has a thread of its own.
 */
#include "kit/sound.h"

#include <pthread.h>

static void *
idle(void *arg)
{
	return arg;
}

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, idle, NULL) == 0)
		(void)pthread_detach(thread);
	return scheme_open(svc, options, state);
}

SOUND_MODULE("starts-thread", .open = own_open);
