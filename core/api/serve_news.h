/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the agent, or a gateway's process, tells the audit log: for whom it
 * signed, and whom it refused.  Of each user, service, program and key once an
 * hour, of each user's refusals of one kind once a minute, so that the log is no
 * longer than its readers can bear.
 */
#ifndef CORE_API_SERVE_NEWS_H
#define CORE_API_SERVE_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/line.h"

struct stack;
struct stack_result;

#define SERVE_NEWS_MAX 1024
#define SERVE_USED_MS (60 * 60 * 1000)
#define SERVE_REFUSED_MS (60 * 1000)

/*
 * What was told, by hash; a place that another needs is told of anew.  Zeroed
 * at first.
 */
struct serve_news {
	bool notes;	/* uses are noted for the list of keys, too */
	struct serve_told {
		uint64_t what;
		int64_t at;	/* clock_ms */
		int64_t noted;	/* the same; 0: not yet */
		unsigned long untold; /* how often since then */
	} told[SERVE_NEWS_MAX];
};

/* What was refused; each is a kind of its own. */
enum serve_refused {
	SERVE_REFUSED_SIGNATURE,
	SERVE_REFUSED_CLAIM,	/* a signature, for somebody else */
	SERVE_REFUSED_VERIFYING, /* whether an answer is the provider's */
	SERVE_REFUSED_REVOKING	/* to revoke a credential */
};

/* One who was signed for before, for the next time; zeroed at first. */
struct serve_known {
	const void *stack;	/* compared and no more */
	uint64_t credential;
	unsigned entries;
	int64_t until;		/* clock_ms */
};

/*
 * The request was signed by these entries of the stack for the asker.  *known
 * is the connection's, so that most signatures cost one comparison; NULL: it asks
 * for others.  Not with the context's lock held.
 */
void serve_news_used(struct serve_news *news, struct serve_known *known,
    const struct stack *stack, const struct stack_result *made,
    const struct audit_asker *asker);

/* It was refused; nothing where *why is another error (profile/refusals.h). */
void serve_news_refused(struct serve_news *news, const struct stack *stack,
    const struct apam_error *why, const struct audit_asker *asker,
    enum serve_refused what);

#endif
