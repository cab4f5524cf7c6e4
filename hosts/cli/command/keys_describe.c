/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys describe: change what a registered key is for, or what it opens.
 * Nothing else of a key can be changed: archive it, or add another.
 */
#include "command/keys.h"
#include "lib/report.h"
#include "lib/session.h"

static const struct flag flags[] = {
	KEYS_FLAG_SCHEME,
	KEYS_FLAG_SECRET,
	KEYS_FLAG_DESCRIPTION,
	KEYS_FLAG_ACCESS,
	{ .name = NULL },
};

static int
describe_run(struct cli *cli, const struct args *args)
{
	const struct apam_key_name name = keys_name(args);
	const char *description = args_value(args, "description");
	const char *access = args_value(args, "access");
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code;

	if (description == NULL && access == NULL)
		return usage_error(
		    &command_keys_describe, "give --description or --access");
	code = session_open(cli);
	if (code != STATUS_DONE)
		return code;
	status = apam_key_describe(cli->ctx, &name, description, access, &err);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	return keys_done(cli, name.id, "described anew", "", NULL);
}

const struct command command_keys_describe = {
	.name = "keys describe",
	.synopsis = "[--scheme SCHEME] [--secret MARK] [--description TEXT] "
		    "[--access TEXT] ID",
	.summary = "Change what the list says about a registered key",
	.notes = "What is not given stays as it is; an empty TEXT removes it.",
	.flags = flags,
	.least = 1,
	.most = 1,
	.run = describe_run,
};
