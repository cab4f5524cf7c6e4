/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question, whose answer is yes, or why not.
 */
#include "served/served_verify.h"

#include "base/error.h"
#include "served/ask_blocking.h"
#include "served/ask_nonblocking.h"
#include "served/served.h"

static bool
write_question(
    struct served *served, struct ask *ask, const struct served_proof *what)
{
	const struct apam_request_view *r = &what->request->view;
	const struct apam_signature *s = what->signature;
	const struct agent_verify verify = {
		.profile = apam_str(what->profile),
		.method = r->method,
		.url = r->url,
		.headers = { r->headers, r->header_count },
		.status = (uint64_t)what->response->status,
		.answer = { what->response->headers,
		    what->response->header_count },
		.digests = { what->digests, what->digest_count },
		.generation = s->generation,
		.credential = s->credential,
		.entries = s->entries,
		.verifies = s->verifies,
		.timeout_ms = served_left(what->deadline),
	};

	ask_begin(ask, AGENT_VERIFY, served_next_id(served));
	return agent_verify_write(&verify, &ask->message);
}

static enum apam_status
take_answer(const struct ask *ask, struct apam_error *err)
{
	const char *wrong = "it is of a type that was not asked for";
	struct agent_failed failed;

	if (ask->answer.type == AGENT_VERIFIED)
		wrong = agent_bare_read(&ask->answer);
	else if (ask->answer.type == AGENT_FAILED)
		wrong = agent_failed_read(&failed, &ask->answer);
	if (wrong != NULL)
		return error_set(err, APAM_E_INTERNAL,
		    "the agent's answer is malformed: %s", wrong);
	if (ask->answer.type == AGENT_VERIFIED)
		return APAM_OK;
	error_copy(err, &failed.error);
	return failed.error.status;
}

enum served_end
served_verify(struct served *served, struct ask *ask,
    const struct served_proof *what, enum apam_status *status,
    struct apam_error *err)
{
	enum served_end end;

	/* A question that is there already was asked by an earlier try. */
	if (ask->message.id == 0 && !write_question(served, ask, what)) {
		*status = error_set(err, APAM_E_USAGE,
		    "the request has more or longer headers than the agent "
		    "takes");
		return SERVED_REFUSED;
	}
	end = what->soon ?
	    ask_nonblocking(served, ask, what->hurry, err) :
	    ask_blocking(served, ask, what->deadline, what->hurry, err);
	*status = end == SERVED_ANSWERED ? take_answer(ask, err) : err->status;
	return end;
}
