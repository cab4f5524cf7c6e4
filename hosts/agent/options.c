/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of arguments, and reading them against it.
 */
#include "agent/options.h"

#include <stdio.h>
#include <string.h>

#include <apam/apam.h>

static const char help_text[] =
    "usage: apamd [--config FILE] [--socket PATH] [--metrics ADDRESS]\n"
    "             [--user] [--replace] [--debug]\n"
    "\n"
    "apamd holds the secrets of this machine, and signs for other programs\n"
    "what the rules of a profile let them have.  It stays in the foreground.\n"
    "\n"
    "  -c, --config FILE   the main file, in place of " APAM_CONFIG_FILE "\n"
    "      --socket PATH   where to listen, in place of /run/apam/agent;\n"
    "                      systemd passes a socket by itself\n"
    "      --metrics ADDRESS  where a scraper may ask by HTTP: a path,\n"
    "                      127.0.0.1:PORT or [::1]:PORT\n"
    "      --user          be the agent of this user alone\n"
    "      --replace       take over from the apamd that serves there, which\n"
    "                      ends; no program notices\n"
    "      --debug         log everything to standard error\n"
    "  -h, --help          show this\n"
    "  -V, --version       show the version\n"
    "\n"
    "SIGHUP has it look at all files again; SIGTERM ends it.  apamd(8) says\n"
    "more.\n";

enum argument {
	ARG_CONFIG,
	ARG_SOCKET,
	ARG_METRICS,
	ARG_USER,
	ARG_REPLACE,
	ARG_DEBUG,
	ARG_HELP,
	ARG_VERSION,
	ARG_NONE
};

static const struct {
	const char *name;
	char letter;
	bool valued;
} arguments[ARG_NONE] = {
	[ARG_CONFIG] = { "config", 'c', true },
	[ARG_SOCKET] = { "socket", '\0', true },
	[ARG_METRICS] = { "metrics", '\0', true },
	[ARG_USER] = { "user", '\0', false },
	[ARG_REPLACE] = { "replace", '\0', false },
	[ARG_DEBUG] = { "debug", '\0', false },
	[ARG_HELP] = { "help", 'h', false },
	[ARG_VERSION] = { "version", 'V', false },
};

/* Which argument a word is; *value: what follows its '=', or NULL. */
static enum argument
argument_of(const char *word, const char **value)
{
	*value = NULL;
	for (int i = 0; i < ARG_NONE; i++) {
		const size_t n = strlen(arguments[i].name);

		if (word[0] == '-' && word[1] != '\0' && word[2] == '\0' &&
		    word[1] == arguments[i].letter)
			return (enum argument)i;
		if (strncmp(word, "--", 2) != 0 ||
		    strncmp(word + 2, arguments[i].name, n) != 0)
			continue;
		if (word[2 + n] == '=')
			*value = word + 2 + n + 1;
		if (word[2 + n] == '=' || word[2 + n] == '\0')
			return (enum argument)i;
	}
	return ARG_NONE;
}

static bool
usage(int *code, const char *text, const char *word)
{
	*code = AGENT_USAGE;
	fprintf(stderr, "apamd: %s%s; try `apamd --help`\n", text, word);
	return false;
}

/* False where nothing is left to be done. */
static bool
take(struct agent_options *options, enum argument which, const char *value,
    int *code)
{
	switch (which) {
	case ARG_CONFIG:
		options->config = value;
		return true;
	case ARG_SOCKET:
		options->socket = value;
		return value[0] == '/' ||
		    usage(code, "--socket needs an absolute path, not ", value);
	case ARG_METRICS:
		options->metrics = value;
		return true;
	case ARG_USER:
		options->user = true;
		return true;
	case ARG_REPLACE:
		options->replace = true;
		return true;
	case ARG_DEBUG:
		options->debug = true;
		return true;
	case ARG_HELP:
		fputs(help_text, stdout);
		return false;
	case ARG_VERSION:
		printf("apamd %s\n", apam_version());
		return false;
	case ARG_NONE:
		break;
	}
	return false;
}

bool
options_read(struct agent_options *options, int argc, char **argv, int *code)
{
	*options = (struct agent_options){ 0 };
	*code = AGENT_DONE;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value;
		const enum argument which = argument_of(word, &value);

		if (which == ARG_NONE)
			return usage(code, "there is no argument ", word);
		if (!arguments[which].valued && value != NULL)
			return usage(code, "no value belongs to ", word);
		if (arguments[which].valued && value == NULL)
			value = i + 1 < argc ? argv[++i] : NULL;
		if (arguments[which].valued && value == NULL)
			return usage(code, "a value is missing after ", word);
		if (!take(options, which, value, code))
			return false;
	}
	return true;
}
