/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam metrics: what the agent has counted, as OpenMetrics text.
 */
#include <stdio.h>

#include "lib/command.h"
#include "lib/report.h"
#include "lib/session.h"

static bool
show(void *arg, struct apam_str piece)
{
	(void)arg;
	return fwrite(piece.p, 1, piece.n, stdout) == piece.n;
}

static int
metrics_run(struct cli *cli, const struct args *args)
{
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	const int code = session_open(cli);

	(void)args;
	if (code != STATUS_DONE)
		return code;
	status = apam_agent_metrics(cli->ctx, show, NULL, &err);
	return status == APAM_OK ? STATUS_DONE :
				   report("metrics", status, &err);
}

const struct command command_metrics = {
	.name = "metrics",
	.synopsis = "",
	.summary = "Show what the agent has counted",
	.notes = "The text is OpenMetrics, as Prometheus reads it.  It is for "
		 "root and the agent's\n"
		 "own user; a scraper asks the agent's socket for metrics, "
		 "apamd(8).  Exit status\n"
		 "4 if there is no agent.",
	.text_only = true,
	.least = 0,
	.most = 0,
	.run = metrics_run,
};
