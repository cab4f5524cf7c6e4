/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam secret: files that hold a secret.
 */
#include "lib/command.h"

static const struct command *const commands[] = {
	&command_secret_set,
	NULL,
};

const struct command command_secret = {
	.name = "secret",
	.synopsis = "COMMAND ...",
	.summary = "Store secrets",
	.notes = "`apam secret COMMAND --help` describes a command.",
	.commands = commands,
};
