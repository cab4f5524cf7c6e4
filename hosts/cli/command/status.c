/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam status: the state of each entry's credential, as far as this machine
 * knows without asking the provider.  A new process knows of one only if the
 * profile shares credentials.  No credential is shown, only its number and
 * times.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/command.h"
#include "lib/each.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/table.h"
#include "lib/when.h"

#define CELL 700

static const char *const heads[] = { "PROFILE", "ENTRY", "SCHEME", "KEY",
	"STATE", "GENERATION", "ACQUIRED", "EXPIRES", "REFRESH", "CHECKED",
	"FINDING", "REMARK", NULL };

struct view {
	struct cli *cli;
	json_t *all; /* with --json */
	struct table table;
	const char *name; /* of the profile being shown */
	int64_t now;
	bool shares; /* the profile being shown: share_credentials */
};

/* The state in one word; the first that applies. */
static const char *
state_of(const struct apam_entry_status *entry)
{
	if (entry->latched != APAM_OK && entry->latched != APAM_E_LOGIN)
		return entry->key_state > APAM_KEY_GOOD ?
		    apam_key_state_name(entry->key_state) :
		    "latched";
	if (entry->usable)
		return "valid";
	if (entry->login_needed)
		return "login needed";
	if (entry->refreshing)
		return "acquiring";
	return entry->generation == 0 ? "none" : "stale";
}

/* Write a time that is `distance` seconds away; "-": there is none. */
static void
distance_text(char to[WHEN_SIZE], const struct view *view,
    const struct apam_entry_status *entry, int64_t distance)
{
	if (entry->generation == 0)
		when_text(to, 0);
	else if (distance == -1)
		snprintf(to, WHEN_SIZE, "never");
	else
		when_text(to, view->now + distance);
}

/* Why there is no credential; NULL if there is one. */
static const char *
why_none(const struct view *view, const struct apam_entry_status *entry)
{
	if (entry->generation != 0 || entry->refreshing)
		return NULL;
	if (!view->shares && entry->stored[0] == '\0')
		return "its programs do not share credentials: the profile has "
		       "no share_credentials";
	return "no program of this user has shared one yet";
}

/* Since when, why, and which command, unless the reason names another. */
static void
login_text(char to[CELL], const struct view *view,
    const struct apam_entry_status *entry)
{
	const bool known = strstr(entry->stored, "`apam ") != NULL;
	const bool dated = entry->stored_at != 0;
	char when[WHEN_SIZE];

	when_text(when, entry->stored_at);
	snprintf(to, CELL, "%s%s%s%s%s%s", dated ? when : "", dated ? ": " : "",
	    entry->stored, known ? "" : "; run `apam login ",
	    known ? "" : view->name, known ? "" : "`");
}

/* What a login brought, and when it was last replaced. */
static void
stored_text(
    char to[CELL], const char *why, const struct apam_entry_status *entry)
{
	char when[WHEN_SIZE];

	when_text(when, entry->stored_at);
	snprintf(to, CELL, "%s: %s%s%s", when, entry->stored,
	    why == NULL ? "" : "; ", why == NULL ? "" : why);
}

/*
 * That somebody has to log in; else the last error; else the latch, which
 * outlives errors; else what a login brought; and why there is no credential.
 */
static void
remark_text(char to[CELL], const struct view *view,
    const struct apam_entry_status *entry)
{
	const char *why = why_none(view, entry);
	char when[WHEN_SIZE];

	when_text(when, entry->last_error_at);
	if (entry->login_needed)
		login_text(to, view, entry);
	else if (entry->last_status != APAM_OK)
		snprintf(to, CELL, "%s: %s", when, entry->last_error);
	else if (entry->latched != APAM_OK)
		snprintf(to, CELL, "%s", apam_status_text(entry->latched));
	else if (entry->stored[0] != '\0')
		stored_text(to, why, entry);
	else
		snprintf(to, CELL, "%s", why == NULL ? "" : why);
}

/* What is known about the key; "-" if it was never checked. */
static void
finding_text(char to[CELL], const struct apam_entry_status *entry)
{
	if (entry->checked_at == 0)
		snprintf(to, CELL, "-");
	else
		snprintf(to, CELL, "%s: %s",
		    apam_key_state_name(entry->key_state), entry->evidence);
}

static void
add_entry_row(
    struct view *view, const char *name, const struct apam_entry_status *entry)
{
	char number[16], generation[24], finding[CELL], remark[CELL];
	char acquired[WHEN_SIZE], expires[WHEN_SIZE], refresh[WHEN_SIZE];
	char checked[WHEN_SIZE];
	const char *cells[] = { name, number, entry->scheme, entry->key_id,
		state_of(entry), generation, acquired, expires, refresh,
		checked, finding, remark };

	snprintf(number, sizeof(number), "%u", entry->entry + 1);
	snprintf(generation, sizeof(generation), "%llu",
	    (unsigned long long)entry->generation);
	when_text(acquired, entry->acquired_at);
	distance_text(expires, view, entry, entry->expires_in);
	distance_text(refresh, view, entry, entry->refresh_in);
	when_text(checked, entry->checked_at);
	finding_text(finding, entry);
	remark_text(remark, view, entry);
	table_add(&view->table, cells);
}

/* ---- JSON -------------------------------------------------------------- */

/* A number of seconds, or null if it is not known. */
static json_t *
seconds(bool known, int64_t value)
{
	return known ? json_integer((json_int_t)value) : json_null();
}

