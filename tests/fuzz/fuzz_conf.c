/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole profile from memory: guard, libconfig, options, origins, entries and
 * a module's options; and the same text as a main file.  What the guard lets
 * pass, libconfig must have read as the guard did: then it finds no fraction
 * and no control character, and an error has a line of the file.  Whatever the
 * text is, what it claims are origins.
 */
#include "base/str.h"
#include "config/claims.h"
#include "config/entry_conf.h"
#include "config/lexer.h"
#include "config/origins.h"
#include "config/profile_conf.h"
#include "fuzz.h"
#include "support/demo_options.h"

static unsigned line_count;

/* Was the file given up for lack of memory? */
static bool told_short;

static bool
is_short(void)
{
	return fuzz_is_starved() && told_short;
}

static bool
check_problem(void *arg, const struct apam_error *problem)
{
	(void)arg;
	HOLDS(problem->text[0] != '\0');
	HOLDS(!str_has_control(apam_str(problem->text)));
	HOLDS(problem->line <= line_count);
	told_short = told_short || problem->status == APAM_E_MEMORY;
	fuzz_says(problem->text);
	return true;
}

static void
check_tree(const config_setting_t *setting, unsigned depth)
{
	const char *text;

	HOLDS(depth <= CONF_DEPTH_MAX + 1); /* a scalar at the bottom */
	HOLDS(config_setting_type(setting) != CONFIG_TYPE_FLOAT);
	if (config_setting_type(setting) == CONFIG_TYPE_STRING) {
		text = config_setting_get_string(setting);
		for (; text != NULL && *text != '\0'; text++)
			HOLDS(*text == '\t' || *text == '\r' ||
			    !str_has_control((struct apam_str){ text, 1 }));
	}
	if (!config_setting_is_aggregate(setting))
		return;
	for (int i = 0; i < config_setting_length(setting); i++)
		check_tree(
		    config_setting_get_elem(setting, (unsigned)i), depth + 1);
}

static void
read_settings(const struct conf *conf, struct problems *all)
{
	struct settings *s = settings_from_conf(conf, false, all);

	if (s == NULL)
		return;
	HOLDS(s->module_dir[0] == '/' && s->profile_dir[0] == '/');
	HOLDS(s->deadline >= 1 && s->ttl >= 1 && s->body_max >= 1024);
	settings_free(&s);
}

static void
check_profile(const struct profile *p)
{
	HOLDS(p->origin_count > 0);
	HOLDS(p->entry_count > 0 && p->entry_count <= APAM_ENTRIES_MAX);
	HOLDS(p->deadline >= 1 && p->deadline <= 3600);
	for (size_t i = 0; i < p->origin_count; i++) {
		HOLDS(url_insecure(&p->origins[i], p->allow_http) == NULL);
		HOLDS(p->origins[i].query.n == 0);
	}
	for (size_t i = 0; i < p->entry_count; i++) {
		HOLDS(p->entries[i].scheme != NULL);
		HOLDS(p->entries[i].ttl >= 1);
		HOLDS(p->entries[i].probe_target == NULL ||
		    p->entries[i].probe_target[0] == '/');
	}
}

static void
read_profile(struct conf **conf, struct problems *all)
{
	const struct settings settings = { .deadline = 30, .ttl = 300 };
	const unsigned before = all->count;
	struct profile *p = profile_from_conf("f", conf, &settings, all);
	struct option_values values;

	HOLDS(*conf == NULL && (p != NULL || is_short()));
	if (p == NULL)
		return;
	if (all->count == before)
		check_profile(p);
	for (size_t i = 0; i < p->entry_count; i++) {
		values = (struct option_values){ 0 };
		if (profile_entry_options(p, i, &demo_table, &values, all))
			HOLDS(values.values[DEMO_SECRET].set &&
			    values.values[DEMO_COUNT].num <= 10);
		option_values_free(&values);
	}
	profile_free(&p);
}

/* What is claimed of a text, right or wrong, are origins. */
static void
check_claims(struct apam_str text)
{
	struct claims claims = { .count = 0 };
	const char *why;

	HOLDS(claims_add(&claims, text) || fuzz_is_starved());
	for (size_t i = 0; i < claims.count; i++) {
		const struct url *url = &claims.origins[i];

		HOLDS(url->query.n == 0);
		HOLDS(strlen(claims.texts[i]) == url->text.n);
		HOLDS(origin_path_part(url->path, &why) == url->path.n);
	}
	claims_free(&claims);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apam_str text = { (const char *)data, size };
	struct problems all = { .each = check_problem };
	struct conf *conf;

	line_count = 1;
	told_short = false;
	check_claims(text);
	for (size_t i = 0; i < size; i++)
		line_count += data[i] == '\n';
	if (!conf_guard("f", text, &all)) {
		HOLDS(all.count == 1);
		return 0;
	}
	HOLDS(all.count == 0);
	conf = conf_parse("f", text, &all);
	HOLDS((conf == NULL) == (all.count == 1));
	/* The one thing that the guard leaves to libconfig. */
	HOLDS(conf != NULL || strstr(all.first.text, "is set twice") != NULL ||
	    is_short());
	if (conf == NULL)
		return 0;
	check_tree(config_root_setting(&conf->tree), 0);
	read_settings(conf, &all);
	read_profile(&conf, &all);
	return 0;
}
