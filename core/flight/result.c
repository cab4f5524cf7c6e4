/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A refused key gets its name later, when the flight lands (landing.c).
 */
#include "flight/result.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "entry/share.h"
#include "flight/harvest.h"

/* ---- Findings ---------------------------------------------------------- */

static void
set_finding(
    struct key_finding *to, enum apam_key_state state, const char *evidence)
{
	to->state = state;
	to->why = APAM_OK;
	to->at = clock_unix();
	(void)snprintf(to->evidence, sizeof(to->evidence), "%.*s",
	    (int)sizeof(to->evidence) - 1, evidence);
}

static void
find_failure(struct key_finding *to, const struct apam_error *err)
{
	enum apam_key_state state = APAM_KEY_UNKNOWN;

	if (err->status == APAM_E_REVOKED)
		state = APAM_KEY_REVOKED;
	if (err->status == APAM_E_EXPIRED)
		state = APAM_KEY_EXPIRED;
	set_finding(to, state, err->text);
	to->why = err->status;
}

/* Leave the finding as it is, and add to its evidence. */
static void
find_beside(struct key_finding *to, const char *who, const char *evidence)
{
	size_t n = strlen(to->evidence);

	(void)snprintf(to->evidence + n, sizeof(to->evidence) - n, "; %s%s",
	    who, evidence);
}

/* ---- The end of a run -------------------------------------------------- */

static void
acquired(struct flight *f)
{
	if (harvest_built(f))
		share_store(f->entry, f->made, f->lock.fd);
}

/* True if what a check has made is to be used. */
static bool
is_of_use(const struct flight *f)
{
	if (!f->op.has_credential || f->made != NULL)
		return false;
	return f->finding.state == APAM_KEY_GOOD ||
	    (f->minted_at == 0 && (f->with == NULL || !f->unasked));
}

static void
checked(struct flight *f)
{
	set_finding(&f->finding, f->op.key_state, f->op.evidence);
	f->unasked = f->finding.state == APAM_KEY_UNKNOWN && f->sent == 0;
	if (is_of_use(f))
		(void)harvest_built(f);
}

enum flight_wait
result_done(struct flight *f)
{
	switch (f->goal) {
	case FLIGHT_ACQUIRE:
		acquired(f);
		break;
	case FLIGHT_PROVE:
		checked(f);
		break;
	case FLIGHT_REVOKE:
	case FLIGHT_LOGOUT:
	case FLIGHT_LOGIN:
	case FLIGHT_STORE:
		break;
	}
	return FLIGHT_LANDED;
}

/* The provider has given a credential to this check. */
static bool
was_given(struct flight *f)
{
	if (f->minted_at == 0)
		return false;
	return f->made != NULL || (f->op.has_credential && harvest_built(f));
}

enum flight_wait
result_failed(struct flight *f, const struct apam_error *why)
{
	if (f->goal != FLIGHT_PROVE) {
		f->error = *why;
		return FLIGHT_LANDED;
	}
	/* A new credential proves more of the key than the error does. */
	if (was_given(f)) {
		set_finding(
		    &f->finding, APAM_KEY_GOOD, "a fresh credential was given");
		find_beside(
		    &f->finding, f->op.probes ? "the probe: " : "", why->text);
	} else {
		find_failure(&f->finding, why);
	}
	return FLIGHT_LANDED;
}
