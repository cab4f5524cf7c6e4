/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads Retry-After, and rate-limit headers with and without the x-.
 */
#include "http/retry_after.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "http/curl_api.h"
#include "text/header.h"

#define DAY 86400

/* ---- Retry-After ------------------------------------------------------ */

static bool
is_digits(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!str_is_digit(s.p[i]))
			return false;
	}
	return s.n > 0;
}

/* Read an HTTP-date, RFC 9110, 5.6.7, in any form; -1 for anything else. */
static int64_t
read_date(struct apam_str value)
{
	const struct curl_api *curl = curl_api();
	char text[64];

	/*
	 * All forms start with the day's name; curl's reader accepts much else.
	 */
	if (value.n < 24 || value.n >= sizeof(text) || str_has_control(value))
		return -1;
	if (str_lower(value.p[0]) < 'a' || str_lower(value.p[0]) > 'z')
		return -1;
	memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	return curl == NULL ? -1 : curl->getdate(text, NULL);
}

int64_t
retry_after(struct apam_str value, int64_t now)
{
	int64_t n;

	value = str_trim(value);
	if (is_digits(value))
		return str_number(value, DAY, &n) ? n : DAY;
	n = read_date(value);
	if (n < 0)
		return -1;
	if (n <= now)
		return 0;
	/*
	 * In this form the comparison cannot overflow, whatever the clock says.
	 */
	return now < n - DAY ? DAY : n - now;
}

/* ---- Rate-limit headers ----------------------------------------------- */

/* A number from ratelimit-NAME or x-ratelimit-NAME; -1: there is none. */
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

	/* More than a day is a date and not a number of seconds. */
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

/* ---- Answers ---------------------------------------------------------- */

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
