/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A greeting first; then requests in any number at once, each with its id.
 */
#include "agent/serving.h"

#include <string.h>
#include <unistd.h>

#include "agent/calls.h"
#include "agent/handover.h"
#include "agent/identify.h"
#include "agent/server.h"
#include "agent/verifying.h"
#include "agent/waiting.h"
#include "base/error.h"
#include "base/str.h"

/* ---- Greeting ---------------------------------------------------------- */

static const char *
welcome(struct connection *c, const struct frame *message, uint16_t version,
    bool pages)
{
	const struct agent_welcome welcome = { .version = version,
		.library = apam_str(apam_version()),
		.pages = pages };
	struct frame_writer to;

	frame_begin(&to, &c->server->items, AGENT_WELCOME, message->id);
	if (!agent_welcome_write(&welcome, &to))
		return "it cannot be answered";
	if (c->followed)
		outgoing_hold(&c->out, &c->server->held);
	connection_send(c, &to, -1);
	c->version = version;
	c->parts.version = version;
	return NULL;
}

static const char *
take_hello(struct connection *c, const struct frame *message)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct agent_hello hello;
	const char *wrong = agent_hello_read(&hello, message);
	uint16_t version;

	if (wrong != NULL)
		return wrong;
	if (c->version != 0)
		return "it said hello twice";
	peer_claim(&c->peer, hello.program);
	version = agent_version(&hello, &err);
	if (version != 0)
		return welcome(c, message, version,
		    pages_greet(&c->server->pages, &c->reader, &hello));
	connection_fail(c, message->id, &err);
	return "it speaks no version that this agent speaks";
}

/* ---- Signatures -------------------------------------------------------- */

/* Where an answer goes, and what is known of the client. */
struct answering {
	struct connection *c;
	uint64_t id;
	struct apam_profile *profile;
	uint64_t held; /* serial of the page that the client has */
	bool named; /* the client asks for somebody else, whom it named */
};

/* Split a query, "?a=1&b=2" or "&a=1", into its parameters. */
static bool
split_query(struct apam_str text, struct agent_headers *to,
    struct apam_header room[AGENT_QUERY_MAX])
{
	to->all = room;
	to->count = 0;
	while (text.n > 0) {
		const struct apam_str rest = str_skip(text, 1);
		const struct apam_str pair = str_cut(rest, str_find(rest, '&'));
		const size_t n = str_find(pair, '=');

		if (to->count == AGENT_QUERY_MAX)
			return false;
		room[to->count].name = str_cut(pair, n);
		room[to->count++].value = n < pair.n ? str_skip(pair, n + 1) :
						       APAM_STR("");
		text = str_skip(rest, pair.n);
	}
	return true;
}

static bool
copy_names(const struct serve_signature *made, struct agent_texts *to,
    struct apam_str room[AGENT_TEXTS_MAX])
{
	to->all = room;
	to->count = made->covered_count;
	if (to->count > AGENT_TEXTS_MAX)
		return false;
	for (size_t i = 0; i < to->count; i++)
		room[i] = made->covered[i].name;
	return true;
}

/* The page that serves more such requests, and its descriptor, or -1. */
static uint64_t
offer_page(const struct answering *a, int *descriptor)
{
	struct connection *c = a->c;
	const struct page_client client = { c->watch.fd, &c->reader,
		&c->server->quota, c->quota, outgoing_is_kept(&c->out),
		a->held };

	return pages_offer(&c->server->pages, a->profile, &client, descriptor);
}

/* False where it is too large for one message. */
static bool
write_signed(
    struct frame_writer *to, const struct serve_signature *made, uint64_t page)
{
	struct apam_header query[AGENT_QUERY_MAX];
	struct apam_str names[AGENT_TEXTS_MAX];
	struct agent_signed answer = {
		.headers = { made->headers, made->header_count },
		.generation = made->generation,
		.credential = made->credential,
		.memo = made->memo,
		.entries = made->entries,
		.verifies = made->verifies,
		.page = page,
		.hash = (uint64_t)made->hash,
		.piece = made->piece,
		.new_length = made->new_length,
		.around = made->around,
	};

	return split_query(made->query, &answer.query, query) &&
	    copy_names(made, &answer.covered, names) &&
	    agent_signed_write(&answer, to);
}

