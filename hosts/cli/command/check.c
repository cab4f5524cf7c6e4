/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam check: ask the providers whether the keys are still good.  A profile
 * that cannot be checked is reported, and the others are checked all the same.
 */
#include <stdio.h>

#include "lib/command.h"
#include "lib/each.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/table.h"
#include "lib/when.h"

static const char *const heads[] = { "PROFILE", "ENTRY", "SCHEME", "KEY",
	"STATE", "CHECKED", "EVIDENCE", NULL };

struct check {
	struct cli *cli;
	json_t *all; /* with --json */
	struct table table;
	unsigned keys, good;
};

/* Show a key's state; returns the exit status for it. */
static int
add_key(
    struct check *check, const char *name, const struct apam_key_report *report)
{
	const char *state = report_key_state(report);
	char entry[16], when[WHEN_SIZE];
	const char *cells[] = { name, entry, report->scheme, report->key_id,
		state, when, report->evidence };

	check->keys++;
	check->good += report->state == APAM_KEY_GOOD;
	if (report->why == APAM_E_LOGIN)
		complain("%s: entry %u: run `apam login %s`", name,
		    report->entry + 1, name);
	snprintf(entry, sizeof(entry), "%u", report->entry + 1);
	when_text(when, report->checked_at);
	if (!check->cli->json) {
		table_add(&check->table, cells);
		return report_key_status(report);
	}
	json_array_append_new(check->all,
	    json_pack("{s:o, s:i, s:o, s:o, s:o, s:o, s:o}", "profile",
		json_text(name), "entry", (int)report->entry + 1, "scheme",
		json_text(report->scheme), "key_id", json_text(report->key_id),
		"state", json_text(state), "checked", json_text(when),
		"evidence", json_text(report->evidence)));
	return report_key_status(report);
}

static int
check_profile(void *arg, const char *name)
{
	static struct apam_key_report reports[APAM_ENTRIES_MAX];
	struct check *check = arg;
	struct apam_profile *profile = NULL;
	struct apam_error err = APAM_ERROR_INIT;
	size_t count = APAM_ENTRIES_MAX;
	enum apam_status status;
	int code = session_profile(check->cli, name, &profile);

	if (code != STATUS_DONE)
		return code;
	status = apam_check(
	    profile, 0, reports, &count, sizeof(reports[0]), &err);
	if (status != APAM_OK)
		return report(name, status, &err);
	for (size_t i = 0; i < count && i < APAM_ENTRIES_MAX; i++)
		code = worse(code, add_key(check, name, &reports[i]));
	return code;
}

/*
 * Print the result for people.  If there are no profiles, that was said before.
 */
static void
sum_up(const struct check *check)
{
	if (check->keys == 0)
		return;
	if (check->good == check->keys)
		tell("All is well: the providers accept %s.",
		    check->keys == 1 ? "the key" : "all keys");
	else
		tell("%u of %u keys are good; apam-troubleshooting(7) says "
		     "what to do about the others.",
		    check->good, check->keys);
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
	code = each_profile(cli, args, "checking", check_profile, &check);
	shown = table_finish(&check.table);
	if (cli->json)
		shown = json_finish(check.all);
	else
		sum_up(&check);
	session_tell_registry(cli);
	return worse(code, shown);
}

const struct command command_check = {
	.name = "check",
	.synopsis = "[PROFILE...]",
	.summary = "Ask the providers whether the keys are good",
	.notes =
	    "Without PROFILE: all profiles.  Exit status 1 if a key is revoked, "
	    "archived or\n"
	    "expired, else 3 if a profile is broken, else 4 if a key's state is "
	    "unknown.",
	.least = 0,
	.most = (size_t)-1,
	.run = check_run,
};
