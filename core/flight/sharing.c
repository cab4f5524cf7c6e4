/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock of the shared credential is tried again and again, never waited for.
 */
#include "flight/sharing.h"

#include "base/clock.h"
#include "entry/share.h"
#include "flight/harvest.h"
#include "flight/renewing.h"

#define LOOK_FIRST_MS 200
#define LOOK_AGAIN_MS 500

/*
 * Acquire without the lock.  Only its holder, NULL if that is not known, may
 * store the credential.
 */
static enum flight_wait
go_alone(struct flight *f, const struct lock_holder *holder)
{
	char who[LOCK_HOLDER_TEXT_SIZE];

	lock_holder_say(holder, who);
	log_line(&f->entry->env->log, APAM_LOG_WARNING,
	    "%s: entry %zu: %s has been acquiring the shared credential for "
	    "%.1f s: acquired without it, and not shared",
	    f->entry->profile->name, entry_number(f->entry), who,
	    (double)(clock_ms() - f->queued) / 1000);
	return renewing_start(f);
}

/* Another process acquires. */
static enum flight_wait
queue(struct flight *f)
{
	const int64_t now = clock_ms();
	struct lock_holder holder;
	bool known;

	if (f->queued == 0) {
		f->queued = now;
		f->look_at = now + LOOK_FIRST_MS;
	}
	if (now >= f->look_at || now >= f->alone_at) {
		f->look_at = now + LOOK_AGAIN_MS;
		known = share_holder(f->entry, &holder);
		if (now >= f->alone_at || (known && holder.stopped))
			return go_alone(f, known ? &holder : NULL);
	}
	f->wake_at = now + SHARE_RETRY_MS;
	return FLIGHT_SLEEP;
}

enum flight_wait
sharing_try(struct flight *f)
{
	f->stage = STAGE_SHARE;
	if (harvest_shared(f))
		return FLIGHT_LANDED;
	if (f->lock.fd >= 0)
		return renewing_start(f);
	f->lock = own_fd_of(share_try_lock(f->entry));
	if (f->lock.fd >= 0)
		return sharing_try(f); /* its last holder may have stored one */
	if (f->lock.fd == SHARE_UNUSABLE)
		return renewing_start(f);
	return queue(f);
}
