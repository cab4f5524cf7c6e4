/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the providers were asked: the last requests of each one, and totals.
 * A request is logged when it arrives, with the status it will be answered
 * with. Never a secret, a token or a body: key ids, and names of headers.
 * Callers hold the sandbox's lock.
 */
#ifndef SANDBOX_LOG_H
#define SANDBOX_LOG_H

#include "request.h"

/* Records a request; FAULT names the fault it met, or is "". */
void log_request(const struct request *request, const struct answer *answer,
    const char *fault);

/* The request has been answered, or its client has gone. */
void log_finished(enum provider provider);

/* The requests kept, oldest first, as a JSON array. */
json_t *log_json(enum provider provider);

/* Totals of all providers since the last log_clear. */
json_t *log_counts(void);

/* Forgets requests and totals of all providers. */
void log_clear(void);

#endif
