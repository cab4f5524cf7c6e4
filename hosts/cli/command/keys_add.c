/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys add: register a key, so that the list shows its owner and its
 * purpose.  A key signs whether it is registered or not.
 */
#include <string.h>

#include "command/keys.h"
#include "lib/report.h"
#include "lib/session.h"

static const struct flag flags[] = {
	KEYS_FLAG_NEW_SCHEME,
	KEYS_FLAG_DESCRIPTION,
	KEYS_FLAG_ACCESS,
	{ .name = NULL },
};

/* What the registry says about the keys with this name. */
struct known {
	const struct apam_key_name *name;
	const char *description, *access; /* as the user asks; or NULL */
	size_t as_asked, others;
};

static bool
is_as_asked(const struct known *known, const struct apam_key_info *key)
{
	return key->registered &&
	    (known->description == NULL ||
		strcmp(known->description, key->description) == 0) &&
	    (known->access == NULL || strcmp(known->access, key->access) == 0);
}

static bool
note_known(void *arg, const struct apam_key_info *key)
{
	struct known *known = arg;

	if (keys_match(known->name, key) && is_as_asked(known, key))
		known->as_asked++;
	else if (keys_match(known->name, key))
		known->others++;
	return true;
}

/* True if nothing is left to do: a script may run the command again. */
static bool
is_done(
    struct cli *cli, const struct args *args, const struct apam_key_name *name)
{
	struct known known = { .name = name,
		.description = args_value(args, "description"),
		.access = args_value(args, "access") };

	return apam_keys(cli->ctx, note_known, &known, NULL, NULL) == APAM_OK &&
	    known.as_asked > 0 && known.others == 0;
}

static int
add_run(struct cli *cli, const struct args *args)
{
	const struct apam_key_name name = keys_name(args);
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	if (is_done(cli, args, &name))
		return keys_done(cli, name.id, "registered", " already", NULL);
	status = apam_key_add(cli->ctx, &name, args_value(args, "description"),
	    args_value(args, "access"), &err);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	return keys_done(cli, name.id, "registered", "", NULL);
}

const struct command command_keys_add = {
	.name = "keys add",
	.synopsis = "[--scheme SCHEME] [--description TEXT] [--access TEXT] ID",
	.summary = "Register a key",
	.notes =
	    "ID is the name that a profile uses: the client id, email or key.  "
	    "If profiles\n"
	    "have several secrets with this id, each becomes a key of its own, "
	    "with a mark\n"
	    "that `apam keys list` shows.  The secret itself is never stored.",
	.flags = flags,
	.least = 1,
	.most = 1,
	.run = add_run,
};
