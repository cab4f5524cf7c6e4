/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a key and the policy on it, without any I/O.
 */
#include "standing.h"

#include <stdio.h>

#include "backoff.h"
#include "clock.h"

void
standing_init(struct standing *s)
{
	*s = (struct standing){ .told = APAM_KEY_GOOD };
}

static bool
is_dead(const struct standing *s)
{
	return s->found.state > APAM_KEY_GOOD;
}

/* Good until the next check, which has its jitter. */
static void
note_good(struct standing *s, const struct profile_entry *conf, int64_t at)
{
	s->good_at = at;
	s->doubtful = false;
	s->unknowns = 0;
	s->check_at = backoff_refresh_at(at, at, at + conf->check_every * 1000);
}

void
standing_found(struct standing *s, const struct profile_entry *conf,
    const struct key_finding *finding)
{
	s->found = *finding;
	if (finding->state == APAM_KEY_GOOD)
		note_good(s, conf, clock_ms());
	else if (finding->state == APAM_KEY_UNKNOWN)
		s->check_at = clock_ms() + backoff_ms(++s->unknowns);
	else
		s->good_at = 0;
}

void
standing_given(struct standing *s, const struct profile_entry *conf, int64_t at,
    int64_t wall)
{
	s->found = (struct key_finding){ .state = APAM_KEY_GOOD,
		.at = wall,
		.evidence = "a fresh credential was given" };
	note_good(s, conf, at);
}

void
standing_refused(struct standing *s, const struct apam_error *why)
{
	struct key_finding *f = &s->found;

	f->state = why->status == APAM_E_EXPIRED ? APAM_KEY_EXPIRED :
						   APAM_KEY_REVOKED;
	f->at = clock_unix();
	(void)snprintf(f->evidence, sizeof(f->evidence), "%.*s",
	    (int)sizeof(f->evidence) - 1, why->text);
	s->good_at = 0;
}

/* The provider is to be asked, by what the profile says and what happened. */
static bool
is_open(const struct standing *s, const struct profile_entry *conf)
{
	switch (conf->revocation_check) {
	case CHECK_PERIODIC:
		return true;
	case CHECK_ON_REJECT:
		return s->doubtful;
	case CHECK_NEVER:
		break;
	}
	return false;
}

bool
standing_check_due(
    const struct standing *s, const struct profile_entry *conf, int64_t now)
{
	return is_open(s, conf) && !is_dead(s) && now >= s->check_at;
}

bool
standing_enough(
    const struct standing *s, const struct profile_entry *conf, int64_t now)
{
	if (!conf->deny_unknown || !is_open(s, conf))
		return true;
	return s->good_at != 0 &&
	    now - s->good_at <= conf->revocation_ttl * 1000;
}

bool
standing_news(struct standing *s)
{
	if (s->found.at == 0 || s->found.state == s->told)
		return false;
	s->told = s->found.state;
	return true;
}
