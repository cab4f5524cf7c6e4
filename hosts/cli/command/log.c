/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam log: the audit log, from all places on this machine, in the order of
 * time: what happened to which key, for which program, and who did it.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command/keys.h"
#include "lib/command.h"
#include "lib/json_out.h"
#include "lib/log_source.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/since.h"
#include "lib/table.h"
#include "lib/when.h"

static const struct flag flags[] = {
	{ .name = "key", .value = "ID", .help = "only lines about this key" },
	{ .name = "profile",
	    .value = "NAME",
	    .help = "only lines about this profile" },
	{ .name = "program",
	    .value = "NAME",
	    .help = "only lines of this program" },
	{ .name = "user",
	    .value = "USER",
	    .help = "only lines of this user's programs" },
	{ .name = "since",
	    .value = "TIME",
	    .help = "nothing older: 2026-01-31T12:00:00Z, 24h, 7d, today" },
	{ .name = "until", .value = "TIME", .help = "nothing newer" },
	{ .name = "file",
	    .value = "FILE",
	    .help = "read only this file: a journal's, syslog's, or JSON" },
	{ .name = NULL },
};

static const char *const heads[] = { "TIME", "EVENT", "PROFILE", "KEY", "STATE",
	"PROGRAM", "USER", "EVIDENCE", NULL };

struct wanted {
	const char *key, *profile, *program;
	char uid[24]; /* or "" */
	int64_t since, until;
};

struct view {
	struct wanted wanted;
	json_t **all;
	size_t count, room, seen;
	bool failed;
};

/* ---- Which --------------------------------------------------------------- */

/* A logged id that was not yet known to be one is cut: "demo...". */
static bool
is_key(const char *logged, const char *id)
{
	const size_t n = strlen(logged);

	if (strcmp(logged, id) == 0)
		return true;
	return n > 3 && strcmp(logged + n - 3, "...") == 0 &&
	    strlen(id) > n - 3 && strncmp(logged, id, n - 3) == 0;
}

static bool
is_text(const json_t *record, const char *field, const char *wanted)
{
	return wanted == NULL || wanted[0] == '\0' ||
	    strcmp(log_record_text(record, field), wanted) == 0;
}

/* Of the process that wrote the line, or of whom the agent signs for. */
static bool
is_one_of(const json_t *record, const char *field, const char *for_field,
    const char *wanted)
{
	return is_text(record, field, wanted) ||
	    is_text(record, for_field, wanted);
}

static bool
is_wanted(const struct wanted *w, const json_t *record)
{
	const int64_t at = log_record_time(record);

	return at >= w->since && at <= w->until &&
	    (w->key == NULL ||
		is_key(log_record_text(record, "APAM_KEY"), w->key)) &&
	    is_text(record, "APAM_PROFILE", w->profile) &&
	    is_one_of(record, "APAM_PROGRAM", "APAM_FOR_PROGRAM", w->program) &&
	    is_one_of(record, "APAM_UID", "APAM_FOR_UID", w->uid);
}

static void
keep_record(void *arg, json_t *record)
{
	struct view *view = arg;
	const size_t room = view->room == 0 ? 64 : view->room * 2;
	json_t **longer;

	view->seen++;
	if (!is_wanted(&view->wanted, record)) {
		json_decref(record);
		return;
	}
	if (view->count == view->room) {
		longer = realloc(view->all, room * sizeof(json_t *));
		if (longer == NULL) {
			view->failed = true;
			json_decref(record);
			return;
		}
		view->all = longer;
		view->room = room;
	}
	json_object_set_new(
	    record, "AT", json_integer((json_int_t)view->count));
	view->all[view->count++] = record;
}

/* Lines of the same second stay in their order. */
static int
by_time(const void *a, const void *b)
{
	json_t *const *one = a, *const *other = b;
	const int64_t x = log_record_time(*one), y = log_record_time(*other);

	if (x != y)
		return x < y ? -1 : 1;
	return json_integer_value(json_object_get(*one, "AT")) <
		json_integer_value(json_object_get(*other, "AT")) ?
	    -1 :
	    1;
}

/* ---- Showing ------------------------------------------------------------- */

static void
user_text(char to[KEYS_USER_SIZE], const json_t *record)
{
	const char *uid = log_record_text(record, "APAM_FOR_UID");
	char *end;
	unsigned long n;

	if (uid[0] == '\0')
		uid = log_record_text(record, "APAM_UID");
	n = strtoul(uid, &end, 10);

	if (uid[0] == '\0' || *end != '\0')
		snprintf(to, KEYS_USER_SIZE, "%.20s", uid);
	else
		keys_user(to, n);
}

/* Of somebody whom the agent signs for the claim. */
static const char *
program_text(const json_t *record)
{
	return log_record_text(record,
	    log_record_text(record, "APAM_FOR_UID")[0] != '\0' ?
		"APAM_FOR_PROGRAM" :
		"APAM_PROGRAM");
}

/* The new state of a key, or why a request was refused. */
static const char *
state_text(const json_t *record)
{
	const char *state = log_record_text(record, "APAM_STATE");

	return state[0] != '\0' ? state :
				  log_record_text(record, "APAM_STATUS");
}

static void
add_record_row(struct table *table, const json_t *record)
{
	char when[WHEN_SIZE], user[KEYS_USER_SIZE];
	const char *cells[] = { when, log_record_text(record, "APAM_EVENT"),
		log_record_text(record, "APAM_PROFILE"),
		log_record_text(record, "APAM_KEY"), state_text(record),
		program_text(record), user,
		log_record_text(record, "APAM_EVIDENCE") };

	when_text(when, log_record_time(record));
	user_text(user, record);
	table_add(table, cells);
}

