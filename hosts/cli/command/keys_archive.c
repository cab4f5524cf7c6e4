/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam keys archive: from now on no program of this machine signs with the key.
 * If the key was used lately, the user is asked first, because some program
 * will miss it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command/keys.h"
#include "lib/confirm.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/when.h"

#define LATELY_S 86400

static const struct flag flags[] = {
	KEYS_FLAG_NEW_SCHEME,
	KEYS_FLAG_SECRET,
	{ .name = "why", .value = "TEXT", .help = "the reason, for the list" },
	{ .name = "yes", .help = "do not ask" },
	{ .name = NULL },
};

/* When and where the keys with this name were used that may still sign. */
struct use {
	int64_t at;
	char by[65];
	unsigned long uid;
	char profiles[KEYS_PROFILES_SIZE];
	char missed[256]; /* why a use may be missing from the notes; or "" */
	size_t live; /* how many keys may sign */
	/* How many were archived before, and by whom the last one was. */
	size_t archived;
	char archived_by[256], why[256];
};

static void
note_archived(struct use *use, const struct apam_key_info *key)
{
	use->archived++;
	snprintf(
	    use->archived_by, sizeof(use->archived_by), "%s", key->archived_by);
	snprintf(use->why, sizeof(use->why), "%s", key->why);
}

static void
note_use(struct use *use, const struct apam_key_info *key)
{
	if (key->archived_at != 0) {
		note_archived(use, key);
		return;
	}
	use->live++;
	if (key->use_missed[0] != '\0')
		snprintf(
		    use->missed, sizeof(use->missed), "%s", key->use_missed);
	if (key->used_at <= use->at)
		return;
	use->at = key->used_at;
	use->uid = key->used_uid;
	snprintf(use->by, sizeof(use->by), "%s", key->used_by);
	keys_profiles(use->profiles, key);
}

/* ---- Profiles without a key --------------------------------------------- */

/* Names of profiles, ended by NULL. */
struct names {
	char **all;
	size_t count;
};

static bool
add_names(struct names *names, const struct apam_key_info *key)
{
	size_t room = names->count + key->profile_count + 1;
	char **longer = realloc(names->all, room * sizeof(*longer));

	if (longer == NULL)
		return false;
	names->all = longer;
	for (size_t i = 0; i < key->profile_count; i++) {
		longer[names->count] = strdup(key->profiles[i]);
		if (longer[names->count] == NULL)
			return false;
		names->count++;
	}
	longer[names->count] = NULL;
	return true;
}

static bool
is_among(const struct names *names, const char *profile)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->all[i], profile) == 0)
			return true;
	return false;
}

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->all[i]);
	free(names->all);
}

/* ---- One reading of the list -------------------------------------------- */

/* The list is long if there are many profiles, so it is read only once. */
struct survey {
	const struct apam_key_name *name;
	struct use use;
	struct names touched; /* profiles that name a key with this name */
	struct names served; /* profiles that name another key that is good */
	bool failed; /* not all of them are known */
};

static bool
sort_key(void *arg, const struct apam_key_info *key)
{
	struct survey *s = arg;

	if (keys_match(s->name, key)) {
		note_use(&s->use, key);
		s->failed = !add_names(&s->touched, key);
	} else if (keys_lives(key)) {
		s->failed = !add_names(&s->served, key);
	}
	return !s->failed;
}

/* Remove the profiles that have another key, as far as is known here. */
static void
drop_served(struct survey *s)
{
	struct names *touched = &s->touched;
	size_t kept = 0;

	for (size_t i = 0; i < touched->count; i++) {
		if (is_among(&s->served, touched->all[i]))
			free(touched->all[i]);
		else
			touched->all[kept++] = touched->all[i];
	}
	touched->count = kept;
	if (touched->all != NULL)
		touched->all[kept] = NULL;
}

/* The key is archived; a list that fails is not an error of this command. */
static int
show_done(struct cli *cli, struct survey *s)
{
	int code;

	drop_served(s);
	code = keys_done(cli, s->name->id, "archived",
	    " everywhere on this machine", (const char *const *)s->touched.all);
	if (s->failed)
		complain("it is not known which profiles have no other key");
	return code;
}

/* The key was archived before: that is a success. */
static int
show_archived(struct cli *cli, struct survey *s)
{
	if (cli->json)
		return show_done(cli, s);
	printf("%s is archived already, by %s%s%s\n", s->name->id,
	    s->use.archived_by, s->use.why[0] == '\0' ? "" : ": ", s->use.why);
	return STATUS_DONE;
}

/* ---- The command -------------------------------------------------------- */

/*
 * It is not known whether the key was used lately.  A person is asked; a script
 * goes on, because waiting would not make it known.
 */
static bool
may_go_unknown(const struct args *args, const struct use *use, const char *id)
{
	if (use->missed[0] == '\0' || args_has(args, "yes"))
		return true;
	complain(
	    "it is not known whether %s was used lately: %s", id, use->missed);
	return !can_confirm() || confirm(args, "Archive it anyway?");
}

/* False if a person says no, or a script would have to be asked. */
static bool
may_go(const struct args *args, const struct use *use, const char *id)
{
	const int64_t ago = (int64_t)time(NULL) - use->at;
	char age[AGE_SIZE], user[KEYS_USER_SIZE];

	if (use->at == 0 || ago >= LATELY_S)
		return may_go_unknown(args, use, id);
	age_text(age, ago);
	keys_user(user, use->uid);
	complain("%s was used %s ago, by %s of user %s; profiles that name it: "
		 "%s",
	    id, age, use->by, user, use->profiles);
	return confirm(args, "Archive it anyway?");
}

static int
archive(struct cli *cli, const struct args *args, struct survey *survey)
{
	struct apam_error err = APAM_ERROR_INIT, partial = APAM_ERROR_INIT;
	enum apam_status status = apam_keys_of(
	    cli->ctx, survey->name->id, sort_key, survey, &partial, &err);
	bool done;

	if (status != APAM_OK)
		return report(NULL, status, &err);
	if (partial.status != APAM_OK)
		survey->failed = true;
	done = survey->use.live == 0 && survey->use.archived > 0;
	if (!done && !may_go(args, &survey->use, survey->name->id))
		return STATUS_REFUSED;
	/*
	 * Also if it is archived already: running programs may not know it yet.
	 */
	status = apam_key_archive(
	    cli->ctx, survey->name, args_value(args, "why"), &err);
	if (done && status == APAM_E_USAGE)
		return show_archived(cli, survey);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	return show_done(cli, survey);
}

static int
archive_run(struct cli *cli, const struct args *args)
{
	const struct apam_key_name name = keys_name(args);
	struct survey survey = { .name = &name };
	int code = session_open(cli);

	if (code == STATUS_DONE)
		code = archive(cli, args, &survey);
	free_names(&survey.touched);
	free_names(&survey.served);
	return code;
}

const struct command command_keys_archive = {
	.name = "keys archive",
	.synopsis = "[--scheme SCHEME] [--secret MARK] [--why TEXT] [--yes] ID",
	.summary = "Stop all programs of this machine from signing with a key",
	.notes =
	    "Takes effect before this command ends, also in running programs.  "
	    "Asks first if\n"
	    "the key was used in the last 24 hours; without a terminal it then "
	    "does nothing\n"
	    "and exits with 1, unless --yes is given.  The provider is not told: "
	    "archive or\n"
	    "delete the key there, too.",
	.flags = flags,
	.least = 1,
	.most = 1,
	.run = archive_run,
};
