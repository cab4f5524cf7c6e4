/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which groups and which service a client is of, where the rules of a
 * profile ask for it.  The service is found at once (peer.h), or after the client has proved which process it is
 * (proving.h).  Its requests wait meanwhile.
 */
#ifndef HOSTS_AGENT_IDENTIFY_H
#define HOSTS_AGENT_IDENTIFY_H

#include "agent/connection.h"
#include "agent/message.h"
#include "api/serve.h"

#define IDENTIFY_MS 10000 /* for a PROOF */

/*
 * True where c->peer says all that the rules of the profile (NULL: of any) ask.
 * Else the client has been asked for a proof: the request is to be kept
 * (waiting.h), and tried again with the same *call; or the connection has ended,
 * because the client's groups cannot be read.
 */
bool identify(struct connection *c, struct apam_profile *profile,
    struct serve_call *call);

/* Take a PROOF.  NULL, or what is wrong with it. */
const char *identify_proof(struct connection *c, const struct frame *message);

/*
 * True where the client was asked for a proof, and its time has run out before
 * one was read.
 */
bool identify_is_late(const struct connection *c, int64_t now);

#endif
