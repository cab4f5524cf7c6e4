/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys rotate: the standby key of a profile takes first place and the old
 * one is archived.  The provider is asked first whether the standby key is
 * good.
 */
#include <stdio.h>

#include "command/keys.h"
#include "lib/confirm.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/shell_word.h"

static const struct flag flags[] = {
	{ .name = "why",
	    .value = "TEXT",
	    .help = "the reason, for the list; \"rotated\" if not given" },
	{ .name = "yes",
	    .help = "do not ask if the standby key's state is unknown" },
	{ .name = NULL },
};

/* STATUS_DONE if the standby key is good, or the user accepts it as it is. */
static int
judge_standby(const struct args *args, const char *profile,
    const struct apam_key_report *standby)
{
	if (standby->state == APAM_KEY_GOOD)
		return STATUS_DONE;
	complain("%s: the standby key %s is %s: %s", profile, standby->key_id,
	    apam_key_state_name(standby->state), standby->evidence);
	if (standby->state != APAM_KEY_UNKNOWN) {
		complain("nothing was done; give the profile another standby "
			 "key");
		return STATUS_REFUSED;
	}
	return confirm(args, "Rotate anyway?") ? STATUS_DONE : STATUS_TEMPORARY;
}

static int
check_standby(
    const struct args *args, const char *name, struct apam_profile *profile)
{
	static struct apam_key_report reports[APAM_ENTRIES_MAX];
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	unsigned standby;
	size_t count = APAM_ENTRIES_MAX;

	status = apam_key_standby(profile, &standby, &err);
	if (status != APAM_OK)
		return report(name, status, &err);
	status = apam_check(
	    profile, 0, reports, &count, sizeof(reports[0]), &err);
	if (status != APAM_OK)
		return report(name, status, &err);
	return judge_standby(args, name, &reports[standby]);
}

static int
show_json(const struct apam_key_rotation *done)
{
	json_t *json = keys_done_json(done->fresh, "first", NULL);

	json_object_set_new(json, "archived",
	    json_pack("{s:o, s:o, s:o}", "id", json_text(done->old), "scheme",
		json_text(done->old_scheme), "secret",
		json_text(done->old_mark)));
	return json_finish(json);
}

/* The last line is the command that undoes it. */
static int
show_rotated(const char *profile, const struct apam_key_rotation *done)
{
	const bool marked = done->old_mark[0] != '\0';
	char old[SHELL_WORD_SIZE];

	shell_word(old, done->old);
	printf("%s is in first place in profile %s\n"
	       "%s is archived everywhere on this machine; archive it at the "
	       "provider, too\n"
	       "to let it sign again: apam keys restore --scheme %s%s%s%s %s\n",
	    done->fresh, profile, done->old, done->old_scheme,
	    marked ? " --secret " : "", done->old_mark,
	    done->old[0] == '-' ? " --" : "", old);
	return STATUS_DONE;
}

static int
rotate_run(struct cli *cli, const struct args *args)
{
	const char *name = args->words[0], *why = args_value(args, "why");
	struct apam_profile *profile = NULL;
	struct apam_key_rotation done = { .size = sizeof(done) };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code = session_profile(cli, name, &profile);

	if (code == STATUS_DONE)
		code = check_standby(args, name, profile);
	if (code != STATUS_DONE)
		return code;
	status = apam_key_rotate(
	    profile, why == NULL ? "rotated" : why, &done, &err);
	if (status != APAM_OK)
		return report(name, status, &err);
	return cli->json ? show_json(&done) : show_rotated(name, &done);
}

const struct command command_keys_rotate = {
	.name = "keys rotate",
	.synopsis = "[--why TEXT] [--yes] PROFILE",
	.summary = "Put a profile's standby key in first place",
	.notes =
	    "Asks the provider about the standby key, swaps the two entries in "
	    "the profile's\n"
	    "file, changes nothing else in it, and archives the old key.  Does "
	    "nothing if\n"
	    "the standby key is dead, and asks first if its state is unknown.",
	.flags = flags,
	.least = 1,
	.most = 1,
	.run = rotate_run,
};
