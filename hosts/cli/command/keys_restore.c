/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys restore: let an archived key sign again.
 */
#include "command/keys.h"
#include "lib/report.h"
#include "lib/session.h"

static const struct flag flags[] = {
	KEYS_FLAG_SCHEME,
	KEYS_FLAG_SECRET,
	{ .name = NULL },
};

static int
restore_run(struct cli *cli, const struct args *args)
{
	const struct apam_key_name name = keys_name(args);
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	status = apam_key_restore(cli->ctx, &name, &err);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	return keys_done(cli, name.id, "restored",
	    ": programs of this machine sign with it again", NULL);
}

const struct command command_keys_restore = {
	.name = "keys restore",
	.synopsis = "[--scheme SCHEME] [--secret MARK] ID",
	.summary = "Let an archived key sign again",
	.notes =
	    "This does not change the key's state at the provider; `apam check` "
	    "shows it.",
	.flags = flags,
	.least = 1,
	.most = 1,
	.run = restore_run,
};
