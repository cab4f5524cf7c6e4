/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile looks at its files with the next signature, however short it is
 * since it last did.
 */
#ifndef TESTS_LOOK_NOW_H
#define TESTS_LOOK_NOW_H

#include "profile/handle.h"
#include "profile/stack.h"
#include "slot/write.h"

static inline void
look_now(struct apam_profile *profile)
{
	pthread_mutex_lock(&profile->ctx->env.lock);
	profile->check_at = 0;
	/* What its slot holds is good for as long as nobody looks. */
	slot_close(profile->stack->slot);
	pthread_mutex_unlock(&profile->ctx->env.lock);
}

#endif
