/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calling the slots of an open entry, through the core.
 */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "crypto/digests.h"
#include "entry/authentic.h"
#include "kit/answers.h"
#include "kit/finding.h"
#include "kit/marks.h"
#include "kit/stand.h"
#include "kit/stand_body.h"
#include "kit/standing.h"

#define STEPS_MAX 40 /* more than the core allows exchanges */

static const char *const kinds[] = {
	[OP_ACQUIRE] = "acquire",
	[OP_CHECK] = "check",
	[OP_REVOKE] = "revoke",
	[OP_LOGIN] = "login",
};

/* What to do about what the core says; "" where its text says that, too. */
static const char *
advice(const char *text)
{
	static const struct {
		const char *text, *advice;
	} known[] = {
		{ "the module failed without saying why",
		    ": call fail first; a run that ends well returns "
		    "APAM_STEP_DONE, and not APAM_OK, which is 0, as "
		    "APAM_STEP_FAILED is" },
		{ "the module returned an illegal step",
		    ": return one of enum apam_step, after the service that "
		    "it asks for" },
		{ "the module signed without adding anything",
		    ": call sign_header or the like, or sign_nothing, or "
		    "return what refuse returned" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(text, known[i].text) == 0)
			return known[i].advice;
	return "";
}

/* ---- Step functions --------------------------------------------------- */

static void
note_fields(struct record *record, struct fields *f)
{
	const struct apam_header *all = fields_array(f);

	for (size_t i = 0; all != NULL && i < f->count; i++) {
		record_text(record, all[i].name);
		record_text(record, all[i].value);
	}
}

static void
note_step(struct record *record, struct op *op, enum apam_step step)
{
	if (record == NULL)
		return;
	record_line(record, "%s", kinds[op->kind]);
	record_number(record, (int64_t)step);
	record_number(record, (int64_t)op->error.status);
	record_text(record, apam_str(op->error.text));
	if (step == APAM_STEP_EXCHANGE && !op->probes) {
		record_text(record, buf_view(&op->exchange.url));
		record_text(record, buf_view(&op->exchange.body));
		note_fields(record, &op->exchange.headers);
	}
	if (step != APAM_STEP_DONE)
		return;
	record_text(record, buf_view(&op->credential));
	record_number(record, op->lifetime);
	record_number(record, (int64_t)op->key_state);
	record_text(record, apam_str(op->evidence));
}

/* One call; with the response that the last step asked for. */
static enum apam_step
step(struct stand *s, struct op *op, const struct response *r)
{
	struct entry *e = &s->entry;
	enum apam_step next;
	char what[80] = "nothing was answered yet";

	if (r != NULL)
		answer_describe(r, what, sizeof(what));
	finding_doing("in %s (%s)", kinds[op->kind], what);
	entry_enter(e);
	next = op_step(op, &e->module->abi, e->state, r);
	entry_leave(e);
	standing_heard("the text of an error", apam_str(op->error.text));
	standing_heard("what it said of a key", apam_str(op->evidence));
	if (next == APAM_STEP_FAILED && op->error.status == APAM_E_ABI)
		finding_fail("%s (%s): %s%s", kinds[op->kind], what,
		    op->error.text, advice(op->error.text));
	return next;
}

static void
take_credential(struct stand *s, struct op *op)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (!op->has_credential || op->credential.n == 0)
		return;
	credential_release(&s->credential);
	s->credential = credential_new(&op->credential, 1, 0, 3600);
	if (s->credential == NULL)
		return;
	s->credential->view.size += s->plan.more;
	finding_doing("in sign, of an empty request");
	if (entry_render(&s->entry, s->credential, &err) == APAM_OK)
		return;
	if (err.status == APAM_E_ABI)
		finding_fail("sign, of an empty request: %s%s", err.text,
		    advice(err.text));
	(void)snprintf(
	    s->unsigned_why, sizeof(s->unsigned_why), "%.255s", err.text);
	credential_release(&s->credential);
}

/* The browser has come back, or can. */
static void
lend_browser(struct op *op, enum apam_step next)
{
	if (op->kind != OP_LOGIN)
		return;
	op->pub.redirect_uri = APAM_STR("http://127.0.0.1:8080/callback");
	if (next == APAM_STEP_REDIRECT)
		op->pub.redirected = APAM_STR("code=fake-code&state=fake");
}

