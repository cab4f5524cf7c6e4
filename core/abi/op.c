/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of a step function.  Everything that a module returns is checked here
 * before it is used: dispatch fails closed.
 */
#include "abi/op.h"

#include <string.h>

#include "abi/service_say.h"
#include "base/error.h"
#include "base/utf8.h"
#include "text/lifetime.h"
#include "text/url.h"

void
op_init(struct op *op, enum op_kind kind, bool allow_http,
    const struct apam_credential_view *credential)
{
	memset(op, 0, sizeof(*op));
	op->pub.size = sizeof(op->pub);
	op->pub.credential = credential;
	op->kind = kind;
	op->reach.allow_http = allow_http;
	op->lifetime = LIFETIME_UNSTATED;
	exchange_init(&op->exchange);
	buf_init(&op->memo, OP_CREDENTIAL_MAX);
	buf_init(&op->credential, OP_CREDENTIAL_MAX);
	/* One that is too long is kept, to be refused as such. */
	buf_init(&op->durable.successor, 2 * OP_CREDENTIAL_MAX);
	buf_init(&op->durable.kept, OP_FACTS_MAX);
	buf_init(&op->prompt.text, APAM_TEXT_SIZE);
	buf_init(&op->prompt.url, URL_MAX);
	buf_init(&op->prompt.code, APAM_TEXT_SIZE);
	error_init(&op->error);
}

void
op_free(struct op *op)
{
	buf_free(&op->prompt.code);
	buf_free(&op->prompt.url);
	buf_free(&op->prompt.text);
	buf_free(&op->durable.kept);
	buf_free(&op->durable.successor);
	buf_free(&op->credential);
	buf_free(&op->memo);
	exchange_free(&op->exchange);
}

void
op_show(struct op *op, const struct apam_prompt *prompt)
{
	buf_set(&op->prompt.text, prompt->text);
	buf_set(&op->prompt.url, prompt->url);
	buf_set(&op->prompt.code, prompt->code);
}

void
op_misuse(struct op *op, const char *text)
{
	if (op->misuse == NULL)
		op->misuse = text;
}

static enum apam_step
op_fail(struct op *op, enum apam_status status, const char *text)
{
	(void)error_set(&op->error, status, "%s", text);
	return APAM_STEP_FAILED;
}

/*
 * Fail if the module's memo or credential could not be kept, or a fact: at once,
 * before a person logs in for nothing.
 */
static enum apam_step
check_kept(struct op *op, enum apam_step step)
{
	if (op->memo.no_memory || op->credential.no_memory ||
	    op->durable.kept.no_memory)
		return op_fail(op, APAM_E_MEMORY, "out of memory");
	if (op->durable.unfit || op->durable.kept.failed)
		return op_fail(op, APAM_E_PROVIDER,
		    "what the login found out cannot be kept: it has control "
		    "characters, or is too long");
	if (op->memo.failed || op->credential.failed)
		return op_fail(
		    op, APAM_E_PROVIDER, "the credential is too large");
	return step;
}

static enum apam_step
check_probe(struct op *op)
{
	if (op->pub.probe.n == 0)
		return op_fail(op, APAM_E_ABI,
		    "the module asked for a probe, and the entry has none");
	if (!op->has_credential && op->pub.credential == NULL)
		return op_fail(op, APAM_E_ABI,
		    "the module asked for the probe without a credential");
	return check_kept(op, APAM_STEP_EXCHANGE);
}

static enum apam_step
check_exchange(struct op *op)
{
	const char *why;

	if (op->durable.spends &&
	    (op->kind == OP_LOGIN || op->kind == OP_REVOKE))
		return op_fail(op, APAM_E_ABI,
		    "the module spends a secret in a login or a revocation");
	if (op->probes)
		return check_probe(op);
	if (op->exchange.method[0] == '\0' && op->exchange.refused == NULL)
		return op_fail(op, APAM_E_ABI,
		    "the module asked for an exchange and built none");
	if (++op->steps > OP_STEPS_MAX)
		return op_fail(
		    op, APAM_E_ABI, "the module asks for too many exchanges");
	why = exchange_finish(&op->exchange, &op->reach);
	if (why == NULL)
		return check_kept(op, APAM_STEP_EXCHANGE);
	if (exchange_no_memory(&op->exchange))
		return op_fail(op, APAM_E_MEMORY, "out of memory");
	(void)error_set(
	    &op->error, APAM_E_CONFIG, "the exchange cannot be sent: %s", why);
	return APAM_STEP_FAILED;
}

/* A login ends with the first value of a durable secret, and its facts. */
static enum apam_step
check_login(struct op *op)
{
	if (!op->durable.succeeds)
		return op_fail(
		    op, APAM_E_ABI, "the module finished without a secret");
	if (op->durable.successor.no_memory)
		return op_fail(op, APAM_E_MEMORY, "out of memory");
	return APAM_STEP_DONE;
}

