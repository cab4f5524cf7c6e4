/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of a draft.
 */
#include "making/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/suggest.h"

/* ---- Options ---------------------------------------------------------------- */

/* A table of options, whose elements have its owner's size. */
struct options {
	const void *first;
	size_t size, count;
};

static const struct apam_option *
option_of(const struct options *all, size_t i)
{
	const void *at = (const char *)all->first + i * all->size;

	return at;
}

static struct options
of_module(const struct apam_module *m)
{
	return (struct options){ m->options, m->option_size, m->option_count };
}

/* What every profile takes, or every entry. */
static struct options
common(const struct draft_part *part)
{
	struct options all = { 0 };

	all.first = part->module == NULL ?
	    apam_profile_options(&all.count, &all.size) :
	    apam_entry_options(&all.count, &all.size);
	return all;
}

static const struct apam_option *
find(const struct options *all, const char *name, size_t n)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct apam_option *o = option_of(all, i);

		if (strlen(o->name) == n && strncmp(o->name, name, n) == 0)
			return o;
	}
	return NULL;
}

static const struct apam_option *
find_in(const struct draft_part *part, const char *name, size_t n)
{
	struct options all = common(part);
	const struct apam_option *found = find(&all, name, n);

	if (found != NULL || part->module == NULL)
		return found;
	all = of_module(part->module);
	return find(&all, name, n);
}

const struct apam_option *
draft_option(const struct draft_part *part, const char *name)
{
	return find_in(part, name, strlen(name));
}

bool
draft_is_secret(const struct apam_option *option)
{
	return option->type == APAM_OPT_SECRET || option->type == APAM_OPT_KEY;
}

const char *
draft_help(const struct apam_option *option)
{
	const char *help = option->help == NULL ? "" : option->help;

	return strncmp(help, "reference to", 12) == 0 ? help + 13 : help;
}

const struct apam_option *
draft_module_option(const struct draft_part *part, size_t i)
{
	const struct options all = of_module(part->module);

	return i < all.count ? option_of(&all, i) : NULL;
}

const char *
draft_suggest(const struct draft_part *part, const char *name)
{
	struct options tables[2] = { common(part), { 0 } };
	const char *best = NULL;

	if (part->module != NULL)
		tables[1] = of_module(part->module);
	for (size_t t = 0; t < 2; t++)
		for (size_t i = 0; i < tables[t].count; i++)
			suggest_consider(
			    name, option_of(&tables[t], i)->name, &best);
	return best != NULL && suggest_near(name, best) ? best : NULL;
}

/* ---- Values ------------------------------------------------------------------ */

/* Where a path leads; `rest` is what stands behind the first dot, or NULL. */
struct target {
	const struct apam_option *option, *member;
	const char *name;
	unsigned group;
};

static const char *
no_option(const struct draft_part *part, const char *name, size_t n,
    char why[DRAFT_WHY_SIZE])
{
	char first[64];
	const char *best;

	(void)snprintf(first, sizeof(first), "%.*s", (int)n, name);
	best = draft_suggest(part, first);
	(void)snprintf(why, DRAFT_WHY_SIZE, "%s is not an option of %s%s%s%s",
	    utf8_is_plain(apam_str(first)) ? first : "that",
	    part->module == NULL ? "profiles" : part->module->scheme,
	    best == NULL ? "" : "; did you mean ", best == NULL ? "" : best,
	    best == NULL ? "" : "?");
	if (best == NULL && part->module != NULL)
		(void)snprintf(why + strlen(why), DRAFT_WHY_SIZE - strlen(why),
		    "; `apam module list %s` shows all", part->module->scheme);
	return why;
}

static bool
is_group(const struct apam_option *option)
{
	return option->type == APAM_OPT_GROUP ||
	    option->type == APAM_OPT_GROUPS;
}

/* Groups are counted from 1; a member that is there begins the next one. */
static unsigned
group_for(const struct draft_part *part, const struct target *target)
{
	unsigned last = 1;
	bool taken = false;

	for (size_t i = 0; i < part->count; i++) {
		const struct draft_value *v = &part->values[i];

		if (v->option != target->option)
			continue;
		if (v->group > last)
			taken = false;
		last = v->group;
		taken = taken || v->member == target->member;
	}
	return taken && target->option->type == APAM_OPT_GROUPS ? last + 1 :
								  last;
}

/* A map's element is named behind it; nothing else has one. */
static const char *
take_element(
    const struct apam_option *option, const char *rest, struct target *target)
{
	if (option->type != APAM_OPT_MAP)
		return rest[0] == '\0' ? NULL : "it has no members";
	if (rest[0] == '\0' || rest[1] == '\0')
		return "it is a map: name its element, as OPTION.NAME";
	target->name = rest + 1;
	return NULL;
}

static const char *
find_member(const struct draft_part *part, const char *name,
    struct target *target, char why[DRAFT_WHY_SIZE])
{
	const size_t n = strcspn(name, ".");
	const struct options members = { target->option->members,
		part->module == NULL ? sizeof(struct apam_option) :
				       part->module->option_size,
		target->option->member_count };

