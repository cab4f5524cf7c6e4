/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding the verdict on a profile.
 */
#include "lib/verdict.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/each.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/sender.h"
#include "lib/session.h"
#include "lib/shell_word.h"

/* A profile on its way through the steps. */
struct finding {
	struct cli *cli;
	const char *name;
	struct apam_profile *profile;
	struct verdict *verdict;
	char file[PATH_MAX];
	char origin[2048]; /* the first one */
	char url[VERDICT_URL_SIZE]; /* what is requested; "": nothing */
	unsigned archived; /* entry whose key does not sign, from 1 */
	char secret[PATH_MAX]; /* where the secret probably lies; or "" */
};

/* The first failure stays.  Returns false. */
static bool fail(struct finding *t, int code, const char *where,
    const char *format, ...) APAM_PRINTF(4, 5);

static bool
fail(struct finding *t, int code, const char *where, const char *format, ...)
{
	va_list ap;

	t->verdict->code = code;
	t->verdict->where = where;
	va_start(ap, format);
	(void)vsnprintf(t->verdict->why, sizeof(t->verdict->why), format, ap);
	va_end(ap);
	return false;
}

static void
advise(struct finding *t, const char *format, ...) APAM_PRINTF(2, 3);

static void
advise(struct finding *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(t->verdict->todo, sizeof(t->verdict->todo), format, ap);
	va_end(ap);
}

static bool
fail_error(struct finding *t, const char *where, const struct apam_error *err)
{
	const char *hint = report_hint_for(err);

	(void)fail(t, exit_status(err->status), where, "%s",
	    err->text[0] != '\0' ? err->text : apam_status_text(err->status));
	if (hint != NULL)
		advise(t, "%s", hint);
	return false;
}

/* ---- Its file ----------------------------------------------------------------- */

static bool
note_problem(void *arg, const struct apam_error *err)
{
	struct finding *t = arg;
	const char *hint;

	if (err->status == APAM_OK)
		return true;
	(void)fail(t, exit_status(err->status), "its file", "line %u: %s",
	    err->line, err->text);
	if (err->line == 0)
		(void)fail(
		    t, exit_status(err->status), "its file", "%s", err->text);
	hint = report_hint_for(err);
	if (err->status == APAM_E_SECRET || err->status == APAM_E_ACCESS)
		advise(t, "%s", hint == NULL ? "" : hint);
	else if (APAM_CLASS(err->status) == APAM_CLASS_CONFIG)
		advise(t, "mend %s, then run this again", err->file);
	return false;
}

static bool
lint(struct finding *t)
{
	const struct apam_lint_to to = {
		.size = sizeof(to), .arg = t, .problem = note_problem
	};
	struct apam_open_options options = t->cli->options;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;

	(void)snprintf(t->file, sizeof(t->file), "%s/%s.conf",
	    apam_directory(t->cli->ctx, "profile_dir"), t->name);
	options.log = NULL;
	status = apam_lint(&options, t->file, &to, &err);
	if (status != APAM_OK && t->verdict->code == STATUS_DONE)
		return fail_error(t, "its file", &err);
	return status == APAM_OK;
}

/* ---- Its URL ------------------------------------------------------------------- */

static bool
note_profile(void *arg, const struct apam_profile_info *info)
{
	struct finding *t = arg;
	size_t n;

	(void)snprintf(t->origin, sizeof(t->origin), "%s", info->origins[0]);
	for (size_t i = 0; t->url[0] == '\0' && i < info->entry_count; i++) {
		const char *probe = info->entries[i]->probe;

		if (strncmp(probe, "GET ", 4) != 0)
			continue;
		n = (size_t)(strstr(t->origin, "://") - t->origin) + 3;
		n += strcspn(t->origin + n, "/");
		(void)snprintf(t->url, sizeof(t->url), "%.*s%s", (int)n,
		    t->origin, probe + 4);
	}
	return true;
}

