/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam revoke: tell the provider to revoke the tokens of a profile, and make
 * every process of this machine drop them.  The key itself stays good; `apam
 * keys archive` ends its use on this machine.
 */
#include <stdio.h>

#include "lib/command.h"
#include "lib/each.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/table.h"

static const char *const heads[] = { "ENTRY", "SCHEME", "KEY", "RESULT",
	"DROPPED", "DETAIL", NULL };

struct view {
	struct cli *cli;
	const char *profile;
	json_t *all; /* with --json */
	struct table table;
};

static const char *
detail_of(const struct apam_revoke_report *report)
{
	if (report->status == APAM_OK && !report->had_credential)
		return "this user's programs share no token";
	return report->text;
}

static void
add_token(struct view *view, const struct apam_revoke_report *report)
{
	bool dropped = report->drop_status == APAM_OK;
	char entry[16];
	const char *cells[] = { entry, report->scheme, report->key_id,
		report->result, dropped ? "everywhere" : "here",
		detail_of(report) };

	snprintf(entry, sizeof(entry), "%u", report->entry + 1);
	if (!view->cli->json) {
		table_add(&view->table, cells);
		return;
	}
	json_array_append_new(view->all,
	    json_pack("{s:o, s:i, s:o, s:o, s:o, s:o, s:b, s:o}", "profile",
		json_text(view->profile), "entry", (int)report->entry + 1,
		"scheme", json_text(report->scheme), "key_id",
		json_text(report->key_id), "result", json_text(report->result),
		"detail", json_text(detail_of(report)), "dropped_everywhere",
		(int)dropped, "drop_error", json_text(report->drop_text)));
}

/* True if the provider was, or should have been, told and did not confirm. */
static bool
not_confirmed(enum apam_status status)
{
	return APAM_CLASS(status) == APAM_CLASS_TEMPORARY ||
	    APAM_CLASS(status) == APAM_CLASS_REVOKED ||
	    APAM_CLASS(status) == APAM_CLASS_CONFIG || status == APAM_E_DENIED;
}

/* Say on standard error what is left to do.  Returns the exit status. */
static int
remark(const struct view *view, const struct apam_revoke_report *report)
{
	const bool lives = not_confirmed(report->status);

	if (lives)
		complain("%s: entry %u: the provider still honours the token; "
			 "it was dropped anyway",
		    view->profile, report->entry + 1);
	if (report->drop_status != APAM_OK)
		complain("%s: entry %u: other processes keep their tokens "
			 "until these expire: %s",
		    view->profile, report->entry + 1, report->drop_text);
	return lives && report->status != APAM_E_CONFIG ?
	    STATUS_TEMPORARY :
	    exit_status(report->status);
}

static int
revoke_run(struct cli *cli, const struct args *args)
{
	static struct apam_revoke_report reports[APAM_ENTRIES_MAX];
	struct view view = { .cli = cli, .profile = args->words[0] };
	struct apam_profile *profile = NULL;
	struct apam_error err = APAM_ERROR_INIT;
	size_t count = APAM_ENTRIES_MAX;
	enum apam_status status;
	int code = session_profile(cli, view.profile, &profile), shown;

	if (code != STATUS_DONE)
		return code;
	status = apam_revoke(
	    profile, 0, reports, &count, sizeof(reports[0]), &err);
	if (count == 0)
		return report(view.profile, status, &err);
	view.all = cli->json ? json_array() : NULL;
	table_init(&view.table, heads);
	for (size_t i = 0; i < count && i < APAM_ENTRIES_MAX; i++)
		add_token(&view, &reports[i]);
	shown = table_finish(&view.table);
	if (cli->json)
		shown = json_finish(view.all);
	fflush(stdout);
	for (size_t i = 0; i < count && i < APAM_ENTRIES_MAX; i++)
		code = worse(code, remark(&view, &reports[i]));
	return worse(code, shown);
}

const struct command command_revoke = {
	.name = "revoke",
	.synopsis = "PROFILE",
	.summary = "Tell the provider to revoke the tokens of a profile",
	.notes =
	    "The provider is told about the tokens that this user's programs "
	    "share.  Every\n"
	    "process of this machine drops its own token when it signs next, "
	    "whatever the\n"
	    "provider says.  A user who may not change the key registry drops "
	    "only what this\n"
	    "user's programs share.  Exit status 1 if a scheme has no way to "
	    "revoke, 4 if\n"
	    "the provider did not confirm.",
	.least = 1,
	.most = 1,
	.run = revoke_run,
};