	target->member = find(&members, name, n);
	if (target->member == NULL) {
		(void)snprintf(why, DRAFT_WHY_SIZE,
		    "%s has no such member; `apam module list %s` shows them",
		    target->option->name,
		    part->module == NULL ? "" : part->module->scheme);
		return why;
	}
	target->group = group_for(part, target);
	return take_element(target->member, name + n, target);
}

static const char *
find_target(const struct draft_part *part, const char *path,
    struct target *target, char why[DRAFT_WHY_SIZE])
{
	const size_t n = strcspn(path, ".");

	*target = (struct target){ .option = find_in(part, path, n) };
	if (target->option == NULL)
		return no_option(part, path, n, why);
	if (is_group(target->option))
		return path[n] == '\0' ?
		    "it is a group: name its member, as OPTION.MEMBER" :
		    find_member(part, path + n + 1, target, why);
	return take_element(target->option, path + n, target);
}

/* What its type needs to be written at all. */
static const char *
text_problem(const struct apam_option *option, const char *text)
{
	const size_t n = strlen(text);

	if (n == 0)
		return "it is empty";
	if (n >= DRAFT_VALUE_SIZE)
		return "it is too long";
	if (!utf8_is_plain(apam_str(text)))
		return "it has control characters, or is not UTF-8";
	if (option->type == APAM_OPT_INTEGER &&
	    strspn(text, "0123456789") + (text[0] == '-') < n)
		return "it must be an integer";
	if (option->type == APAM_OPT_BOOLEAN && strcmp(text, "true") != 0 &&
	    strcmp(text, "false") != 0)
		return "it must be true or false";
	return NULL;
}

static bool
grows(const struct target *target)
{
	const struct apam_option *last = target->member != NULL ?
	    target->member :
	    target->option;

	return last->type == APAM_OPT_LIST;
}

/* The value to replace, or NULL. */
static struct draft_value *
present(struct draft_part *part, const struct target *target)
{
	for (size_t i = 0; i < part->count && !grows(target); i++) {
		struct draft_value *v = &part->values[i];

		if (v->option == target->option &&
		    v->member == target->member && v->group == target->group &&
		    (target->name == NULL ||
			strcmp(v->name, target->name) == 0))
			return v;
	}
	return NULL;
}

static void
free_value(struct draft_value *value)
{
	free(value->name);
	free(value->text);
	*value = (struct draft_value){ 0 };
}

const char *
draft_set(struct draft_part *part, const char *path, const char *text,
    char why[DRAFT_WHY_SIZE])
{
	struct target to;
	struct draft_value *v;
	char *name, *copy;
	const char *wrong = find_target(part, path, &to, why);

	if (wrong == NULL)
		wrong = text_problem(
		    to.member != NULL ? to.member : to.option, text);
	if (wrong == NULL && to.name != NULL &&
	    !utf8_is_plain(apam_str(to.name)))
		wrong = "the name of its element cannot be shown";
	if (wrong != NULL)
		return wrong;
	v = present(part, &to);
	if (v == NULL && part->count == DRAFT_VALUES_MAX)
		return "there are too many options";
	copy = strdup(text);
	name = to.name == NULL ? NULL : strdup(to.name);
	if (copy == NULL || (to.name == NULL) != (name == NULL)) {
		free(copy);
		free(name);
		return "out of memory";
	}
	if (v == NULL)
		v = &part->values[part->count++];
	free_value(v);
	*v = (struct draft_value){ .option = to.option,
		.member = to.member,
		.group = to.group,
		.name = name,
		.text = copy };
	return NULL;
}

void
draft_value_name(const struct draft_value *value, char to[DRAFT_WHY_SIZE])
{
	const char *member = value->member == NULL ? "" : value->member->name;
	const char *name = value->name == NULL ? "" : value->name;

	(void)snprintf(to, DRAFT_WHY_SIZE, "%s%s%s%s%s", value->option->name,
	    member[0] == '\0' ? "" : ".", member, name[0] == '\0' ? "" : ".",
	    name);
}

static bool
is_named(const struct draft_value *value, const char *path)
{
	char name[DRAFT_WHY_SIZE];

	draft_value_name(value, name);
	return strcmp(name, path) == 0;
}

void
draft_drop(struct draft_part *part, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < part->count; i++)
		if (is_named(&part->values[i], path))
			free_value(&part->values[i]);
		else
			part->values[kept++] = part->values[i];
	/* What was moved up is there once. */
	for (size_t i = kept; i < part->count; i++)
		part->values[i] = (struct draft_value){ 0 };
	part->count = kept;
}

struct draft_value *
draft_find(struct draft_part *part, const char *path)
{
	for (size_t i = 0; i < part->count; i++)
		if (is_named(&part->values[i], path))
			return &part->values[i];
	return NULL;
}

const char *
draft_get(const struct draft_part *part, const char *path)
{
	for (size_t i = 0; i < part->count; i++)
		if (is_named(&part->values[i], path))
			return part->values[i].text;
	return NULL;
}

static void
free_part(struct draft_part *part)
{
	for (size_t i = 0; i < part->count; i++)
		free_value(&part->values[i]);
	part->count = 0;
}

void
draft_free(struct draft *draft)
{
	free_part(&draft->profile);
	for (size_t i = 0; i < draft->entry_count; i++)
		free_part(&draft->entries[i]);
}
