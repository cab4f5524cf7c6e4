/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exchanges in the log, for people who want to see what goes over the wire: two
 * lines of level debug for each, without anything that may be secret.
 */
#ifndef CORE_HTTP_EXCHANGE_LOG_H
#define CORE_HTTP_EXCHANGE_LOG_H

#include "base/log.h"
#include "http/exchange.h"
#include "http/response.h"

/* The entry that an exchange belongs to. */
struct exchange_of {
	const struct log *log;
	const char *profile;
	size_t entry; /* counted from 1, for people */
};

/*
 * Log method, URL without its query, names of the headers and size of the body;
 * no header's value and no body.
 */
void exchange_log_sent(const struct exchange_of *of, struct exchange *x);

/*
 * Log status, names of the headers, size of the body, and the time taken in ms.
 */
void exchange_log_answer(const struct exchange_of *of,
    const struct response *r, int64_t ms);

/* Log that no answer came, and why. */
void exchange_log_failure(const struct exchange_of *of, const char *why,
    int64_t ms);

#endif
