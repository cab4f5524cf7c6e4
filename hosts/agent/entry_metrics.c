/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE /* reallocarray */
#include "agent/entry_metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "agent/openmetrics.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define KEY_STATES (APAM_KEY_REJECTED + 1)

bool
entry_metrics_add(struct entry_metrics *all, struct apam *ctx, const char *name)
{
	struct apam_entry_status some[APAM_ENTRIES_MAX];
	size_t count = APAM_ENTRIES_MAX;
	struct apam_profile *profile;
	struct entry_shown *more;

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
		more[all->count++] = (struct entry_shown){ name, some[i] };
	return true;
}

/* "{profile="...",entry="..."", which the caller closes. */
static void
put_sample(struct buf *to, const char *name, const struct entry_shown *e)
{
	openmetrics_put(to, "%s{profile=\"%s\",entry=\"%u\"", name, e->profile,
	    e->s.entry + 1);
}

static void
put_scheme(const struct entry_shown *e, const char *name, struct buf *to)
{
	put_sample(to, name, e);
	openmetrics_put(to, ",scheme=\"%s\"} 1\n", e->s.scheme);
}

static void
put_two(struct buf *to, const char *name, const struct entry_shown *e,
    const char *words[2], uint64_t values[2])
{
	for (int i = 0; i < 2; i++) {
		put_sample(to, name, e);
		openmetrics_put(
		    to, ",result=\"%s\"} %" PRIu64 "\n", words[i], values[i]);
	}
}

/* Between two reads of the counters an exchange may have ended. */
static void
put_exchanges(const struct entry_shown *e, const char *name, struct buf *to)
{
	const uint64_t lost = e->s.unanswered < e->s.exchanges ?
	    e->s.unanswered :
	    e->s.exchanges;

	put_two(to, name, e, (const char *[]){ "sent", "unanswered" },
	    (uint64_t[]){ e->s.exchanges, lost });
}

static void
put_refreshes(const struct entry_shown *e, const char *name, struct buf *to)
{
	put_two(to, name, e, (const char *[]){ "ok", "failed" },
	    (uint64_t[]){ e->s.acquired, e->s.not_acquired });
}

static void
put_usable(const struct entry_shown *e, const char *name, struct buf *to)
{
	put_sample(to, name, e);
	openmetrics_put(to, "} %d\n", e->s.usable);
}

static void
put_acquired(const struct entry_shown *e, const char *name, struct buf *to)
{
	if (e->s.generation == 0)
		return;
	put_sample(to, name, e);
	openmetrics_put(to, "} %" PRId64 "\n", e->s.acquired_at);
}

static void
put_end(const struct entry_shown *e, const char *name, struct buf *to)
{
	if (e->s.generation == 0 || e->s.expires_in < 0)
		return;
	put_sample(to, name, e);
	openmetrics_put(
	    to, "} %" PRId64 "\n", (int64_t)time(NULL) + e->s.expires_in);
}

static void
put_login(const struct entry_shown *e, const char *name, struct buf *to)
{
	if (e->s.stored[0] == '\0')
		return;
	put_sample(to, name, e);
	openmetrics_put(to, "} %d\n", e->s.login_needed);
}

static void
put_key_state(const struct entry_shown *e, const char *name, struct buf *to)
{
	for (size_t i = 0; i < KEY_STATES; i++) {
		put_sample(to, name, e);
		openmetrics_put(to, ",apam_key_state=\"%s\"} %d\n",
		    apam_key_state_name((enum apam_key_state)i),
		    (size_t)e->s.key_state == i);
	}
}

/* Each family, its samples' name, and who writes one of them. */
static const struct {
	const char *family, *type, *unit, *help, *sample;
	void (*put)(
	    const struct entry_shown *e, const char *name, struct buf *to);
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

void
entry_metrics_write(const struct entry_metrics *all, struct buf *to)
{
	for (size_t f = 0; f < COUNT(families); f++) {
		openmetrics_family(to, families[f].family, families[f].type,
		    families[f].unit, families[f].help);
		for (size_t i = 0; i < all->count; i++)
			families[f].put(
			    &all->entries[i], families[f].sample, to);
	}
}

void
entry_metrics_free(struct entry_metrics *all)
{
	free(all->entries);
	*all = (struct entry_metrics){ NULL, 0 };
}
