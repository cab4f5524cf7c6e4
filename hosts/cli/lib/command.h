/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command of the `apam` program is, and what it is given.
 *
 * Each command has a file of its own with one const descriptor; main.c has the
 * table of them.  Scripts rely on the exit statuses.
 */
#ifndef HOSTS_CLI_LIB_COMMAND_H
#define HOSTS_CLI_LIB_COMMAND_H

#include <apam/admin.h>

#include "lib/args.h"

enum exit_status {
	STATUS_DONE = 0,
	STATUS_REFUSED = 1, /* rejected, revoked, archived, origin, policy */
	STATUS_USAGE = 2,
	STATUS_CONFIG = 3,
	STATUS_TEMPORARY = 4, /* network, provider, deadline */
	STATUS_INTERNAL = 5
};

/* What is valid for the whole run. */
struct cli {
	struct apam_open_options options;
	struct apam *ctx; /* NULL before session_open */
	bool json; /* --json */
};

struct command {
	const char *name; /* a subcommand has its group's, too: "keys add" */
	const char *synopsis; /* what follows the name */
	const char *summary; /* one line */
	const char *notes; /* more for --help, or NULL */
	/* A group has these, ended by NULL, and nothing of what follows. */
	const struct command *const *commands;
	const struct flag *flags; /* or NULL */
	bool text_only; /* --json has no meaning for this command */
	bool runs; /* its first word is a program; the rest is that one's */
	size_t least, most; /* words */
	/* Returns the exit status; it has said on stderr what went wrong. */
	int (*run)(struct cli *cli, const struct args *args);
};

extern const struct command command_check;
extern const struct command command_curl;
extern const struct command command_explain;
extern const struct command command_gateway;
extern const struct command command_headers;
extern const struct command command_help;
extern const struct command command_helper;
extern const struct command command_helper_aws;
extern const struct command command_helper_bazel;
extern const struct command command_helper_docker;
extern const struct command command_helper_git;
extern const struct command command_helper_kubectl;
extern const struct command command_keys;
extern const struct command command_lint;
extern const struct command command_list;
extern const struct command command_log;
extern const struct command command_login;
extern const struct command command_logout;
extern const struct command command_metrics;
extern const struct command command_module;
extern const struct command command_module_check;
extern const struct command command_module_drive;
extern const struct command command_module_list;
extern const struct command command_module_new;
extern const struct command command_profile;
extern const struct command command_profile_new;
extern const struct command command_profile_test;
extern const struct command command_request;
extern const struct command command_revoke;
extern const struct command command_run;
extern const struct command command_secret;
extern const struct command command_secret_set;
extern const struct command command_status;
extern const struct command command_users;
extern const struct command command_version;

/* All of them, NULL at the end. */
extern const struct command *const cli_commands[];

/* The flags that every command takes, and those of the program alone. */
extern const struct flag common_flags[];
extern const struct flag program_flags[];

/* Print "apam: COMMAND: text" and where to find help.  Returns STATUS_USAGE. */
int usage_error(const struct command *command, const char *format, ...)
    APAM_PRINTF(2, 3);

/*
 * What is wrong with a command line that args_read or curl_args_read has not
 * taken: a usage error, or STATUS_INTERNAL where memory ran out.
 */
int line_error(const struct command *command, const char *problem);

#endif
