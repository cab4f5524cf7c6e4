/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam users: which users have a directory in state_dir, where their programs
 * note which keys they use; and making one for a service's user.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/keys.h"
#include "lib/command.h"
#include "lib/each.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/table.h"

/* ---- Adding -------------------------------------------------------------- */

/* Find a user by name or number; false if there is none. */
static bool
find_user(const char *word, unsigned long *uid)
{
	const struct passwd *user = getpwnam(word);
	char *end;

	if (user != NULL) {
		*uid = user->pw_uid;
		return true;
	}
	errno = 0;
	*uid = strtoul(word, &end, 10);
	return word[0] >= '0' && word[0] <= '9' && *end == '\0' && errno == 0 &&
	    *uid < UINT32_MAX;
}

static int
add_one(struct cli *cli, const char *word)
{
	struct apam_error err = APAM_ERROR_INIT;
	unsigned long uid;
	enum apam_status status;

	if (!find_user(word, &uid)) {
		complain(
		    "there is no user %s; `getent passwd` shows them", word);
		return STATUS_USAGE;
	}
	status = apam_user_add(cli->ctx, uid, &err);
	if (status != APAM_OK)
		return report(NULL, status, &err);
	if (!cli->json)
		printf(
		    "programs of user %s can note which keys they use\n", word);
	return STATUS_DONE;
}

static int
add_run(struct cli *cli, const struct args *args)
{
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	for (size_t i = 0; i < args->word_count; i++)
		code = worse(code, add_one(cli, args->words[i]));
	if (cli->json)
		return worse(
		    code, json_finish(json_pack("{s:b}", "done", code == 0)));
	return code;
}

static const struct command command_users_add = {
	.name = "users add",
	.synopsis = "USER...",
	.summary = "Let programs of a user note which keys they use",
	.notes =
	    "USER is a name or a number.  Makes the user's directory in "
	    "state_dir, as root,\n"
	    "unless it exists.  Without it these programs cannot note which keys "
	    "they use,\n"
	    "they share no credentials, and without a journal their part of the "
	    "audit log is\n"
	    "lost.",
	.least = 1,
	.most = (size_t)-1,
	.run = add_run,
};

/* ---- Listing ------------------------------------------------------------- */

static const char *const heads[] = { "USER", "UID", NULL };

struct view {
	struct table table;
	json_t *all; /* with --json */
};

static bool
add_user_row(void *arg, const struct apam_user_info *info)
{
	struct view *view = arg;
	char user[KEYS_USER_SIZE], number[24];
	const char *cells[] = { user, number };

	keys_user(user, info->uid);
	snprintf(number, sizeof(number), "%lu", info->uid);
	if (view->all == NULL)
		table_add(&view->table, cells);
	else
		json_array_append_new(view->all,
		    json_pack("{s:o, s:I}", "user", json_text(user), "uid",
			(json_int_t)info->uid));
	return true;
}

static int
list_run(struct cli *cli, const struct args *args)
{
	struct view view = { .all = NULL };
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	int code = session_open(cli), shown;

	(void)args;
	if (code != STATUS_DONE)
		return code;
	table_init(&view.table, heads);
	view.all = cli->json ? json_array() : NULL;
	status = apam_users(cli->ctx, add_user_row, &view, &err);
	if (status == APAM_OK && view.table.rows == 0 && !cli->json &&
	    on_terminal())
		complain("no user has a directory that you may read; as root, "
			 "`apam users add USER` makes one");
	shown = table_finish(&view.table);
	if (cli->json)
		shown = json_finish(view.all);
	return status == APAM_OK ? shown : report(NULL, status, &err);
}

static const struct command command_users_list = {
	.name = "users list",
	.synopsis = "",
	.summary = "Show whose programs can note which keys they use",
	.notes = "Root sees all users, other users see themselves.",
	.run = list_run,
};

static const struct command *const commands[] = {
	&command_users_list,
	&command_users_add,
	NULL,
};

const struct command command_users = {
	.name = "users",
	.synopsis = "COMMAND ...",
	.summary = "Let programs of a user note which keys they use",
	.notes =
	    "Programs write these notes to their user's directory in state_dir, "
	    "which root\n"
	    "makes.  `apam users COMMAND --help` describes a command.",
	.commands = commands,
};
