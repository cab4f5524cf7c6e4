/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Help is printed from the tables of commands and flags, so that nothing is
 * written twice.  The commands `help` and `version` are here, too.
 */
#include "lib/help.h"

#include <stdio.h>
#include <string.h>

#include "lib/report.h"
#include "text/suggest.h"

/* `text`: the command does not write JSON. */
static void
print_flags(const struct flag *flags, bool text)
{
	for (; flags != NULL && flags->name != NULL; flags++) {
		if (text && strcmp(flags->name, "json") == 0)
			continue;
		char letter[] = { '-', flags->letter, ',', '\0' };
		char name[48];

		snprintf(name, sizeof(name), "%3s --%s%s%s",
		    flags->letter == 0 ? "" : letter, flags->name,
		    flags->value == NULL ? "" : " ",
		    flags->value == NULL ? "" : flags->value);
		printf("  %-24s %s\n", name, flags->help);
	}
}

/* The command's name without its group's. */
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

void
help_of_program(void)
{
	puts("usage: apam [-c CONFIG] [--json] COMMAND ...\n\n"
	     "Sign API requests as the administrator configured it.\n");
	print_commands(cli_commands);
	puts("\noptions:");
	print_flags(program_flags, false);
	print_flags(common_flags, false);
	puts("\nexit status: 0 done, 1 refused, 2 usage, 3 configuration,\n"
	     "             4 temporary, 5 internal\n\n"
	     "`apam help COMMAND` describes a command.");
}

void
help_of(const struct command *command)
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
	print_flags(command->flags, false);
	print_flags(common_flags, command->text_only);
}

const struct command *
help_find(const struct command *const *all, const char *word)
{
	for (; *all != NULL; all++)
		if (strcmp(word_of(*all), word) == 0)
			return *all;
	return NULL;
}

int
help_no_command(const struct command *group, const struct command *const *all,
    const char *word)
{
	const char *best = NULL;

	for (; *all != NULL; all++)
		suggest_consider(word, word_of(*all), &best);
	if (best == NULL || !suggest_near(word, best))
		return usage_error(group, "there is no such command");
	return usage_error(
	    group, "there is no such command; did you mean %s?", best);
}

/* ---- The commands -------------------------------------------------------- */

static int
help_run(struct cli *cli, const struct args *args)
{
	const struct command *command = NULL;
	const struct command *const *all = cli_commands;

	(void)cli;
	for (size_t i = 0; i < args->word_count; i++) {
		const struct command *next = all == NULL ?
		    NULL :
		    help_find(all, args->words[i]);

		if (next == NULL && all != NULL)
			return help_no_command(command, all, args->words[i]);
		if (next == NULL)
			return usage_error(command, "it has no commands");
		command = next;
		all = command->commands;
	}
	if (command == NULL)
		help_of_program();
	else
		help_of(command);
	return STATUS_DONE;
}

const struct command command_help = {
	.name = "help",
	.synopsis = "[COMMAND...]",
	.summary = "Show this help, or a command's",
	.text_only = true,
	.least = 0,
	.most = 2,
	.run = help_run,
};

static int
version_run(struct cli *cli, const struct args *args)
{
	(void)cli;
	(void)args;
	printf("apam %s\n", apam_version());
	return STATUS_DONE;
}

const struct command command_version = {
	.name = "version",
	.synopsis = "",
	.summary = "Show the version",
	.text_only = true,
	.run = version_run,
};
