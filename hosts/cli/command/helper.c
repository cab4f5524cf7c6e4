/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam helper: front doors, by which programs that ask others for credentials
 * get those of profiles.  Each protocol has a file of its own.
 */
#include "lib/command.h"

static const struct command *const commands[] = {
	&command_helper_git,
	&command_helper_docker,
	&command_helper_bazel,
	&command_helper_kubectl,
	&command_helper_aws,
	NULL,
};

const struct command command_helper = {
	.name = "helper",
	.synopsis = "COMMAND ...",
	.summary = "Answer git, docker, bazel, kubectl or AWS's SDKs",
	.notes = "`apam helper COMMAND --help` describes a command.",
	.commands = commands,
};
