/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam profile: making a profile, and finding out whether one works.  Each
 * subcommand has a file of its own.
 */
#include "lib/command.h"

static const struct command *const commands[] = {
	&command_profile_new,
	&command_profile_test,
	NULL,
};

const struct command command_profile = {
	.name = "profile",
	.synopsis = "COMMAND ...",
	.summary = "Make a profile; find out whether one works",
	.notes = "`apam profile COMMAND --help` describes a command.",
	.commands = commands,
};
