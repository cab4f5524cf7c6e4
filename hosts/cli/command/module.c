/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam module: the modules that are installed, and those that somebody writes.
 * Each subcommand has a file of its own.
 */
#include "lib/command.h"

static const struct command *const commands[] = {
	&command_module_list,
	&command_module_new,
	&command_module_drive,
	&command_module_check,
	NULL,
};

const struct command command_module = {
	.name = "module",
	.synopsis = "COMMAND ...",
	.summary = "List the modules of schemes; write, check and try one",
	.notes = "`apam module COMMAND --help` describes a command.",
	.commands = commands,
};
