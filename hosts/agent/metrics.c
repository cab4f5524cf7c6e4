/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* reallocarray */
#include "agent/metrics.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/entry_metrics.h"
#include "agent/openmetrics.h"
#include "agent/process.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- The words of labels ------------------------------------------------ */

/* What a signature can come to. */
static const struct {
	enum apam_status status;
	const char *word;
} results[] = {
	{ APAM_OK, "ok" },
	{ APAM_E_USAGE, "usage" },
	{ APAM_E_NO_PROFILE, "no_profile" },
	{ APAM_E_CONFIG, "config" },
	{ APAM_E_TRUST, "trust" },
	{ APAM_E_SECRET, "secret" },
	{ APAM_E_MODULE, "module" },
	{ APAM_E_ACCESS, "access" },
	{ APAM_E_NETWORK, "network" },
	{ APAM_E_DEADLINE, "deadline" },
	{ APAM_E_PROVIDER, "provider" },
	{ APAM_E_THROTTLED, "throttled" },
	{ APAM_E_UNKNOWN, "unknown" },
	{ APAM_E_URL, "url" },
	{ APAM_E_ORIGIN, "origin" },
	{ APAM_E_HEADER, "header" },
	{ APAM_E_POLICY, "policy" },
	{ APAM_E_DENIED, "denied" },
	{ APAM_E_NOT_AUTHENTIC, "not_authentic" },
	{ APAM_E_EXPIRED, "expired" },
	{ APAM_E_ARCHIVED, "archived" },
	{ APAM_E_REVOKED, "revoked" },
	{ APAM_E_REJECTED, "rejected" },
	{ APAM_E_LOGIN, "login" },
	{ APAM_E_MEMORY, "memory" },
	{ APAM_E_ABI, "abi" },
	/* The last one is that of all others. */
	{ APAM_E_INTERNAL, "internal" },
};

#define RESULTS COUNT(results)
#define VERDICTS (APAM_VERDICT_CHALLENGED + 1)

static const char *const refusals[METRICS_REFUSALS] = {
	[METRICS_PEER] = "peer",
	[METRICS_CONNECTIONS] = "connections",
	[METRICS_REQUESTS] = "requests",
	[METRICS_PAGES] = "pages",
	[METRICS_FLOOD] = "flood",
	[METRICS_SILENT] = "silent",
	[METRICS_PROTOCOL] = "protocol",
};

/* ---- Counting ----------------------------------------------------------- */

struct counted {
	char name[APAM_NAME_SIZE]; /* of a profile; "": of none */
	uint64_t results[RESULTS];
	uint64_t verdicts[VERDICTS];
	uint64_t pages;
};

struct metrics {
	struct process_view *process;
	struct counted none; /* what met no profile */
	struct counted **profiles; /* sorted by name */
	size_t count, room;
	uint64_t refusals[METRICS_REFUSALS];
};

struct metrics *
metrics_new(void)
{
	struct metrics *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->process = process_view_new();
	if (m->process == NULL)
		metrics_free(&m);
	return m;
}

void
metrics_free(struct metrics **m)
{
	struct metrics *old = *m;

	*m = NULL;
	if (old == NULL)
		return;
	for (size_t i = 0; i < old->count; i++)
		free(old->profiles[i]);
	free(old->profiles);
	process_view_free(&old->process);
	free(old);
}

