/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_user_add and apam_users: the users who have a directory in state_dir.
 */
#include <apam/admin.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "file/user_dir.h"
#include "profile/handle.h"

enum apam_status
apam_user_add(struct apam *ctx, unsigned long uid, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct settings *s = ctx->env.settings;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	user_dir_tidy(s->state_dir, true, &ctx->env.log);
	return user_dir_add(s->state_dir, s->user, uid, err);
}

struct listing {
	bool (*each)(void *arg, const struct apam_user_info *user);
	void *arg;
	bool stopped;
};

static void
list_one(void *arg, unsigned long uid, int directory)
{
	const struct apam_user_info user = { .size = sizeof(user), .uid = uid };
	struct listing *l = arg;

	(void)directory;
	if (!l->stopped)
		l->stopped = !l->each(l->arg, &user);
}

enum apam_status
apam_users(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_user_info *user), void *arg,
    struct apam_error *err)
{
	HOLD_CANCEL;
	const struct settings *s = ctx->env.settings;
	struct listing l = { each, arg, false };

	if (!sized_begin(err))
		return APAM_E_USAGE;
	user_dir_tidy(s->state_dir, true, &ctx->env.log);
	user_dir_each(s->state_dir, s->user, list_one, &l);
	return APAM_OK;
}