enum apam_status
stand_run(struct stand *s, enum op_kind kind, const struct answering *answering,
    struct record *record)
{
	enum apam_step next = APAM_STEP_EXCHANGE;
	enum apam_status status;
	struct response r;
	bool answered = false;
	struct op op;

	entry_init_op(&s->entry, &op, kind, s->credential);
	op.pub.size += s->plan.more;
	standing_lend(s, &op);
	lend_browser(&op, next);
	for (unsigned i = 0; i < STEPS_MAX; i++) {
		next = step(s, &op, answered ? &r : NULL);
		note_step(record, &op, next);
		standing_keep(s, &op);
		lend_browser(&op, next);
		if (answered)
			response_free(&r);
		answered = next == APAM_STEP_EXCHANGE;
		if (next == APAM_STEP_DONE || next == APAM_STEP_FAILED)
			break;
		if (answered)
			answering->next(answering->arg, &r);
		r.pub.size += answered ? s->plan.more : 0;
	}
	if (answered)
		response_free(&r);
	if (next == APAM_STEP_DONE && (kind == OP_ACQUIRE || kind == OP_CHECK))
		take_credential(s, &op);
	status = next == APAM_STEP_FAILED ? op.error.status : APAM_OK;
	op_free(&op);
	return status;
}

/* ---- Signing ---------------------------------------------------------- */

static enum apam_status
sign(struct stand *s, struct request *r, struct apam_signing *out,
    struct apam_error *err)
{
	const struct apam_str method = r->view.method, url = r->given;
	enum apam_status status;

	finding_doing("in prepare, of %.*s %.*s", (int)method.n, method.p,
	    (int)url.n, url.p);
	status = entry_prepare(&s->entry, r, out, err);
	if (status != APAM_OK || s->credential == NULL)
		return status;
	finding_doing("in sign, of %.*s %.*s", (int)method.n, method.p,
	    (int)url.n, url.p);
	return entry_sign(&s->entry, s->credential, r, out, err);
}

static bool
begin_request(
    struct stand *s, const struct apam_request *given, struct request *r)
{
	struct apam_error err = APAM_ERROR_INIT;

	if (request_init(r, given, s->entry.profile, &err) != APAM_OK)
		return false;
	r->view.now_ms = STANDING_NOW_MS;
	r->view.size += s->plan.more;
	return true;
}

static bool
shows_secret(struct fields *fields)
{
	const struct apam_header *all = fields_array(fields);

	for (size_t i = 0; all != NULL && i < fields->count; i++)
		if (mark_of_option_in(all[i].value))
			return true;
	return false;
}

bool
stand_sign_begin(struct stand *s, const struct apam_request *given,
    struct stand_signed *made)
{
	struct apam_signing *out = &made->out;

	made->error = (struct apam_error)APAM_ERROR_INIT;
	made->status = APAM_E_MEMORY;
	made->body = NULL;
	signing_init(out);
	if (begin_request(s, given, &made->request))
		made->status = sign(s, &made->request, out, &made->error);
	if (made->status == APAM_OK && out->rewriter != NULL)
		made->status = new_body_make(&out->rewriter,
		    &made->request.body, &made->body, &made->error);
	standing_heard("the text of a refusal", apam_str(made->error.text));
	if (made->status == APAM_E_ABI)
		finding_fail("%s: %s%s", finding->doing, made->error.text,
		    advice(made->error.text));
	if (shows_secret(&out->headers) || shows_secret(&out->query) ||
	    shows_secret(&out->cookies))
		s->showed_secret = true;
	return made->status == APAM_OK;
}

void
stand_sign_end(struct stand_signed *made)
{
	new_body_free(&made->body);
	request_free(&made->request);
	signing_free(&made->out);
}

static void
record_signed(struct record *record, const struct apam_request *given,
    struct stand_signed *made)
{
	record_line(record, "sign of %s %s", given->method, given->url);
	record_number(record, (int64_t)made->status);
	record_text(record, buf_view(&made->request.url));
	note_fields(record, &made->out.headers);
	note_fields(record, &made->out.cookies);
	note_fields(record, &made->out.covers);
}