static json_t *
json_last_error(const struct apam_entry_status *entry)
{
	char when[WHEN_SIZE];

	if (entry->last_status == APAM_OK)
		return json_null();
	when_text(when, entry->last_error_at);
	return json_pack("{s:o, s:o, s:o}", "status",
	    json_text(apam_status_name(entry->last_status)), "error",
	    json_text(entry->last_error), "at", json_text(when));
}

static json_t *
json_key(const struct apam_entry_status *entry)
{
	char when[WHEN_SIZE];

	when_text(when, entry->checked_at);
	return json_pack("{s:o, s:o, s:o}", "state",
	    json_text(apam_key_state_name(entry->key_state)), "checked",
	    json_text(when), "evidence", json_text(entry->evidence));
}

/* The durable secret; null if there is none. */
static json_t *
json_stored(const struct apam_entry_status *entry)
{
	char when[WHEN_SIZE];

	if (entry->stored[0] == '\0')
		return json_null();
	when_text(when, entry->stored_at);
	return json_pack("{s:o, s:b, s:o}", "text", json_text(entry->stored),
	    "login_needed", (int)entry->login_needed, "at", json_text(when));
}

static json_t *
json_entry(const struct view *view, const struct apam_entry_status *entry)
{
	bool held = entry->generation != 0;
	bool latched = entry->latched != APAM_OK;

	return json_pack("{s:i, s:o, s:o, s:o, s:b, s:b, s:I, s:o, s:o, s:o, "
			 "s:o, s:o, s:o, s:o, s:o}",
	    "entry", (int)entry->entry + 1, "scheme", json_text(entry->scheme),
	    "key_id", json_text(entry->key_id), "state",
	    json_text(state_of(entry)), "usable", (int)entry->usable,
	    "refreshing", (int)entry->refreshing, "generation",
	    (json_int_t)entry->generation, "age",
	    seconds(held, view->now - entry->acquired_at), "expires_in",
	    seconds(held && entry->expires_in != -1, entry->expires_in),
	    "refresh_in",
	    seconds(held && entry->refresh_in != -1, entry->refresh_in),
	    "latched",
	    latched ? json_text(apam_status_name(entry->latched)) : json_null(),
	    "last_error", json_last_error(entry), "key", json_key(entry),
	    "stored", json_stored(entry), "why",
	    json_text(why_none(view, entry)));
}

static void
add_status_json(struct view *view, const char *name,
    const struct apam_error *problem, json_t *entries)
{
	bool broken = problem->status != APAM_OK;

	json_array_append_new(view->all,
	    json_pack("{s:o, s:o, s:o}", "profile", json_text(name), "problem",
		broken ? json_error(problem) : json_null(), "entries",
		entries));
}

/* ---- Profiles ---------------------------------------------------------- */

/* Report a profile that cannot be used, on stderr and in the JSON. */
static int
show_broken(
    struct view *view, const char *name, const struct apam_error *problem)
{
	if (view->cli->json)
		add_status_json(view, name, problem, json_array());
	return report(name, problem->status, problem);
}

static void
show_entries(struct view *view, const char *name,
    const struct apam_entry_status *entries, size_t count,
    const struct apam_error *reload)
{
	json_t *all = view->cli->json ? json_array() : NULL;

	for (size_t i = 0; i < count; i++) {
		if (view->cli->json)
			json_array_append_new(
			    all, json_entry(view, &entries[i]));
		else
			add_entry_row(view, name, &entries[i]);
	}
	if (view->cli->json)
		add_status_json(view, name, reload, all);
}

static bool
note_sharing(void *arg, const struct apam_profile_info *info)
{
	struct view *view = arg;

	view->shares = info->share_credentials;
	return true;
}

static int
show_profile(void *arg, const char *name)
{
	static struct apam_entry_status entries[APAM_ENTRIES_MAX];
	struct view *view = arg;
	struct apam_profile *profile = NULL;
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_error reload = APAM_ERROR_INIT;
	size_t count = APAM_ENTRIES_MAX;
	enum apam_status status = apam_profile_get(
	    view->cli->ctx, name, &profile, &err);

	if (status == APAM_OK)
		status = apam_profile_status(profile, entries, &count,
		    sizeof(entries[0]), &reload, &err);
	if (status != APAM_OK)
		return show_broken(view, name, &err);
	view->name = name;
	apam_profile_show(profile, note_sharing, view);
	show_entries(view, name, entries,
	    count < APAM_ENTRIES_MAX ? count : APAM_ENTRIES_MAX, &reload);
	/* The old files stay in use; the new ones have to be mended. */
	if (reload.status != APAM_OK)
		return report(name, reload.status, &reload);
	return STATUS_DONE;
}

static int
status_run(struct cli *cli, const struct args *args)
{
	struct view view = { .cli = cli, .now = (int64_t)time(NULL) };
	int code = session_open(cli), shown;

	if (code != STATUS_DONE)
		return code;
	view.all = cli->json ? json_array() : NULL;
	table_init(&view.table, heads);
	code = each_profile(cli, args, NULL, show_profile, &view);
	shown = table_finish(&view.table);
	if (cli->json)
		shown = json_finish(view.all);
	session_tell_registry(cli);
	return worse(code, shown);
}

const struct command command_status = {
	.name = "status",
	.synopsis = "[PROFILE...]",
	.summary = "Show the state of the credentials",
	.notes =
	    "Without PROFILE: all profiles.  The provider is not asked: this "
	    "shows what\n"
	    "processes share if the profile has share_credentials, else that "
	    "there is no\n"
	    "credential yet.  Exit status 3 if a profile is broken.",
	.least = 0,
	.most = (size_t)-1,
	.run = status_run,
};
