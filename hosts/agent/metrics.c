/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenMetrics 1.0.0: a family is "# TYPE", "# UNIT" where its name ends in a
 * unit, "# HELP", and its samples in one piece; counters end in _total.  Of
 * times the moment is told and not the age, as Prometheus asks: who reads them
 * subtracts.
 */
#define _DEFAULT_SOURCE /* reallocarray */
#include "agent/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <apam/admin.h>

#include "agent/process.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LINE_SIZE 1024

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
#define KEY_STATES (APAM_KEY_REJECTED + 1)

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

/* ---- Text --------------------------------------------------------------- */

APAM_PRINTF(2, 3)
static void
put(struct buf *to, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(line))
		buf_fail(to);
	else
		buf_put(to, (struct apam_str){ line, (size_t)n });
}

/* The head of a family. */
static void
family(struct buf *to, const char *name, const char *type, const char *unit,
    const char *help)
{
	put(to, "# TYPE %s %s\n", name, type);
	if (unit != NULL)
		put(to, "# UNIT %s %s\n", name, unit);
	put(to, "# HELP %s %s\n", name, help);
}

static void
one(struct buf *to, const char *name, const char *help, uint64_t value)
{
	family(to, name, "gauge", NULL, help);
	put(to, "%s %" PRIu64 "\n", name, value);
}

/* ---- The agent ---------------------------------------------------------- */

