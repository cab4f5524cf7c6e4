/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs of step functions: acquire, check, revoke, login.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "drive/playing.h"
#include "durable/durable_facts.h"
#include "text/lifetime.h"

/* ---- What the module did ---------------------------------------------- */

static const char *
say_exchange(const struct playing *p, char text[TEXT_SIZE])
{
	const struct exchange *x = &p->op.exchange;

	if (p->op.probes)
		return "it asks for the probe";
	(void)snprintf(text, TEXT_SIZE, "it asks for an exchange: %s %s",
	    x->method, buf_view(&x->url).p);
	return text;
}

static const char *
say_end(const struct playing *p, char text[TEXT_SIZE])
{
	if (p->op.kind == OP_CHECK)
		(void)snprintf(text, TEXT_SIZE, "it ends: the key is %s: %s",
		    apam_key_state_name(p->op.key_state), p->op.evidence);
	else
		(void)snprintf(text, TEXT_SIZE, "it ends%s",
		    p->op.has_credential ? " with a credential" : "");
	return text;
}

/* What the last step was, in one line. */
static const char *
say_step(const struct playing *p, char text[TEXT_SIZE])
{
	switch (p->step) {
	case APAM_STEP_EXCHANGE:
		return say_exchange(p, text);
	case APAM_STEP_DONE:
		return say_end(p, text);
	case APAM_STEP_WAIT:
		(void)snprintf(text, TEXT_SIZE, "it waits for %lld seconds",
		    (long long)p->op.wait);
		return text;
	case APAM_STEP_SHOW:
		return "it tells a person something";
	case APAM_STEP_REDIRECT:
		return "it waits for a browser";
	case APAM_STEP_CONFIRM:
		return "it waits for a person's yes";
	case APAM_STEP_FAILED:
		break;
	}
	(void)snprintf(text, TEXT_SIZE, "it fails: %s: %s",
	    apam_status_name(p->op.error.status), p->op.error.text);
	return text;
}

void
playing_failed(struct playing *p, const struct script_section *s,
    const char *expected, const char *found)
{
	told_failed(p->told, s->line, script_word_name(s->word),
	    apam_str(expected), apam_str(found));
}

void
playing_compare_error(struct playing *p, const struct script_section *s,
    const struct apam_error *err)
{
	if (told_compare(p->told, s->line, "the status", s->argument,
		apam_str(apam_status_name(err->status))) &&
	    told_compare(
		p->told, s->line, "the text", s->content, apam_str(err->text)))
		told_passed(p->told);
}

/* The run goes another way than the script. */
static void
lose(struct playing *p, const struct script_section *s, const char *expected)
{
	char text[TEXT_SIZE];

	playing_failed(p, s, expected, say_step(p, text));
	p->lost = true;
}

/* ---- Beginning and ending --------------------------------------------- */

void
playing_end_run(struct playing *p)
{
	const bool ends = p->step == APAM_STEP_DONE ||
	    p->step == APAM_STEP_FAILED;
	char text[TEXT_SIZE];

	play_verify_end(p);
	if (!p->running)
		return;
	if (!p->lost && !(ends && p->ended_as_said))
		told_failed(p->told, p->run_line, p->run_name,
		    ends ? APAM_STR("the script says how the run ends") :
			   APAM_STR("the run comes to its end"),
		    apam_str(say_step(p, text)));
	if (p->op.has_credential && p->step == APAM_STEP_DONE)
		buf_set(&p->credential, buf_view(&p->op.credential));
	op_free(&p->op);
	buf_free(&p->redirected);
	p->running = false;
}

/* The value of the durable option. */
static const struct apam_value *
durable_value(const struct playing *p)
{
	const struct option_table table = played_table(p->module);
	size_t i = 0;

	while (option_at(&table, i) != p->durable)
		i++;
	return &p->module->values.values[i];
}

static void
next_step(struct playing *p, const struct response *response)
{
	if (p->durable != NULL) {
		p->op.durable.value = durable_value(p);
		if (p->shows_durable)
			p->op.durable.secret = buf_view(&p->kept);
		p->op.durable.facts = buf_view(&p->facts);
	}
	p->step = op_step(
	    &p->op, &p->module->module, p->module->state, response);
	if (p->op.durable.succeeds)
		buf_set(&p->kept, buf_view(&p->op.durable.successor));
	if (p->op.durable.succeeds && p->op.kind == OP_LOGIN)
		buf_set(&p->facts, buf_view(&p->op.durable.kept));
	if (p->op.has_credential)
		told_mask(p->told, buf_view(&p->op.credential));
}

