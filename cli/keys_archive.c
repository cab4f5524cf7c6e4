/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys archive: from now on no program of this machine signs with the
 * key.  A key that was used lately is asked about first, for somebody will miss
 * it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "confirm.h"
#include "keys.h"
#include "report.h"
#include "session.h"
#include "when.h"

#define LATELY_S 86400

static const struct flag flags[] = {
	{ .name = "scheme",
	    .value = "SCHEME",
	    .help = "of several keys with this id; or of one in no profile" },
	{ .name = "secret",
	    .value = "MARK",
	    .help = "of several secrets with this id; see `apam keys list`" },
	{ .name = "why", .value = "TEXT", .help = "the reason, for the list" },
	{ .name = "yes", .help = "do not ask" },
	{ .name = NULL },
};

/* The keys of the name that are active: when they were used, and where. */
struct use {
	const struct apam_key_name *name;
	int64_t at;
	char by[65];
	unsigned long uid;
	char profiles[KEYS_PROFILES_SIZE];
};

static bool
note_use(void *arg, const struct apam_key_info *key)
{
	struct use *use = arg;

	if (!keys_match(use->name, key) || key->archived_at != 0 ||
	    key->used_at <= use->at)
		return true;
	use->at = key->used_at;
	use->uid = key->used_uid;
	snprintf(use->by, sizeof(use->by), "%s", key->used_by);
	keys_profiles(use->profiles, key);
	return true;
}

/* False where a person or a script has second thoughts. */
static bool
may_go(const struct args *args, const struct use *use)
{
	const int64_t ago = (int64_t)time(NULL) - use->at;
	char age[AGE_SIZE], user[KEYS_USER_SIZE];

	if (use->at == 0 || ago >= LATELY_S)
		return true;
	age_text(age, ago);
	keys_user(user, use->uid);
	complain("%s was used %s ago, by %s of user %s; profiles that name it: "
		 "%s",
	    use->name->id, age, use->by, user, use->profiles);
	return confirm(args, "Archive it all the same?");
}

/* ---- Profiles without a key --------------------------------------------- */

struct affected {
	const struct apam_key_name *name;
	char **names; /* then NULL */
	size_t count;
	bool failed;
};

static bool
is_in(const struct apam_key_info *key, const char *profile)
{
	for (size_t i = 0; i < key->profile_count; i++)
		if (strcmp(key->profiles[i], profile) == 0)
			return true;
	return false;
}

/* Add the profiles that name an archived key of this name. */
static bool
add_profiles(void *arg, const struct apam_key_info *key)
{
	struct affected *a = arg;
	char **longer;

	if (!keys_match(a->name, key) || key->archived_at == 0)
		return true;
	longer = realloc(
	    a->names, (a->count + key->profile_count + 1) * sizeof(*longer));
	if (longer == NULL) {
		a->failed = true;
		return false;
	}
	a->names = longer;
	for (size_t i = 0; i < key->profile_count; i++) {
		longer[a->count] = strdup(key->profiles[i]);
		if (longer[a->count] == NULL)
			break;
		a->count++;
	}
	longer[a->count] = NULL;
	return true;
}

/* Take away those that have a key left, as far as is known here. */
static bool
drop_profiles(void *arg, const struct apam_key_info *key)
{
	struct affected *a = arg;
	size_t kept = 0;

	if (strcmp(keys_state(key), "active") != 0)
		return true;
	for (size_t i = 0; i < a->count; i++) {
		if (is_in(key, a->names[i]))
			free(a->names[i]);
		else
			a->names[kept++] = a->names[i];
	}
	a->count = kept;
	if (a->names != NULL)
		a->names[kept] = NULL;
	return true;
}

static int
show_done(struct cli *cli, const struct apam_key_name *name)
{
	struct affected a = { .name = name };
	int code;

	/* It is done: what cannot be listed now is no error of this command. */
	if (apam_keys(cli->ctx, add_profiles, &a, NULL, NULL) != APAM_OK ||
	    apam_keys(cli->ctx, drop_profiles, &a, NULL, NULL) != APAM_OK)
		a.failed = true;
	code = keys_done(cli, name->id, "archived",
	    " everywhere on this machine", (const char *const *)a.names);
	if (a.failed)
		complain("which profiles have no other key cannot be told");
	for (size_t i = 0; i < a.count; i++)
		free(a.names[i]);
	free(a.names);
	return code;
}

/* ---- The command -------------------------------------------------------- */

static int
archive_run(struct cli *cli, const struct args *args)
{
	const struct apam_key_name name = keys_name(args);
	struct use use = { .name = &name };
	struct apam_error err = { 0 };
	enum apam_status status;
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	status = apam_keys(cli->ctx, note_use, &use, NULL, &err);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	if (!may_go(args, &use))
		return STATUS_REFUSED;
	status = apam_key_archive(
	    cli->ctx, &name, args_value(args, "why"), &err);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	return show_done(cli, &name);
}

const struct command command_keys_archive = {
	.name = "keys archive",
	.synopsis = "[--scheme SCHEME] [--secret MARK] [--why TEXT] [--yes] ID",
	.summary = "Have no program of this machine sign with a key",
	.notes = "Takes effect before this returns, in running programs too.  "
		 "Asks first where the\nkey was used in the last 24 hours; "
		 "without a terminal it then does nothing and\nexits with 1, "
		 "unless --yes is given.  The provider is not told: archive "
		 "or\ndelete the key there, too.",
	.flags = flags,
	.least = 1,
	.most = 1,
	.run = archive_run,
};
