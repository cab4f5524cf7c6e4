/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credentials, shared by reference count.  Expiry is measured with the clock
 * that runs through suspend, starting before the exchange was sent.
 */
#include "abi/credential.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/refs.h"
#include "text/lifetime.h"

struct credential *
credential_new(
    struct buf *secret, uint64_t generation, int64_t since, int64_t lifetime)
{
	struct credential *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	refs_init(&c->refs);
	c->secret = *secret;
	buf_init(secret, c->secret.max);
	c->view.size = sizeof(c->view);
	c->view.secret = buf_view(&c->secret);
	c->view.acquired_ms = clock_unix_ms();
	c->generation = generation;
	c->id = generation;
	c->since = since;
	c->expires = INT64_MAX;
	c->stale = INT64_MAX;
	if (lifetime != APAM_FOREVER) {
		c->expires = since + lifetime * 1000;
		c->stale = c->expires - lifetime_margin_ms(lifetime);
	}
	signing_init(&c->rendered);
	return c;
}

void
credential_follow(struct credential *c, const struct credential *old)
{
	if (old != NULL && bytes_equal(c->view.secret, old->view.secret))
		c->id = old->id;
}

struct credential *
credential_hold(struct credential *c)
{
	refs_hold(&c->refs);
	return c;
}

void
credential_release(struct credential **c)
{
	struct credential *old = *c;

	*c = NULL;
	if (old == NULL || !refs_drop(&old->refs))
		return;
	signing_free(&old->rendered);
	buf_free(&old->secret);
	free(old);
}
