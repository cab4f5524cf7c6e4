/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What modules say, made safe to be shown.
 */
#include "abi/service_say.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "durable/durable_facts.h"

/* Shorter ones are found in ordinary words, too. */
#define SECRET_LEAST 6

/* What no text of this thread holds; or NULL. */
static _Thread_local const struct op_durable *durable_now;

void
services_mask(struct apam_str secret, struct apam_str text, char *to, size_t n)
{
	if (secret.n < SECRET_LEAST)
		return;
	for (size_t i = 0; i < n && i + secret.n <= text.n; i++)
		if (memcmp(text.p + i, secret.p, secret.n) == 0)
			memset(
			    to + i, '*', n - i < secret.n ? n - i : secret.n);
}

void
service_say_without(const struct op_durable *durable)
{
	durable_now = durable;
}

static void
mask_facts(struct apam_str facts, struct apam_str text, char *to, size_t n)
{
	struct durable_fact fact;

	while (durable_fact_take(&facts, &fact))
		if (fact.hidden)
			services_mask(fact.value, text, to, n);
}

static void
mask_durable(
    const struct op_durable *d, struct apam_str text, char *to, size_t n)
{
	services_mask(d->secret, text, to, n);
	services_mask(buf_view(&d->successor), text, to, n);
	mask_facts(d->facts, text, to, n);
	mask_facts(buf_view(&d->kept), text, to, n);
}

void
service_message(const struct apam_services *svc, struct apam_str text, char *to,
    size_t size)
{
	const struct services *s = services_of(svc);
	const size_t n = text.n < size - 1 ? text.n : size - 1;

	if (n > 0)
		memcpy(to, text.p, n);
	to[n] = '\0';
	for (size_t i = 0; i < s->secret_count; i++)
		services_mask(buf_view(&s->secrets[i]), text, to, n);
	if (durable_now != NULL)
		mask_durable(durable_now, text, to, n);
	if (s->mask != NULL)
		s->mask(s->mask_arg, text, to, n);
	utf8_flatten(to);
}

enum apam_status
service_failure(int32_t status)
{
	const enum apam_status known = (enum apam_status)status;

	return status == APAM_OK || !status_is_known(known) ? APAM_E_ABI :
							      known;
}
