/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client's messages mean, and their answers.
 */
#ifndef HOSTS_AGENT_SERVING_H
#define HOSTS_AGENT_SERVING_H

#include "agent/connection.h"
#include "agent/message.h"
#include "api/serve.h"

/*
 * Do what a message says.  NULL, or what is wrong with it, a static text: then
 * the connection is of no more use.
 */
const char *serving_take(struct connection *c, const struct frame *message);

/*
 * Try to do what a SIGN or a CALL says, whose form has been looked at.  True
 * where it was answered.
 */
bool serving_try(struct connection *c, const struct frame *message,
    struct serve_call *call);

#endif
