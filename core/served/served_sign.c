/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes back is the agent's word, which decides what is sent; but no
 * header may hold what could begin another one, and a parameter only what an
 * encoded one has.
 */
#include "served/served_sign.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "served/ask_blocking.h"
#include "served/ask_nonblocking.h"
#include "served/piece_digests.h"
#include "served/served.h"
#include "served/signed_body.h"
#include "text/header.h"

#define PIECES_ASKED_MOST 3 /* questions for digests of one body's pieces */

/* ms for an answer, where there is something else to go on with. */
#define HURRY_MS 2000

void
served_call_init(struct served_call *call)
{
	ask_init(&call->ask);
	call->digest_count = 0;
	buf_init_plain(&call->pieces, AGENT_PIECES_MAX * APAM_HASH_MAX);
	call->hash = 0;
	call->piece = 0;
	call->asked = 0;
}

void
served_call_free(struct served_call *call)
{
	ask_free(&call->ask);
	buf_free(&call->pieces);
}

/* ---- The question -------------------------------------------------------- */

static struct agent_digests
digests_of(const struct served_call *call, const struct apam_body *body)
{
	if (body->kind == APAM_BODY_DIGESTS)
		return (
		    struct agent_digests){ body->digests, body->digest_count };
	return (struct agent_digests){ call->digests, call->digest_count };
}

static enum apam_status
write_question(struct served_call *call, const struct served_request *what,
    uint64_t id, struct apam_error *err)
{
	const struct request *r = what->request;
	const struct agent_sign sign = {
		.profile = apam_str(what->profile),
		.method = r->view.method,
		.url = r->given,
		.headers = { r->headers, r->header_count },
		.body = (uint64_t)r->body.kind,
		.body_length = rewriter_body_length(&r->body),
		.digests = digests_of(call, &r->body),
		.hash = (uint64_t)call->hash,
		.piece = call->piece,
		.pieces = buf_view(&call->pieces),
		.timeout_ms = served_left(what->deadline),
		.page = what->page,
		.rejected = what->rejected,
		.caller = what->caller,
	};

	ask_begin(&call->ask, AGENT_SIGN, id);
	if (agent_sign_write(&sign, &call->ask.message))
		return APAM_OK;
	return error_set(err, APAM_E_USAGE,
	    "the request has more or longer headers or digests, or its caller "
	    "more groups, than the agent takes");
}

/* ---- Digests of the body ------------------------------------------------- */

static enum apam_status
add_digest(
    struct served_call *call, const struct request *r, struct apam_error *err)
{
	struct agent_digest asked;
	const size_t i = call->digest_count;
	enum apam_status status;
	size_t n;

	if (agent_digest_read(&asked, &call->ask.answer) != NULL ||
	    i == AGENT_DIGESTS_MAX || r->body.kind == APAM_BODY_DIGESTS)
		return error_set(err, APAM_E_POLICY,
		    "the scheme needs a digest of the body that the program "
		    "did not give");
	status = digest_body(
	    (int32_t)asked.hash, &r->body, call->bytes[i], &n, err);
	if (status != APAM_OK)
		return error_set(err, status,
		    "the body cannot be read, or the program gave none");
	call->digests[i] = (struct apam_digest){ .hash = (int32_t)asked.hash,
		.bytes = { (const char *)call->bytes[i], n } };
	call->digest_count++;
	return APAM_OK;
}

/*
 * Add digests of the body's pieces, as the agent asked for them.  The agent may
 * ask more than once, since its files may change between two questions; but not
 * often.
 */
static enum apam_status
add_pieces(struct served_call *call, const struct served_request *what,
    struct apam_error *err)
{
	struct agent_pieces asked;
	const char *wrong = agent_pieces_read(&asked, &call->ask.answer);

	if (wrong == NULL && call->asked++ == PIECES_ASKED_MOST)
		wrong = "it asks for digests without an end";
	if (wrong != NULL)
		return error_set(err, APAM_E_INTERNAL,
		    "the agent's answer is malformed: %s", wrong);
	call->hash = (int32_t)asked.hash;
	call->piece = asked.piece;
	return piece_digests(&what->request->body, call->hash,
	    (size_t)call->piece, what->deadline, &call->pieces, err);
}

/* ---- The answer ---------------------------------------------------------- */

/* Letters, digits, "-._~" and "%", as text/encode.h writes parameters. */
static bool
is_encoded(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		const char c = str_lower(s.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    !str_is_one_of(c, "-._~%"))
			return false;
	}
	return true;
}

static void
take_parts(const struct agent_signed *from, struct apam_signing *total)
{
	for (size_t i = 0; i < from->headers.count; i++) {
		const struct apam_header *h = &from->headers.all[i];

		if (header_is_framing(h->name))
			fields_refuse(&total->headers,
			    "the agent set a header that only the sender may "
			    "set");
		fields_add_header(&total->headers, h->name, h->value);
	}
	for (size_t i = 0; i < from->covered.count; i++)
		fields_add(&total->covers, from->covered.all[i], APAM_STR(""));
	for (size_t i = 0; i < from->query.count; i++) {
		const struct apam_header *q = &from->query.all[i];

		if (q->name.n == 0 || !is_encoded(q->name) ||
		    !is_encoded(q->value))
			fields_refuse(&total->query,
			    "a query parameter has no name, or is not encoded");
		fields_add(&total->query, q->name, q->value);
	}
	total->query_defaults = from->yields;
	total->memo = from->memo;
}