static void
put_agent(
    const struct metrics *m, const struct metrics_now *now, struct buf *to)
{
	family(to, "apam_agent", "info", NULL, "The version of the agent.");
	put(to, "apam_agent_info{version=\"%s\"} 1\n", apam_version());
	one(to, "apam_agent_connections", "Clients that are connected.",
	    now->connections);
	one(to, "apam_agent_users", "Users whose clients are connected.",
	    now->users);
	one(to, "apam_agent_requests", "Requests that are under way.",
	    now->requests);
	one(to, "apam_agent_pages",
	    "Pages that clients read signatures' headers from.", now->pages);
	family(to, "apam_agent_refusals", "counter", NULL,
	    "Clients that were turned away before their request met a "
	    "profile.");
	for (size_t i = 0; i < METRICS_REFUSALS; i++)
		put(to,
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
			put(to,
			    "apam_signatures_total{profile=\"%s\","
			    "result=\"%s\"} %" PRIu64 "\n",
			    c->name, results[i].word, c->results[i]);
}

static void
put_verdicts(const struct counted *c, struct buf *to)
{
	for (size_t i = 0; i < VERDICTS; i++)
		if (c->verdicts[i] > 0)
			put(to,
			    "apam_verdicts_total{profile=\"%s\","
			    "verdict=\"%s\"} %" PRIu64 "\n",
			    c->name, apam_verdict_name((enum apam_verdict)i),
			    c->verdicts[i]);
}

static void
put_pages(const struct counted *c, struct buf *to)
{
	if (c->name[0] != '\0')
		put(to, "apam_pages_given_total{profile=\"%s\"} %" PRIu64 "\n",
		    c->name, c->pages);
}

static void
put_signatures(const struct metrics *m, struct buf *to)
{
	family(to, "apam_signatures", "counter", NULL,
	    "Signatures that were asked for, by what came of them; what is "
	    "signed with a page asks nobody.");
	all_counted(m, to, put_results);
	family(to, "apam_verdicts", "counter", NULL,
	    "What clients said that the answers of APIs say of the "
	    "credential.");
	all_counted(m, to, put_verdicts);
	family(to, "apam_pages_given", "counter", NULL,
	    "Pages that were given to clients, each of which signs without "
	    "the agent from then on.");
	all_counted(m, to, put_pages);
}

/* ---- Credentials -------------------------------------------------------- */

/* An entry of a profile. */
struct shown {
	const char *profile;
	struct apam_entry_status s;
};

struct all_shown {
	struct shown *entries;
	size_t count;
};

/* Those of one profile; one that cannot be read has none. */
static bool
add_entries(struct all_shown *all, struct apam *ctx, const char *name)
{
	struct apam_entry_status some[APAM_ENTRIES_MAX];
	size_t count = APAM_ENTRIES_MAX;
	struct apam_profile *profile;
	struct shown *more;

	if (apam_profile_get(ctx, name, &profile, NULL) != APAM_OK ||
	    apam_profile_status(
		profile, some, &count, sizeof(some[0]), NULL, NULL) != APAM_OK)
		return true;
	more = reallocarray(
	    all->entries, all->count + count + 1, sizeof(*more));
	if (more == NULL)
		return false;
	all->entries = more;
	for (size_t i = 0; i < count; i++)
		more[all->count++] = (struct shown){ name, some[i] };
	return true;
}

/* "{profile="...",entry="..."", which the caller closes. */
static void
put_sample(struct buf *to, const char *name, const struct shown *e)
{
	put(to, "%s{profile=\"%s\",entry=\"%u\"", name, e->profile,
	    e->s.entry + 1);
}

static void
put_scheme(const struct shown *e, const char *name, struct buf *to)
{
	put_sample(to, name, e);
	put(to, ",scheme=\"%s\"} 1\n", e->s.scheme);
}

static void
put_two(struct buf *to, const char *name, const struct shown *e,
    const char *words[2], uint64_t values[2])
{
	for (int i = 0; i < 2; i++) {
		put_sample(to, name, e);
		put(to, ",result=\"%s\"} %" PRIu64 "\n", words[i], values[i]);
	}
}

/* Between two reads of the counters an exchange may have ended. */
static void
put_exchanges(const struct shown *e, const char *name, struct buf *to)
{
	const uint64_t lost = e->s.unanswered < e->s.exchanges ?
	    e->s.unanswered :
	    e->s.exchanges;

	put_two(to, name, e, (const char *[]){ "sent", "unanswered" },
	    (uint64_t[]){ e->s.exchanges, lost });
}

static void
put_refreshes(const struct shown *e, const char *name, struct buf *to)
{
	put_two(to, name, e, (const char *[]){ "ok", "failed" },
	    (uint64_t[]){ e->s.acquired, e->s.not_acquired });
}

static void
put_usable(const struct shown *e, const char *name, struct buf *to)
{
	put_sample(to, name, e);
	put(to, "} %d\n", e->s.usable);
}

static void
put_acquired(const struct shown *e, const char *name, struct buf *to)
{
	if (e->s.generation == 0)
		return;
	put_sample(to, name, e);
	put(to, "} %" PRId64 "\n", e->s.acquired_at);
}

static void
put_end(const struct shown *e, const char *name, struct buf *to)
{
	if (e->s.generation == 0 || e->s.expires_in < 0)
		return;
	put_sample(to, name, e);
	put(to, "} %" PRId64 "\n", (int64_t)time(NULL) + e->s.expires_in);
}

static void
put_login(const struct shown *e, const char *name, struct buf *to)
{
	if (e->s.stored[0] == '\0')
		return;
	put_sample(to, name, e);
	put(to, "} %d\n", e->s.login_needed);
}

static void
put_key_state(const struct shown *e, const char *name, struct buf *to)
{
	for (size_t i = 0; i < KEY_STATES; i++) {
		put_sample(to, name, e);
		put(to, ",apam_key_state=\"%s\"} %d\n",
		    apam_key_state_name((enum apam_key_state)i),
		    (size_t)e->s.key_state == i);
	}
}

/* Each family, its samples' name, and who writes one of them. */
static const struct {
	const char *family, *type, *unit, *help, *sample;
	void (*put)(const struct shown *e, const char *name, struct buf *to);
} families[] = {
	{ "apam_entry", "info", NULL, "The scheme of an entry.",
	    "apam_entry_info", put_scheme },
	{ "apam_exchanges", "counter", NULL,
	    "Requests that were sent to the provider, and those of them that "
	    "got no answer.",
	    "apam_exchanges_total", put_exchanges },
	{ "apam_refreshes", "counter", NULL,
	    "Credentials that the provider gave, and attempts that failed.",
	    "apam_refreshes_total", put_refreshes },
	{ "apam_credential_usable", "gauge", NULL,
	    "Whether there is a credential that may be sent.",
	    "apam_credential_usable", put_usable },
	{ "apam_credential_acquired_timestamp_seconds", "gauge", "seconds",
	    "When the credential was acquired.",
	    "apam_credential_acquired_timestamp_seconds", put_acquired },
	{ "apam_credential_end_timestamp_seconds", "gauge", "seconds",
	    "When the credential ends; one that does not end has none.",
	    "apam_credential_end_timestamp_seconds", put_end },
	{ "apam_login_needed", "gauge", NULL, "Whether somebody has to log in.",
	    "apam_login_needed", put_login },
	{ "apam_key_state", "stateset", NULL, "What is known of the key.",
	    "apam_key_state", put_key_state },
};

static void
put_credentials(const struct all_shown *all, struct buf *to)
{
	for (size_t f = 0; f < COUNT(families); f++) {
		family(to, families[f].family, families[f].type,
		    families[f].unit, families[f].help);
		for (size_t i = 0; i < all->count; i++)
			families[f].put(
			    &all->entries[i], families[f].sample, to);
	}
}

/* ---- The process -------------------------------------------------------- */

/* The names that all of Prometheus's libraries give them. */
static void
put_process(const struct metrics *m, struct buf *to)
{
	struct process_facts facts;

	process_view_read(m->process, &facts);
	family(to, "process_cpu_seconds", "counter", "seconds",
	    "Time of processors that was used, by user and system.");
	put(to, "process_cpu_seconds_total %.3f\n", facts.cpu_s);
	family(to, "process_start_time_seconds", "gauge", "seconds",
	    "When the process began.");
	put(to, "process_start_time_seconds %.3f\n", facts.start_s);
	family(to, "process_resident_memory_bytes", "gauge", "bytes",
	    "Memory of the process.");
	put(to, "process_resident_memory_bytes %" PRIu64 "\n", facts.resident);
	family(to, "process_virtual_memory_bytes", "gauge", "bytes",
	    "Addresses of the process.");
	put(to, "process_virtual_memory_bytes %" PRIu64 "\n", facts.virtual);
	family(to, "apam_agent_locked_memory_bytes", "gauge", "bytes",
	    "Memory that is never written to a disk, for secrets.");
	put(to, "apam_agent_locked_memory_bytes %" PRIu64 "\n", facts.locked);
	one(to, "process_open_fds", "Descriptors that are open.",
	    facts.descriptors);
	one(to, "process_max_fds", "Descriptors that may be open.",
	    facts.descriptors_max);
}

bool
metrics_write(struct metrics *m, struct apam *ctx,
    const struct metrics_now *now, struct buf *to)
{
	struct all_shown all = { NULL, 0 };
	bool ok = true;

	for (size_t i = 0; i < m->count && ok; i++)
		ok = add_entries(&all, ctx, m->profiles[i]->name);
	put_agent(m, now, to);
	put_signatures(m, to);
	put_credentials(&all, to);
	put_process(m, to);
	buf_put(to, APAM_STR("# EOF\n"));
	free(all.entries);
	return ok && !to->failed;
}