/* Where a name is, or belongs. */
static size_t
place_of(const struct metrics *m, const char *name, bool *there)
{
	size_t low = 0, high = m->count;

	*there = false;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = strcmp(name, m->profiles[middle]->name);

		*there = *there || order == 0;
		if (order <= 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool
make_room(struct metrics *m)
{
	struct counted **more;

	if (m->count >= METRICS_PROFILES_MAX)
		return false;
	if (m->count < m->room)
		return true;
	more = reallocarray(m->profiles, m->room * 2 + 16, sizeof(*more));
	if (more == NULL)
		return false;
	m->profiles = more;
	m->room = m->room * 2 + 16;
	return true;
}

/* The counts of a profile; those of none where there is no room for another. */
static struct counted *
counted_of(struct metrics *m, const char *profile)
{
	bool there;
	size_t at;
	struct counted *made;

	if (profile == NULL)
		return &m->none;
	at = place_of(m, profile, &there);
	if (there)
		return m->profiles[at];
	made = make_room(m) ? calloc(1, sizeof(*made)) : NULL;
	if (made == NULL)
		return &m->none;
	(void)snprintf(made->name, sizeof(made->name), "%s", profile);
	memmove(&m->profiles[at + 1], &m->profiles[at],
	    (m->count - at) * sizeof(m->profiles[0]));
	m->profiles[at] = made;
	m->count++;
	return made;
}

void
metrics_signature(
    struct metrics *m, const char *profile, enum apam_status status)
{
	size_t i = 0;

	while (i < RESULTS - 1 && results[i].status != status)
		i++;
	counted_of(m, profile)->results[i]++;
}

void
metrics_verdict(
    struct metrics *m, const char *profile, enum apam_verdict verdict)
{
	if ((size_t)verdict < VERDICTS)
		counted_of(m, profile)->verdicts[verdict]++;
}

void
metrics_page(struct metrics *m, const char *profile)
{
	counted_of(m, profile)->pages++;
}

void
metrics_refused(struct metrics *m, enum metrics_refusal why)
{
	m->refusals[why]++;
}

/* ---- The agent ---------------------------------------------------------- */

static void
put_agent(
    const struct metrics *m, const struct metrics_now *now, struct buf *to)
{
	openmetrics_family(
	    to, "apam_agent", "info", NULL, "The version of the agent.");
	openmetrics_put(
	    to, "apam_agent_info{version=\"%s\"} 1\n", apam_version());
	openmetrics_one(to, "apam_agent_connections",
	    "Clients that are connected.", now->connections);
	openmetrics_one(to, "apam_agent_users",
	    "Users whose clients are connected.", now->users);
	openmetrics_one(to, "apam_agent_requests",
	    "Requests that are under way.", now->requests);
	openmetrics_one(to, "apam_agent_pages",
	    "Pages that clients read signatures' headers from.", now->pages);
	openmetrics_family(to, "apam_agent_refusals", "counter", NULL,
	    "Clients that were turned away before their request met a "
	    "profile.");
	for (size_t i = 0; i < METRICS_REFUSALS; i++)
		openmetrics_put(to,
		    "apam_agent_refusals_total{reason=\"%s\"} %" PRIu64 "\n",
		    refusals[i], m->refusals[i]);
}

/* ---- Signatures --------------------------------------------------------- */

/* Calls `each` for what met no profile, and for each profile. */
static void
all_counted(const struct metrics *m, struct buf *to,
    void (*each)(const struct counted *c, struct buf *to))
{
	each(&m->none, to);
	for (size_t i = 0; i < m->count; i++)
		each(m->profiles[i], to);
}

/* Results that a profile never had are not told, but for "ok". */
static void
put_results(const struct counted *c, struct buf *to)
{
	for (size_t i = 0; i < RESULTS; i++)
		if (c->results[i] > 0 || (i == 0 && c->name[0] != '\0'))
			openmetrics_put(to,
			    "apam_signatures_total{profile=\"%s\","
			    "result=\"%s\"} %" PRIu64 "\n",
			    c->name, results[i].word, c->results[i]);
}

static void
put_verdicts(const struct counted *c, struct buf *to)
{
	for (size_t i = 0; i < VERDICTS; i++)
		if (c->verdicts[i] > 0)
			openmetrics_put(to,
			    "apam_verdicts_total{profile=\"%s\","
			    "verdict=\"%s\"} %" PRIu64 "\n",
			    c->name, apam_verdict_name((enum apam_verdict)i),
			    c->verdicts[i]);
}

static void
put_pages(const struct counted *c, struct buf *to)
{
	if (c->name[0] != '\0')
		openmetrics_put(to,
		    "apam_pages_given_total{profile=\"%s\"} %" PRIu64 "\n",
		    c->name, c->pages);
}

static void
put_signatures(const struct metrics *m, struct buf *to)
{
	openmetrics_family(to, "apam_signatures", "counter", NULL,
	    "Signatures that were asked for, by what came of them; what is "
	    "signed with a page asks nobody.");
	all_counted(m, to, put_results);
	openmetrics_family(to, "apam_verdicts", "counter", NULL,
	    "What clients said that the answers of APIs say of the "
	    "credential.");
	all_counted(m, to, put_verdicts);
	openmetrics_family(to, "apam_pages_given", "counter", NULL,
	    "Pages that were given to clients, each of which signs without "
	    "the agent from then on.");
	all_counted(m, to, put_pages);
}

/* ---- The process -------------------------------------------------------- */

/* The names that all of Prometheus's libraries give them. */
static void
put_process(const struct metrics *m, struct buf *to)
{
	struct process_facts facts;

	process_view_read(m->process, &facts);
	openmetrics_family(to, "process_cpu_seconds", "counter", "seconds",
	    "Time of processors that was used, by user and system.");
	openmetrics_put(to, "process_cpu_seconds_total %.3f\n", facts.cpu_s);
	openmetrics_family(to, "process_start_time_seconds", "gauge", "seconds",
	    "When the process began.");
	openmetrics_put(to, "process_start_time_seconds %.3f\n", facts.start_s);
	openmetrics_family(to, "process_resident_memory_bytes", "gauge",
	    "bytes", "Memory of the process.");
	openmetrics_put(
	    to, "process_resident_memory_bytes %" PRIu64 "\n", facts.resident);
	openmetrics_family(to, "process_virtual_memory_bytes", "gauge", "bytes",
	    "Addresses of the process.");
	openmetrics_put(
	    to, "process_virtual_memory_bytes %" PRIu64 "\n", facts.virtual);
	openmetrics_family(to, "apam_agent_locked_memory_bytes", "gauge",
	    "bytes", "Memory that is never written to a disk, for secrets.");
	openmetrics_put(
	    to, "apam_agent_locked_memory_bytes %" PRIu64 "\n", facts.locked);
	openmetrics_one(to, "process_open_fds", "Descriptors that are open.",
	    facts.descriptors);
	openmetrics_one(to, "process_max_fds", "Descriptors that may be open.",
	    facts.descriptors_max);
}

bool
metrics_write(struct metrics *m, struct apam *ctx,
    const struct metrics_now *now, struct buf *to)
{
	struct entry_metrics all = { NULL, 0 };
	bool ok = true;

	for (size_t i = 0; i < m->count && ok; i++)
		ok = entry_metrics_add(&all, ctx, m->profiles[i]->name);
	put_agent(m, now, to);
	put_signatures(m, to);
	entry_metrics_write(&all, to);
	put_process(m, to);
	buf_put(to, APAM_STR("# EOF\n"));
	entry_metrics_free(&all);
	if (!ok)
		buf_fail_as(to, (struct apam_str){ &buf_failed_views[1], 0 });
	return !to->failed;
}
