/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the commands of `apam keys` share.
 */
#ifndef CLI_KEYS_H
#define CLI_KEYS_H

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

/* Flags that several of them take, each with the same meaning. */
#define KEYS_FLAG_SCHEME                                                       \
	{                                                                      \
		.name = "scheme", .value = "SCHEME",                           \
		.help = "of several keys with this id"                         \
	}
#define KEYS_FLAG_NEW_SCHEME                                                   \
	{                                                                      \
		.name = "scheme", .value = "SCHEME",                           \
		.help = "of several keys with this id; or of one in no "       \
			"profile"                                              \
	}
#define KEYS_FLAG_SECRET                                                       \
	{                                                                      \
		.name = "secret", .value = "MARK",                             \
		.help = "of several secrets with this id; see `apam keys "     \
			"list`"                                                \
	}
#define KEYS_FLAG_DESCRIPTION                                                  \
	{                                                                      \
		.name = "description", .value = "TEXT",                        \
		.help = "what it is for"                                       \
	}
#define KEYS_FLAG_ACCESS                                                       \
	{                                                                      \
		.name = "access", .value = "TEXT",                             \
		.help = "what it opens, such as \"read\""                      \
	}

/* The word ID with --scheme and --secret, as far as the command has them. */
struct apam_key_name keys_name(const struct args *args);

/* True where a key of the list is of that name. */
bool keys_match(
    const struct apam_key_name *name, const struct apam_key_info *key);

/* A key state's name: "archived", or what was last found of the key. */
const char *keys_state(const struct apam_key_info *key);

/* False where it is archived, or was last found to be dead. */
bool keys_lives(const struct apam_key_info *key);

#define KEYS_USER_SIZE 80

/* The login name of a user, or the number. */
void keys_user(char to[KEYS_USER_SIZE], unsigned long uid);

#define KEYS_PROFILES_SIZE 1024

/*
 * The profiles that name a key, "none", or "not known"; cut where they are too
 * many.
 */
void keys_profiles(
    char to[KEYS_PROFILES_SIZE], const struct apam_key_info *key);

/* What keys_done says with --json, for who adds to it; NULL without memory. */
json_t *keys_done_json(
    const char *id, const char *state, const char *const *profiles);

/*
 * Say on standard output what a key is now, and `where`, which is nothing or
 * begins with a space; and which profiles, NULL at the end or NULL, that leaves
 * without a key.  Returns the exit status.
 */
int keys_done(struct cli *cli, const char *id, const char *state,
    const char *where, const char *const *profiles);

#endif
