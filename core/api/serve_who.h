/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For whom the agent signs, or verifies answers.
 */
#ifndef CORE_API_SERVE_WHO_H
#define CORE_API_SERVE_WHO_H

#include "api/serve_news.h"
#include "config/allow.h"

/* Who asks. */
struct serve_who {
	struct caller caller;	/* who sends, as the kernel says */
	/* For whom it asks, as it says itself; NULL: for itself. */
	const struct caller *named;
	const char *program;	/* what it calls itself, for the audit log */
	struct serve_news *news; /* the agent's, of all */
	struct serve_known *known; /* the connection's */
	bool verifies;		/* it asks about an answer, for no signature */
};

#endif
