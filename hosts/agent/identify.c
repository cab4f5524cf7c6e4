/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The proof is asked for once, however many requests wait for it.
 */
#include "agent/identify.h"

#include <errno.h>

#include "agent/server.h"
#include "base/clock.h"

static bool
is_asked(const struct connection *c)
{
	return c->proving.pidfd >= 0;
}

/*
 * Ask for the proof.  False if that fails: the client counts as of no service.
 */
static bool
ask(struct connection *c)
{
	struct frame_writer to;
	const struct agent_proof proof = { .nonce = {
					       (const char *)c->proving.nonce,
					       sizeof(c->proving.nonce) } };

	_Static_assert(PROVING_SIZE == AGENT_PROOF_SIZE, "a nonce");
	if (is_asked(c))
		return true;
	if (!proving_begin(&c->proving, &c->peer))
		return false;
	c->proof_asked = clock_ms();
	frame_begin(&to, &c->server->items, AGENT_PROVE, 0);
	if (agent_proof_write(&proof, &to))
		connection_send(c, &to, -1);
	return true;
}

bool
identify(
    struct connection *c, struct apam_profile *profile, struct serve_call *call)
{
	const struct serve_needs all = { true, true };
	const struct serve_needs needs = profile == NULL ? all :
							   serve_needs(profile);

	if (needs.groups && !peer_groups(&c->peer, c->watch.fd)) {
		connection_drop(c, METRICS_PEER,
		    errno == ENOMEM ?
			"out of memory to read the groups of the program" :
			"the groups of the program cannot be read");
		return false;
	}
	if (needs.unit && peer_unit(&c->peer, c->watch.fd) == UNIT_UNPROVEN &&
	    ask(c)) {
		call->untried = true;
		/* connection_tick has the client's time. */
		call->deadline = INT64_MAX;
		return false;
	}
	if (call->untried)
		*call = (struct serve_call){ 0 };
	return true;
}

const char *
identify_proof(struct connection *c, const struct frame *message)
{
	struct agent_proof proof;
	const char *wrong = agent_proof_read(&proof, message);

	if (wrong != NULL)
		return wrong;
	if (!proving_end(&c->proving, &c->peer, proof.nonce))
		return "it proved something else than it was asked to";
	c->server->proved = true;
	return NULL;
}

bool
identify_is_late(const struct connection *c, int64_t now)
{
	return is_asked(c) && now - c->proof_asked > IDENTIFY_MS;
}
