/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam logout: what a login brought is revoked at the provider, and removed
 * from this machine, whatever the provider says.
 */
#include <stdio.h>

#include "lib/command.h"
#include "lib/entry_arg.h"
#include "lib/report.h"
#include "lib/session.h"

static const struct flag flags[] = {
	{ .name = "entry",
	    .value = "N",
	    .help = "the entry of the profile, from 1" },
	{ .name = "scheme",
	    .value = "SCHEME",
	    .help = "the entry of this scheme" },
	{ .name = NULL },
};

/* What happened here, and what the provider said. */
static int
say(const char *name, const struct apam_logout_report *r,
    const struct apam_error *err)
{
	if (r->forget_status != APAM_OK)
		return report(name, r->forget_status, err);
	printf("%s: logged out; %s has no secret any more\n", name, r->stored);
	if (r->status == APAM_OK)
		return STATUS_DONE;
	fflush(stdout);
	complain("%s: the provider was not told, or did not confirm (%s): "
		 "there the login may live on: %s",
	    name, r->result, r->text);
	return r->status == APAM_E_POLICY ? STATUS_REFUSED : STATUS_TEMPORARY;
}

static int
logout_run(struct cli *cli, const struct args *args)
{
	struct apam_logout_report r = { .size = sizeof(r) };
	struct apam_logout_options o = { .size = sizeof(o) };
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *profile = NULL;
	const char *name = args->words[0];
	enum apam_status status;
	int code = entry_arg(&command_logout, args, &o.entry, &o.scheme);

	if (code == STATUS_DONE)
		code = session_profile(cli, name, &profile);
	if (code != STATUS_DONE)
		return code;
	status = apam_logout(profile, &o, &r, &err);
	if (r.result == NULL)
		return report(name, status, &err);
	return say(name, &r, &err);
}

const struct command command_logout = {
	.name = "logout",
	.synopsis = "PROFILE [--entry N | --scheme SCHEME]",
	.summary = "End a login, here and at the provider",
	.notes =
	    "The secret that the login brought is removed, whatever the "
	    "provider says, and\n"
	    "this user's programs stop to sign with what came of it, within a "
	    "second.  Exit\n"
	    "status 1 if the scheme has no way to revoke, 4 if the provider "
	    "did not confirm.",
	.flags = flags,
	.text_only = true,
	.least = 1,
	.most = 1,
	.run = logout_run,
};
