/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam lint: check files without using them.  All errors and warnings of all
 * files are reported in one pass; if there are none, nothing is printed.
 */
#include <apam/module.h>

#include "lib/command.h"
#include "lib/json_out.h"
#include "lib/progress.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/table.h"

struct lint {
	json_t *all; /* NULL: print them */
	unsigned errors, warnings;
	size_t profiles; /* how many were checked */
};

static const struct flag flags[] = {
	{ .name = "strict",
	    .help = "exit with 3 also if there are only warnings" },
	{ .name = NULL },
};

static bool
note_problem(void *arg, const struct apam_error *err)
{
	struct lint *lint = arg;

	if (err->status == APAM_OK)
		lint->warnings++;
	else
		lint->errors++;
	if (lint->all != NULL)
		json_array_append_new(lint->all, json_error(err));
	else
		report_error(NULL, err);
	return true;
}

static bool
note_profile(void *arg, const struct apam_lint_progress *progress)
{
	struct lint *lint = arg;

	lint->profiles++;
	if (progress->total > 1)
		progress_item(
		    "checking", progress->at, progress->total, progress->name);
	return true;
}

/* `file` NULL: the main file and all profiles. */
static int
lint_file(const struct cli *cli, const char *file, struct lint *lint)
{
	const struct apam_lint_to to = { .size = sizeof(to),
		.arg = lint,
		.problem = note_problem,
		.profile = note_profile };
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_open_options options = cli->options;
	unsigned before = lint->errors;
	enum apam_status status;

	/* The same errors arrive as problems: do not print them twice. */
	if (options.log_level <= APAM_LOG_ERROR)
		options.log = NULL;
	status = apam_lint(&options, file, &to, &err);
	progress_hide();
	if (status != APAM_OK && lint->errors == before)
		(void)note_problem(lint, &err);
	return exit_status(status);
}

static const char *
plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static bool
count_archived(void *arg, const struct apam_profile_info *info)
{
	unsigned *archived = arg;

	*archived += info->admission == APAM_E_ARCHIVED;
	return true;
}

/* The files may be in order, and profiles sign nothing. */
static void
tell_archived(struct cli *cli)
{
	struct apam_error err = APAM_ERROR_INIT;
	unsigned archived = 0;

	if (!on_terminal() || session_open(cli) != STATUS_DONE ||
	    apam_profiles(cli->ctx, count_archived, &archived, &err) != APAM_OK)
		return;
	if (archived > 0)
		tell("But %u profile%s cannot sign, because the keys are "
		     "archived: `apam list` shows which.",
		    archived, plural(archived));
}

/* Print the result on a terminal. */
static void
sum_up(struct cli *cli, const struct lint *lint, const struct args *args)
{
	if (lint->errors > 0 || lint->warnings > 0)
		tell("%u error%s, %u warning%s.", lint->errors,
		    plural(lint->errors), lint->warnings,
		    plural(lint->warnings));
	else if (args->word_count > 0)
		tell("All is well.");
	else if (lint->profiles == 0)
		tell("The main file is in order, and there are no profiles "
		     "yet: `apam list` says how to begin.");
	else {
		tell("All is well: the main file and %zu profile%s.  `apam "
		     "check` asks the providers about the keys.",
		    lint->profiles, plural((unsigned)lint->profiles));
		tell_archived(cli);
	}
}

static int
lint_run(struct cli *cli, const struct args *args)
{
	struct lint lint = { .all = cli->json ? json_array() : NULL };
	int code = STATUS_DONE, written;

	if (args->word_count == 0)
		code = lint_file(cli, NULL, &lint);
	for (size_t i = 0; i < args->word_count; i++) {
		int one = lint_file(cli, args->words[i], &lint);
		code = code == STATUS_DONE ? one : code;
	}
	if (code == STATUS_DONE && lint.warnings > 0 &&
	    args_has(args, "strict"))
		code = STATUS_CONFIG;
	if (!cli->json) {
		sum_up(cli, &lint, args);
		return code;
	}
	written = json_finish(lint.all);
	return code == STATUS_DONE ? written : code;
}

const struct command command_lint = {
	.name = "lint",
	.synopsis = "[--strict] [FILE...]",
	.summary = "Check the configuration",
	.notes =
	    "Without a terminal, nothing is printed if all is well.  Each "
	    "error is a line\nFILE:LINE: error: TEXT.  FILE:LINE: warning: "
	    "TEXT is about something that works\nbut is probably not "
	    "intended.  Without FILE: the main file and all profiles.\n"
	    "Modules are loaded and secrets are read, but nothing is sent.  "
	    "Exit status 0 if\nthere are only warnings, unless --strict is "
	    "given.",
	.flags = flags,
	.least = 0,
	.most = (size_t)-1,
	.run = lint_run,
};
