/* SPDX-License-Identifier: BSD-2-Clause */
/* Each call by its name.  What needs the network is a job (agent/jobs.h). */
#include "agent/calls.h"

#include "admin/serve_calls.h"
#include "agent/identify.h"
#include "agent/row.h"
#include "agent/server.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"

/* What serve_call.awaited has of a call. */
enum {
	KEPT_JOB, /* the number of its job */
	KEPT_END /* clock_ms: when its own time is over; 0: never */
};

/* A call while it is answered. */
struct calling {
	struct connection *c;
	const struct agent_call *call;
	struct serve_call *kept; /* from try to try: KEPT_JOB, KEPT_END */
	struct apam_profile *profile; /* NULL: the call names none */
	struct frame_writer to; /* the RESULT */
	struct agent_result result;
	struct apam_error err;
};

static const struct caller *
who_asks(const struct calling *k)
{
	return &k->c->peer.caller;
}

void
calls_close(struct calls *calls)
{
	jobs_close(&calls->jobs);
	uses_close(&calls->uses);
}

/* ---- The job of a call --------------------------------------------------- */

/* The job of this call, which has one from its first try on; NULL: k->err. */
static struct job *
job_of(struct calling *k, enum serve_goal goal)
{
	struct jobs *jobs = &k->c->server->calls.jobs;
	struct job *job;

	/* The one that it remembers is not dropped, however late this is. */
	job = jobs_numbered(jobs, k->kept->awaited[KEPT_JOB]);
	if (job == NULL)
		job = jobs_get(jobs, k->profile, goal, &k->err);
	if (job == NULL)
		return NULL;
	if (k->kept->awaited[KEPT_JOB] == 0 && k->call->timeout_ms > 0)
		k->kept->awaited[KEPT_END] = (uint64_t)clock_ms() +
		    k->call->timeout_ms;
	k->kept->awaited[KEPT_JOB] = job->number;
	return job;
}

/* This call's own time is over before the job's. */
static bool
is_late(struct calling *k)
{
	const int64_t end = (int64_t)k->kept->awaited[KEPT_END];

	if (end == 0)
		return false;
	if (end < k->kept->deadline)
		k->kept->deadline = end;
	return clock_ms() >= end;
}

/* PENDING; OK where it has ended, in whatever way; DEADLINE: see is_late. */
static enum apam_status
move(struct calling *k, struct job *job)
{
	const enum apam_status status = jobs_move(job);

	k->kept->deadline = serve_run_deadline(job->run);
	if (status == APAM_E_PENDING && is_late(k))
		return serve_run_late(&k->err);
	return status;
}

/* ---- Calls about one profile --------------------------------------------- */

static enum apam_status
call_check(struct calling *k)
{
	struct job *job = job_of(k, SERVE_CHECK);
	const enum apam_status status = job == NULL ? k->err.status :
						      move(k, job);
	const struct apam_key_report *reports;
	size_t count;

	if (status != APAM_OK)
		return status;
	error_copy(&k->err, serve_run_error(job->run));
	reports = serve_run_reports(job->run, &count);
	for (size_t i = 0; i < count; i++)
		(void)agent_put_report(&k->to, &reports[i]);
	return k->err.status;
}

/* Who takes from all users what they have. */
static void
name_revoker(const struct calling *k)
{
	char who[APAM_TEXT_SIZE];

	peer_describe(&k->c->peer, who, sizeof(who));
	agent_log(&k->c->server->log, k->c->peer.caller.user, APAM_LOG_INFO,
	    "%s: revokes the credentials of profile %s", who,
	    apam_profile_name(k->profile));
}

/* What it brought is told, whether or not the provider confirmed. */
static enum apam_status
call_revoke(struct calling *k)
{
	const struct apam_revoke_report *reports;
	const bool first = k->kept->awaited[KEPT_JOB] == 0;
	enum apam_status status;
	struct job *job;
	size_t count;

	if (serve_may_change(who_asks(k), &k->err) != APAM_OK)
		return APAM_E_POLICY;
	job = job_of(k, SERVE_REVOKE);
	if (first && job != NULL)
		name_revoker(k);
	status = job == NULL ? k->err.status : move(k, job);
	if (status != APAM_OK)
		return status;
	k->result.error = *serve_run_error(job->run);
	reports = serve_run_revoked(job->run, &count);
	for (size_t i = 0; i < count; i++)
		(void)agent_put_revoked(&k->to, &reports[i]);
	return APAM_OK;
}

