/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A rule that says less than it seems to is an error here, never a rule for
 * more: one that names nobody, a path with two spellings, methods beside a gift
 * that can be used for any request.
 */
#include "config/allow_conf.h"

#include <string.h>

#include "base/account.h"
#include "base/str.h"
#include "base/utf8.h"
#include "text/path_rule.h"
#include "text/unit_name.h"

enum { USERS, GROUPS, UNITS, METHODS, PATHS, GIVE, GATEWAY };

/* In the order of enum apam_give. */
static const char *const gives[] = { "nothing", "signature", "headers",
	"secret", NULL };

const struct apam_option allow_members[ALLOW_MEMBERS] = {
	[USERS] = { .name = "users",
	    .help = "who: users, by name or number",
	    .type = APAM_OPT_LIST },
	[GROUPS] = { .name = "groups",
	    .help = "who: groups, by name or number",
	    .type = APAM_OPT_LIST },
	[UNITS] = { .name = "units",
	    .help = "who: systemd's system services, as \"backup.service\"",
	    .type = APAM_OPT_LIST },
	[METHODS] = { .name = "methods",
	    .help = "for what: HTTP methods; none: all",
	    .type = APAM_OPT_LIST },
	[PATHS] = { .name = "paths",
	    .help = "for what: paths, \"/api/eyes\", or all below \"/api/*\"; "
		    "none: all",
	    .type = APAM_OPT_LIST },
	[GIVE] = { .name = "give",
	    .help = "what they are given for it",
	    .type = APAM_OPT_CHOICE,
	    .flags = APAM_OPT_REQUIRED,
	    .choices = gives },
	[GATEWAY] = { .name = "gateway",
	    .help = "the agent believes them for whom they ask",
	    .type = APAM_OPT_BOOLEAN },
};

/* The number that the kernel shows for every user or group it cannot name. */
#define OVERFLOW_ID 65534U

/* One rule being read. */
struct reading {
	struct profile *profile;
	const struct apam_value *values; /* of its members */
	const config_setting_t *group;
	struct allow_rule *rule;
	size_t number; /* from 1 */
	struct problems *all;
};

/* passwd(5) and group(5) have neither of these in a name. */
static bool
is_name(struct apam_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (str_is_one_of(text.p[i], ":,/ "))
			return false;
	return text.n <= 256 && !str_is_one_of(text.p[0], "-+~") &&
	    utf8_is_plain(text);
}

static bool
is_number(struct apam_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!str_is_digit(text.p[i]))
			return false;
	return text.n > 0;
}

/* Add a problem of element `i` of a member; the name of an account is shown. */
static void
refuse_item(const struct reading *r, size_t member, size_t i, const char *why)
{
	const struct apam_str name = r->values[member].items[i];
	const bool shown = member <= GROUPS && is_name(name) &&
	    !is_number(name);
	const config_setting_t *list = config_setting_get_member(
	    r->group, allow_members[member].name);
	const config_setting_t *item = list == NULL ?
	    NULL :
	    config_setting_get_elem(list, (unsigned)i);
	unsigned line = item == NULL ? 0 : config_setting_source_line(item);

	problems_add(r->all, APAM_E_CONFIG, r->profile->file,
	    line == 0 ? r->rule->line : line, "allow[%zu].%s[%zu]: %s%.*s%s%s",
	    r->number, allow_members[member].name, i + 1, shown ? "\"" : "",
	    shown ? (int)name.n : 0, name.p, shown ? "\" " : "", why);
}

static void
refuse_rule(const struct reading *r, const char *why)
{
	problems_add(r->all, APAM_E_CONFIG, r->profile->file, r->rule->line,
	    "allow[%zu]: %s", r->number, why);
}

/* ---- Who -------------------------------------------------------------- */

static const char *
number_of(struct apam_str text, uint32_t *id)
{
	uint64_t number = 0;

	if (text.n > 1 && text.p[0] == '0')
		return "begins with a zero: write the number without";
	for (size_t i = 0; i < text.n && number <= UINT32_MAX; i++)
		number = number * 10 + (uint64_t)(text.p[i] - '0');
	*id = (uint32_t)number;
	return number < UINT32_MAX ? NULL : "is larger than any id";
}

static const char *
id_of(enum account_kind kind, struct apam_str text, uint32_t *id)
{
	const char *why;

	if (is_number(text))
		why = number_of(text, id);
	else if (is_name(text))
		why = account_id(kind, text.p, id);
	else
		why = "is neither a name nor a number";
	if (why == NULL && *id == OVERFLOW_ID)
		return "is number 65534, which stands for everybody whom the "
		       "kernel cannot name, as in a container: take an account "
		       "of its own";
	return why;
}

