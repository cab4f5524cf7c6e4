/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys: the key registry.  Each subcommand has a file of its own.
 */
#include "command/keys.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "lib/json_out.h"
#include "lib/report.h"

struct apam_key_name
keys_name(const struct args *args)
{
	return (struct apam_key_name){
		.size = sizeof(struct apam_key_name),
		.id = args->words[0],
		.scheme = args_value(args, "scheme"),
		.mark = args_value(args, "secret"),
	};
}

bool
keys_match(const struct apam_key_name *name, const struct apam_key_info *key)
{
	return strcmp(key->id, name->id) == 0 &&
	    (name->scheme == NULL || strcmp(key->scheme, name->scheme) == 0) &&
	    (name->mark == NULL || strcmp(key->mark, name->mark) == 0);
}

const char *
keys_state(const struct apam_key_info *key)
{
	return apam_key_state_name(
	    key->archived_at != 0 ? APAM_KEY_ARCHIVED : key->state);
}

bool
keys_lives(const struct apam_key_info *key)
{
	return key->archived_at == 0 &&
	    (key->state == APAM_KEY_GOOD || key->state == APAM_KEY_UNKNOWN);
}

void
keys_user(char to[KEYS_USER_SIZE], unsigned long uid)
{
	const struct passwd *user = getpwuid((uid_t)uid);

	if (user == NULL)
		snprintf(to, KEYS_USER_SIZE, "%lu", uid);
	else
		snprintf(to, KEYS_USER_SIZE, "%s", user->pw_name);
}

void
keys_profiles(char to[KEYS_PROFILES_SIZE], const struct apam_key_info *key)
{
	size_t n = 0;

	snprintf(to, KEYS_PROFILES_SIZE, "%s",
	    key->profiles_known ? "none" : "not known");
	for (size_t i = 0; i < key->profile_count && n < KEYS_PROFILES_SIZE;
	     i++)
		n += (size_t)snprintf(to + n, KEYS_PROFILES_SIZE - n, "%s%s",
		    i == 0 ? "" : ", ", key->profiles[i]);
}

/* null without memory: a shorter list would say that the rest have a key. */
static json_t *
names_json(const char *const *names)
{
	json_t *all = json_array();

	for (; names != NULL && *names != NULL; names++)
		if (json_array_append_new(all, json_text(*names)) != 0) {
			json_decref(all);
			return json_null();
		}
	return all;
}

json_t *
keys_done_json(const char *id, const char *state, const char *const *profiles)
{
	return json_pack("{s:o, s:o, s:o}", "id", json_text(id), "state",
	    json_text(state), "profiles_without_key", names_json(profiles));
}

int
keys_done(struct cli *cli, const char *id, const char *state, const char *where,
    const char *const *profiles)
{
	if (cli->json)
		return json_finish(keys_done_json(id, state, profiles));
	printf("%s is %s%s\n", id, state, where);
	fflush(stdout);
	for (; profiles != NULL && *profiles != NULL; profiles++)
		complain("profile %s has no other key, so it no longer signs",
		    *profiles);
	return STATUS_DONE;
}

static const struct command *const commands[] = {
	&command_keys_list,
	&command_keys_add,
	&command_keys_describe,
	&command_keys_archive,
	&command_keys_restore,
	&command_keys_rotate,
	&command_keys_backup,
	&command_keys_recover,
	NULL,
};

const struct command command_keys = {
	.name = "keys",
	.synopsis = "COMMAND ...",
	.summary = "List, archive, restore and rotate keys; back them up",
	.notes =
	    "The registry in state_dir says which keys may sign on this machine. "
	    " All users\n"
	    "may read it; only users who may write state_dir can change it.  "
	    "`apam keys\n"
	    "COMMAND --help` describes a command.",
	.commands = commands,
};
