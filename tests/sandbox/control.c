/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control listener: what an administrator does at a provider's console,
 * and what a test wants to know. Plain http, parameters in the query, JSON
 * back. README.md lists the commands; the table at the end is all of them.
 */
#include "faults.h"
#include "log.h"
#include "parking.h"
#include "switches.h"
#include "tokens.h"

#include <stdlib.h>
#include <string.h>

struct command {
	const char *method, *path;
	/* The text of what is wrong, or NULL. */
	const char *(*run)(const struct request *request, json_t **result);
	bool needs_provider;
};

static enum provider
named_provider(const struct request *request)
{
	enum provider provider = CONTROL;

	provider_parse(request_arg(request, "provider"), &provider);
	return provider;
}

/* A parameter, never NULL. */
static const char *
arg(const struct request *request, const char *name)
{
	const char *value = request_arg(request, name);

	return value ? value : "";
}

/* A whole number from 0 on; false when it is none. */
static bool
number_arg(const struct request *request, const char *name, long *number)
{
	const char *text = arg(request, name);
	char *end;

	*number = strtol(text, &end, 10);
	return *text && !*end && *number >= 0;
}

static const char *
set_state(const struct request *request, enum key_state state)
{
	struct key *key = key_find(
	    named_provider(request), arg(request, "key"), false);

	if (!key)
		return "no such key";
	if (key->state == KEY_DELETED)
		return "the key was deleted, and that is final";
	key->state = state;
	return NULL;
}

static const char *
run_archive(const struct request *request, json_t **result)
{
	(void)result;
	return set_state(request, KEY_ARCHIVED);
}

static const char *
run_restore(const struct request *request, json_t **result)
{
	(void)result;
	return set_state(request, KEY_GOOD);
}

static const char *
run_delete(const struct request *request, json_t **result)
{
	(void)result;
	return set_state(request, KEY_DELETED);
}

static const char *
run_rotate(const struct request *request, json_t **result)
{
	struct key *key = key_find(
	    named_provider(request), arg(request, "key"), false);
	const char *secret = arg(request, "to");

	(void)result;
	if (!key)
		return "no such key";
	if (!*secret)
		return "the new secret is missing: to=";
	return key_rotate(key, secret) ? NULL : "the new secret is too long";
}

static const char *
run_add(const struct request *request, json_t **result)
{
	const char *id = arg(request, "key"), *secret = arg(request, "secret");
	const char *access = arg(request, "access");

	(void)result;
	if (!*id || !*secret)
		return "key= and secret= are needed";
	return key_add(named_provider(request), id, secret,
		   *access ? access : "user") ?
	    NULL :
	    "the key exists, is too long, or there is no room";
}

static const char *
run_expire(const struct request *request, json_t **result)
{
	(void)result;
	tokens_expire(named_provider(request));
	return NULL;
}

static const char *
run_life(const struct request *request, json_t **result)
{
	long seconds;

	(void)result;
	if (!number_arg(request, "seconds", &seconds))
		return "seconds= must be a number";
	tokens_set_life(named_provider(request), seconds);
	return NULL;
}

static const char *
run_set(const struct request *request, json_t **result)
{
	(void)result;
	return switch_set(named_provider(request), arg(request, "name"),
		   arg(request, "value")) ?
	    NULL :
	    "no such switch or value; GET /switches lists them";
}

static const char *
run_fault(const struct request *request, json_t **result)
{
	long count = 0;

	(void)result;
	if (request_arg(request, "count") &&
	    !number_arg(request, "count", &count))
		return "count= must be a number";
	if (arg(request, "path")[0] != '/')
		return "path= must begin with a slash";
	return fault_add(named_provider(request), arg(request, "path"),
	    arg(request, "kind"), (unsigned)count, request_arg(request, "arg"));
}

static const char *
run_clear(const struct request *request, json_t **result)
{
	(void)request;
	(void)result;
	faults_clear();
	parking_empty();
	return NULL;
}

static const char *
run_reset(const struct request *request, json_t **result)
{
	run_clear(request, result);
	switches_reset();
	keys_reset();
	tokens_expire(SEVENSIGNAL);
	tokens_expire(XYSENSE);
	log_clear();
	return tokens_init() ? NULL : "no random bytes";
}

static const char *
run_log(const struct request *request, json_t **result)
{
	*result = log_json(named_provider(request));
	return NULL;
}

static const char *
run_log_clear(const struct request *request, json_t **result)
{
	(void)request;
	(void)result;
	log_clear();
	return NULL;
}

static const char *
run_counts(const struct request *request, json_t **result)
{
	(void)request;
	*result = log_counts();
	return NULL;
}

static const char *
run_switches(const struct request *request, json_t **result)
{
	(void)request;
	*result = switches_json();
	return NULL;
}

static const struct command commands[] = {
	{ "POST", "/archive", run_archive, true },
	{ "POST", "/restore", run_restore, true },
	{ "POST", "/delete", run_delete, true },
	{ "POST", "/rotate", run_rotate, true },
	{ "POST", "/add", run_add, true },
	{ "POST", "/expire", run_expire, true },
	{ "POST", "/life", run_life, true },
	{ "POST", "/set", run_set, true },
	{ "POST", "/fault", run_fault, true },
	{ "POST", "/clear", run_clear, false },
	{ "POST", "/reset", run_reset, false },
	{ "GET", "/log", run_log, true },
	{ "POST", "/log/clear", run_log_clear, false },
	{ "GET", "/counts", run_counts, false },
	{ "GET", "/switches", run_switches, false },
};

static const struct command *
command_find(const struct request *request)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (request_is(request, commands[i].method, commands[i].path))
			return &commands[i];
	}
	return NULL;
}

void
control_answer(struct request *request, struct answer *answer)
{
	const struct command *command = command_find(request);
	const char *wrong = "no such command";
	json_t *result = NULL;

	if (command && command->needs_provider &&
	    named_provider(request) == CONTROL)
		wrong = "provider= must be 7signal, xysense or seed";
	else if (command)
		wrong = command->run(request, &result);
	if (wrong)
		answer_json(answer, command ? 400 : 404,
		    json_pack("{s:b, s:s}", "ok", 0, "error", wrong));
	else
		answer_json(
		    answer, 200, result ? result : json_pack("{s:b}", "ok", 1));
}
