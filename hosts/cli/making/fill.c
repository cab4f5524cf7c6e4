/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of a new profile that a recipe or the module wants: which of them are
 * asked for, or missing.
 */
#include <stdio.h>
#include <string.h>

#include "making/making.h"

/* True for no value, or one of the row's words. */
static bool
is_among(const char *value, const struct recipe *row)
{
	char word[64];

	if (value == NULL)
		return true;
	(void)snprintf(word, sizeof(word), " %s ", value);
	return strstr(row->among, word) != NULL;
}

/* True if a row's conditions hold for what is known so far. */
static bool
applies(const struct recipe *row, const struct draft_part *part)
{
	const char *value = row->set == NULL ? NULL : draft_get(part, row->set);

	if (row->set != NULL &&
	    (value == NULL || (row->only != NULL && strcmp(value, row->only))))
		return false;
	for (size_t i = 0; i < 4; i++)
		if (row->unset[i] != NULL &&
		    draft_get(part, row->unset[i]) != NULL)
			return false;
	return row->with == NULL || is_among(draft_get(part, row->with), row);
}

/* Off a terminal: what has to be there is missing, and nothing is guessed. */
static void
miss_option(struct making *m, const struct question *q)
{
	char prefix[8], instead[96] = "";

	(void)making_prefix(m, q->part, prefix);
	if (q->instead != NULL)
		(void)snprintf(instead, sizeof(instead),
		    ", or --set %s%s=VALUE,", prefix, q->instead);
	making_miss(m, "--%s %s%s=%s%s is missing: %s",
	    draft_is_secret(q->option) ? "secret" : "set", prefix, q->path,
	    draft_is_secret(q->option) ? "file:PATH" : "VALUE", instead,
	    q->option->help == NULL ? "the scheme needs it" : q->option->help);
}

static int
settle(struct making *m, const struct question *q, bool needed)
{
	if (draft_is_secret(q->option))
		return m->terminal || needed ? making_ask_secret(m, q) :
					       STATUS_DONE;
	if (m->terminal)
		return making_ask(m, q);
	if (needed)
		miss_option(m, q);
	return STATUS_DONE;
}

/* A value that a document offers is taken; where it leads is confirmed first. */
static bool
is_settled(const struct making *m, const struct draft_value *value)
{
	return value != NULL &&
	    (!value->offered || !m->terminal ||
		value->option->type != APAM_OPT_URL);
}

/* The profile's name; of entries behind the first, with their number. */
static const char *
name_entry(const struct making *m, const struct draft_part *part,
    char to[APAM_NAME_SIZE + 8])
{
	const size_t number = (size_t)(part - m->draft.entries) + 1;

	(void)snprintf(to, APAM_NAME_SIZE + 8, "%s-%zu", m->draft.name, number);
	return number == 1 ? m->draft.name : to;
}

static int
follow_recipe(
    struct making *m, struct draft_part *part, const struct recipe *row)
{
	const struct apam_option *option = making_option(part, row->option);
	const struct draft_value *value = draft_find(part, row->option);
	char offered[DRAFT_VALUE_SIZE], name[APAM_NAME_SIZE + 8];
	struct question q = { .part = part,
		.option = option,
		.path = row->option,
		.text = row->question,
		.instead = row->instead,
		.word = row->word };

	if (option == NULL || is_settled(m, value) || !applies(row, part))
		return STATUS_DONE;
	q.fallback = row->fallback;
	if (q.fallback != NULL && strcmp(q.fallback, "@") == 0)
		q.fallback = name_entry(m, part, name);
	if (value != NULL) {
		(void)snprintf(offered, sizeof(offered), "%s", value->text);
		q.fallback = offered;
	}
	q.optional = !row->needed && (option->flags & APAM_OPT_REQUIRED) == 0;
	/* A name that is missing was said to be. */
	if (row->quiet && q.fallback[0] == '\0')
		return STATUS_DONE;
	if (row->quiet)
		return making_put(part, q.path, q.fallback);
	if (!m->terminal && row->usual != NULL) {
		q.option = making_option(part, row->usual);
		q.path = row->usual;
	}
	return settle(m, &q, !q.optional);
}