static void
refuse_signed(const struct answering *a)
{
	struct apam_error err = APAM_ERROR_INIT;

	(void)error_set(&err, APAM_E_INTERNAL,
	    "the signature is too large for one message of the agent's");
	connection_fail(a->c, a->id, &err);
}

static void
send_signed(void *arg, const struct serve_signature *made)
{
	const struct answering *a = arg;
	const char *profile = apam_profile_name(a->profile);
	struct server *s = a->c->server;
	struct frame_writer to;
	int descriptor = -1;
	uint64_t page = 0;

	/* A page would serve its requests for anybody. */
	if (!a->named)
		page = offer_page(a, &descriptor);
	frame_begin(&to, &s->items, AGENT_SIGNED, a->id);
	if (write_signed(&to, made, page)) {
		connection_send(a->c, &to, descriptor);
		uses_note(&s->calls.uses, &a->c->use, profile, made->entries,
		    made->asker, a->c->peer.program);
	} else
		refuse_signed(a);
	if (descriptor >= 0)
		metrics_page(s->metrics, profile);
}

/* Of the body, or of each of its pieces. */
static void
ask_digest(struct connection *c, uint64_t id, const struct serve_call *call)
{
	const struct agent_digest digest = { (uint64_t)call->digest };
	const struct agent_pieces pieces = { (uint64_t)call->digest,
		call->piece };
	struct frame_writer to;
	bool written;

	frame_begin(&to, &c->server->items,
	    call->piece == 0 ? AGENT_DIGEST : AGENT_PIECES, id);
	written = call->piece == 0 ? agent_digest_write(&digest, &to) :
				     agent_pieces_write(&pieces, &to);
	if (written)
		connection_send(c, &to, -1);
}

static bool
has_body(const struct agent_sign *sign)
{
	return sign->body == APAM_BODY_BYTES || sign->body == APAM_BODY_READER;
}

/*
 * The body stays with the client: here it is a body of digests, and the client
 * can be asked for more of them.
 */
static void
show_body(const struct agent_sign *sign, struct apam_body *to)
{
	static const struct apam_digest none;
	*to = (struct apam_body){ .size = sizeof(*to),
		.kind = has_body(sign) ? APAM_BODY_DIGESTS :
					 (int32_t)sign->body,
		.digests = sign->digests.count > 0 ? sign->digests.all : &none,
		.digest_count = sign->digests.count,
		.length = sign->body_length };
}

static enum apam_status
try_sign(struct connection *c, const struct agent_sign *sign,
    struct answering *a, struct serve_call *call, struct apam_error *err)
{
	struct serve_who who = connection_who(c);
	struct apam_request request = APAM_REQUEST(sign->method.p, sign->url.p);
	struct apam_body body;
	struct serve_job job = {
		.request = &request,
		.who = &who,
		.has_body = has_body(sign),
		.pieces = { (int32_t)sign->hash, sign->piece, sign->pieces,
		    sign->body == APAM_BODY_BYTES },
		.rejected = sign->rejected,
		.made = send_signed,
		.arg = a,
	};
	enum apam_status status = apam_profile_get(
	    c->server->ctx, sign->profile.p, &job.profile, err);

	if (status == APAM_OK && !identify(c, job.profile, call))
		status = APAM_E_PENDING;
	if (status != APAM_OK)
		return status;
	who.caller = c->peer.caller;
	who.named = sign->caller;
	a->profile = job.profile;
	request.headers = sign->headers.all;
	request.header_count = sign->headers.count;
	request.timeout_ms = (int)sign->timeout_ms;
	if (sign->body != APAM_BODY_NONE) {
		show_body(sign, &body);
		request.body = &body;
	}
	return serve_sign(&job, call, err);
}

/* True where it was answered. */
static bool
answer_sign(struct connection *c, const struct agent_sign *sign, uint64_t id,
    struct serve_call *call)
{
	struct server *s = c->server;
	struct answering a = { c, id, NULL, sign->page, sign->caller != NULL };
	struct apam_error err;
	enum apam_status status;

	error_init(&err);
	status = try_sign(c, sign, &a, call, &err);
	if (call->digest != 0)
		ask_digest(c, id, call);
	else if (status == APAM_E_PENDING)
		return false;
	else
		metrics_signature(s->metrics,
		    a.profile == NULL ? NULL : apam_profile_name(a.profile),
		    status);
	if (call->digest == 0 && status != APAM_OK) {
		connection_fail(c, id, &err);
		connection_idle(c);
	}
	return true;
}