static enum apam_step
check_done(struct op *op)
{
	if (check_kept(op, APAM_STEP_DONE) == APAM_STEP_FAILED)
		return APAM_STEP_FAILED;
	if (op->kind == OP_ACQUIRE &&
	    (!op->has_credential || op->credential.n == 0))
		return op_fail(
		    op, APAM_E_ABI, "the module finished without a credential");
	if (op->kind == OP_CHECK && !op->has_key_state)
		return op_fail(
		    op, APAM_E_ABI, "the module finished without a key state");
	if (op->kind == OP_LOGIN)
		return check_login(op);
	return APAM_STEP_DONE;
}

static enum apam_step
check_failed(struct op *op)
{
	if (op->error.status == APAM_OK)
		return op_fail(
		    op, APAM_E_ABI, "the module failed without saying why");
	return APAM_STEP_FAILED;
}

typedef int32_t step_function(void *state, struct apam_op *op);

static step_function *
function_of(const struct apam_module *module, enum op_kind kind)
{
	switch (kind) {
	case OP_ACQUIRE:
		return module->acquire;
	case OP_CHECK:
		return module->check;
	case OP_REVOKE:
		return module->revoke;
	case OP_LOGIN:
		return module->login;
	}
	return NULL;
}

/* Polls are as many as there is time for, so they are not counted. */
static enum apam_step
check_wait(struct op *op)
{
	if (op->wait < 1 || op->wait > OP_WAIT_MAX)
		return op_fail(op, APAM_E_ABI,
		    "the module waits for no time, or for more than an hour");
	op->steps = 0;
	return check_kept(op, APAM_STEP_WAIT);
}

/* A provider's text steers neither a terminal nor a browser. */
static const char *
unfit_prompt(const struct op *op)
{
	const struct op_prompt *p = &op->prompt;
	struct url url;

	if (p->text.failed || p->url.failed || p->code.failed)
		return "what the module wants to tell is too long";
	if (!utf8_is_plain(buf_view(&p->text)) ||
	    !utf8_is_plain(buf_view(&p->code)))
		return "what the module wants to tell has control characters";
	if (p->url.n > 0 &&
	    (url_parse(buf_view(&p->url), &url) != NULL ||
		url_insecure(&url, op->reach.allow_http) != NULL))
		return "the address that a person is to open is not a URL of "
		       "https";
	return NULL;
}

static enum apam_step
check_prompt(struct op *op, enum apam_step step)
{
	const struct op_prompt *p = &op->prompt;
	const char *unfit = unfit_prompt(op);

	if (op->kind != OP_LOGIN)
		return op_fail(op, APAM_E_ABI,
		    "the module wants to tell a person something outside of "
		    "a login");
	if (p->text.no_memory || p->url.no_memory || p->code.no_memory)
		return op_fail(op, APAM_E_MEMORY, "out of memory");
	if (unfit != NULL)
		return op_fail(op, APAM_E_PROVIDER, unfit);
	if (p->text.n == 0 && p->url.n == 0)
		return op_fail(
		    op, APAM_E_ABI, "the module wants to tell nothing");
	return check_kept(op, step);
}

/* Check a step, by what it returned and what it left behind. */
static enum apam_step
check_step(struct op *op, int32_t step)
{
	if (op->misuse != NULL)
		return op_fail(op, APAM_E_ABI, op->misuse);
	if (op->durable.succeeds &&
	    (op->kind == OP_REVOKE ||
		(op->kind == OP_LOGIN && step != APAM_STEP_DONE)))
		return op_fail(op, APAM_E_ABI,
		    "the module has a successor in a revocation, or before a "
		    "login is done");
	switch (step) {
	case APAM_STEP_EXCHANGE:
		return check_exchange(op);
	case APAM_STEP_DONE:
		return check_done(op);
	case APAM_STEP_FAILED:
		return check_failed(op);
	case APAM_STEP_WAIT:
		return check_wait(op);
	case APAM_STEP_SHOW:
	case APAM_STEP_REDIRECT:
	case APAM_STEP_CONFIRM:
		return check_prompt(op, (enum apam_step)step);
	}
	return op_fail(op, APAM_E_ABI, "the module returned an illegal step");
}

enum apam_step
op_step(struct op *op, const struct apam_module *module, void *state,
    const struct response *response)
{
	int32_t next;
	static const struct apam_prompt nothing = { .size = sizeof(nothing) };
	step_function *step = function_of(module, op->kind);

	if (step == NULL)
		return op_fail(
		    op, APAM_E_ABI, "the module has no such function");

	op->pub.response = response == NULL ? NULL : &response->pub;
	op->pub.memo = buf_view(&op->memo);
	op->exchange.method[0] = '\0';
	op->probes = false;
	op->wait = 0;
	op->durable.spends = op->durable.succeeds = false;
	op->durable.unkept = false;
	buf_free(&op->durable.successor);
	op_show(op, &nothing);
	service_say_without(&op->durable);
	next = step(state, &op->pub);
	service_say_without(NULL);
	if (response == NULL || !response_is_short(response))
		return check_step(op, next);
	/*
	 * The module judged an answer that could not be read: its result is
	 * void.
	 */
	error_clear(&op->error);
	return op_fail(op, APAM_E_MEMORY, "out of memory");
}
