/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registry's word on one key.  Worked out once for each reading, since it
 * may take a hash, and kept with the entry's life.
 */
#include "admission.h"

#include <stdio.h>
#include <time.h>

#include "clock.h"
#include "entry.h"
#include "error.h"
#include "fork.h"
#include "lifecycle.h"
#include "share.h"

static void
describe(const struct key_record *r, char to[ADMISSION_TEXT_MAX])
{
	time_t at = (time_t)r->archived_at;
	char when[32] = "?";
	struct tm utc;

	if (gmtime_r(&at, &utc) != NULL)
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	(void)snprintf(to, ADMISSION_TEXT_MAX, "archived by %s at %s%s%s",
	    r->archived_by[0] == '\0' ? "?" : r->archived_by, when,
	    r->why[0] == '\0' ? "" : ": ", r->why);
}

/* False where there is no memory to tell one secret from another. */
static bool
look_up(const struct entry *e, const struct keys *keys, struct admission *to)
{
	const struct key_record *r = NULL;
	struct apam_str id = entry_key_id(e);
	struct buf secret;
	bool ok = true;

	*to = (struct admission){ .reading = keys->number };
	if (id.n == 0 || !keys_know(keys, e->conf->scheme, id))
		return true;
	buf_init(&secret, ENTRY_SECRET_MAX);
	ok = entry_key_secret(e, &secret);
	if (ok)
		r = keys_find(keys, e->conf->scheme, id, buf_view(&secret));
	buf_free(&secret);
	if (r == NULL)
		return ok;
	key_mark_text(r, to->mark);
	to->drops = r->drops;
	to->archived_at = r->archived_at;
	/* The C library takes locks to convert times. */
	fork_defer();
	if (r->archived_at != 0)
		describe(r, to->evidence);
	fork_permit();
	return true;
}

/*
 * Take over what is newer.  The credential goes in the same moment: else a
 * stack that inherits in between would have both.
 */
static void
take_over(struct entry *e, const struct admission *fresh)
{
	struct admission *known = &e->life.admission;
	bool drop = false;

	pthread_mutex_lock(&e->ctx->lock);
	if (fresh->reading > known->reading) {
		drop = (known->reading != 0 && fresh->drops > known->drops) ||
		    (fresh->archived_at != 0 && known->archived_at == 0);
		*known = *fresh;
	}
	if (drop)
		lifecycle_drop(e);
	pthread_mutex_unlock(&e->ctx->lock);
	if (drop)
		share_forget(e, NULL);
}

static bool
is_known(struct entry *e, const struct keys *keys, struct admission *to)
{
	pthread_mutex_lock(&e->ctx->lock);
	*to = e->life.admission;
	pthread_mutex_unlock(&e->ctx->lock);
	return to->reading == keys->number;
}

/* The registry cannot be read, and what it last said is too old to go by. */
static bool
cannot_be_judged(const struct entry *e, const struct keys *keys)
{
	if (keys->damage.status == APAM_OK || !e->conf->deny_unknown)
		return false;
	return keys->last == NULL ||
	    clock_ms() - keys->held_until > e->conf->revocation_ttl * 1000;
}

enum apam_status
entry_admit(struct entry *e, const struct keys *keys, struct apam_error *err)
{
	struct admission a;

	if (!is_known(e, keys, &a)) {
		if (!look_up(e, keys, &a))
			return error_set(err, APAM_E_MEMORY, "out of memory");
		take_over(e, &a);
	}
	if (a.archived_at != 0)
		return error_set(
		    err, APAM_E_ARCHIVED, "the key was %s", a.evidence);
	if (cannot_be_judged(e, keys))
		return error_set(err, APAM_E_UNKNOWN,
		    "the key registry cannot be read, and on_unknown is "
		    "\"deny\": %s",
		    keys->damage.text);
	return APAM_OK;
}

bool
entry_is_archived(struct entry *e, struct key_finding *finding)
{
	struct keys *keys = keys_current(&e->ctx->keys, NULL);
	struct admission a = { .reading = 0 };

	if (keys == NULL)
		return false;
	(void)entry_admit(e, keys, NULL);
	(void)is_known(e, keys, &a);
	keys_release(&keys);
	if (a.archived_at == 0)
		return false;
	if (finding != NULL) {
		finding->state = APAM_KEY_ARCHIVED;
		finding->at = a.archived_at;
		(void)snprintf(finding->evidence, sizeof(finding->evidence),
		    "%s", a.evidence);
	}
	return true;
}
