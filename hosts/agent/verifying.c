/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing is counted: the signature was.  A refusal is in the audit log, as that
 * of a signature.
 */
#include "agent/verifying.h"

#include "agent/identify.h"
#include "agent/server.h"
#include "api/serve_verify.h"
#include "base/error.h"

static enum apam_status
try(struct connection *c, const struct agent_verify *asked,
    struct serve_call *call, struct apam_error *err)
{
	struct apam_request request = APAM_REQUEST(
	    asked->method.p, asked->url.p);
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = (unsigned)asked->status,
		.headers = asked->answer.all,
		.header_count = asked->answer.count };
	struct serve_who who;
	struct serve_proof proof = {
		.who = &who,
		.request = &request,
		.answer = &answer,
		.digests = asked->digests.all,
		.digest_count = asked->digests.count,
		.generation = asked->generation,
		.credential = asked->credential,
		.verifies = asked->verifies,
		.entries = (unsigned)asked->entries,
	};
	enum apam_status status = apam_profile_get(
	    c->server->ctx, asked->profile.p, &proof.profile, err);

	if (status == APAM_OK && !identify(c, proof.profile, call))
		status = APAM_E_PENDING;
	if (status != APAM_OK)
		return status;
	who = connection_who(c);
	who.verifies = true;
	request.headers = asked->headers.all;
	request.header_count = asked->headers.count;
	request.timeout_ms = (int)asked->timeout_ms;
	return serve_verify(&proof, call, err);
}

/* True where it was answered. */
static bool
answer(struct connection *c, const struct agent_verify *asked, uint64_t id,
    struct serve_call *call)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status = try(c, asked, call, &err);
	struct frame_writer to;

	if (status == APAM_E_PENDING)
		return false;
	if (status == APAM_OK) {
		frame_begin(&to, &c->server->items, AGENT_VERIFIED, id);
		connection_send(c, &to, -1);
	} else {
		connection_fail(c, id, &err);
	}
	return true;
}

bool
verifying_take(struct connection *c, const struct frame *message,
    struct serve_call *call, const char **wrong)
{
	struct agent_verify asked;
	bool answered;

	*wrong = agent_verify_read(&asked, &c->server->room, message);
	answered = *wrong != NULL || answer(c, &asked, message->id, call);
	connection_idle(c);
	return answered;
}

bool
verifying_again(
    struct connection *c, const struct frame *message, struct serve_call *call)
{
	struct agent_verify asked;

	/* The message was read before, so nothing can be wrong with it now. */
	return agent_verify_read(&asked, &c->server->room, message) != NULL ||
	    answer(c, &asked, message->id, call);
}
