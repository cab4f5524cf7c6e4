/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines about exchanges.  They are built only if the log takes them.
 */
#include "http/exchange_log.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define NAMES_SIZE 160

static bool
is_read(const struct exchange_of *of)
{
	return of->log->write != NULL && of->log->level >= APAM_LOG_DEBUG;
}

/* Write "A, B, C", cut if it is too long; names are tokens, checked before. */
static void
put_names(char to[NAMES_SIZE], const struct apam_header *headers, size_t count)
{
	size_t n = 0;

	(void)snprintf(to, NAMES_SIZE, "none");
	for (size_t i = 0; headers != NULL && i < count; i++) {
		const struct apam_str name = headers[i].name;

		if (n + name.n + sizeof(", ...") >= NAMES_SIZE) {
			(void)snprintf(to + n, NAMES_SIZE - n, ", ...");
			return;
		}
		n += (size_t)snprintf(to + n, NAMES_SIZE - n, "%s%.*s",
		    n == 0 ? "" : ", ", (int)name.n, name.p);
	}
}

void
exchange_log_sent(const struct exchange_of *of, struct exchange *x)
{
	const struct apam_str all = buf_view(&x->url);
	const struct apam_str url = str_cut(all, str_find(all, '?'));
	char names[NAMES_SIZE];

	if (!is_read(of))
		return;
	put_names(names, fields_array(&x->headers), x->headers.count);
	log_line(of->log, APAM_LOG_DEBUG,
	    "%s: entry %zu: > %s %.*s%s, %zu bytes, headers: %s", of->profile,
	    of->entry, x->method, url.n > 200 ? 200 : (int)url.n, url.p,
	    url.n < all.n ? "?***" : "", x->body.n, names);
}

void
exchange_log_answer(
    const struct exchange_of *of, const struct response *r, int64_t ms)
{
	char names[NAMES_SIZE];

	if (!is_read(of))
		return;
	put_names(names, r->pub.headers, r->pub.header_count);
	log_line(of->log, APAM_LOG_DEBUG,
	    "%s: entry %zu: < %u, %zu bytes, after %lld ms, headers: %s",
	    of->profile, of->entry, r->pub.status, r->pub.body.n, (long long)ms,
	    names);
}

void
exchange_log_failure(const struct exchange_of *of, const char *why, int64_t ms)
{
	log_line(of->log, APAM_LOG_DEBUG,
	    "%s: entry %zu: < no answer after %lld ms: %s", of->profile,
	    of->entry, (long long)ms, why);
}
