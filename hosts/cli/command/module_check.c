/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam module check: hold the file of a module against its contract, outside
 * any host.  hosts/kit does it; here are the table and the JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/command.h"
#include "lib/engine.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/table.h"

#define SECONDS_MAX 86400

static const struct flag flags[] = {
	{ .name = "seconds",
	    .value = "N",
	    .help = "try arbitrary responses for so long, not 1" },
	{ .name = "seed",
	    .value = "N",
	    .help = "the number that these responses come from, not 1" },
	{ .letter = 'o',
	    .many = true,
	    .name = "option",
	    .value = "NAME=VALUE",
	    .help = "a value that the module takes for this option" },
	{ .name = NULL },
};

static const char *const heads[] = { "CHECK", "RESULT", "ABOUT", NULL };

/* The columns of a line of the engine's. */
enum column { NAME, RESULT, ABOUT, REASON, SECTION, COLUMNS };

/* What is made of the lines. */
struct output {
	struct table table;
	json_t *all; /* NULL: a table */
	unsigned failed, passed, warned, not_run;
};

static void
count(struct output *o, const char *result)
{
	o->failed += strcmp(result, "failed") == 0;
	o->passed += strcmp(result, "passed") == 0;
	o->warned += strcmp(result, "warned") == 0;
	o->not_run += strcmp(result, "not run") == 0;
}

static void
add_row(struct output *o, char *const cells[COLUMNS])
{
	const bool wrong = strcmp(cells[RESULT], "failed") == 0 ||
	    strcmp(cells[RESULT], "warned") == 0;
	char about[1536];
	const char *row[] = { cells[NAME], cells[RESULT], about };

	snprintf(about, sizeof(about), "%s",
	    cells[REASON][0] == '\0' ? cells[ABOUT] : cells[REASON]);
	if (wrong)
		snprintf(about, sizeof(about), "%s (see \"%s\" in the guide)",
		    cells[REASON], cells[SECTION]);
	table_add(&o->table, row);
}

static void
add_line(void *arg, char *text)
{
	struct output *o = arg;
	char *cells[COLUMNS];
	size_t n = 0;

	while (text != NULL && n < COLUMNS) {
		cells[n++] = text;
		text = strchr(text, '\t');
		if (text != NULL)
			*text++ = '\0';
	}
	if (n < COLUMNS)
		return;
	count(o, cells[RESULT]);
	if (o->all == NULL)
		add_row(o, cells);
	else
		json_array_append_new(o->all,
		    json_pack("{s:o, s:o, s:o, s:o, s:o}", "check",
			json_text(cells[NAME]), "result",
			json_text(cells[RESULT]), "about",
			json_text(cells[ABOUT]), "reason",
			json_text(
			    cells[REASON][0] == '\0' ? NULL : cells[REASON]),
			"section", json_text(cells[SECTION])));
}

/* A whole number; -1 where it is none or too large. */
static long long
number(const char *text, long long most)
{
	char *end;
	long long n;

	if (text == NULL)
		return 1;
	n = strtoll(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > most)
		return -1;
	return n;
}

static int
run_engine(const struct args *args, struct output *o, long long seconds,
    long long seed)
{
	char of_seconds[24], of_seed[24];
	char **argv = calloc(args->given_count + 5, sizeof(*argv));
	size_t n = 1;
	int code;

	if (argv == NULL) {
		complain("out of memory");
		return -1;
	}
	snprintf(of_seconds, sizeof(of_seconds), "%lld", seconds);
	snprintf(of_seed, sizeof(of_seed), "%lld", seed);
	argv[n++] = of_seconds;
	argv[n++] = of_seed;
	argv[n++] = (char *)(uintptr_t)args->words[0];
	for (size_t i = 0; i < args->given_count; i++)
		if (args->given[i].flag->letter == 'o')
			argv[n++] = (char *)(uintptr_t)args->given[i].value;
	code = engine_run("apam-module-check", argv, add_line, o);
	free(argv);
	return code;
}

/* Print what came of it; `code` is the engine's. */
static int
finish(struct output *o, int code)
{
	const int printed = o->all != NULL ? json_finish(o->all) :
					     table_finish(&o->table);

	if (code == STATUS_USAGE)
		return STATUS_USAGE;
	if (code != 0 || printed != STATUS_DONE)
		return STATUS_INTERNAL;
	tell("%u passed, %u failed, %u warned, %u not run", o->passed,
	    o->failed, o->warned, o->not_run);
	return o->failed > 0 ? STATUS_REFUSED : STATUS_DONE;
}

static int
module_check(struct cli *cli, const struct args *args)
{
	const long long seconds = number(
	    args_value(args, "seconds"), SECONDS_MAX);
	const long long seed = number(args_value(args, "seed"), INT64_MAX);
	struct output o = { .all = cli->json ? json_array() : NULL };

	if (seconds < 0)
		return usage_error(&command_module_check,
		    "--seconds takes a whole number up to %d", SECONDS_MAX);
	if (seed < 0)
		return usage_error(
		    &command_module_check, "--seed takes a whole number");
	table_init(&o.table, heads);
	return finish(&o, run_engine(args, &o, seconds, seed));
}

const struct command command_module_check = {
	.name = "module check",
	.synopsis = "[--seconds N] [--seed N] [-o NAME=VALUE ...] FILE",
	.summary = "Hold the file of a module against its contract",
	.notes =
	    "Each check runs in a process of its own.  Nothing is sent, and no "
	    "configuration is\n"
	    "read.  The module guide says what to do about a check that failed.",
	.flags = flags,
	.least = 1,
	.most = 1,
	.run = module_check,
};
