/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam module list: which schemes are installed, and which options a scheme
 * takes, as its module declares them.
 */
#include <stdio.h>
#include <string.h>

#include <apam/module.h>

#include "lib/command.h"
#include "lib/json_out.h"
#include "lib/report.h"
#include "lib/session.h"
#include "lib/table.h"

#define CELL 256

static const char *const list_heads[] = { "SCHEME", "SUMMARY", NULL };
static const char *const option_heads[] = { "OPTION", "TYPE", "REQUIRED",
	"DEFAULT", "HELP", NULL };

static const char *const type_names[] = {
	[APAM_OPT_STRING] = "string",
	[APAM_OPT_SECRET] = "secret",
	[APAM_OPT_URL] = "url",
	[APAM_OPT_INTEGER] = "integer",
	[APAM_OPT_DURATION] = "duration",
	[APAM_OPT_BOOLEAN] = "boolean",
	[APAM_OPT_CHOICE] = "choice",
	[APAM_OPT_LIST] = "list",
	[APAM_OPT_MAP] = "map",
	[APAM_OPT_GROUP] = "group",
	[APAM_OPT_GROUPS] = "list of groups",
	[APAM_OPT_KEY] = "key",
	[APAM_OPT_PATH] = "path",
};

static const struct {
	uint32_t trait;
	const char *name;
} trait_names[] = {
	{ APAM_TRAIT_THREADS_PER_CALL, "threads-per-call" },
	{ APAM_TRAIT_THREADS_PER_ENTRY, "threads-per-entry" },
	{ APAM_TRAIT_STATIC, "static" },
};
#define TRAITS (sizeof(trait_names) / sizeof(trait_names[0]))

/* Option i of a table whose elements have the module's size. */
static const struct apam_option *
option_of(const struct apam_option *options, size_t size, size_t i)
{
	const void *at = (const char *)options + i * size;

	return at;
}

static const char *
type_name(const struct apam_option *option)
{
	size_t type = (size_t)option->type;

	if (type >= sizeof(type_names) / sizeof(type_names[0]) ||
	    type_names[type] == NULL)
		return "?";
	if (option->type == APAM_OPT_KEY && option->flags & APAM_OPT_SYMMETRIC)
		return "symmetric key";
	return type_names[type];
}

/* The type; for a choice, the values to choose from. */
static void
type_cell(char to[CELL], const struct apam_option *option)
{
	const char *const *choice = option->choices;

	snprintf(to, CELL, "%s", type_name(option));
	if (option->type != APAM_OPT_CHOICE || choice == NULL)
		return;
	to[0] = '\0';
	for (; *choice != NULL; choice++) {
		size_t n = strlen(to);
		snprintf(
		    to + n, CELL - n, "%s%s", n == 0 ? "" : " | ", *choice);
	}
}

static void
add_option(struct table *table, const struct apam_option *option, int depth)
{
	bool required = (option->flags & APAM_OPT_REQUIRED) != 0;
	char name[CELL], type[CELL];
	const char *cells[] = { name, type, required ? "required" : "",
		option->default_value, option->help };

	snprintf(name, sizeof(name), "%*s%s", depth * 2, "", option->name);
	type_cell(type, option);
	table_add(table, cells);
}

static void
add_options(struct table *table, const struct apam_module *module)
{
	size_t size = module->option_size;

	for (size_t i = 0; i < module->option_count; i++) {
		const struct apam_option *o = option_of(
		    module->options, size, i);

		add_option(table, o, 0);
		for (size_t m = 0; m < o->member_count; m++)
			add_option(table, option_of(o->members, size, m), 1);
	}
}

/* The options that entries of all schemes take, in lines that fit. */
static void
list_common(void)
{
	size_t count, size, column;
	const struct apam_option *options = apam_entry_options(&count, &size);

	column = (size_t)printf("\nand for every scheme:") - 1;
	for (size_t i = 0; i < count; i++) {
		const char *name = option_of(options, size, i)->name;
		const bool wraps = column + strlen(name) + 2 > 78;

		column = wraps ? 0 : column;
		column += (size_t)printf("%s%s%s", wraps ? "\n" : " ", name,
		    i + 1 < count ? "," : "\n");
	}
}

