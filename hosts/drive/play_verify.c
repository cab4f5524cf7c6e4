/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verifying an answer to the request that was signed last, as the core does it.
 */
#include "base/error.h"
#include "base/str.h"
#include "drive/playing.h"

/* ---- Ending ------------------------------------------------------------- */

/* Show the request as it was signed, with the headers that were added. */
static enum apam_status
show_signed(struct playing *p, struct fields *added)
{
	struct apam_request_view *view = &p->request.view;
	struct fields *made = &p->signing.headers;
	const struct apam_header *all = fields_array(made);

	for (size_t i = 0; all != NULL && i < made->count; i++)
		fields_add_header(added, all[i].name, all[i].value);
	p->request.earlier = added;
	view->now_ms = played_time();
	view->memo = APAM_STR("");
	view->memo_count = 0;
	return request_show_headers(&p->request, &p->unauthentic);
}

static void
ask(struct playing *p)
{
	const struct authentic a = { &p->request.view, &p->answer.pub,
		p->digests.all, p->digests.count };
	const struct apam_body body = p->request.body;
	struct fields added;

	fields_init(&added);
	p->request.body = (struct apam_body){ .size = sizeof(body),
		.kind = APAM_BODY_UNKNOWN };
	if (show_signed(p, &added) == APAM_OK)
		(void)authentic_verify(&p->entry, &a, &p->unauthentic);
	p->request.body = body;
	p->request.earlier = NULL;
	fields_free(&added);
}

/* What p->unauthentic says then is what a host would be told. */
static void
finish(struct playing *p)
{
	const enum apam_status status = digests_end(&p->digests);

	p->verifying = false;
	if (p->cut)
		(void)error_set(&p->unauthentic, APAM_E_NOT_AUTHENTIC,
		    "the answer is not authentic: its body did not come to its "
		    "end");
	else if (status == APAM_OK)
		ask(p);
	response_free(&p->answer);
}

void
play_verify_end(struct playing *p)
{
	if (!p->verifying)
		return;
	finish(p);
	told_failed(p->told, p->verify_line, "verify",
	    APAM_STR("the script says what comes of it"),
	    APAM_STR("it says nothing of it"));
}

/* ---- What is done ------------------------------------------------------- */

void
playing_stand_in(struct playing *p)
{
	p->loaded = (struct module){ .abi = p->module->module,
		.lock = PTHREAD_MUTEX_INITIALIZER };
	p->entry = (struct entry){ .module = &p->loaded,
		.state = p->module->state,
		.calls = PTHREAD_MUTEX_INITIALIZER };
}

/* The head first, then what there is of the body. */
static void
begin(struct playing *p)
{
	const struct apam_str body = p->answer.pub.body;

	playing_stand_in(p);
	p->answer.pub.body = APAM_STR("");
	digests_begin(
	    &p->digests, authentic_hashes(&p->entry), &p->unauthentic);
	digests_put(&p->digests, body);
}

/* NULL, or why nothing can be verified. */
static const char *
verify_problem(const struct playing *p)
{
	if (p->module->module.verify == NULL)
		return "the module has no such function";
	return p->is_signed ? NULL : "no request was signed before it";
}

static void
verify(struct playing *p, const struct script_section *s)
{
	const char *why;

	playing_end_run(p);
	play_sign_left(p);
	if (!playing_open(p, s))
		return;
	why = verify_problem(p);
	if (why != NULL) {
		playing_failed(p, s, "the answer is verified", why);
		return;
	}
	if (!answer_take(p, s, p->answer_headers, &p->answer))
		return;
	p->unauthentic = (struct apam_error)APAM_ERROR_INIT;
	p->verifying = true;
	p->cut = false;
	p->verify_line = s->line;
	begin(p);
}

/* ---- What is expected --------------------------------------------------- */

static void
expect_authentic(struct playing *p, const struct script_section *s)
{
	finish(p);
	if (p->unauthentic.status == APAM_OK)
		told_passed(p->told);
	else
		playing_failed(
		    p, s, "the answer is authentic", p->unauthentic.text);
}

static void
expect_failure(struct playing *p, const struct script_section *s)
{
	finish(p);
	if (p->unauthentic.status == APAM_OK)
		playing_failed(p, s, "it fails", "the answer is authentic");
	else
		playing_compare_error(p, s, &p->unauthentic);
}

bool
play_verify(struct playing *p, const struct script_section *s)
{
	if (s->word == SCRIPT_VERIFY) {
		verify(p, s);
		return true;
	}
	if (!p->verifying)
		return false;
	switch (s->word) {
	case SCRIPT_BODY:
		digests_put(&p->digests, s->content);
		return true;
	case SCRIPT_CUT:
		p->cut = true;
		return true;
	case SCRIPT_AUTHENTIC:
		expect_authentic(p, s);
		return true;
	case SCRIPT_FAILS:
		expect_failure(p, s);
		return true;
	default:
		return false;
	}
}
