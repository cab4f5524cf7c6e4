/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What modules say, made safe to be shown.
 */
#include "abi/service_say.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

/* Shorter ones are found in ordinary words, too. */
#define SECRET_LEAST 6

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
service_message_hiding(const struct apam_services *svc,
    const struct apam_str hidden[2], struct apam_str text, char *to,
    size_t size)
{
	const struct services *s = services_of(svc);
	const size_t n = text.n < size - 1 ? text.n : size - 1;

	if (n > 0)
		memcpy(to, text.p, n);
	to[n] = '\0';
	for (size_t i = 0; i < s->secret_count; i++)
		services_mask(buf_view(&s->secrets[i]), text, to, n);
	for (size_t i = 0; i < 2; i++)
		services_mask(hidden[i], text, to, n);
	if (s->mask != NULL)
		s->mask(s->mask_arg, text, to, n);
	utf8_flatten(to);
}

void
service_message(const struct apam_services *svc, struct apam_str text, char *to,
    size_t size)
{
	static const struct apam_str none[2];

	service_message_hiding(svc, none, text, to, size);
}

enum apam_status
service_failure(int32_t status)
{
	const enum apam_status known = (enum apam_status)status;

	return status == APAM_OK || !status_is_known(known) ? APAM_E_ABI :
							      known;
}
