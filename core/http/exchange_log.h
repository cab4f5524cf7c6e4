/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exchanges in the log, for whoever wants to see what goes over the wire: two
 * lines of level debug for each, without what may be secret.
 */
#ifndef CORE_EXCHANGE_LOG_H
#define CORE_EXCHANGE_LOG_H

#include "base/log.h"
#include "http/exchange.h"
#include "http/response.h"

/* Whose it is. */
struct exchange_of {
	const struct log *log;
	const char *profile;
	size_t entry; /* as people count, from 1 */
};

/*
 * Method, URL without its query, names of the headers and size of the body; no
 * value of a header and no body.
 */
void exchange_log_sent(const struct exchange_of *of, struct exchange *x);

/* Status, names of the headers, size of the body, how long it took in ms. */
void exchange_log_answer(const struct exchange_of *of,
    const struct response *r, int64_t ms);

/* That there was none, and why. */
void exchange_log_failure(const struct exchange_of *of, const char *why,
    int64_t ms);

#endif
