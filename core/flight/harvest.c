/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential that a module has built is dated, numbered and rendered.
 */
#include "flight/harvest.h"

#include "base/clock.h"
#include "base/error.h"
#include "entry/share.h"
#include "text/lifetime.h"

/* Make the headers of `made` if they never change.  False: *f has the error. */
static bool
render(struct flight *f)
{
	struct apam_error why = APAM_ERROR_INIT;

	if (f->made->expires != f->made->since &&
	    f->made->expires <= clock_ms()) {
		(void)error_set(&f->error, APAM_E_PROVIDER,
		    "the credential had expired when it came");
		return false;
	}
	if (entry_render(f->entry, f->made, &why) == APAM_OK)
		return true;
	/* The provider made it: HEADER would latch, PROVIDER passes. */
	if (f->made->minted && why.status == APAM_E_HEADER)
		why.status = APAM_E_PROVIDER;
	f->error = why;
	return false;
}

/*
 * How long the credential lives from `since` on.  A static one is no better
 * than the secrets that it is made of.
 */
static int64_t
lifetime_of(const struct flight *f, int64_t since)
{
	const struct entry *e = f->entry;
	const int64_t now = clock_unix_ms();
	/* Down to a second, as the provider takes the time that exp counts from. */
	const int64_t from = (now - (clock_ms() - since)) / 1000;
	int64_t lifetime = f->op.lifetime, left;

	if (lifetime != APAM_FOREVER)
		lifetime = lifetime_choose(lifetime,
		    buf_view(&f->op.credential), from, now / 1000,
		    e->conf->ttl);
	if (lifetime == LIFETIME_UNREAD || f->minted_at != 0 ||
	    e->present == NULL || e->conf->keep == 0)
		return lifetime;
	left = present_secrets_kept_until(e->present, e->conf->keep) -
	    clock_ms();
	left = left < 1000 ? 1 : left / 1000;
	return lifetime == APAM_FOREVER || left < lifetime ? left : lifetime;
}

bool
harvest_built(struct flight *f)
{
	struct entry *e = f->entry;
	struct op *op = &f->op;
	const int64_t since = f->minted_at == 0 ? clock_ms() : f->minted_at;
	const int64_t lifetime = lifetime_of(f, since);

	if (lifetime != LIFETIME_UNREAD)
		f->made = credential_new(
		    &op->credential, next_generation(e->env), since, lifetime);
	if (f->made == NULL) {
		(void)error_set(&f->error, APAM_E_MEMORY, "out of memory");
		return false;
	}
	f->made->minted = f->minted_at != 0;
	if (!f->made->minted)
		credential_follow(f->made, f->with);
	if (render(f))
		return true;
	credential_release(&f->made);
	return false;
}

bool
harvest_life(const struct flight *f, struct durable_life *to)
{
	int64_t seconds = f->op.lifetime;

	if (!f->op.has_credential || f->minted_at == 0)
		return false;
	if (seconds < 0)
		seconds = lifetime_of(f, f->minted_at);
	else if (seconds > LIFETIME_MAX && seconds != APAM_FOREVER)
		seconds = LIFETIME_MAX;
	if (seconds == LIFETIME_UNREAD)
		return false;
	*to = durable_life_of(f->minted_at,
	    seconds == APAM_FOREVER ? INT64_MAX :
				      f->minted_at + seconds * 1000);
	return true;
}

bool
harvest_shared(struct flight *f)
{
	f->made = share_load(f->entry, f->with);
	f->shared = f->made != NULL;
	return f->shared;
}
