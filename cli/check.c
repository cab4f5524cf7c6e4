/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam check: ask the providers whether the keys still live.  A profile that
 * cannot be checked is reported and the rest go on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "command.h"
#include "json_out.h"
#include "report.h"
#include "session.h"
#include "table.h"

#define ENTRIES_MAX 32 /* bits of apam_signature.entries */
#define TIME_SIZE 32

static const char *const heads[] = { "PROFILE", "ENTRY", "SCHEME", "KEY",
	"STATE", "CHECKED", "EVIDENCE", NULL };

struct check {
	struct cli *cli;
	json_t *all; /* with --json */
	struct table table;
	int code;
};

/* The names of all profiles, since each is checked after the walk. */
struct names {
	char **names;
	size_t count;
	bool failed;
};

/* Of two exit statuses the one that says more: 1, 5, 3, 2, 4, 0. */
static int
worse(int a, int b)
{
	static const int rank[] = { [STATUS_DONE] = 0,
		[STATUS_REFUSED] = 5,
		[STATUS_USAGE] = 2,
		[STATUS_CONFIG] = 3,
		[STATUS_TEMPORARY] = 1,
		[STATUS_INTERNAL] = 4 };

	return rank[a] >= rank[b] ? a : b;
}

static int
state_status(enum apam_key_state state)
{
	switch (state) {
	case APAM_KEY_GOOD:
		return STATUS_DONE;
	case APAM_KEY_EXPIRED:
	case APAM_KEY_ARCHIVED:
	case APAM_KEY_REVOKED:
		return STATUS_REFUSED;
	default:
		return STATUS_TEMPORARY;
	}
}

/* Local time, ISO 8601; "-" where there is none. */
static void
time_text(char to[TIME_SIZE], int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	size_t n = 0;

	if (seconds > 0 && localtime_r(&when, &tm) != NULL)
		n = strftime(to, TIME_SIZE - 1, "%Y-%m-%dT%H:%M:%S%z", &tm);
	if (n < 3) {
		strcpy(to, "-");
		return;
	}
	memmove(to + n - 1, to + n - 2, 3); /* +0200 to +02:00 */
	to[n - 2] = ':';
}

static void
add(struct check *check, const char *name, const struct apam_key_report *report)
{
	const char *state = apam_key_state_name(report->state);
	char entry[16], when[TIME_SIZE];
	const char *cells[] = { name, entry, report->scheme, report->key_id,
		state, when, report->evidence };

	check->code = worse(check->code, state_status(report->state));
	snprintf(entry, sizeof(entry), "%u", report->entry + 1);
	time_text(when, report->checked_at);
	if (!check->cli->json) {
		table_add(&check->table, cells);
		return;
	}
	json_array_append_new(check->all,
	    json_pack("{s:o, s:i, s:o, s:o, s:o, s:o, s:o}", "profile",
		json_text(name), "entry", (int)report->entry + 1, "scheme",
		json_text(report->scheme), "key_id", json_text(report->key_id),
		"state", json_text(state), "checked", json_text(when),
		"evidence", json_text(report->evidence)));
}

static void
check_profile(struct check *check, const char *name)
{
	static struct apam_key_report reports[ENTRIES_MAX];
	struct apam_profile *profile = NULL;
	struct apam_error err = { 0 };
	size_t count = ENTRIES_MAX;
	enum apam_status status;
	int code = session_profile(check->cli, name, &profile);

	if (code != STATUS_DONE) {
		check->code = worse(check->code, code);
		return;
	}
	status = apam_check(profile, 0, reports, &count, &err);
	if (status != APAM_OK) {
		code = report(name, status, &err);
		check->code = worse(check->code, code);
		return;
	}
	for (size_t i = 0; i < count && i < ENTRIES_MAX; i++)
		add(check, name, &reports[i]);
}

static bool
add_name(void *arg, const struct apam_profile_info *info,
    const struct apam_error *why)
{
	struct names *all = arg;
	size_t size = (all->count + 1) * sizeof(*all->names);
	char **names = realloc(all->names, size);

	(void)why;
	if (names != NULL) {
		all->names = names;
		names[all->count] = strdup(info->name);
		all->failed = names[all->count] == NULL;
	}
	all->failed = all->failed || names == NULL;
	all->count += !all->failed;
	return !all->failed;
}

static int
check_all(struct check *check)
{
	struct names all = { 0 };
	struct apam_error err = { 0 };
	enum apam_status status = apam_profiles(
	    check->cli->ctx, add_name, &all, &err);
	int code = STATUS_DONE;

	if (status != APAM_OK)
		code = report(NULL, status, &err);
	if (all.failed) {
		complain("out of memory");
		code = STATUS_INTERNAL;
	}
	for (size_t i = 0; i < all.count; i++) {
		if (code == STATUS_DONE)
			check_profile(check, all.names[i]);
		free(all.names[i]);
	}
	free(all.names);
	return code;
}

static int
check_run(struct cli *cli, const struct args *args)
{
	struct check check = { .cli = cli };
	int code = session_open(cli), shown;

	if (code != STATUS_DONE)
		return code;
	check.all = cli->json ? json_array() : NULL;
	table_init(&check.table, heads);
	if (args->word_count == 0)
		code = check_all(&check);
	for (size_t i = 0; i < args->word_count; i++)
		check_profile(&check, args->words[i]);
	shown = table_finish(&check.table);
	if (cli->json)
		shown = json_finish(check.all);
	return worse(worse(check.code, code), shown);
}

const struct command command_check = {
	.name = "check",
	.synopsis = "[PROFILE...]",
	.summary = "Ask the providers whether the keys are good",
	.notes = "Without PROFILE: all of them.  Exit status 1 where a key is "
		 "revoked, archived\nor expired, else 3 where a profile is "
		 "broken, else 4 where a state is unknown.",
	.least = 0,
	.most = (size_t)-1,
	.run = check_run,
};
