/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys backup: the text of the key registry at one moment.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/keys.h"
#include "lib/outfile.h"
#include "lib/report.h"
#include "lib/session.h"

static bool
write_to(void *arg, const char *bytes, size_t n)
{
	FILE *to = arg;

	return fwrite(bytes, 1, n, to) == n && fflush(to) == 0;
}

static int
write_file(struct cli *cli, const char *path)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct outfile out;
	enum apam_status status;

	if (!outfile_open(&out, path)) {
		complain("%s: %s", path, strerror(errno));
		return STATUS_INTERNAL;
	}
	status = apam_registry_backup(cli->ctx, write_to, out.to, &err);
	if (status != APAM_OK) {
		outfile_discard(&out);
		return report(NULL, status, &err);
	}
	if (outfile_commit(&out))
		return STATUS_DONE;
	complain("%s: %s", path, strerror(errno));
	return STATUS_INTERNAL;
}

static int
backup_run(struct cli *cli, const struct args *args)
{
	const char *path = args->words[0];
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	if (strcmp(path, "-") != 0) {
		code = write_file(cli, path);
		if (code == STATUS_DONE)
			tell("the key registry is in %s; `apam keys recover "
			     "%s` puts it back",
			    path, path);
		return code;
	}
	status = apam_registry_backup(cli->ctx, write_to, stdout, &err);
	return status == APAM_OK ? STATUS_DONE : report(NULL, status, &err);
}

const struct command command_keys_backup = {
	.name = "keys backup",
	.synopsis = "FILE|-",
	.summary = "Write the key registry to a file, or to standard output",
	.notes =
	    "The backup is complete and shows the registry at one moment, even "
	    "if others\n"
	    "change it meanwhile.  It contains no secret.  `apam keys recover "
	    "FILE` puts it\n"
	    "back.",
	.least = 1,
	.most = 1,
	.run = backup_run,
};