/* How the person wants to log in. */
static int32_t
way_of(const struct script_section *s)
{
	if (str_equal(s->argument, APAM_STR("code")))
		return APAM_LOGIN_CODE;
	return str_equal(s->argument, APAM_STR("browser")) ?
	    APAM_LOGIN_BROWSER :
	    APAM_LOGIN_ANY;
}

static void
begin_run(struct playing *p, const struct script_section *s, enum op_kind kind)
{
	const bool shown = kind == OP_CHECK || kind == OP_REVOKE;

	playing_end_run(p);
	play_sign_end(p);
	if (!playing_open(p, s))
		return;
	p->view = (struct apam_credential_view){ sizeof(p->view),
		buf_view(&p->credential), played_time() };
	op_init(
	    &p->op, kind, true, shown && p->credential.n > 0 ? &p->view : NULL);
	p->op.reach = (struct reach){
		.allow_http = true,
		.addresses = p->module->addresses,
		.address_count = p->module->address_count,
		.options = played_table(p->module),
		.values = p->module->values.values,
	};
	if (kind == OP_CHECK)
		p->op.pub.probe = p->probe;
	if (kind == OP_LOGIN) {
		p->op.pub.redirect_uri = APAM_STR(
		    "http://127.0.0.1:8080/callback");
		p->op.pub.way = way_of(s);
	}
	p->shows_durable = kind == OP_ACQUIRE || kind == OP_CHECK ||
	    s->word == SCRIPT_LOGOUT;
	buf_init(&p->redirected, URL_MAX);
	p->running = true;
	p->lost = p->ended_as_said = false;
	p->run_line = s->line;
	p->run_name = script_word_name(s->word);
	next_step(p, NULL);
}

/* ---- Answers ---------------------------------------------------------- */

bool
answer_take(struct playing *p, const struct script_section *s,
    struct apam_header headers[ANSWER_HEADERS], struct response *response)
{
	struct apam_str text = s->content, body;
	int64_t status = 0;
	size_t count;

	if (!str_number(message_line(&text), 999, &status) || status < 100) {
		playing_failed(
		    p, s, "a status of HTTP in its first line", "another line");
		return false;
	}
	count = message_read(text, headers, ANSWER_HEADERS, &body);
	response_view(response, (unsigned)status, headers, count, body);
	return true;
}

static void
answer(struct playing *p, const struct script_section *s)
{
	struct apam_header headers[ANSWER_HEADERS];
	struct response response;

	if (p->step != APAM_STEP_EXCHANGE) {
		lose(p, s, "it waits for an answer");
		return;
	}
	if (!answer_take(p, s, headers, &response)) {
		p->lost = true;
		return;
	}
	next_step(p, &response);
	response_free(&response);
}

static void
redirected(struct playing *p, const struct script_section *s)
{
	if (p->step != APAM_STEP_REDIRECT) {
		lose(p, s, "it waits for a browser");
		return;
	}
	buf_set(&p->redirected, s->content);
	p->op.pub.redirected = buf_view(&p->redirected);
	next_step(p, NULL);
}

/* ---- What is expected ------------------------------------------------- */

/* The headers of an exchange, and how else it goes than usual. */
static void
list_fields(const struct exchange *x, struct fields *to)
{
	const struct apam_header *all = x->headers.array;

	fields_init(to);
	for (size_t i = 0; all != NULL && i < x->headers.count; i++)
		fields_add(to, all[i].name, all[i].value);
	if (x->socket.n > 0)
		fields_add(to, APAM_STR("(socket)"), buf_view(&x->socket));
	if (x->http2)
		fields_add(to, APAM_STR("(http2)"), APAM_STR("yes"));
	if (x->certificate.n > 0)
		fields_add(
		    to, APAM_STR("(certificate)"), buf_view(&x->certificate));
}