bool
serving_try(
    struct connection *c, const struct frame *message, struct serve_call *call)
{
	struct agent_sign sign;

	if (message->type == AGENT_CALL)
		return calls_again(c, message, call);
	if (message->type == AGENT_VERIFY)
		return verifying_again(c, message, call);
	/* The message was read before, so nothing can be wrong with it now. */
	return agent_sign_read(&sign, &c->server->room, message) != NULL ||
	    answer_sign(c, &sign, message->id, call);
}

/* Keep a message that cannot be answered yet, if the client is still there. */
static void
keep(struct connection *c, const struct frame *message,
    const struct serve_call *call)
{
	struct apam_error err;

	if (connection_has_ended(c))
		return;
	error_init(&err);
	if (waiting_add(c, message, call, &err) == APAM_OK)
		return;
	connection_fail(c, message->id, &err);
	connection_idle(c);
}

static const char *
take_sign(struct connection *c, const struct frame *message)
{
	struct serve_call call = { 0 };
	struct agent_sign sign;
	const char *wrong = agent_sign_read(&sign, &c->server->room, message);

	if (wrong == NULL && !answer_sign(c, &sign, message->id, &call))
		keep(c, message, &call);
	return wrong;
}

/* Have `take` answer a message at once, or keep the message until it can. */
static const char *
take_by(bool (*take)(struct connection *c, const struct frame *message,
	    struct serve_call *call, const char **wrong),
    struct connection *c, const struct frame *message)
{
	struct serve_call call = { 0 };
	const char *wrong;

	if (!take(c, message, &call, &wrong))
		keep(c, message, &call);
	return wrong;
}

/* ---- Answers of the provider ------------------------------------------- */

/* A hint: nothing is said of it, whatever becomes of it. */
static const char *
take_judged(struct connection *c, const struct frame *message)
{
	struct serve_who who = connection_who(c);
	struct serve_call unsaid = { 0 };
	struct apam_answer answer = { .size = sizeof(answer) };
	struct serve_answer said = { .answer = &answer };
	struct agent_judged judged;
	struct apam_profile *profile;
	struct apam_error unwanted;
	const char *wrong = agent_judged_read(
	    &judged, &c->server->room, message);

	connection_idle(c);
	error_init(&unwanted);
	if (wrong != NULL ||
	    apam_profile_get(c->server->ctx, judged.profile.p, &profile,
		&unwanted) != APAM_OK)
		return wrong;
	if (!identify(c, profile, &unsaid))
		return NULL;
	who.caller = c->peer.caller;
	answer.status = (unsigned)judged.status;
	answer.headers = judged.headers.all;
	answer.header_count = judged.headers.count;
	said.method = judged.method.p;
	said.url = judged.url.p;
	said.generation = judged.generation;
	said.credential = judged.credential;
	said.entries = (unsigned)judged.entries;
	said.verdict = (enum apam_verdict)judged.verdict;
	metrics_verdict(
	    c->server->metrics, apam_profile_name(profile), said.verdict);
	serve_judged(profile, &who, &said);
	return NULL;
}

/* ---- All messages ------------------------------------------------------ */

static const char *
refuse_type(struct connection *c, const struct frame *message)
{
	struct apam_error err = APAM_ERROR_INIT;

	(void)error_set(&err, APAM_E_USAGE,
	    "the agent does not know messages of this type: it is older than "
	    "the program's libapam");
	connection_fail(c, message->id, &err);
	connection_idle(c);
	return NULL;
}

const char *
serving_take(struct connection *c, const struct frame *message)
{
	if (c->version == 0 && message->type != AGENT_HELLO)
		return "it did not say hello first";
	switch (message->type) {
	case AGENT_HELLO:
		return take_hello(c, message);
	case AGENT_SIGN:
		return take_sign(c, message);
	case AGENT_JUDGED:
		return take_judged(c, message);
	case AGENT_CALL:
		return take_by(calls_take, c, message);
	case AGENT_VERIFY:
		return take_by(verifying_take, c, message);
	case AGENT_PROOF:
		connection_idle(c);
		return identify_proof(c, message);
	case AGENT_REPLACE:
		return handover_ask(c, message);
	case AGENT_CANCEL:
		waiting_cancel(c, message->id);
		connection_idle(c);
		return agent_bare_read(message);
	default:
		return refuse_type(c, message);
	}
}