static bool
note_choice(void *arg, const struct apam_profile_info *info)
{
	struct finding *t = arg;

	if (strcmp(info->name, t->name) != 0)
		return true;
	/* A URL that is not the profile's is found when it is requested. */
	if (info->why != NULL && info->why->status == APAM_E_ORIGIN)
		t->verdict->by_name = true;
	else if (info->why != NULL)
		(void)fail(t, exit_status(info->why->status), "its file", "%s",
		    info->why->text);
	else if (info->admission != APAM_OK)
		(void)fail(t, exit_status(info->admission), "its keys",
		    "entry %u signs nothing: %s", info->refused + 1,
		    apam_status_text(info->admission));
	return false;
}

/* Which profile a program gets that asks by URL. */
static bool
explain(struct finding *t)
{
	struct apam_error err = APAM_ERROR_INIT;
	char url[sizeof(t->origin) + 1];
	const char *asked = url;

	(void)snprintf(url, sizeof(url), "%s/", t->origin);
	if (t->url[0] != '\0')
		asked = t->url;
	if (apam_explain(t->cli->ctx, asked, note_choice, t, &err) != APAM_OK)
		return fail_error(t, "its URL", &err);
	return t->verdict->code == STATUS_DONE;
}

/* ---- Its keys -------------------------------------------------------------------- */

static const char *
state_advice(const struct apam_key_report *report)
{
	switch (report->state) {
	case APAM_KEY_EXPIRED:
	case APAM_KEY_REVOKED:
		return "compare the key and the URLs with the provider's; if "
		       "the key is dead there, make a new one and store it, "
		       "as by `apam secret set`";
	case APAM_KEY_REJECTED:
		return "`apam secret set FILE` stores another secret";
	case APAM_KEY_ARCHIVED:
		return "give the profile another key, or let this one sign "
		       "again by `apam keys restore`";
	default:
		return "try again, or see apam-troubleshooting(7) for what "
		       "the provider answered";
	}
}

/* Note what was found of one key; the first that is not good is the verdict. */
static void
note_key(struct finding *t, const struct apam_key_report *report, bool several)
{
	const int code = report_key_status(report);
	char which[32] = "";

	if (several)
		(void)snprintf(
		    which, sizeof(which), "entry %u: ", report->entry + 1);
	if (code == STATUS_DONE && t->verdict->found[0] == '\0')
		(void)snprintf(t->verdict->found, sizeof(t->verdict->found),
		    "%sthe provider accepts the key: %s", which,
		    report->evidence);
	if (code == STATUS_DONE || t->verdict->code != STATUS_DONE)
		return;
	t->verdict->unknown = report->state == APAM_KEY_UNKNOWN &&
	    report->why == APAM_OK;
	t->verdict->refused = code == STATUS_REFUSED &&
	    report->why != APAM_E_LOGIN;
	(void)fail(t, code, "its key", "%s%s: %s", which,
	    report_key_state(report), report->evidence);
	if (APAM_CLASS(report->why) == APAM_CLASS_CONFIG)
		return;
	if (report->why == APAM_E_LOGIN)
		advise(t, "run `apam login %s`", t->name);
	else
		advise(t, "%s", state_advice(report));
}

static bool
check(struct finding *t)
{
	static struct apam_key_report reports[APAM_ENTRIES_MAX];
	struct apam_error err = APAM_ERROR_INIT;
	size_t count = APAM_ENTRIES_MAX;

	if (apam_check(t->profile, 0, reports, &count, sizeof(reports[0]),
		&err) != APAM_OK)
		return fail_error(t, "its key", &err);
	for (size_t i = 0; i < count && i < APAM_ENTRIES_MAX; i++)
		note_key(t, &reports[i], count > 1);
	return t->verdict->code == STATUS_DONE;
}

/* ---- One request ------------------------------------------------------------------- */

static size_t
take_nothing(char *bytes, size_t one, size_t n, void *arg)
{
	(void)bytes;
	(void)arg;
	return one * n;
}

