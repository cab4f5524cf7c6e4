/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that wait for a credential, with copies of what their clients sent.
 */
#ifndef HOSTS_AGENT_WAITING_H
#define HOSTS_AGENT_WAITING_H

#include "agent/connection.h"
#include "agent/message.h"
#include "api/serve.h"

/*
 * Keep a request until it can be answered: a copy of the message, and *call, as
 * the first try left it.  OK; or, with *err set, THROTTLED: its user has too
 * many, or MEMORY.
 */
enum apam_status waiting_add(struct connection *c, const struct frame *message,
    const struct serve_call *call, struct apam_error *err);

/* Forget the request of this id, if it waits. */
void waiting_cancel(struct connection *c, uint64_t id);

/* Forget all of a connection. */
void waiting_drop_all(struct connection *c);

/*
 * Try those again that have something new to hear, and answer those that end:
 * after each turn of the context, and when time has passed.
 */
void waiting_try(struct server *server);

/* Milliseconds until waiting_try is due by time; -1: never. */
int waiting_due(const struct server *server);

#endif
