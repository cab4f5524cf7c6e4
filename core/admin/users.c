/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_user_add and apam_users: who has a directory in state_dir.
 */
#include <apam/admin.h>

#include "base/cancel.h"
#include "base/error.h"
#include "file/user_dir.h"
#include "profile/handle.h"

enum apam_status
apam_user_add(struct apam *ctx, unsigned long uid, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct settings *s = ctx->env.settings;

	error_clear(err);
	user_dir_tidy(s->state_dir, true, &ctx->env.log);
	return user_dir_add(s->state_dir, s->user, uid, err);
}

struct listing {
	void (*each)(void *arg, unsigned long uid);
	void *arg;
};

static void
list_one(void *arg, unsigned long uid, int directory)
{
	const struct listing *l = arg;

	(void)directory;
	l->each(l->arg, uid);
}

void
apam_users(
    struct apam *ctx, void (*each)(void *arg, unsigned long uid), void *arg)
{
	HOLD_CANCEL;
	const struct settings *s = ctx->env.settings;
	struct listing l = { each, arg };

	user_dir_tidy(s->state_dir, true, &ctx->env.log);
	user_dir_each(s->state_dir, s->user, list_one, &l);
}
