/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam: the command line program.  Finds the command in the table, reads its
 * arguments against the command's own table, runs it.  Everything else is in
 * the file of that command.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "report.h"
#include "session.h"

static const struct command *const commands[] = {
	&command_list,
	&command_modules,
	&command_lint,
	&command_explain,
	&command_request,
	&command_headers,
	&command_curl,
	&command_check,
	&command_status,
	&command_keys,
	&command_secret,
	&command_revoke,
	&command_users,
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

static const struct flag program_flags[] = {
	{ .letter = 'V', .name = "version", .help = "show the version" },
	{ .name = NULL },
};

static void
print_flags(const struct flag *flags)
{
	for (; flags != NULL && flags->name != NULL; flags++) {
		char letter[] = { '-', flags->letter, ',', '\0' };
		char name[48];

		snprintf(name, sizeof(name), "%3s --%s%s%s",
		    flags->letter == 0 ? "" : letter, flags->name,
		    flags->value == NULL ? "" : " ",
		    flags->value == NULL ? "" : flags->value);
		printf("  %-24s %s\n", name, flags->help);
	}
}

/* A command's own word: what stands behind its group's. */
static const char *
word_of(const struct command *command)
{
	const char *space = strchr(command->name, ' ');

	return space == NULL ? command->name : space + 1;
}

static void
print_commands(const struct command *const *all)
{
	puts("commands:");
	for (; *all != NULL; all++)
		printf("  %-9s %s\n", word_of(*all), (*all)->summary);
}

static void
print_program_help(void)
{
	puts("usage: apam [-c CONFIG] [--json] COMMAND ...\n\n"
	     "Sign API requests as the administrator configured it.\n");
	print_commands(commands);
	puts("\noptions:");
	print_flags(program_flags);
	print_flags(common_flags);
	puts("\nexit status: 0 done, 1 refused, 2 usage, 3 configuration,\n"
	     "             4 temporary, 5 internal\n\n"
	     "`apam COMMAND --help` says more of a command.");
}

static void
print_command_help(const struct command *command)
{
	printf("usage: apam %s%s%s\n\n%s.\n", command->name,
	    command->synopsis[0] == '\0' ? "" : " ", command->synopsis,
	    command->summary);
	if (command->notes != NULL)
		printf("\n%s\n", command->notes);
	if (command->commands != NULL) {
		putchar('\n');
		print_commands(command->commands);
	}
	puts("\noptions:");
	print_flags(command->flags);
	print_flags(common_flags);
}

int
usage_error(const struct command *command, const char *format, ...)
{
	va_list ap;

	fputs("apam: ", stderr);
	if (command != NULL)
		fprintf(stderr, "%s: ", command->name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\napam: try `apam%s%s --help`\n",
	    command == NULL ? "" : " ", command == NULL ? "" : command->name);
	return STATUS_USAGE;
}

static const struct command *
find_command(const struct command *const *all, const char *word)
{
	for (; *all != NULL; all++)
		if (strcmp(word_of(*all), word) == 0)
			return *all;
	return NULL;
}

/* The parts of the command line that the common flags may stand in. */
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

/* Take the common flags; the last config counts. */
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

static int
run_command(const struct command *command, const struct parts *before, int argc,
    char **argv)
{
	struct args args = { .tables = { command->flags, common_flags } };
	struct parts parts = with_part(*before, &args);
	struct cli cli = { 0 };
	int code = STATUS_DONE;

	if (!args_read(&args, argc, argv)) {
		code = usage_error(command, "%s", args.problem);
		goto out;
	}
	if (args_has(&args, "help")) {
		print_command_help(command);
		goto out;
	}
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

/* Of a group: options, then the command that the first word names. */
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
		code = usage_error(group, "%s", args.problem);
		goto out;
	}
	if (args_has(&args, "help")) {
		print_command_help(group);
		goto out;
	}
	if (args.next < argc)
		command = find_command(group->commands, argv[args.next]);
	if (command != NULL)
		code = run_command(command, &parts, argc - args.next - 1,
		    argv + args.next + 1);
	else
		code = usage_error(group,
		    args.next < argc ? "there is no such command" :
				       "which command?");
out:
	args_free(&args);
	return code;
}

/* The part before the command, then the command. */
static int
run(struct args *args, int argc, char **argv)
{
	const struct parts parts = { { args, NULL, NULL }, 1 };
	const struct command *command;

	if (!args_read(args, argc, argv))
		return usage_error(NULL, "%s", args->problem);
	if (args_has(args, "version")) {
		puts("apam " APAM_VERSION);
		return STATUS_DONE;
	}
	if (args_has(args, "help")) {
		print_program_help();
		return STATUS_DONE;
	}
	if (args->next >= argc)
		return usage_error(NULL, "which command?");
	command = find_command(commands, argv[args->next]);
	if (command == NULL)
		return usage_error(NULL, "there is no such command");
	argc -= args->next + 1;
	argv += args->next + 1;
	if (command->commands != NULL)
		return run_group(command, &parts, argc, argv);
	return run_command(command, &parts, argc, argv);
}

int
main(int argc, char **argv)
{
	struct args args = { .tables = { program_flags, common_flags },
		.stop_at_word = true };
	int code;

	if (argc < 1)
		return STATUS_USAGE;
	/* What may not be written is said by the write. */
	(void)signal(SIGXFSZ, SIG_IGN);
	code = run(&args, argc - 1, argv + 1);
	args_free(&args);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write standard output: %s", strerror(errno));
		return STATUS_INTERNAL;
	}
	return code;
}