static int
show_text(const struct apam_module *module)
{
	struct table table;
	int code;

	printf("%s%s%s: %s\n", colour_bold(), module->scheme, colour_off(),
	    module->summary);
	printf(
	    "vendor %s, version %s, traits", module->vendor, module->version);
	for (size_t i = 0; i < TRAITS; i++)
		if ((module->traits & trait_names[i].trait) != 0)
			printf(" %s", trait_names[i].name);
	printf("%s\n\n", module->traits == 0 ? " none" : "");
	table_init(&table, option_heads);
	add_options(&table, module);
	code = table_finish(&table);
	list_common();
	return code;
}

static json_t *
option_json(const struct apam_option *option, size_t size, int depth)
{
	json_t *members = json_array(), *choices = json_array();
	const char *const *choice = option->choices;

	for (; choice != NULL && *choice != NULL; choice++)
		json_array_append_new(choices, json_text(*choice));
	for (size_t i = 0; depth == 0 && i < option->member_count; i++)
		json_array_append_new(members,
		    option_json(option_of(option->members, size, i), size, 1));
	return json_pack("{s:o, s:s, s:b, s:o, s:o, s:o, s:o}", "name",
	    json_text(option->name), "type", type_name(option), "required",
	    (int)((option->flags & APAM_OPT_REQUIRED) != 0), "default",
	    json_text(option->default_value), "help", json_text(option->help),
	    "choices", choices, "members", members);
}

static json_t *
module_json(const struct apam_module *module)
{
	json_t *options = json_array(), *traits = json_array();
	size_t size = module->option_size;

	for (size_t i = 0; i < TRAITS; i++)
		if ((module->traits & trait_names[i].trait) != 0)
			json_array_append_new(
			    traits, json_text(trait_names[i].name));
	for (size_t i = 0; i < module->option_count; i++)
		json_array_append_new(options,
		    option_json(option_of(module->options, size, i), size, 0));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:n}", "scheme",
	    json_text(module->scheme), "summary", json_text(module->summary),
	    "vendor", json_text(module->vendor), "version",
	    json_text(module->version), "traits", traits, "options", options,
	    "problem");
}

static int
show_module(struct cli *cli, const char *scheme)
{
	const struct apam_module *module = NULL;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status = apam_module_get(
	    cli->ctx, scheme, &module, &err);

	if (status != APAM_OK)
		return report(NULL, status, &err);
	return cli->json ? json_finish(module_json(module)) : show_text(module);
}

static bool
add_module_row(void *arg, const struct apam_module_info *info)
{
	char problem[CELL * 3];
	const char *cells[] = { info->scheme, problem };

	if (info->why == NULL)
		cells[1] = info->module->summary;
	else
		snprintf(
		    problem, sizeof(problem), "error: %s", info->why->text);
	table_add(arg, cells);
	return true;
}

static bool
add_module_json(void *arg, const struct apam_module_info *info)
{
	json_array_append_new(arg,
	    info->why == NULL ?
		module_json(info->module) :
		json_pack("{s:o, s:o}", "scheme", json_text(info->scheme),
		    "problem", json_error(info->why)));
	return true;
}

static int
list_json(struct cli *cli)
{
	struct apam_error err = APAM_ERROR_INIT;
	json_t *all = json_array();
	enum apam_status status = apam_modules(
	    cli->ctx, add_module_json, all, &err);

	if (status == APAM_OK)
		return json_finish(all);
	json_decref(all);
	return report(NULL, status, &err);
}

static int
list_text(struct cli *cli)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct table table;
	enum apam_status status;
	int code;

	table_init(&table, list_heads);
	status = apam_modules(cli->ctx, add_module_row, &table, &err);
	if (status == APAM_OK && table.rows == 0)
		tell("There are no modules in %s: install those of apam, or "
		     "set module_dir in the main file.",
		    apam_directory(cli->ctx, "module_dir"));
	code = table_finish(&table);
	return status == APAM_OK ? code : report(NULL, status, &err);
}

static int
modules(struct cli *cli, const struct args *args)
{
	int code = session_open(cli);

	if (code != STATUS_DONE)
		return code;
	if (args->word_count > 0)
		return show_module(cli, args->words[0]);
	return cli->json ? list_json(cli) : list_text(cli);
}

const struct command command_module_list = {
	.name = "module list",
	.synopsis = "[SCHEME]",
	.summary = "List the schemes, or the options of one",
	.least = 0,
	.most = 1,
	.run = modules,
};