bool
stand_sign(struct stand *s, const struct apam_request *given,
    struct record *record, struct apam_error *why)
{
	struct stand_signed made;
	const bool ok = stand_sign_begin(s, given, &made);

	if (record != NULL)
		record_signed(record, given, &made);
	if (why != NULL && !ok)
		*why = made.error;
	stand_sign_end(&made);
	return ok;
}

void
stand_send(
    struct stand *s, const struct apam_request *given, struct record *record)
{
	struct stand_signed made;
	const bool ok = stand_sign_begin(s, given, &made);

	if (record != NULL)
		record_signed(record, given, &made);
	/* And once more, as over another connection. */
	for (int i = 0; ok && made.body != NULL && i < 2; i++)
		(void)stand_read_body(made.body, 5, record);
	stand_sign_end(&made);
}

/* ---- Judging ---------------------------------------------------------- */

/* Text that lies in a file was there when the module was loaded. */
static bool
is_static(const char *text)
{
	Dl_info info;

	return dladdr(text, &info) != 0;
}

/* The reasons that the core has in the place of the module's. */
static const char *
broken_verdict(const char *reason)
{
	if (strcmp(reason, "the module returned an illegal verdict") == 0)
		return "returned no enum apam_verdict, or set no reason: both "
		       "are needed for every answer";
	if (strcmp(reason,
		"the module wanted to keep more than there is room "
		"for") == 0)
		return "kept a memo of more than 4096 bytes: keep what the "
		       "next signature needs";
	return is_static(reason) ? NULL :
				   "gave a reason that is not static text: the "
				   "core keeps the pointer; use a literal";
}

void
stand_judge(struct stand *s, const struct response *r, struct record *record)
{
	const struct apam_answer_view answer = {
		.size = sizeof(answer) + s->plan.more,
		.response = &r->pub,
		.method = APAM_STR("GET"),
		.origin = APAM_STR("https://kit.example.com"),
		.now_ms = STANDING_NOW_MS,
	};
	enum apam_verdict verdict;
	const char *reason, *why;
	char what[80];

	answer_describe(r, what, sizeof(what));
	finding_doing("in judge (%s)", what);
	verdict = entry_judge(&s->entry, &answer, 0, &reason);
	why = broken_verdict(reason);
	if (why != NULL)
		finding_fail("judge (%s) %s", what, why);
	else
		standing_heard("the reason of a verdict", apam_str(reason));
	if (record != NULL) {
		record_line(record, "judge of %s", what);
		record_number(record, (int64_t)verdict);
		record_text(record, apam_str(reason));
	}
}

/* ---- Verifying -------------------------------------------------------- */

/* False without memory, which some checks take away. */
static bool
hash_body(const struct stand *s, struct apam_str body, struct digests *d)
{
	struct apam_error err = APAM_ERROR_INIT;

	digests_begin(d, authentic_hashes(&s->entry), &err);
	digests_put(d, body);
	return digests_end(d) == APAM_OK;
}

void
stand_verify(struct stand *s, const struct apam_request *given,
    const struct response *r, struct record *record)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_response head = r->pub;
	struct request request;
	struct digests digests;
	struct authentic a = { &request.view, &head, digests.all, 0 };
	enum apam_status status;

	if (!authentic_is_asked(&s->entry) ||
	    !begin_request(s, given, &request))
		return;
	request.body = (struct apam_body){ .size = sizeof(request.body),
		.kind = APAM_BODY_UNKNOWN };
	head.body = APAM_STR("");
	if (!hash_body(s, r->pub.body, &digests))
		goto out;
	a.digest_count = digests.count;
	finding_doing(
	    "in verify, of a response with status %d", (int)head.status);
	status = authentic_verify(&s->entry, &a, &err);
	standing_heard("why a response is not authentic", apam_str(err.text));
	if (status == APAM_E_ABI)
		finding_fail("%s: %s", finding->doing, err.text);
	if (record != NULL) {
		record_line(record, "verify");
		record_number(record, (int64_t)status);
	}
out:
	request_free(&request);
}
