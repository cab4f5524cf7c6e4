/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam run: a program that knows nothing of apam, with a proxy that signs what it
 * sends to APIs of profiles.  apam-run (hosts/run) does it; it takes this
 * process's place, so that what waits for this one waits for the program.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/command.h"
#include "lib/engine.h"
#include "lib/report.h"

static const struct flag flags[] = {
	{ .letter = 'p',
	    .name = "profile",
	    .value = "PROFILE",
	    .many = true,
	    .help = "sign by this one alone; may be given more than once" },
	{ .name = "verbose",
	    .help = "say which profiles this user may not read, too" },
	{ .name = NULL },
};

/* execv takes texts that it does not change as if it did. */
static void
put(char **argv, size_t *n, const char *text)
{
	memcpy(&argv[(*n)++], &text, sizeof(text));
}

/* Its arguments: -v, -c and -p with their values, "--", the program's. */
static char **
arguments_of(const struct cli *cli, const struct args *args)
{
	const size_t room = 2 * args->given_count + args->word_count + 6;
	char **argv = calloc(room, sizeof(*argv));
	size_t n = 1;

	if (argv == NULL)
		return NULL;
	if (args_has(args, "verbose"))
		put(argv, &n, "-v");
	if (cli->options.config != NULL) {
		put(argv, &n, "-c");
		put(argv, &n, cli->options.config);
	}
	for (size_t i = 0; i < args->given_count; i++)
		if (args->given[i].flag->letter == 'p') {
			put(argv, &n, "-p");
			put(argv, &n, args->given[i].value);
		}
	put(argv, &n, "--");
	for (size_t i = 0; i < args->word_count; i++)
		put(argv, &n, args->words[i]);
	return argv;
}

static int
run(struct cli *cli, const struct args *args)
{
	char **argv = arguments_of(cli, args);

	if (argv == NULL)
		complain("out of memory");
	else
		engine_become("apam-run", argv);
	free(argv);
	return STATUS_INTERNAL;
}

const struct command command_run = {
	.name = "run",
	.synopsis = "[-p PROFILE ...] [--verbose] [--] PROGRAM [ARGUMENT ...]",
	.summary = "Run a program, and sign what it sends to APIs of profiles",
	.notes = "The program is told by its environment to use a proxy, and "
		 "whom to believe.  Its\nexit status is that of apam.",
	.flags = flags,
	.text_only = true,
	.runs = true,
	.least = 1,
	.most = 1 << 16,
	.run = run,
};