static enum apam_status
call_status(struct calling *k)
{
	static struct apam_entry_status entries[APAM_ENTRIES_MAX];
	size_t count = APAM_ENTRIES_MAX;
	const enum apam_status status = apam_profile_status(k->profile, entries,
	    &count, sizeof(entries[0]), &k->result.error, &k->err);

	for (size_t i = 0; status == APAM_OK && i < count; i++)
		(void)agent_put_status(&k->to, &entries[i]);
	return status;
}

/* "NAME=VALUE" among the arguments; NULL: it is not there. */
static const char *
argument(const struct agent_call *call, const char *name)
{
	const struct apam_str wanted = apam_str(name);

	for (size_t i = 0; i < call->arguments.count; i++) {
		const struct apam_str text = call->arguments.all[i];

		if (str_starts(text, wanted) && text.n > wanted.n &&
		    text.p[wanted.n] == '=')
			return text.p + wanted.n + 1;
	}
	return NULL;
}

/* What the rules give the caller itself, or whom a gateway names. */
static enum apam_status
call_explain(struct calling *k)
{
	const struct caller *asker = k->call->caller == NULL ? who_asks(k) :
							       k->call->caller;
	struct apam_grant grant = { .size = sizeof(grant) };
	const char *method = argument(k->call, "method");
	const char *url = argument(k->call, "url");
	enum apam_status status;

	if (method == NULL || url == NULL)
		return error_set(
		    &k->err, APAM_E_USAGE, "explain needs a method and a URL");
	status = asker == who_asks(k) ?
	    APAM_OK :
	    serve_may_name(k->profile, who_asks(k), &k->err);
	if (status == APAM_OK)
		status = serve_grant(
		    k->profile, asker, method, url, &grant, &k->err);
	if (status == APAM_OK)
		(void)agent_put_grant(&k->to, &grant);
	return status;
}

/* ---- Uses ---------------------------------------------------------------- */

/* Whether the caller may know of it; the profile may be gone. */
static bool
may_know(const struct calling *k, const struct agent_use_row *use)
{
	struct apam_profile *profile = k->profile;

	if (profile != NULL)
		return str_equal(k->call->profile, apam_str(use->profile));
	return apam_profile_get(k->c->server->ctx, use->profile, &profile,
		   NULL) == APAM_OK &&
	    serve_may_ask(profile, who_asks(k), NULL) == APAM_OK;
}

/* As many as there is room for, from the one that is asked for. */
static enum apam_status
call_keys(struct calling *k)
{
	const struct uses *uses = &k->c->server->calls.uses;

	for (size_t i = k->call->from; i < uses->count; i++) {
		if (!may_know(k, &uses->all[i]))
			continue;
		if (!agent_put_use(&k->to, &uses->all[i])) {
			k->result.next = i;
			break;
		}
	}
	return APAM_OK;
}

/* ---- Metrics ------------------------------------------------------------- */

/* Their text in rows, in order; of all clients, and so not for each of them. */
static enum apam_status
call_metrics(struct calling *k)
{
	enum { ROW_MAX = 4096 };
	struct apam_str rest;
	struct buf text;
	bool ok, no_memory;

	if (serve_may_change(who_asks(k), NULL) != APAM_OK)
		return error_set(&k->err, APAM_E_POLICY,
		    "metrics are for root and the agent's own user; a scraper "
		    "asks the socket for metrics, apamd(8)");
	buf_init_plain(&text, METRICS_TEXT_MAX);
	ok = server_tell_metrics(k->c->server, &text);
	rest = buf_view(&text);
	while (ok && rest.n > 0) {
		const size_t n = rest.n < ROW_MAX ? rest.n : ROW_MAX;

		ok = agent_row_put(&k->to, str_cut(rest, n));
		rest = str_skip(rest, n);
	}
	no_memory = text.no_memory || k->to.items->no_memory;
	buf_free(&text);
	if (ok)
		return APAM_OK;
	if (no_memory)
		return error_set(&k->err, APAM_E_MEMORY, "out of memory");
	return error_set(&k->err, APAM_E_INTERNAL,
	    "the metrics are too large for one answer; a scraper asks the "
	    "socket for metrics, apamd(8)");
}

/* ---- All ----------------------------------------------------------------- */

