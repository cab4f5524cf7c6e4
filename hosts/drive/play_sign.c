/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing a request, as the core does it, and judging an answer.
 */
#include <stdio.h>

#include "base/error.h"
#include "base/str.h"
#include "drive/playing.h"
#include "text/header.h"
#include "text/url.h"

#define COVERS APAM_STR("covers ")
#define CERTIFICATE APAM_STR("certificate ")
#define KEY APAM_STR("key ")
#define PASSPHRASE APAM_STR("passphrase ")

void
play_sign_left(struct playing *p)
{
	if (p->made != MADE_NOTHING)
		told_failed(p->told, p->made_line,
		    p->made == MADE_VERDICT ? "judge" : "sign",
		    APAM_STR("the script says what comes of it"),
		    APAM_STR("it says nothing of it"));
	p->made = MADE_NOTHING;
}

void
play_sign_end(struct playing *p)
{
	play_sign_left(p);
	p->is_signed = false;
	new_body_free(&p->new_body);
	if (p->requested) {
		signing_free(&p->signing);
		request_free(&p->request);
		p->requested = false;
	}
}

/* ---- Signing ---------------------------------------------------------- */

/* Read "METHOD URL" and the headers and body below it. */
static bool
read_request(
    struct playing *p, const struct script_section *s, struct apam_body *body)
{
	static char method[32];
	const size_t blank = str_find(s->argument, ' ');
	struct apam_request from = {
		.size = sizeof(from), .headers = p->headers, .body = body
	};
	struct profile profile = { .allow_http = true, .origin_count = 1 };
	struct url origin;
	struct apam_error err = APAM_ERROR_INIT;
	const char *why;

	(void)snprintf(
	    method, sizeof(method), "%.*s", (int)blank, s->argument.p);
	from.method = method;
	from.url = s->argument.p + blank + (blank < s->argument.n);
	from.header_count = message_read(
	    s->content, p->headers, ANSWER_HEADERS, &body->bytes);
	if (body->bytes.n > 0)
		body->kind = APAM_BODY_BYTES;
	why = url_parse(apam_str(from.url), &origin);
	if (why != NULL) {
		playing_failed(p, s, "METHOD URL", why);
		return false;
	}
	origin.path = APAM_STR("/");
	profile.origins = &origin;
	p->requested = true;
	signing_init(&p->signing);
	if (request_init(&p->request, &from, &profile, &err) == APAM_OK)
		return true;
	playing_failed(p, s, "a request", err.text);
	return false;
}

/* What a slot returned: its own refusal, or what its builders refused. */
static int32_t
check_slot(struct playing *p, int32_t returned)
{
	if (returned == APAM_OK)
		returned = signing_check(&p->signing, &p->refusal);
	else
		p->refusal = p->signing.error;
	return returned;
}

/* As the core: prepare first, whose parameters sign sees. */
static int32_t
sign_request(struct playing *p)
{
	const struct apam_module *m = &p->module->module;
	struct apam_request_view *view = &p->request.view;
	const struct apam_credential_view credential = { sizeof(credential),
		buf_view(&p->credential), played_time() };
	int32_t status = request_show_headers(&p->request, &p->refusal);
	size_t prepared;

	view->now_ms = played_time();
	view->memo = buf_view(&p->memo);
	view->memo_count = ++p->memo_count;
	p->signing.request = view;
	if (status == APAM_OK && m->prepare != NULL &&
	    !p->module->svc.prepare_unneeded)
		status = check_slot(
		    p, m->prepare(p->module->state, view, &p->signing));
	if (status == APAM_OK)
		status = request_add_query(
		    &p->request, &p->signing, 0, &p->refusal);
	prepared = p->signing.query.count;
	if (status == APAM_OK)
		status = check_slot(p,
		    m->sign(p->module->state, &credential, view, &p->signing));
	if (status == APAM_OK)
		status = request_add_query(
		    &p->request, &p->signing, prepared, &p->refusal);
	if (status == APAM_OK && !signing_contributed(&p->signing))
		status = error_set(&p->refusal, APAM_E_ABI,
		    "the module signed without adding anything");
	play_body_take(p, &status);
	return status;
}

/* The program's own cookies, which are kept. */
static struct apam_str
own_cookies(const struct playing *p)
{
	return header_find(
	    p->request.headers, p->request.header_count, APAM_STR("Cookie"));
}

static void
sign(struct playing *p, const struct script_section *s)
{
	struct apam_body body = { .size = sizeof(body) };
	int32_t status;

	playing_end_run(p);
	play_sign_end(p);
	if (!playing_open(p, s) || !read_request(p, s, &body))
		return;
	p->refusal = (struct apam_error)APAM_ERROR_INIT;
	status = sign_request(p);
	if (status == APAM_OK)
		status = signing_join_cookies(
		    &p->signing, own_cookies(p), &p->refusal);
	p->is_signed = status == APAM_OK;
	p->made = p->is_signed ? MADE_SIGNATURE : MADE_REFUSAL;
	p->made_line = s->line;
}

static void
put_line(struct buf *to, struct apam_str word, struct apam_str value)
{
	buf_put(to, word);
	buf_put(to, value);
	buf_put(to, APAM_STR("\n"));
}

static void
list_certificate(const struct pair_source *c, struct buf *to)
{
	put_line(to, CERTIFICATE, buf_view(&c->file));
	put_line(to, KEY,
	    c->key != NULL ? APAM_STR("(handle)") : buf_view(&c->key_file));
	if (c->passphrase.n > 0)
		put_line(to, PASSPHRASE, buf_view(&c->passphrase));
}

/*
 * "?name=value" lines, then what is covered, the certificate, and "nothing",
 * in the order made.
 */
