/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a gateway's process tells the audit log when it signs itself: for whom it
 * signed, and for whom it did not, as the agent does (api/serve_news.h); and what
 * it notes for the list of keys.
 */
#ifndef CORE_API_CALLER_NEWS_H
#define CORE_API_CALLER_NEWS_H

#include "profile/handle.h"
#include "profile/stack_sign.h"

/*
 * The request was signed here by these entries of the stack.  `caller` may be
 * NULL; a line is written where it is somebody else than this process, and is
 * lost where there is no memory for it.
 */
void caller_news_used(struct apam *ctx, const struct stack *stack,
    const struct stack_result *made, const struct apam_caller *caller);

/*
 * It was refused with this error.  False, with nothing told, where it is not
 * known to be somebody else's.
 */
bool caller_news_refused(struct apam *ctx, const struct stack *stack,
    const struct apam_error *why, const struct apam_caller *caller);

#endif