/* True for an option that a recipe has asked for already. */
static bool
was_asked(const struct draft_part *part, const char *option)
{
	for (size_t i = 0; recipes[i].scheme != NULL; i++)
		if (strcmp(recipes[i].scheme, part->module->scheme) == 0 &&
		    strcmp(recipes[i].option, option) == 0 &&
		    applies(&recipes[i], part))
			return true;
	return false;
}

/* What a module requires in a group is asked for with the group's name. */
static int
require_members(
    struct making *m, struct draft_part *part, const struct apam_option *group)
{
	char path[DRAFT_WHY_SIZE];
	int code = STATUS_DONE;

	for (size_t i = 0; code == STATUS_DONE && i < group->member_count;
	     i++) {
		const void *at = (const char *)group->members +
		    i * part->module->option_size;
		const struct apam_option *member = at;
		const struct question q = {
			.part = part, .option = member, .path = path
		};

		(void)snprintf(
		    path, sizeof(path), "%s.%s", group->name, member->name);
		if ((member->flags & APAM_OPT_REQUIRED) != 0 &&
		    draft_get(part, path) == NULL && !was_asked(part, path))
			code = settle(m, &q, true);
	}
	return code;
}

static int
require(
    struct making *m, struct draft_part *part, const struct apam_option *option)
{
	const struct question q = {
		.part = part, .option = option, .path = option->name
	};

	if ((option->flags & APAM_OPT_REQUIRED) == 0 ||
	    is_settled(m, draft_find(part, option->name)) ||
	    was_asked(part, option->name))
		return STATUS_DONE;
	if (option->member_count > 0)
		return require_members(m, part, option);
	return settle(m, &q, true);
}

static int
fill_entry(struct making *m, struct draft_part *part)
{
	const struct apam_option *option;
	int code = STATUS_DONE;

	if (m->terminal && m->draft.entry_count > 1)
		ask_say("Entry %zu, scheme %s, %s in the document:",
		    (size_t)(part - m->draft.entries) + 1, part->module->scheme,
		    part->security);
	for (size_t i = 0; code == STATUS_DONE && recipes[i].scheme != NULL;
	     i++)
		if (strcmp(recipes[i].scheme, part->module->scheme) == 0)
			code = follow_recipe(m, part, &recipes[i]);
	for (size_t i = 0; code == STATUS_DONE &&
	     (option = draft_module_option(part, i)) != NULL;
	     i++)
		code = require(m, part, option);
	return code;
}

/* An API within a house often has a certificate of that house's CA. */
static int
fill_ca(struct making *m)
{
	struct draft_part *profile = &m->draft.profile;
	const struct question q = { .part = profile,
		.option = draft_option(profile, "ca_file"),
		.path = "ca_file",
		.text = "File with the CA certificate, if the API's is of a "
			"private CA (- for a public one)",
		.fallback = "-",
		.optional = true };

	if (!m->terminal || draft_get(profile, "ca_file") != NULL)
		return STATUS_DONE;
	return making_ask(m, &q);
}

int
making_fill(struct making *m)
{
	int code = making_take_settings(m);

	if (code == STATUS_DONE)
		code = fill_ca(m);
	if (code == STATUS_DONE)
		code = making_take_secrets(m);
	for (size_t i = 0; code == STATUS_DONE && i < m->draft.entry_count; i++)
		code = fill_entry(m, &m->draft.entries[i]);
	if (code == STATUS_DONE)
		code = making_read_missing(m);
	if (code == STATUS_DONE)
		code = making_fill_probe(m);
	if (code == STATUS_DONE && m->missing > 0)
		code = STATUS_USAGE;
	return code;
}
