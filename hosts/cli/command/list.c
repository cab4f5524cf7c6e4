/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam list: the profiles.  A broken one is listed with its error, among the
 * others.
 */
#include <stdio.h>

#include "lib/command.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/table.h"

#define CELL 1024

static const char *const heads[] = { "PROFILE", "ORIGINS", "SCHEMES", "STATE",
	NULL };

static void
join(char to[CELL], const char *more)
{
	size_t n = strlen(to);

	snprintf(to + n, CELL - n, "%s%s", n == 0 ? "" : ", ", more);
}

static void
problem_cell(char to[CELL], const struct apam_error *why)
{
	if (why->line > 0)
		snprintf(to, CELL, "line %u: %s", why->line, why->text);
	else
		snprintf(to, CELL, "%s", why->text);
}

static bool
add_profile_row(void *arg, const struct apam_profile_info *info)
{
	char origins[CELL] = "", schemes[CELL] = "", state[CELL] = "ok";
	const char *cells[] = { info->name, origins, schemes, state };

	for (size_t i = 0; i < info->origin_count; i++)
		join(origins, info->origins[i]);
	for (size_t i = 0; i < info->entry_count; i++)
		join(schemes, info->entries[i]->scheme);
	if (info->why != NULL)
		problem_cell(state, info->why);
	table_add(arg, cells);
	return true;
}

static bool
add_profile_json(void *arg, const struct apam_profile_info *info)
{
	json_array_append_new(arg, json_profile(info));
	return true;
}

static int
list_json(struct cli *cli)
{
	struct apam_error err = APAM_ERROR_INIT;
	json_t *all = json_array();
	enum apam_status status = apam_profiles(
	    cli->ctx, add_profile_json, all, &err);

	if (status == APAM_OK)
		return json_finish(all);
	json_decref(all);
	return report(NULL, status, &err);
}

static int
list_profiles(struct cli *cli, const struct args *args)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct table table;
	enum apam_status status;
	int shown, code = session_open(cli);

	(void)args;
	if (code != STATUS_DONE)
		return code;
	if (cli->json)
		return list_json(cli);
	table_init(&table, heads);
	status = apam_profiles(cli->ctx, add_profile_row, &table, &err);
	if (status == APAM_OK && table.rows == 0)
		session_tell_empty(cli);
	shown = table_finish(&table);
	return status == APAM_OK ? shown : report(NULL, status, &err);
}

const struct command command_list = {
	.name = "list",
	.synopsis = "",
	.summary = "List the profiles",
	.notes =
	    "Without a terminal: lines of profile, origins, schemes and state, "
	    "separated by\n"
	    "tabs.",
	.run = list_profiles,
};