static enum apam_status
take_body(const struct served_call *call, const struct served_request *what,
    const struct agent_signed *got, struct apam_signing *total,
    struct apam_error *err)
{
	const struct told_pieces told = {
		.body_length = rewriter_body_length(&what->request->body),
		.hash = call->hash,
		.piece = call->piece,
		.digests = buf_view(&call->pieces),
	};

	return got->around.n == 0 ?
	    APAM_OK :
	    signed_body_new(got, &told, &total->rewriter, err);
}

static enum apam_status
take_signature(struct served_call *call, const struct served_request *what,
    struct apam_signing *total, struct served_made *made,
    struct apam_error *err)
{
	struct agent_room room;
	struct agent_signed got;
	const char *wrong = agent_signed_read(&got, &room, &call->ask.answer);
	enum apam_status status;

	if (wrong != NULL)
		return error_set(err, APAM_E_INTERNAL,
		    "the agent's answer is malformed: %s", wrong);
	take_parts(&got, total);
	status = signing_check(total, err);
	if (status == APAM_OK)
		status = request_add_query(what->request, total, 0, err);
	if (status == APAM_OK)
		status = take_body(call, what, &got, total, err);
	made->generation = got.generation;
	made->credential = got.credential;
	made->entries = (unsigned)got.entries;
	made->verifies = (unsigned)got.verifies;
	made->page = got.page;
	made->fd = ask_take_passed(&call->ask);
	return status;
}

static enum apam_status
take_failure(struct served_call *call, struct apam_error *err)
{
	struct agent_failed failed;
	const char *wrong = agent_failed_read(&failed, &call->ask.answer);

	if (wrong != NULL)
		return error_set(err, APAM_E_INTERNAL,
		    "the agent's answer is malformed: %s", wrong);
	error_copy(err, &failed.error);
	return failed.error.status;
}

static enum apam_status
take_answer(struct served_call *call, const struct served_request *what,
    struct apam_signing *total, struct served_made *made,
    struct apam_error *err)
{
	switch (call->ask.answer.type) {
	case AGENT_SIGNED:
		return take_signature(call, what, total, made, err);
	case AGENT_FAILED:
		return take_failure(call, err);
	default:
		return error_set(err, APAM_E_INTERNAL,
		    "the agent's answer is of a type that was not asked for");
	}
}

/* ---- All of it ----------------------------------------------------------- */

static enum served_end
ask_once(struct served *served, struct served_call *call,
    const struct served_request *what, struct apam_error *err)
{
	int64_t deadline = what->deadline;

	if (what->soon)
		return ask_nonblocking(served, &call->ask, what->hurry, err);
	if (what->hurry && deadline > clock_ms() + HURRY_MS)
		deadline = clock_ms() + HURRY_MS;
	return ask_blocking(served, &call->ask, deadline, what->hurry, err);
}

static bool
asks_for_digest(const struct served_call *call)
{
	return call->ask.state == ASK_ANSWERED &&
	    (call->ask.answer.type == AGENT_DIGEST ||
		call->ask.answer.type == AGENT_PIECES);
}

static enum apam_status
add_what_is_asked(struct served_call *call, const struct served_request *what,
    struct apam_error *err)
{
	return call->ask.answer.type == AGENT_DIGEST ?
	    add_digest(call, what->request, err) :
	    add_pieces(call, what, err);
}

/* Nothing is to be done if an earlier try has asked the question already. */
static enum apam_status
begin_question(struct served *served, struct served_call *call,
    const struct served_request *what, struct apam_error *err)
{
	if (call->ask.message.id != 0)
		return APAM_OK;
	return write_question(call, what, served_next_id(served), err);
}

enum served_end
served_sign(struct served *served, struct served_call *call,
    const struct served_request *what, struct apam_signing *total,
    struct served_made *made, enum apam_status *status, struct apam_error *err)
{
	enum served_end end;

	*made = (struct served_made){ .fd = -1 };
	*status = begin_question(served, call, what, err);
	if (*status != APAM_OK)
		return SERVED_ANSWERED;
	end = ask_once(served, call, what, err);
	while (end == SERVED_ANSWERED && asks_for_digest(call)) {
		*status = add_what_is_asked(call, what, err);
		if (*status == APAM_OK)
			*status = write_question(
			    call, what, call->ask.message.id, err);
		if (*status != APAM_OK)
			return SERVED_ANSWERED;
		end = ask_once(served, call, what, err);
	}
	if (end == SERVED_ANSWERED)
		*status = take_answer(call, what, total, made, err);
	return end;
}
