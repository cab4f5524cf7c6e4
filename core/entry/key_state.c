/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a key and the policy on it, without any I/O.
 */
#include "entry/key_state.h"

#include <stdio.h>

#include "base/clock.h"
#include "entry/backoff.h"

void
key_state_init(struct key_state *s)
{
	*s = (struct key_state){ .told = APAM_KEY_GOOD };
}

static bool
is_dead(const struct key_state *s)
{
	return s->found.state > APAM_KEY_GOOD;
}

/* The key is good until the next check, whose time has jitter. */
static void
note_good(struct key_state *s, const struct profile_entry *conf, int64_t at)
{
	s->good_at = at;
	s->seen_good = true;
	s->doubtful = false;
	s->unknowns = 0;
	s->check_at = backoff_refresh_at(at, at, at + conf->check_every * 1000);
}

void
key_state_found(struct key_state *s, const struct profile_entry *conf,
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
key_state_given(struct key_state *s, const struct profile_entry *conf,
    int64_t at, int64_t wall)
{
	s->found = (struct key_finding){ .state = APAM_KEY_GOOD,
		.at = wall,
		.evidence = "a fresh credential was given" };
	note_good(s, conf, at);
}

/* Append the advice; the text is cut if there is no room for both. */
static void
advise(char *text, size_t size)
{
	static const char advice[] =
	    "; never seen good: compare id, secret and URL first";
	size_t n = strlen(text);

	if (strstr(text, advice) != NULL)
		return;
	if (n > size - sizeof(advice))
		n = size - sizeof(advice);
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	memcpy(text + n, advice, sizeof(advice));
}

void
key_state_name_finding(const struct key_state *s, struct key_finding *finding)
{
	if (finding->state != APAM_KEY_REVOKED &&
	    finding->state != APAM_KEY_REJECTED)
		return;
	finding->state = s->seen_good ? APAM_KEY_REVOKED : APAM_KEY_REJECTED;
	if (!s->seen_good)
		advise(finding->evidence, sizeof(finding->evidence));
}

void
key_state_name_error(const struct key_state *s, struct apam_error *why)
{
	if (why->status != APAM_E_REVOKED && why->status != APAM_E_REJECTED)
		return;
	why->status = s->seen_good ? APAM_E_REVOKED : APAM_E_REJECTED;
	if (!s->seen_good)
		advise(why->text, sizeof(why->text));
}

void
key_state_refused(struct key_state *s, const struct apam_error *why)
{
	struct key_finding *f = &s->found;

	f->state = APAM_KEY_REVOKED;
	if (why->status == APAM_E_EXPIRED)
		f->state = APAM_KEY_EXPIRED;
	if (why->status == APAM_E_REJECTED)
		f->state = APAM_KEY_REJECTED;
	f->at = clock_unix();
	(void)snprintf(f->evidence, sizeof(f->evidence), "%.*s",
	    (int)sizeof(f->evidence) - 1, why->text);
	s->good_at = 0;
}

/* The profile wants the provider to be asked, after what happened. */
static bool
is_open(const struct key_state *s, const struct profile_entry *conf)
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
key_state_check_due(
    const struct key_state *s, const struct profile_entry *conf, int64_t now)
{
	return is_open(s, conf) && !is_dead(s) && now >= s->check_at;
}

bool
key_state_enough(
    const struct key_state *s, const struct profile_entry *conf, int64_t now)
{
	if (!conf->deny_unknown || !is_open(s, conf))
		return true;
	return s->good_at != 0 &&
	    now - s->good_at <= conf->revocation_ttl * 1000;
}

bool
key_state_news(struct key_state *s)
{
	if (s->found.at == 0 || s->found.state == s->told)
		return false;
	s->told = s->found.state;
	return true;
}
