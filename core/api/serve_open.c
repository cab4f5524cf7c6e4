/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's context: opening it, and looking at what may have changed.
 */
#include "api/serve.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "file/secret_ahead.h"
#include "flight/loop.h"
#include "profile/context.h"
#include "profile/handle.h"
#include "profile/reload.h"
#include "profile/table.h"

enum apam_status
serve_open(const struct apam_open_options *options, struct apam **ctx,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_open_options mine = *options;
	struct problems all;
	enum apam_status status;

	mine.flags |= APAM_OPEN_NO_THREAD;
	problems_init(&all);
	status = context_new(&mine, ctx, &all);
	if (status != APAM_OK) {
		error_copy(err, &all.first);
		return status;
	}
	(*ctx)->env.is_agent = true;
	(*ctx)->env.ahead = (*ctx)->env.loop->ahead = secret_ahead_new();
	if ((*ctx)->env.ahead == NULL) {
		apam_close(ctx);
		return error_set(err, APAM_E_MEMORY, "out of memory");
	}
	/* Those of a later agent are higher: clients may still have older ones. */
	atomic_store(&(*ctx)->env.generation, (uint64_t)clock_unix_ms() << 16);
	return APAM_OK;
}

uint64_t
serve_landings(const struct apam *ctx)
{
	return ctx->env.loop->landings;
}

struct serve_needs
serve_needs(struct apam_profile *profile)
{
	HOLD_CANCEL;
	struct apam_error unwanted;
	struct stack *stack;
	struct serve_needs needs = { false, false };

	error_init(&unwanted);
	stack = profile_follow(profile, PROFILE_DEADLINE, &unwanted);
	if (stack == NULL)
		return needs;
	needs.unit = allow_needs_unit(&stack->profile->allow);
	needs.groups = allow_needs_groups(&stack->profile->allow);
	stack_release(&stack);
	return needs;
}

size_t
serve_profile_count(struct apam *ctx)
{
	HOLD_CANCEL;
	struct directory list = { .count = 0 };
	struct apam_error unwanted = APAM_ERROR_INIT;
	size_t count;

	(void)table_list(ctx, &list, &unwanted);
	count = list.count;
	directory_free(&list);
	return count;
}

const char *
serve_expected_socket(const struct apam *ctx)
{
	const struct settings *settings = ctx->env.settings;

	return settings->agent == AGENT_OFF ? NULL : settings->agent_socket;
}

void
serve_look(struct apam *ctx)
{
	HOLD_CANCEL;

	for (size_t i = 0; i < ctx->profile_count; i++) {
		struct apam_profile *profile = ctx->profiles[i];
		struct apam_error unwanted;
		struct stack *stack;

		error_init(&unwanted);
		profile_look_soon(profile);
		stack = profile_follow(profile, PROFILE_DEADLINE, &unwanted);
		stack_release(&stack);
	}
}
