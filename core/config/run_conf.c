/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whoever reads a profile reads these texts, and each program that runs gets
 * them, so that a secret in their place would be everybody's.
 */
#include "config/run_conf.h"

#include <string.h>

#include "base/str.h"
#include "file/secret.h"
#include "text/key_look.h"

enum { ENVIRONMENT };

const struct apam_option run_members[RUN_MEMBERS] = {
	[ENVIRONMENT] = { .name = "environment",
	    .help = "variables with placeholders, for programs that insist on "
		    "a key",
	    .type = APAM_OPT_MAP },
};

static const config_setting_t *
environment_of(const struct profile *p)
{
	const config_setting_t *run = config_setting_get_member(
	    config_root_setting(&p->conf->tree), "run");

	return run == NULL ?
	    NULL :
	    config_setting_get_member(run, run_members[ENVIRONMENT].name);
}

unsigned
run_conf_line(const struct profile *p, size_t i)
{
	const config_setting_t *group = environment_of(p);
	const config_setting_t *item = group == NULL ?
	    NULL :
	    config_setting_get_elem(group, (unsigned)i);

	return item == NULL ? 0 : config_setting_source_line(item);
}

static bool
is_variable(struct apam_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		const char c = str_lower(name.p[i]);

		if ((c < 'a' || c > 'z') && c != '_' && !str_is_digit(c))
			return false;
	}
	return true;
}

/* The loader's, the shell's, a proxy's, apam's own. */
static bool
is_steering(struct apam_str name)
{
	static const char end[] = "_proxy";
	const size_t n = sizeof(end) - 1;
	size_t same = 0;

	while (name.n >= n && same < n &&
	    str_lower(name.p[name.n - n + same]) == end[same])
		same++;
	return same == n || str_starts(name, APAM_STR("LD_")) ||
	    str_starts(name, APAM_STR("APAM_")) ||
	    str_equal(name, APAM_STR("PATH")) ||
	    str_equal(name, APAM_STR("HOME"));
}

static const char *
name_problem(struct apam_str name)
{
	if (!is_variable(name))
		return "is not the name of a variable, which has letters, "
		       "digits and '_'";
	if (is_steering(name))
		return "says how programs run or where they send, and is not "
		       "for a key";
	return NULL;
}

static const char *
value_problem(struct apam_str value)
{
	if (value.n == 0)
		return "is empty";
	if (value.n > RUN_VALUE_MAX)
		return "is longer than 256 bytes";
	if (secret_ref_is(value))
		return "is a reference to a secret; a placeholder is the text "
		       "itself that programs get, as \"placeholder\", and no "
		       "secret is read for it";
	if (key_look_is_secret(value))
		return "looks like a secret, which every program and reader "
		       "would have; write a text that is none, as "
		       "\"placeholder\"";
	return NULL;
}

static void
check(const struct profile *p, size_t i, struct problems *all)
{
	const char *why = name_problem(apam_str(p->run.names[i]));

	if (why == NULL)
		why = value_problem(apam_str(p->run.values[i]));
	if (why != NULL)
		problems_add(all, APAM_E_CONFIG, p->file, run_conf_line(p, i),
		    "run.environment.%s: %s", p->run.names[i], why);
}

void
run_conf_read(
    struct profile *p, const struct apam_value *value, struct problems *all)
{
	const struct apam_value *map = value->members;
	const char **texts;

	if (!value->set || !map[ENVIRONMENT].set)
		return;
	map = &map[ENVIRONMENT];
	texts = arena_alloc(&p->values.arena, map->count, 2 * sizeof(*texts));
	if (texts == NULL) {
		problems_add(all, APAM_E_MEMORY, p->file, 0, "out of memory");
		return;
	}
	/* NULs follow. */
	for (size_t i = 0; i < map->count; i++) {
		texts[i] = map->names[i].p;
		texts[map->count + i] = map->items[i].p;
	}
	p->run = (struct run_environment){ texts, texts + map->count,
		map->count };
	for (size_t i = 0; i < map->count; i++)
		check(p, i, all);
}