static void
expect_exchange(struct playing *p, const struct script_section *s)
{
	/* The core adds them by itself. */
	static const char *const quiet[] = { "Accept", "Content-Type", NULL };
	struct exchange *x = &p->op.exchange;
	char line[TEXT_SIZE * 2];
	struct fields all;
	struct apam_str body;
	bool same;

	if (p->step != APAM_STEP_EXCHANGE || p->op.probes) {
		lose(p, s, "it asks for an exchange");
		return;
	}
	(void)snprintf(
	    line, sizeof(line), "%s %s", x->method, buf_view(&x->url).p);
	same = told_compare(
	    p->told, s->line, "method and URL", s->argument, apam_str(line));
	(void)fields_array(&x->headers);
	list_fields(x, &all);
	same = message_compare(p, s, s->content, fields_array(&all), all.count,
		   quiet, &body) &&
	    same;
	fields_free(&all);
	same = told_compare(
		   p->told, s->line, "the body", body, buf_view(&x->body)) &&
	    same;
	if (same)
		told_passed(p->told);
}

static void
expect_wait(struct playing *p, const struct script_section *s)
{
	if (p->step != APAM_STEP_WAIT || p->op.wait != s->number) {
		lose(p, s, "it waits for that long");
		return;
	}
	told_passed(p->told);
	played_set_time(played_time() + s->number * 1000);
	next_step(p, NULL);
}

static void
expect_prompt(struct playing *p, const struct script_section *s)
{
	static const enum apam_step steps[SCRIPT_WORDS] = {
		[SCRIPT_SHOW] = APAM_STEP_SHOW,
		[SCRIPT_CONFIRM] = APAM_STEP_CONFIRM,
		[SCRIPT_REDIRECT] = APAM_STEP_REDIRECT,
	};
	const struct apam_header found[] = {
		{ APAM_STR("text"), buf_view(&p->op.prompt.text) },
		{ APAM_STR("url"), buf_view(&p->op.prompt.url) },
		{ APAM_STR("code"), buf_view(&p->op.prompt.code) },
	};
	/* Those that are empty are not expected to be said. */
	const char *const quiet[] = { found[0].value.n == 0 ? "text" : "",
		found[1].value.n == 0 ? "url" : "",
		found[2].value.n == 0 ? "code" : "", NULL };
	struct apam_str rest;

	if (p->step != steps[s->word]) {
		lose(p, s, "it tells a person something");
		return;
	}
	if (message_compare(p, s, s->content, found, 3, quiet, &rest))
		told_passed(p->told);
	if (s->word != SCRIPT_REDIRECT)
		next_step(p, NULL);
}

static void
expect_credential(struct playing *p, const struct script_section *s)
{
	if (p->step != APAM_STEP_DONE || !p->op.has_credential) {
		lose(p, s, "it ends with a credential");
		return;
	}
	if (told_compare(p->told, s->line, "the credential", s->content,
		buf_view(&p->op.credential)))
		told_passed(p->told);
	p->ended_as_said |= p->op.kind == OP_ACQUIRE;
}

static void
expect_lifetime(struct playing *p, const struct script_section *s)
{
	int64_t found = p->op.lifetime;
	char text[32];

	if (p->step != APAM_STEP_DONE || !p->op.has_credential) {
		lose(p, s, "it ends with a credential");
		return;
	}
	if (found == APAM_FOREVER)
		found = -1;
	else if (found == LIFETIME_UNSTATED)
		found = -2;
	(void)snprintf(text, sizeof(text), "%lld", (long long)found);
	if (found == s->number)
		told_passed(p->told);
	else
		told_failed(p->told, s->line, "the lifetime", s->argument,
		    apam_str(found == -1 ? "forever" :
			    found == -2  ? "unsaid" :
					   text));
}

static void
expect_spending(struct playing *p, const struct script_section *s)
{
	if (p->step != APAM_STEP_EXCHANGE || !p->op.durable.spends) {
		lose(p, s, "it spends a durable secret");
		return;
	}
	if (told_compare(p->told, s->line, "the option", s->argument,
		apam_str(p->durable->name)))
		told_passed(p->told);
}

