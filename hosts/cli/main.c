/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam: the command line program.  It finds the command in the table, reads its
 * arguments against the command's own table and runs it.  Everything else is in
 * the command's file.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/standard_fds.h"
#include "lib/command.h"
#include "lib/help.h"
#include "lib/json_memory.h"
#include "lib/report.h"
#include "lib/session.h"

const struct command *const cli_commands[] = {
	&command_list,
	&command_module,
	&command_profile,
	&command_lint,
	&command_explain,
	&command_request,
	&command_headers,
	&command_curl,
	&command_helper,
	&command_gateway,
	&command_run,
	&command_check,
	&command_status,
	&command_keys,
	&command_secret,
	&command_login,
	&command_logout,
	&command_metrics,
	&command_revoke,
	&command_log,
	&command_users,
	&command_help,
	&command_version,
	NULL,
};

const struct flag common_flags[] = {
	{ .letter = 'c',
	    .name = "config",
	    .value = "FILE",
	    .help = "the main file, in place of " APAM_CONFIG_FILE },
	{ .name = "json", .help = "write JSON, for programs" },
	{ .name = "debug", .help = "log to standard error" },
	{ .letter = 'h', .name = "help", .help = "show this" },
	{ .name = NULL },
};

const struct flag program_flags[] = {
	{ .letter = 'V', .name = "version", .help = "show the version" },
	{ .name = NULL },
};

int
usage_error(const struct command *command, const char *format, ...)
{
	const char *name = command == NULL ? "" : command->name;
	struct apam_error err = { .size = sizeof(err), .status = APAM_E_USAGE };
	char hint[80];
	int n = 0;
	va_list ap;

	if (command != NULL)
		n = snprintf(err.text, sizeof(err.text), "%s: ", name);
	va_start(ap, format);
	(void)vsnprintf(err.text + n, sizeof(err.text) - (size_t)n, format, ap);
	va_end(ap);
	snprintf(hint, sizeof(hint), "try `apam%s%s --help`",
	    command == NULL ? "" : " ", name);
	report_with_hint(&err, hint);
	return STATUS_USAGE;
}

int
line_error(const struct command *command, const char *problem)
{
	if (problem[0] != '\0')
		return usage_error(command, "%s", problem);
	complain("out of memory");
	return STATUS_INTERNAL;
}

/* The parts of the command line where the common flags may stand. */
struct parts {
	const struct args *all[3];
	size_t count;
};

static struct parts
with_part(struct parts parts, const struct args *more)
{
	parts.all[parts.count++] = more;
	return parts;
}

/* Apply the common flags; of several -c the last one counts. */
static int
configure(struct cli *cli, const struct parts *parts)
{
	const char *config = NULL;
	bool debug = false;

	for (size_t i = 0; i < parts->count; i++) {
		const struct args *part = parts->all[i];

		if (args_has(part, "config"))
			config = args_value(part, "config");
		debug = debug || args_has(part, "debug");
		cli->json = cli->json || args_has(part, "json");
	}
	return session_configure(cli, config, debug);
}

/* A --json that would change nothing is an error: the caller expects JSON. */
static int
refuse_json(const struct command *command, const struct parts *parts)
{
	for (size_t i = 0; command->text_only && i < parts->count; i++)
		if (args_has(parts->all[i], "json"))
			return usage_error(command,
			    "it writes no JSON of its own: leave out --json");
	return STATUS_DONE;
}

static int
run_command(const struct command *command, const struct parts *before, int argc,
    char **argv)
{
	struct args args = { .tables = { command->flags, common_flags },
		.rest = command->runs };
	struct parts parts = with_part(*before, &args);
	struct cli cli = { 0 };
	int code = STATUS_DONE;

	if (!args_read(&args, argc, argv)) {
		code = line_error(command, args.problem);
		goto out;
	}
	if (args_has(&args, "help")) {
		help_of(command);
		goto out;
	}
	code = refuse_json(command, &parts);
	if (code != STATUS_DONE)
		goto out;
	if (args.word_count < command->least ||
	    args.word_count > command->most) {
		code = usage_error(command, "usage: apam %s%s%s", command->name,
		    command->synopsis[0] == '\0' ? "" : " ", command->synopsis);
		goto out;
	}
	code = configure(&cli, &parts);
	if (code == STATUS_DONE)
		code = command->run(&cli, &args);
out:
	session_close(&cli);
	args_free(&args);
	return code;
}

/* Run a group: first come options, then the word that names the command. */
static int
run_group(const struct command *group, const struct parts *before, int argc,
    char **argv)
{
	struct args args = { .tables = { NULL, common_flags },
		.stop_at_word = true };
	const struct parts parts = with_part(*before, &args);
	const struct command *command = NULL;
	int code = STATUS_DONE;

	if (!args_read(&args, argc, argv)) {
		code = line_error(group, args.problem);
		goto out;
	}
	if (args_has(&args, "help")) {
		help_of(group);
		goto out;
	}
	if (args.next < argc)
		command = help_find(group->commands, argv[args.next]);
	if (command != NULL)
		code = run_command(command, &parts, argc - args.next - 1,
		    argv + args.next + 1);
	else if (args.next < argc)
		code = help_no_command(group, group->commands, argv[args.next]);
	else
		code = usage_error(group, "which command?");
out:
	args_free(&args);
	return code;
}

/* Read what stands before the command, then run the command. */
static int
run_line(struct args *args, int argc, char **argv)
{
	const struct parts parts = { { args, NULL, NULL }, 1 };
	const struct command *command;

	if (!args_read(args, argc, argv))
		return line_error(NULL, args->problem);
	if (args_has(args, "version")) {
		printf("apam %s\n", apam_version());
		return STATUS_DONE;
	}
	if (args_has(args, "help")) {
		help_of_program();
		return STATUS_DONE;
	}
	if (args->next >= argc)
		return usage_error(NULL, "which command?");
	command = help_find(cli_commands, argv[args->next]);
	if (command == NULL)
		return help_no_command(NULL, cli_commands, argv[args->next]);
	argc -= args->next + 1;
	argv += args->next + 1;
	if (command->commands != NULL)
		return run_group(command, &parts, argc, argv);
	return run_command(command, &parts, argc, argv);
}

/*
 * Look for --json before anything is read, so that even an error in the command
 * line is reported as JSON.
 */
static bool
wants_json(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	struct args args = { .tables = { program_flags, common_flags },
		.stop_at_word = true };
	int code;

	if (argc < 1)
		return STATUS_USAGE;
	if (!standard_fds_fill())
		return STATUS_INTERNAL;
	json_memory_begin();
	/*
	 * A write beyond the limit on file sizes then fails with an error that
	 * is reported, instead of ending the program.
	 */
	(void)signal(SIGXFSZ, SIG_IGN);
	report_in_json(wants_json(argc - 1, argv + 1));
	code = run_line(&args, argc - 1, argv + 1);
	args_free(&args);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write standard output: %s", strerror(errno));
		return STATUS_INTERNAL;
	}
	return code;
}