static const struct {
	const char *name;
	enum apam_status (*run)(struct calling *k);
	bool of_profile; /* it must name one */
	bool for_others; /* it may name for whom */
	bool changes; /* what all use: the audit log has who may not */
} calls[] = {
	{ "check", call_check, true, false, false },
	{ "explain", call_explain, true, true, false },
	{ "keys", call_keys, false, false, false },
	{ "metrics", call_metrics, false, false, false },
	{ "revoke", call_revoke, true, false, true },
	{ "status", call_status, true, false, false },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The profile, where the caller may ask about it. */
static enum apam_status
find_profile(struct calling *k, bool must)
{
	enum apam_status status;

	if (k->call->profile.n == 0 && !must)
		return identify(k->c, NULL, k->kept) ? APAM_OK : APAM_E_PENDING;
	status = apam_profile_get(k->c->server->ctx,
	    k->call->profile.n == 0 ? "" : k->call->profile.p, &k->profile,
	    &k->err);
	if (status != APAM_OK)
		return status;
	if (!identify(k->c, k->profile, k->kept))
		return APAM_E_PENDING;
	return serve_may_ask(k->profile, who_asks(k), &k->err);
}

static void
tell_refused(const struct calling *k)
{
	const struct serve_who who = connection_who(k->c);

	serve_refused_revoking(k->profile, &who, &k->err);
}

static enum apam_status
run(struct calling *k)
{
	enum apam_status status;
	size_t i = 0;

	while (i < COUNT(calls) &&
	    !str_equal(k->call->name, apam_str(calls[i].name)))
		i++;
	if (i == COUNT(calls))
		return error_set(&k->err, APAM_E_USAGE,
		    "the agent does not know this call: it is older than the "
		    "program's libapam");
	if (k->call->caller != NULL && !calls[i].for_others)
		return error_set(&k->err, APAM_E_USAGE,
		    "the agent makes this call for nobody else");
	status = find_profile(k, calls[i].of_profile);
	if (status == APAM_OK)
		status = calls[i].run(k);
	if (status == APAM_E_POLICY && calls[i].changes)
		tell_refused(k);
	return status;
}

/*
 * What cannot be answered yet and has no end of its own, because the program of
 * a secret runs, waits as long as the caller does.
 */
static enum apam_status
wait_longer(struct calling *k)
{
	const int64_t now = clock_ms();
	const uint64_t ms = k->call->timeout_ms;

	/* Who it is, is asked. */
	if (k->kept->untried)
		return APAM_E_PENDING;
	if (k->kept->deadline == 0)
		k->kept->deadline = now +
		    (ms == 0 ? CALLS_WAIT_MS : (int64_t)ms);
	return now < k->kept->deadline ? APAM_E_PENDING :
					 serve_run_late(&k->err);
}

/* True where it was answered. */
static bool
answer(struct connection *c, const struct agent_call *call, uint64_t id,
    struct serve_call *kept)
{
	struct calling k = { .c = c, .call = call, .kept = kept };
	enum apam_status status;

	if (!identify(c, NULL, kept))
		return false;
	error_init(&k.err);
	error_init(&k.result.error);
	frame_begin(&k.to, &c->server->items, AGENT_RESULT, id);
	status = run(&k);
	if (status == APAM_E_PENDING) {
		error_clear(&k.err);
		status = wait_longer(&k);
	}
	if (status == APAM_E_PENDING)
		return false;
	if (status == APAM_OK && agent_result_write(&k.result, &k.to)) {
		connection_send(c, &k.to, -1);
		return true;
	}
	(void)error_set(&k.err, APAM_E_MEMORY, "out of memory");
	error_locate(&k.err,
	    k.profile == NULL ? NULL : apam_profile_name(k.profile), -1);
	connection_fail(c, id, &k.err);
	return true;
}

bool
calls_take(struct connection *c, const struct frame *message,
    struct serve_call *call, const char **wrong)
{
	struct agent_call asked;
	bool answered;

	*wrong = agent_call_read(&asked, &c->server->room, message);
	answered = *wrong != NULL || answer(c, &asked, message->id, call);
	connection_idle(c);
	return answered;
}

bool
calls_again(
    struct connection *c, const struct frame *message, struct serve_call *call)
{
	struct agent_call asked;

	/* The message was read before, so nothing can be wrong with it now. */
	return agent_call_read(&asked, &c->server->room, message) != NULL ||
	    answer(c, &asked, message->id, call);
}