static void
expect_successor(struct playing *p, const struct script_section *s)
{
	if (!p->op.durable.succeeds) {
		lose(p, s, "it has a successor for a durable secret");
		return;
	}
	p->ended_as_said |= p->op.kind == OP_LOGIN;
	if (told_compare(p->told, s->line, "the option", s->argument,
		apam_str(p->durable->name)) &&
	    told_compare(p->told, s->line, "the successor", s->content,
		buf_view(&p->kept)))
		told_passed(p->told);
}

static void
expect_fact(struct playing *p, const struct script_section *s)
{
	if (p->op.kind != OP_LOGIN) {
		lose(p, s, "it keeps a fact of a login");
		return;
	}
	if (told_compare(p->told, s->line, "the fact", s->content,
		durable_fact_find(buf_view(&p->op.durable.kept), s->argument)))
		told_passed(p->told);
}

static void
expect_key(struct playing *p, const struct script_section *s)
{
	if (p->step != APAM_STEP_DONE || p->op.kind != OP_CHECK) {
		lose(p, s, "it ends with a state of the key");
		return;
	}
	p->ended_as_said = true;
	if (told_compare(p->told, s->line, "the state", s->argument,
		apam_str(apam_key_state_name(p->op.key_state))) &&
	    told_compare(p->told, s->line, "the reason", s->content,
		apam_str(p->op.evidence)))
		told_passed(p->told);
}

static void
expect_failure(struct playing *p, const struct script_section *s)
{
	if (p->step != APAM_STEP_FAILED) {
		lose(p, s, "it fails");
		return;
	}
	p->ended_as_said = true;
	playing_compare_error(p, s, &p->op.error);
}

static void
expect_done(struct playing *p, const struct script_section *s)
{
	if (p->step != APAM_STEP_DONE) {
		lose(p, s, "it ends");
		return;
	}
	p->ended_as_said = true;
	told_passed(p->told);
}

static void
expect_probe(struct playing *p, const struct script_section *s)
{
	if (p->step == APAM_STEP_EXCHANGE && p->op.probes)
		told_passed(p->told);
	else
		lose(p, s, "it asks for the probe");
}

/* ---- Sections --------------------------------------------------------- */

static void
play_begun(struct playing *p, const struct script_section *s)
{
	static void (*const play[SCRIPT_WORDS])(
	    struct playing * p, const struct script_section *s) = {
		[SCRIPT_ANSWER] = answer,
		[SCRIPT_REDIRECTED] = redirected,
		[SCRIPT_EXCHANGE] = expect_exchange,
		[SCRIPT_PROBED] = expect_probe,
		[SCRIPT_WAIT] = expect_wait,
		[SCRIPT_SHOW] = expect_prompt,
		[SCRIPT_CONFIRM] = expect_prompt,
		[SCRIPT_REDIRECT] = expect_prompt,
		[SCRIPT_CREDENTIAL] = expect_credential,
		[SCRIPT_LIFETIME] = expect_lifetime,
		[SCRIPT_SPENDS] = expect_spending,
		[SCRIPT_SUCCESSOR] = expect_successor,
		[SCRIPT_FACT] = expect_fact,
		[SCRIPT_KEY] = expect_key,
		[SCRIPT_FAILS] = expect_failure,
		[SCRIPT_DONE] = expect_done,
	};

	if (play[s->word] != NULL && !p->lost)
		play[s->word](p, s);
}

bool
play_run(struct playing *p, const struct script_section *s)
{
	switch (s->word) {
	case SCRIPT_ACQUIRE:
		begin_run(p, s, OP_ACQUIRE);
		return true;
	case SCRIPT_CHECK:
		begin_run(p, s, OP_CHECK);
		return true;
	case SCRIPT_REVOKE:
	case SCRIPT_LOGOUT:
		begin_run(p, s, OP_REVOKE);
		return true;
	case SCRIPT_LOGIN:
		begin_run(p, s, OP_LOGIN);
		return true;
	case SCRIPT_SIGN:
	case SCRIPT_JUDGE:
	case SCRIPT_SIGNED:
	case SCRIPT_VERDICT:
	case SCRIPT_MEMO:
	case SCRIPT_VERIFY:
	case SCRIPT_BODY:
	case SCRIPT_CUT:
	case SCRIPT_AUTHENTIC:
		return false;
	default:
		break;
	}
	if (!p->running)
		return false;
	play_begun(p, s);
	return true;
}
