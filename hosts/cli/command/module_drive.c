/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam module drive: play recorded exchanges against a module, without a
 * network.  hosts/drive does it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/command.h"
#include "lib/engine.h"
#include "lib/report.h"

static const struct flag flags[] = {
	{ .name = "show-secrets",
	    .help = "show secrets in differences, not stars" },
	{ .name = NULL },
};

static void
print_line(void *arg, char *text)
{
	(void)arg;
	puts(text);
}

static int
module_drive(struct cli *cli, const struct args *args)
{
	char **argv = calloc(args->word_count + 3, sizeof(*argv));
	static char show[] = "--show-secrets";
	size_t n = 1;
	int code;

	(void)cli;
	if (argv == NULL) {
		complain("out of memory");
		return STATUS_INTERNAL;
	}
	if (args_has(args, "show-secrets"))
		argv[n++] = show;
	for (size_t i = 0; i < args->word_count; i++)
		argv[n++] = (char *)(uintptr_t)args->words[i];
	code = engine_run("apam-module-drive", argv, print_line, NULL);
	free(argv);
	return code < 0 ? STATUS_INTERNAL : code;
}

const struct command command_module_drive = {
	.name = "module drive",
	.synopsis = "[--show-secrets] FILE SCRIPT ...",
	.summary = "Play recorded exchanges against a module",
	.notes =
	    "Each difference is told, as what was expected and what was found.  "
	    "Nothing is sent,\n"
	    "and no configuration is read.  apam_module(3) describes scripts.",
	.flags = flags,
	.text_only = true,
	.least = 2,
	.most = SIZE_MAX,
	.run = module_drive,
};
