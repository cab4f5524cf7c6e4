/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rate-limit headers, with and without the x-, after Retry-After.
 */
#include "http/rate_limit.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "text/header.h"

#define DAY 86400

/* A number from ratelimit-NAME or x-ratelimit-NAME; -1: none. */
static int64_t
field(const struct apam_header *headers, size_t count, const char *name)
{
	char full[64];
	struct apam_str value;
	int64_t n;

	(void)snprintf(full, sizeof(full), "x-ratelimit-%s", name);
	value = header_find(headers, count, apam_str(full));
	if (value.n == 0)
		value = header_find(headers, count, apam_str(full + 2));
	return value.n > 0 && str_number(value, INT32_MAX, &n) ? n : -1;
}

static int64_t
cut(int64_t seconds)
{
	return seconds > DAY ? DAY : seconds;
}

int64_t
rate_limit_wait(const struct apam_header *headers, size_t count)
{
	int64_t reset = field(headers, count, "reset");
	int64_t remaining = field(headers, count, "remaining");
	int64_t rate = field(headers, count, "replenish-rate");
	int64_t wanted = field(headers, count, "requested-tokens");

	/* More than a day is no number of seconds, but some date. */
	if (reset >= 0 && reset <= DAY)
		return reset;
	if (remaining < 0 || rate <= 0)
		return -1;
	if (wanted < 1)
		wanted = 1;
	return remaining >= wanted ?
	    0 :
	    cut((wanted - remaining + rate - 1) / rate);
}

int64_t
response_retry_after(const struct response *r)
{
	const struct apam_header *headers = r->pub.headers;
	size_t count = r->pub.header_count;
	int64_t wait;

	if (r->pub.status != 429 && r->pub.status != 503)
		return -1;
	/* RFC 9110, 10.2.3. */
	wait = retry_after(
	    header_find(headers, count, APAM_STR("Retry-After")), clock_unix());
	return wait >= 0 ? wait : rate_limit_wait(headers, count);
}