/* The numbers of the accounts of a member; NULL: none, or no memory. */
static const uint32_t *
read_ids(const struct reading *r, size_t member, enum account_kind kind,
    size_t *count)
{
	const struct apam_value *v = &r->values[member];
	uint32_t *ids = NULL;
	const char *why;

	if (v->count > 0)
		ids = arena_alloc(
		    &r->profile->values.arena, v->count, sizeof(*ids));
	if (v->count > 0 && ids == NULL)
		problems_add(r->all, APAM_E_MEMORY, r->profile->file, 0,
		    "out of memory");
	for (size_t i = 0; ids != NULL && i < v->count; i++) {
		why = id_of(kind, v->items[i], &ids[*count]);
		if (why == NULL)
			++*count;
		else
			refuse_item(r, member, i, why);
	}
	return ids;
}

static void
read_units(const struct reading *r)
{
	const struct apam_value *v = &r->values[UNITS];
	const char *why;

	for (size_t i = 0; i < v->count; i++) {
		why = unit_name_problem(v->items[i]);
		if (why != NULL)
			refuse_item(r, UNITS, i, why);
	}
	r->rule->units = v->items;
	r->rule->unit_count = v->count;
}

static void
read_who(const struct reading *r)
{
	r->rule->users = read_ids(r, USERS, ACCOUNT_USER, &r->rule->user_count);
	r->rule->groups = read_ids(
	    r, GROUPS, ACCOUNT_GROUP, &r->rule->group_count);
	read_units(r);
	if (r->values[USERS].count + r->values[GROUPS].count +
		r->values[UNITS].count ==
	    0)
		refuse_rule(r, "names nobody: add users, groups or units");
}

/* ---- For what --------------------------------------------------------- */

/* Methods are compared as they are: RFC 9110, 9.1. */
static bool
is_method(struct apam_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] < 'A' || text.p[i] > 'Z') &&
		    !str_is_one_of(text.p[i], "-_"))
			return false;
	return text.n <= 32;
}

static void
read_what(const struct reading *r)
{
	const struct apam_value *methods = &r->values[METHODS];
	const struct apam_value *paths = &r->values[PATHS];
	const char *why;

	for (size_t i = 0; i < methods->count; i++)
		if (!is_method(methods->items[i]))
			refuse_item(r, METHODS, i,
			    "is not a method: they are in upper case, as "
			    "\"GET\"");
	for (size_t i = 0; i < paths->count; i++) {
		why = path_rule_problem(paths->items[i]);
		if (why != NULL)
			refuse_item(r, PATHS, i, why);
	}
	r->rule->methods = methods->items;
	r->rule->method_count = methods->count;
	r->rule->paths = paths->items;
	r->rule->path_count = paths->count;
}

/* ---- What is given ---------------------------------------------------- */

static void
read_give(const struct reading *r)
{
	const struct apam_value *give = &r->values[GIVE];

	r->rule->give = give->set ? (enum apam_give)give->num :
				    APAM_GIVE_NOTHING;
	if (r->rule->give < APAM_GIVE_HEADERS ||
	    r->rule->method_count + r->rule->path_count == 0)
		return;
	refuse_rule(r,
	    "who is given headers or the secret can send any request with "
	    "them, so that methods and paths would bind nobody: leave these "
	    "out, or give = \"signature\"");
}

/* What its callers are given, and for what, their own rules say. */
static void
read_gateway(const struct reading *r)
{
	r->rule->gateway = r->values[GATEWAY].num != 0;
	if (r->rule->gateway &&
	    (r->rule->give != APAM_GIVE_NOTHING ||
		r->rule->method_count + r->rule->path_count > 0))
		refuse_rule(r,
		    "a gateway asks for others, whose rules say what they may: "
		    "write give = \"nothing\", leave methods and paths out, "
		    "and give it another rule for what it sends for itself");
}

static void
read_rule(const struct reading *r)
{
	read_who(r);
	read_what(r);
	read_give(r);
	read_gateway(r);
}

void
allow_read(
    struct profile *p, const struct apam_value *value, struct problems *all)
{
	const config_setting_t *list = config_setting_get_member(
	    config_root_setting(&p->conf->tree), "allow");
	struct allow_rule *rules;

	if (!value->set || value->count == 0 || list == NULL)
		return;
	rules = arena_alloc(&p->values.arena, value->count, sizeof(*rules));
	if (rules == NULL) {
		problems_add(all, APAM_E_MEMORY, p->file, 0, "out of memory");
		return;
	}
	memset(rules, 0, value->count * sizeof(*rules));
	for (size_t i = 0; i < value->count; i++) {
		const struct reading r = { .profile = p,
			.values = value->members + i * ALLOW_MEMBERS,
			.group = config_setting_get_elem(list, (unsigned)i),
			.rule = &rules[i],
			.number = i + 1,
			.all = all };

		rules[i].line = config_setting_source_line(r.group);
		read_rule(&r);
	}
	p->allow = (struct allow){ rules, value->count };
}
