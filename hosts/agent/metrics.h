/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the agent counts, and what it tells of it: OpenMetrics 1.0 text, with
 * names in the conventions of Prometheus.  No value and no label is a secret,
 * and none is what a client said: the labels are names of profiles, which the
 * administrator gave, and words of the tables here.  So there are as many
 * series as the configuration has room for, and no client can add one.
 */
#ifndef HOSTS_AGENT_METRICS_H
#define HOSTS_AGENT_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/apam.h>

#include "base/buf.h"

#define METRICS_TYPE                                                           \
	"application/openmetrics-text; version=1.0.0; charset=utf-8"
#define METRICS_TEXT_MAX (8 * 1024 * 1024) /* bytes */
#define METRICS_PROFILES_MAX 4096 /* those that come later count as none */

/* Why a client was turned away before its request met a profile. */
enum metrics_refusal {
	METRICS_PEER,		/* who it is cannot be told */
	METRICS_CONNECTIONS,	/* it, or its user, has too many */
	METRICS_REQUESTS,	/* too many of a user are under way */
	METRICS_PAGES,		/* too many pages of a user */
	METRICS_FLOOD,		/* it sends faster than it may */
	METRICS_SILENT,		/* it does not read what it asked for */
	METRICS_PROTOCOL,	/* its frames make no sense */
	METRICS_REFUSALS
};

/* How it stands now; the agent fills it in when it is asked. */
struct metrics_now {
	size_t connections;	/* clients that are connected */
	size_t users;		/* how many uids those are of */
	size_t requests;	/* under way */
	size_t pages;		/* that clients can map */
};

struct metrics;

/* NULL, with errno: no memory, or no /proc.  It keeps a descriptor open. */
struct metrics *metrics_new(void);

/* *m may be NULL; it is set to NULL. */
void metrics_free(struct metrics **m);

/*
 * Count an answer to SIGN: `profile` is the name of a profile that the context
 * knows (apam_profile_name), or NULL where the request met none.
 */
void metrics_signature(
    struct metrics *m, const char *profile, enum apam_status status);

/* Count a client's verdict on an answer of the API. */
void metrics_verdict(
    struct metrics *m, const char *profile, enum apam_verdict verdict);

void metrics_refused(struct metrics *m, enum metrics_refusal why);

/* A page was given to a client that did not have it. */
void metrics_page(struct metrics *m, const char *profile);

/*
 * Write all of it, which ends in "# EOF".  Of the context the profiles are shown
 * that were counted above.  There is no network I/O.  False where `to` has no
 * room or memory.
 */
bool metrics_write(struct metrics *m, struct apam *ctx,
    const struct metrics_now *now, struct buf *to);

#endif
