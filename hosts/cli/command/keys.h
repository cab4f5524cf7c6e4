/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the commands of `apam keys` share.
 */
#ifndef HOSTS_CLI_COMMAND_KEYS_H
#define HOSTS_CLI_COMMAND_KEYS_H

#include <jansson.h>

#include "lib/command.h"

extern const struct command command_keys_add;
extern const struct command command_keys_archive;
extern const struct command command_keys_backup;
extern const struct command command_keys_describe;
extern const struct command command_keys_list;
extern const struct command command_keys_recover;
extern const struct command command_keys_restore;
extern const struct command command_keys_rotate;

/* Flags that several of them have, with the same meaning. */
#define KEYS_FLAG_SCHEME                                                       \
	{                                                                      \
		.name = "scheme", .value = "SCHEME",                           \
		.help = "the key's scheme, if several keys have this id"       \
	}
#define KEYS_FLAG_NEW_SCHEME                                                   \
	{                                                                      \
		.name = "scheme", .value = "SCHEME",                           \
		.help = "the key's scheme, if the id alone is not enough"      \
	}
#define KEYS_FLAG_SECRET                                                       \
	{                                                                      \
		.name = "secret", .value = "MARK",                             \
		.help = "the secret's mark, if several have this id"           \
	}
#define KEYS_FLAG_DESCRIPTION                                                  \
	{                                                                      \
		.name = "description", .value = "TEXT",                        \
		.help = "what it is for"                                       \
	}
#define KEYS_FLAG_ACCESS                                                       \
	{                                                                      \
		.name = "access", .value = "TEXT",                             \
		.help = "what it allows, such as \"read\""                     \
	}

/* Make a key's name from the word ID, --scheme and --secret. */
struct apam_key_name keys_name(const struct args *args);

/* True if a key of the list has this name. */
bool keys_match(
    const struct apam_key_name *name, const struct apam_key_info *key);

/* A key state's name: "archived", or the last finding about the key. */
const char *keys_state(const struct apam_key_info *key);

/* False if the key is archived, or was last found to be dead. */
bool keys_lives(const struct apam_key_info *key);

#define KEYS_USER_SIZE 80

/* Write the login name of a user, or the number. */
void keys_user(char to[KEYS_USER_SIZE], unsigned long uid);

#define KEYS_PROFILES_SIZE 1024

/*
 * Write the profiles that name a key, "none", or "not known".  If there are too
 * many, the text is cut.
 */
void keys_profiles(
    char to[KEYS_PROFILES_SIZE], const struct apam_key_info *key);

/*
 * What keys_done prints with --json, for callers that add members; NULL if
 * memory runs out.
 */
json_t *keys_done_json(
    const char *id, const char *state, const char *const *profiles);

/*
 * Say on standard output what state the key is in now, followed by `where`,
 * which is empty or starts with a space; then name the profiles that are left
 * without a key.  `profiles` ends with NULL, or is NULL.  Returns the exit
 * status.
 */
int keys_done(struct cli *cli, const char *id, const char *state,
    const char *where, const char *const *profiles);

#endif
