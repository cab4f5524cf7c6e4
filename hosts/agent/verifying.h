/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clients ask whether an answer is the provider's (api/serve_verify.h).
 */
#ifndef HOSTS_AGENT_VERIFYING_H
#define HOSTS_AGENT_VERIFYING_H

#include "agent/connection.h"
#include "api/serve.h"

/*
 * Answer a VERIFY.  False: it is to be kept, and tried again by verifying_again with the
 * same *call.  *wrong: what is wrong with the message, or NULL.
 */
bool verifying_take(struct connection *c, const struct frame *message,
    struct serve_call *call, const char **wrong);

/* Try it again; true where it was answered. */
bool verifying_again(struct connection *c, const struct frame *message,
    struct serve_call *call);

#endif
