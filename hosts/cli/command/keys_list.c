/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys list: the audit.  It lists every key that an administrator
 * registered or a profile names, its owner, when it was last used and by which
 * program.  Uses come from the notes of programs that this user may read.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command/keys.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/table.h"
#include "lib/when.h"

#define CELL 1024

static const char *const heads[] = { "KEY", "SECRET", "SCHEME", "STATE", "AGE",
	"LAST USED", "BY", "PROFILES", "DESCRIPTION", NULL };

struct view {
	struct table table;
	json_t *all; /* with --json */
	int64_t now;
};

/* ---- The table ---------------------------------------------------------- */

/* "backup (www-data)", and the service behind the user where there is one. */
static void
who_cell(
    char to[CELL], const char *program, unsigned long uid, const char *unit)
{
	char user[KEYS_USER_SIZE];

	keys_user(user, uid);
	snprintf(to, CELL, "%s (%s%s%s)", program, user,
	    unit[0] == '\0' ? "" : ", ", unit);
}

/* "nginx (www-data) for backup", as the gateway says, and the service. */
static void
use_cell(char to[CELL], const struct apam_key_use *use)
{
	char signer[KEYS_USER_SIZE], user[KEYS_USER_SIZE];

	if (use->signer[0] == '\0') {
		who_cell(to, use->program, use->uid, use->unit);
		return;
	}
	keys_user(signer, use->signer_uid);
	keys_user(user, use->uid);
	snprintf(to, CELL, "%s (%s) for %s%s%s", use->signer, signer, user,
	    use->unit[0] == '\0' ? "" : ", ", use->unit);
}

/* The last use was by the agent for this program. */
static bool
is_last(const struct apam_key_info *key, const struct apam_key_use *use)
{
	return use->signer[0] == '\0' && use->at == key->used_at &&
	    use->uid == key->used_uid &&
	    strcmp(use->program, key->used_by) == 0;
}

static void
by_cell(char to[CELL], const struct apam_key_info *key)
{
	const struct apam_key_use *last = key->use_count == 0 ? NULL :
								key->uses[0];

	snprintf(to, CELL, "-");
	if (key->used_at == 0)
		return;
	who_cell(to, key->used_by, key->used_uid,
	    last != NULL && is_last(key, last) ? last->unit : "");
}

/* The uses before the last one, each in a row of its own. */
static void
add_use_rows(struct view *view, const struct apam_key_info *key)
{
	char used[WHEN_SIZE], by[CELL];
	const char *cells[] = { "", "", "", "", "", used, by, "", "" };

	for (size_t i = 0; i < key->use_count; i++) {
		const struct apam_key_use *use = key->uses[i];

		if (i == 0 && is_last(key, use))
			continue;
		when_text(used, use->at);
		use_cell(by, use);
		table_add(&view->table, cells);
	}
}

/* It says "never" only if that is certain. */
static void
used_cell(char to[WHEN_SIZE], const struct apam_key_info *key)
{
	if (key->used_at != 0)
		when_text(to, key->used_at);
	else
		snprintf(to, WHEN_SIZE, "%s",
		    key->use_missed[0] == '\0' ? "never" : "not known");
}

static const char *
secret_cell(const struct apam_key_info *key)
{
	if (!key->registered)
		return "-";
	return key->mark[0] == '\0' ? "any" : key->mark;
}

static bool
add_key_row(void *arg, const struct apam_key_info *key)
{
	struct view *view = arg;
	char age[AGE_SIZE] = "-", used[WHEN_SIZE], by[CELL];
	char profiles[KEYS_PROFILES_SIZE];
	const char *cells[] = { key->id, secret_cell(key), key->scheme,
		keys_state(key), age, used, by, profiles, key->description };

	if (key->created_at != 0)
		age_text(age, view->now - key->created_at);
	used_cell(used, key);
	by_cell(by, key);
	keys_profiles(profiles, key);
	table_add(&view->table, cells);
	add_use_rows(view, key);
	return true;
}

/* ---- JSON --------------------------------------------------------------- */

static json_t *
json_when(int64_t seconds)
{
	char text[WHEN_SIZE];

	when_text(text, seconds);
	return seconds == 0 ? json_null() : json_text(text);
}

static json_t *
json_profiles(const struct apam_key_info *key)
{
	json_t *all = json_array();

	for (size_t i = 0; i < key->profile_count; i++)
		json_array_append_new(all, json_text(key->profiles[i]));
	return all;
}