static json_t *
json_field(const json_t *record, const char *field)
{
	const char *text = log_record_text(record, field);

	return text[0] == '\0' ? json_null() : json_text(text);
}

static json_t *
json_record(const json_t *record)
{
	static const char *const members[][2] = { { "event", "APAM_EVENT" },
		{ "profile", "APAM_PROFILE" }, { "entry", "APAM_ENTRY" },
		{ "scheme", "APAM_SCHEME" }, { "key_id", "APAM_KEY" },
		{ "state", "APAM_STATE" }, { "status", "APAM_STATUS" },
		{ "provider", "APAM_PROVIDER" },
		{ "evidence", "APAM_EVIDENCE" }, { "repeats", "APAM_REPEATS" },
		{ "dropped", "APAM_DROPPED" }, { "for_uid", "APAM_FOR_UID" },
		{ "for_unit", "APAM_FOR_UNIT" },
		{ "for_program", "APAM_FOR_PROGRAM" },
		{ "program", "APAM_PROGRAM" }, { "uid", "APAM_UID" },
		{ "pid", "APAM_PID" }, { "message", "MESSAGE" } };
	char when[WHEN_SIZE], user[KEYS_USER_SIZE];
	json_t *to = json_object();

	when_text(when, log_record_time(record));
	user_text(user, record);
	json_object_set_new(to, "at", json_text(when));
	json_object_set_new(to, "user", json_text(user));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set_new(
		    to, members[i][0], json_field(record, members[i][1]));
	return to;
}

static int
show_records(const struct cli *cli, const struct view *view)
{
	json_t *all = cli->json ? json_array() : NULL;
	struct table table;
	int shown;

	table_init(&table, heads);
	for (size_t i = 0; i < view->count; i++) {
		if (cli->json)
			json_array_append_new(all, json_record(view->all[i]));
		else
			add_record_row(&table, view->all[i]);
	}
	shown = table_finish(&table);
	return cli->json ? json_finish(all) : shown;
}

/*
 * Say why there is nothing to show, and what to do.  Returns an exit status: that
 * nothing was written is not an error, that it may not be read is one.
 */
static int
say_nothing(const struct view *view, const struct log_to *to)
{
	if (view->seen > 0) {
		tell("No line of the audit log matches; there are %zu others.",
		    view->seen);
		return STATUS_DONE;
	}
	if (to->refused) {
		complain("this user may not read the audit log: %s", to->tried);
		complain("root can read all of it; members of group "
			 "systemd-journal or adm can read the journal");
		return STATUS_CONFIG;
	}
	complain("there is no audit log to read: %s", to->tried);
	complain("`audit` in the main file says where it goes, and `apam users "
		 "add` lets a service's user write it; --file FILE reads "
		 "another");
	return STATUS_DONE;
}

/* ---- The command --------------------------------------------------------- */

static bool
read_time(const struct args *args, const char *name, int64_t now, int64_t *to)
{
	const char *text = args_value(args, name);

	return text == NULL || since_read(text, now, to);
}

static bool
read_user(const struct args *args, char uid[24])
{
	const char *word = args_value(args, "user");
	const struct passwd *user = word == NULL ? NULL : getpwnam(word);

	uid[0] = '\0';
	if (user != NULL)
		snprintf(uid, 24, "%lu", (unsigned long)user->pw_uid);
	else if (word != NULL)
		snprintf(uid, 24, "%.20s", word);
	return word == NULL || user != NULL ||
	    (word[0] != '\0' && strspn(word, "0123456789") == strlen(word));
}

static int
log_run(struct cli *cli, const struct args *args)
{
	const int64_t now = (int64_t)time(NULL);
	struct view view = { .wanted = { .key = args_value(args, "key"),
				 .profile = args_value(args, "profile"),
				 .program = args_value(args, "program"),
				 .until = now + 86400 } };
	struct log_to to = { .each = keep_record, .arg = &view, .now = now };
	const char *file = args_value(args, "file");
	int code;

	if (!read_time(args, "since", now, &view.wanted.since) ||
	    !read_time(args, "until", now, &view.wanted.until))
		return usage_error(
		    &command_log, "--since and --until: %s", SINCE_FORMS);
	if (!read_user(args, view.wanted.uid))
		return usage_error(&command_log, "there is no such user");
	code = session_open(cli);
	if (code != STATUS_DONE)
		return code;
	to.since = view.wanted.since;
	to.until = view.wanted.until;
	if (!log_sources(cli, file, &to)) {
		complain("%s",
		    to.tried[0] == '\0' ? "the file cannot be read" : to.tried);
		code = STATUS_CONFIG;
	} else {
		if (view.count > 0)
			qsort(view.all, view.count, sizeof(json_t *), by_time);
		code = show_records(cli, &view);
		if (code == STATUS_DONE && view.count == 0)
			code = say_nothing(&view, &to);
	}
	for (size_t i = 0; i < view.count; i++)
		json_decref(view.all[i]);
	free(view.all);
	if (view.failed)
		complain("out of memory: some lines are missing");
	return view.failed ? STATUS_INTERNAL : code;
}

const struct command command_log = {
	.name = "log",
	.synopsis =
	    "[--key ID] [--profile NAME] [--program NAME] [--user USER] "
	    "[--since TIME] [--until TIME] [--file FILE]",
	.summary = "Show the audit log, from all its places",
	.notes =
	    "Reads the journal, syslog's files and each user's audit.log, as far "
	    "as this\n"
	    "user may read them.  Times are local, or UTC if they end with Z; "
	    "24h and 7d\n"
	    "mean so long ago.",
	.flags = flags,
	.run = log_run,
};