static void
list_others(struct playing *p, struct buf *to)
{
	struct apam_signing *made = &p->signing;
	const struct apam_header *all = fields_array(&made->query);

	for (size_t i = 0; all != NULL && i < made->query.count; i++) {
		buf_put(to, APAM_STR("?"));
		buf_put(to, all[i].name);
		buf_put(to, APAM_STR("="));
		buf_put(to, all[i].value);
		buf_put(to, APAM_STR("\n"));
	}
	all = fields_array(&made->covers);
	for (size_t i = 0; all != NULL && i < made->covers.count; i++)
		put_line(to, COVERS, all[i].name);
	if (made->certificate != NULL)
		list_certificate(made->certificate, to);
	if (made->nothing)
		buf_put(to, APAM_STR("nothing\n"));
}

/* True for a line of list_others: a header's name has no blank. */
static bool
is_other(struct apam_str line)
{
	return line.p[0] == '?' || str_starts(line, COVERS) ||
	    str_starts(line, CERTIFICATE) || str_starts(line, KEY) ||
	    str_starts(line, PASSPHRASE) ||
	    str_equal(line, APAM_STR("nothing"));
}

/* Put header lines and the others apart. */
static void
split_expected(struct apam_str text, struct buf *headers, struct buf *others)
{
	struct apam_str line;
	struct buf *to;

	while ((line = message_line(&text)).n > 0) {
		to = is_other(line) ? others : headers;
		buf_put(to, line);
		buf_put(to, APAM_STR("\n"));
	}
}

static void
expect_signed(struct playing *p, const struct script_section *s)
{
	static const char *const quiet[] = { NULL };
	struct buf headers, others, found;
	struct apam_str rest;
	bool same;

	if (p->made != MADE_SIGNATURE) {
		playing_failed(p, s, "a signature",
		    p->made == MADE_REFUSAL ? p->refusal.text : "none");
		p->made = MADE_NOTHING;
		return;
	}
	buf_init(&headers, SCRIPT_MAX);
	buf_init(&others, SCRIPT_MAX);
	buf_init(&found, SCRIPT_MAX);
	split_expected(s->content, &headers, &others);
	list_others(p, &found);
	same = message_compare(p, s, buf_view(&headers),
	    fields_array(&p->signing.headers), p->signing.headers.count, quiet,
	    &rest);
	same = told_compare(p->told, s->line, "what is not a header",
		   buf_view(&others), buf_view(&found)) &&
	    same;
	if (same)
		told_passed(p->told);
	buf_free(&found);
	buf_free(&others);
	buf_free(&headers);
	p->made = MADE_NOTHING;
}

static void
expect_refused(struct playing *p, const struct script_section *s)
{
	if (p->made != MADE_REFUSAL) {
		playing_failed(p, s, "a refusal", "a signature");
	} else {
		playing_compare_error(p, s, &p->refusal);
	}
	p->made = MADE_NOTHING;
}

/* ---- Judging ---------------------------------------------------------- */

static void
judge(struct playing *p, const struct script_section *s)
{
	struct apam_header headers[ANSWER_HEADERS];
	struct response response;
	struct apam_answer_view view = { .size = sizeof(view),
		.method = APAM_STR("GET"),
		.origin = APAM_STR("https://api.example"),
		.now_ms = played_time() };

	playing_end_run(p);
	play_sign_left(p);
	if (!playing_open(p, s) || !answer_take(p, s, headers, &response))
		return;
	if (s->argument.n > 0) {
		view.method = str_cut(s->argument, str_find(s->argument, ' '));
		view.origin = str_trim(str_skip(s->argument, view.method.n));
	}
	view.response = &response.pub;
	view.memo = buf_view(&p->memo);
	judging_init(&p->judging);
	p->reason = NULL;
	p->verdict = p->module->module.judge(
	    p->module->state, &view, &p->judging, &p->reason);
	if (p->judging.has_memo) {
		buf_set(&p->memo, buf_view(&p->judging.memo));
		p->memo_count = 0;
	}
	judging_free(&p->judging);
	response_free(&response);
	p->made = MADE_VERDICT;
	p->made_line = s->line;
}

static void
expect_verdict(struct playing *p, const struct script_section *s)
{
	const char *name = apam_verdict_name((enum apam_verdict)p->verdict);

	if (p->made != MADE_VERDICT)
		playing_failed(p, s, "a verdict", "nothing was judged");
	else if (told_compare(p->told, s->line, "the verdict", s->argument,
		     apam_str(name)) &&
	    told_compare(p->told, s->line, "the reason", s->content,
		apam_str(p->reason)))
		told_passed(p->told);
	p->made = MADE_NOTHING;
}

static void
expect_memo(struct playing *p, const struct script_section *s)
{
	if (told_compare(
		p->told, s->line, "the memo", s->content, buf_view(&p->memo)))
		told_passed(p->told);
}

bool
play_sign(struct playing *p, const struct script_section *s)
{
	switch (s->word) {
	case SCRIPT_SIGN:
		sign(p, s);
		return true;
	case SCRIPT_JUDGE:
		judge(p, s);
		return true;
	default:
		break;
	}
	if (p->shut)
		return true;
	switch (s->word) {
	case SCRIPT_SIGNED:
		expect_signed(p, s);
		return true;
	case SCRIPT_SENDS:
		play_sends(p, s);
		return true;
	case SCRIPT_FAILS:
		expect_refused(p, s);
		return true;
	case SCRIPT_VERDICT:
		expect_verdict(p, s);
		return true;
	case SCRIPT_MEMO:
		expect_memo(p, s);
		return true;
	default:
		return false;
	}
}
