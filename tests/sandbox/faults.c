/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kinds of fault, one function each in a const table, and the list of
 * those in force. A delay and one spoiling fault may strike together.
 * Waiting itself is the server's: this only says how long.
 */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULTS_MAX 64
#define HUGE_BYTES ((size_t)2 << 20)

struct fault {
	enum provider provider;
	const struct fault_kind *kind; /* NULL: free */
	unsigned left;
	bool forever;
	char path[128];
	char arg[384];
};

struct fault_kind {
	const char *name;
	void (*spoil)(struct answer *answer, const char *arg);
	int64_t delay_ms; /* for those that only wait; 0: ARG says */
	bool needs_arg;
};

static void
spoil_status(struct answer *answer, unsigned status, const char *phrase)
{
	answer->header_count = 0;
	answer_json(answer, status,
	    json_pack("{s:s, s:i, s:s}", "status", "error", "code", (int)status,
		"message", phrase));
}

static void
spoil_429(struct answer *answer, const char *arg)
{
	spoil_status(answer, 429, "Too Many Requests");
	if (arg[0])
		answer_header(answer, "Retry-After", arg);
}

static void
spoil_500(struct answer *answer, const char *arg)
{
	(void)arg;
	spoil_status(answer, 500, "Internal Server Error");
}

static void
spoil_503(struct answer *answer, const char *arg)
{
	spoil_status(answer, 503, "Service Unavailable");
	if (arg[0])
		answer_header(answer, "Retry-After", arg);
}

/* Any status: a number in ARG. */
static void
spoil_any_status(struct answer *answer, const char *arg)
{
	long status = strtol(arg, NULL, 10);

	spoil_status(answer,
	    status < 200 || status > 999 ? 599 : (unsigned)status, "As asked");
}

static void
spoil_html200(struct answer *answer, const char *arg)
{
	(void)arg;
	answer_text(answer, 200, TYPE_HTML,
	    "<!DOCTYPE html><title>Welcome</title><p>Please sign in.\n");
}

/* What steers a terminal: clear, title, a C1 control, a turn of the text. */
static void
spoil_escapes(struct answer *answer, const char *arg)
{
	(void)arg;
	answer_text(answer, 200, "text/plain",
	    "clear\x1b[2J title\x1b]0;mine\x07 c1\xc2\x9b"
	    "2J turn\xe2\x80\xae\r\nall the s\xc3\xa4me\n");
}

static void
spoil_empty200(struct answer *answer, const char *arg)
{
	(void)arg;
	answer_text(answer, 200, TYPE_JSON, "");
}

static void
spoil_truncated(struct answer *answer, const char *arg)
{
	(void)arg;
	answer->cut = CUT_HALF;
}

/* Well-formed HTTP around half of the JSON. */
static void
spoil_malformed(struct answer *answer, const char *arg)
{
	(void)arg;
	answer->body_len /= 2;
}

static void
spoil_duplicate(struct answer *answer, const char *arg)
{
	(void)arg;
	answer_text(answer, 200, TYPE_JSON,
	    "{\"access_token\":\"duplicate-one\",\"idToken\":\"duplicate-one\","
	    "\"token_type\":\"Bearer\",\"expires_in\":3600,"
	    "\"access_token\":\"duplicate-two\",\"idToken\":\"duplicate-two\"}");
}

static void
spoil_huge(struct answer *answer, const char *arg)
{
	static const char head[] =
	    "{\"access_token\":\"huge\",\"idToken\":\"huge\",\"pad\":\"";
	char *body = malloc(HUGE_BYTES + 1);

	(void)arg;
	if (!body)
		return;
	memset(body, 'x', HUGE_BYTES);
	memcpy(body, head, sizeof(head) - 1);
	memcpy(body + HUGE_BYTES - 2, "\"}", 3);
	free(answer->body);
	answer->body = body;
	answer->body_len = HUGE_BYTES;
	answer->status = 200;
	answer->type = TYPE_JSON;
}

/* "307 https://…" picks the status; without one it is 302. */
static void
spoil_redirect(struct answer *answer, const char *arg)
{
	unsigned status = 302;

	if (arg[0] == '3' && strlen(arg) > 4 && arg[3] == ' ') {
		status = (unsigned)strtoul(arg, NULL, 10);
		arg += 4;
	}
	answer->header_count = 0;
	answer_text(answer, status, TYPE_HTML, "");
	answer_header(answer, "Location", arg);
}

static void
spoil_wrongtype(struct answer *answer, const char *arg)
{
	(void)arg;
	answer->type = "text/plain";
}

