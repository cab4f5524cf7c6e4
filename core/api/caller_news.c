/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was told is remembered by the context, from the first caller on.
 */
#include "api/caller_news.h"

#include <stdlib.h>

#include "api/named_caller.h"
#include "api/serve_news.h"
#include "base/sized.h"

/* False for this process itself, and for what cannot be a caller. */
static bool
is_other(const struct apam_caller *caller, struct audit_asker *asker)
{
	if (caller == NULL ||
	    sized_check(&sized_caller, caller, NULL) != APAM_OK ||
	    named_caller_is_self(caller))
		return false;
	*asker = (struct audit_asker){ .uid = caller->uid,
		.unit = caller->unit };
	return true;
}

/* NULL without memory. */
static struct serve_news *
news_of(struct apam *ctx)
{
	struct serve_news *news;

	pthread_mutex_lock(&ctx->env.lock);
	if (ctx->news == NULL) {
		ctx->news = calloc(1, sizeof(*ctx->news));
		if (ctx->news != NULL)
			ctx->news->notes = true;
	}
	news = ctx->news;
	pthread_mutex_unlock(&ctx->env.lock);
	return news;
}

void
caller_news_used(struct apam *ctx, const struct stack *stack,
    const struct stack_result *made, const struct apam_caller *caller)
{
	struct audit_asker asker;
	struct serve_news *news;

	if (!is_other(caller, &asker))
		return;
	news = news_of(ctx);
	if (news != NULL)
		serve_news_used(news, NULL, stack, made, &asker);
}

bool
caller_news_refused(struct apam *ctx, const struct stack *stack,
    const struct apam_error *why, const struct apam_caller *caller)
{
	struct audit_asker asker;
	struct serve_news *news;

	if (!is_other(caller, &asker))
		return false;
	news = news_of(ctx);
	if (news != NULL)
		serve_news_refused(
		    news, stack, why, &asker, SERVE_REFUSED_SIGNATURE);
	return news != NULL;
}