static json_t *
json_used(const struct apam_key_info *key)
{
	char user[KEYS_USER_SIZE];

	if (key->used_at == 0)
		return json_null();
	keys_user(user, key->used_uid);
	return json_pack("{s:o, s:o, s:o, s:I}", "at", json_when(key->used_at),
	    "program", json_text(key->used_by), "user", json_text(user), "uid",
	    (json_int_t)key->used_uid);
}

static json_t *
json_or_null(const char *text)
{
	return text[0] == '\0' ? json_null() : json_text(text);
}

/* What a gateway says has its program and user, and less of the other one. */
static json_t *
json_use(const struct apam_key_use *use)
{
	char user[KEYS_USER_SIZE], signer[KEYS_USER_SIZE];

	keys_user(user, use->uid);
	keys_user(signer, use->signer_uid);
	if (use->signer[0] != '\0')
		return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o}", "at",
		    json_when(use->at), "unit", json_or_null(use->unit), "user",
		    json_text(user), "uid", (json_int_t)use->uid, "signer",
		    json_text(use->signer), "signer_user", json_text(signer));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "at",
	    json_when(use->at), "profile", json_text(use->profile), "program",
	    json_text(use->program), "unit", json_or_null(use->unit), "user",
	    json_text(user), "uid", (json_int_t)use->uid, "requests",
	    (json_int_t)use->count);
}

/* Through the agent and gateways, the last one first. */
static json_t *
json_uses(const struct apam_key_info *key)
{
	json_t *all = json_array();

	for (size_t i = 0; i < key->use_count; i++)
		json_array_append_new(all, json_use(key->uses[i]));
	return all;
}

static json_t *
json_checked(const struct apam_key_info *key)
{
	if (key->checked_at == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "at", json_when(key->checked_at),
	    "state", json_text(apam_key_state_name(key->state)), "evidence",
	    json_text(key->evidence));
}

static json_t *
json_archived(const struct apam_key_info *key)
{
	if (key->archived_at == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "at", json_when(key->archived_at),
	    "by", json_text(key->archived_by), "why", json_text(key->why));
}

static bool
add_key_json(void *arg, const struct apam_key_info *key)
{
	struct view *view = arg;

	json_array_append_new(view->all,
	    json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, "
		      "s:o, s:o, s:o, s:o, s:b}",
		"id", json_text(key->id), "scheme", json_text(key->scheme),
		"secret", json_text(key->mark), "state",
		json_text(keys_state(key)), "registered", (int)key->registered,
		"description", json_text(key->description), "access",
		json_text(key->access), "created", json_when(key->created_at),
		"created_by", json_text(key->created_by), "archived",
		json_archived(key), "used", json_used(key), "uses",
		json_uses(key), "use_missed",
		key->use_missed[0] == '\0' ? json_null() :
					     json_text(key->use_missed),
		"checked", json_checked(key), "profiles", json_profiles(key),
		"profiles_known", (int)key->profiles_known));
	return true;
}

/* ---- The command -------------------------------------------------------- */

static int
list_run(struct cli *cli, const struct args *args)
{
	struct view view = { .now = (int64_t)time(NULL) };
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_error partial = APAM_ERROR_INIT;
	enum apam_status status;
	int code = session_open(cli);

	(void)args;
	if (code != STATUS_DONE)
		return code;
	table_init(&view.table, heads);
	view.all = cli->json ? json_array() : NULL;
	status = apam_keys(cli->ctx, cli->json ? add_key_json : add_key_row,
	    &view, &partial, &err);
	if (status == APAM_OK && view.table.rows == 0 && !cli->json)
		tell("No key is registered, and no profile names one; `apam "
		     "list` shows the profiles.");
	code = table_finish(&view.table);
	if (cli->json)
		code = json_finish(view.all);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	/* The rest was shown, but keys may be missing from it. */
	if (partial.status != APAM_OK)
		return report(NULL, partial.status, &partial);
	return code;
}

const struct command command_keys_list = {
	.name = "keys list",
	.synopsis = "",
	.summary = "Show every key, its use and the profiles that name it",
	.notes =
	    "SECRET is a mark that distinguishes several secrets of one key; "
	    "\"any\" if the\n"
	    "key was registered without one, \"-\" if it is not registered.  "
	    "LAST USED and BY\n"
	    "come from notes of programs that this user may read; \"not known\" "
	    "means that a\n"
	    "note may be missing, and --json says why.  Exit status 3 if a "
	    "profile or the\n"
	    "registry cannot be read.",
	.run = list_run,
};
