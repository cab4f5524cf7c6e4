/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apamd: the agent.  It holds the secrets of a machine and signs for others what
 * the rules of a profile let them have; apamd(8).  It stays in the foreground.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/server.h"
#include "base/standard_fds.h"
#include "file/runner.h"

int
main(int argc, char **argv)
{
	static struct server server;
	struct agent_options options;
	int code;

	/* Before there is a file that its log could be written to. */
	if (!standard_fds_fill())
		return AGENT_INTERNAL;
	if (!options_read(&options, argc, argv, &code))
		return code;
	/* What runs programs of secrets begins before there are any. */
	if (!runner_start()) {
		fprintf(stderr,
		    "apamd: the process that runs the programs of exec: "
		    "secrets cannot be started: %s\n",
		    strerror(errno));
		return AGENT_TEMPORARY;
	}
	code = server_open(&server, &options);
	if (code == AGENT_DONE)
		code = server_run(&server);
	server_close(&server);
	return code;
}