static bool
judge(struct finding *t, const struct sent *sent)
{
	const struct apam_result *result = &sent->result;
	const bool later = result->status == 429 || result->status >= 500;

	if (result->status < 200 || result->status > 299) {
		(void)fail(t, later ? STATUS_TEMPORARY : STATUS_REFUSED,
		    "one request", "GET %s: HTTP %u: %s", t->url,
		    result->status, result->reason);
		advise(t,
		    "`apam request -v %s URL` shows what is sent and what "
		    "comes",
		    t->name);
		return false;
	}
	(void)snprintf(t->verdict->found, sizeof(t->verdict->found),
	    "GET %s: HTTP %u", t->url, result->status);
	return true;
}

static bool
request(struct finding *t)
{
	const struct sender *sender = sender_load();
	struct apam_transfer transfer = { .size = sizeof(transfer),
		.method = "GET",
		.url = t->url,
		.write = take_nothing };
	const struct sending sending = { .profile = t->profile,
		.transfer = &transfer };
	struct apam_error err = APAM_ERROR_INIT;
	struct sent sent = { .body_size = 0 };
	bool ok;

	if (sender == NULL)
		return fail(t, STATUS_INTERNAL, "one request",
		    "apam-request.so does not load");
	if (sender->send(&sending, &sent, &err) == APAM_OK)
		ok = judge(t, &sent);
	else
		ok = fail_error(t, "one request", &err);
	sent_free(&sent);
	return ok;
}

/* ---- All of them ----------------------------------------------------------------------- */

/* A key of which nothing is known may be shown good by a request. */
static void
finish(struct finding *t, unsigned steps)
{
	struct verdict *v = t->verdict;

	if ((steps & VERDICT_REQUEST) != 0 && t->url[0] != '\0' &&
	    (v->code == STATUS_DONE || v->unknown)) {
		v->code = STATUS_DONE;
		v->todo[0] = '\0';
		v->unknown = false;
		(void)request(t);
	}
	if (v->unknown && t->url[0] == '\0')
		advise(t,
		    "give it a probe, apam.conf(5), or a URL to try: "
		    "`apam profile test %s URL`",
		    t->name);
}

void
verdict_find(struct cli *cli, const char *name, const char *url, unsigned steps,
    struct verdict *verdict)
{
	static struct finding t;
	struct apam_error err = APAM_ERROR_INIT;

	t = (struct finding){ .cli = cli, .name = name, .verdict = verdict };
	*verdict = (struct verdict){ .code = STATUS_DONE, .where = "" };
	if (url != NULL)
		(void)snprintf(t.url, sizeof(t.url), "%s", url);
	if (apam_profile_get(cli->ctx, name, &t.profile, &err) ==
	    APAM_E_NO_PROFILE) {
		(void)fail_error(&t, "its file", &err);
		return;
	}
	if ((steps & VERDICT_LINT) != 0 && !lint(&t))
		return;
	if (t.profile == NULL) {
		(void)fail_error(&t, "its file", &err);
		return;
	}
	apam_profile_show(t.profile, note_profile, &t);
	if ((steps & VERDICT_EXPLAIN) != 0 && !explain(&t))
		return;
	if ((steps & VERDICT_CHECK) != 0)
		(void)check(&t);
	finish(&t, steps);
}

static int
show_json(const char *name, const struct verdict *v)
{
	const bool works = v->code == STATUS_DONE;
	const int code = json_finish(
	    json_pack("{s:o, s:b, s:b, s:o, s:o, s:o, s:o}", "profile",
		json_text(name), "works", (int)works, "by_name_only",
		(int)v->by_name, "found", json_text(works ? v->found : NULL),
		"where", json_text(works ? NULL : v->where), "why",
		json_text(works ? NULL : v->why), "todo",
		json_text(v->todo[0] == '\0' ? NULL : v->todo)));

	return worse(code, v->code);
}

int
verdict_show(const struct cli *cli, const char *name, const struct verdict *v)
{
	if (cli->json)
		return show_json(name, v);
	if (v->code == STATUS_DONE)
		printf("%s works%s: %s\n", name,
		    v->by_name ? " (by its name: another profile is found by "
				 "this URL)" :
				 "",
		    v->found);
	else
		printf("%s %s: %s: %s%s%s\n", name,
		    v->unknown ? "may work or not" : "does not work", v->where,
		    v->why, v->todo[0] == '\0' ? "" : ": ", v->todo);
	return v->code;
}