static void
spoil_reset(struct answer *answer, const char *arg)
{
	(void)arg;
	answer->cut = CUT_RESET;
}

static void
spoil_nonsense(struct answer *answer, const char *arg)
{
	(void)arg;
	answer_text(answer, 200, TYPE_JSON, "\x01\xff]]{\"access_token\"\xfe:");
}

/* RFC 6749, 5.2 with any error code. */
static void
spoil_oauth_error(struct answer *answer, const char *arg)
{
	answer->header_count = 0;
	answer_json(answer, 400, json_pack("{s:s}", "error", arg));
}

static void
spoil_401(struct answer *answer, const char *arg)
{
	(void)arg;
	spoil_status(answer, 401, "Unauthorized");
}

static void
spoil_403(struct answer *answer, const char *arg)
{
	(void)arg;
	spoil_status(answer, 403, "Forbidden");
}

static const struct fault_kind kinds[] = {
	{ "delay", NULL, 0, true },
	{ "hang", NULL, -1, false },
	{ "401", spoil_401, 0, false },
	{ "403", spoil_403, 0, false },
	{ "429", spoil_429, 0, false },
	{ "500", spoil_500, 0, false },
	{ "503", spoil_503, 0, false },
	{ "status", spoil_any_status, 0, true },
	{ "html200", spoil_html200, 0, false },
	{ "escapes", spoil_escapes, 0, false },
	{ "empty200", spoil_empty200, 0, false },
	{ "truncated", spoil_truncated, 0, false },
	{ "malformed", spoil_malformed, 0, false },
	{ "duplicate", spoil_duplicate, 0, false },
	{ "huge", spoil_huge, 0, false },
	{ "redirect", spoil_redirect, 0, true },
	{ "wrongtype", spoil_wrongtype, 0, false },
	{ "reset", spoil_reset, 0, false },
	{ "nonsense", spoil_nonsense, 0, false },
	{ "oauth_error", spoil_oauth_error, 0, true },
};

static struct fault faults[FAULTS_MAX];

static const struct fault_kind *
kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	return NULL;
}

static struct fault *
free_fault(void)
{
	for (size_t i = 0; i < FAULTS_MAX; i++) {
		if (!faults[i].kind)
			return &faults[i];
	}
	return NULL;
}

const char *
fault_add(enum provider provider, const char *path, const char *kind_name,
    unsigned count, const char *arg)
{
	const struct fault_kind *kind = kind_find(kind_name);
	struct fault *fault = free_fault();

	arg = arg ? arg : "";
	if (!kind)
		return "no such kind of fault";
	if (!fault)
		return "too many faults";
	if (kind->needs_arg && !arg[0])
		return "this kind of fault needs arg";
	if (!strcmp(kind->name, "delay") && strtol(arg, NULL, 10) <= 0)
		return "delay needs milliseconds in arg";
	if (strlen(path) >= sizeof(fault->path) ||
	    strlen(arg) >= sizeof(fault->arg))
		return "path or arg is too long";
	fault->provider = provider;
	fault->kind = kind;
	fault->left = count;
	fault->forever = count == 0;
	snprintf(fault->path, sizeof(fault->path), "%s", path);
	snprintf(fault->arg, sizeof(fault->arg), "%s", arg);
	return NULL;
}

/* The first fault in force for the request that spoils, or that waits. */
static struct fault *
fault_match(const struct request *request, bool spoils)
{
	for (size_t i = 0; i < FAULTS_MAX; i++) {
		struct fault *fault = &faults[i];

		if (fault->kind && fault->provider == request->provider &&
		    (fault->kind->spoil != NULL) == spoils &&
		    path_under(request->path, fault->path))
			return fault;
	}
	return NULL;
}

static void
fault_use(struct fault *fault)
{
	if (!fault->forever && --fault->left == 0)
		fault->kind = NULL;
}

struct strike
faults_strike(const struct request *request, struct answer *answer)
{
	struct strike strike = { "", 0 };
	struct fault *fault = fault_match(request, false);

	if (fault) {
		strike.name = fault->kind->name;
		strike.delay_ms = fault->kind->delay_ms;
		if (!strike.delay_ms)
			strike.delay_ms = strtol(fault->arg, NULL, 10);
		fault_use(fault);
	}
	fault = fault_match(request, true);
	if (fault) {
		strike.name = fault->kind->name;
		fault->kind->spoil(answer, fault->arg);
		fault_use(fault);
	}
	return strike;
}

void
faults_clear(void)
{
	memset(faults, 0, sizeof(faults));
}
