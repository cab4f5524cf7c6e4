/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One profile file.  origins.c knows what an origin is, entry_conf.c reads the
 * entries.
 */
#include "config/profile_conf.h"

#include <stdlib.h>

#include "base/str.h"
#include "config/allow_conf.h"
#include "config/entry_conf.h"
#include "config/origins.h"
#include "config/rules.h"
#include "config/run_conf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum {
	ORIGINS,
	DESCRIPTION,
	ALLOW_HTTP,
	HTTP_ADDRESSES,
	CA_FILE,
	PROXY,
	DEADLINE,
	SHARE_CREDENTIALS,
	AGENT,
	ALLOW,
	RUN,
	LIMITS
};

static const struct apam_option options[] = {
	[ORIGINS] = { .name = "origins",
	    .help = "where its credentials may go: scheme, host, port, path",
	    .type = APAM_OPT_LIST,
	    .flags = APAM_OPT_REQUIRED },
	[DESCRIPTION] = { .name = "description",
	    .help = "for people",
	    .type = APAM_OPT_STRING },
	[ALLOW_HTTP] = { .name = "allow_http",
	    .help = "allow http to a loopback address",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
	[HTTP_ADDRESSES] = { .name = "http_addresses",
	    .help = "addresses to which options that say so may be http",
	    .type = APAM_OPT_LIST },
	[CA_FILE] = SHARED_CA_FILE,
	[PROXY] = SHARED_PROXY,
	[DEADLINE] = { .name = "deadline",
	    .help = "time for one call, all exchanges included",
	    .type = APAM_OPT_DURATION,
	    .min = SETTINGS_DEADLINE_MIN,
	    .max = SETTINGS_DEADLINE_MAX },
	[SHARE_CREDENTIALS] = { .name = "share_credentials",
	    .help = "share credentials with this user's other processes",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
	[AGENT] = { SHARED_AGENT },
	[ALLOW] = { .name = "allow",
	    .help = "who may use it, for what, and what they are given",
	    .type = APAM_OPT_GROUPS,
	    .members = allow_members,
	    .member_count = ALLOW_MEMBERS },
	[RUN] = { .name = "run",
	    .help = "what `apam run` tells programs that use it",
	    .type = APAM_OPT_GROUP,
	    .members = run_members,
	    .member_count = RUN_MEMBERS },
	[LIMITS] = SHARED_LIMITS,
};

static const struct option_table table = { options, sizeof(options[0]),
	COUNT(options) };

const struct option_table *
profile_conf_options(void)
{
	return &table;
}

/* entry_conf.c reads it; only its name is needed here. */
static const struct apam_option auth_option[] = { {
    .name = "auth",
    .help = "entries, tried in order",
    .type = APAM_OPT_GROUPS,
    .flags = APAM_OPT_REQUIRED,
} };
static const struct option_table auth_table = { auth_option,
	sizeof(auth_option[0]), 1 };

bool
profile_name_ok(const char *name)
{
	const size_t n = strnlen(name, PROFILE_NAME_MAX + 1);
	char c;

	if (n == 0 || n > PROFILE_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		c = str_lower(name[i]);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			continue;
		if (i == 0 || (c != '.' && c != '_' && c != '-'))
			return false;
	}
	return true;
}

static bool
refuse_profile_memory(const struct profile *p, struct problems *all)
{
	problems_add(all, APAM_E_MEMORY, p->file, 0, "out of memory");
	return false;
}

/* ---- Origins ---------------------------------------------------------- */

/* The line of element `i` of a list. */
static unsigned
line_of_item(const struct profile *p, size_t option, size_t i)
{
	const config_setting_t *list = config_setting_get_member(
	    config_root_setting(&p->conf->tree), options[option].name);
	const config_setting_t *item = config_setting_get_elem(
	    list, (unsigned)i);
	const unsigned line = config_setting_source_line(item);

	return line == 0 ? p->values.lines[option] : line;
}

unsigned
profile_origin_line(const struct profile *p, size_t i)
{
	return line_of_item(p, ORIGINS, i);
}

static void
read_origins(struct profile *p, struct problems *all)
{
	const struct apam_value *origins = &p->values.values[ORIGINS];
	const char *why;

	p->origins = arena_alloc(
	    &p->values.arena, origins->count, sizeof(*p->origins));
	p->origin_texts = arena_alloc(
	    &p->values.arena, origins->count, sizeof(*p->origin_texts));
	p->origin_names = arena_alloc(
	    &p->values.arena, origins->count, sizeof(*p->origin_names));
	if (p->origins == NULL || p->origin_texts == NULL ||
	    p->origin_names == NULL) {
		(void)refuse_profile_memory(p, all);
		return;
	}
	for (size_t i = 0; i < origins->count; i++) {
		why = origin_add(p, origins->items[i]);
		if (why == origin_out_of_memory)
			(void)refuse_profile_memory(p, all);
		else if (why != NULL)
			problems_add(all, APAM_E_CONFIG, p->file,
			    profile_origin_line(p, i), "origins: %s", why);
	}
}

/* ---- Addresses -------------------------------------------------------- */

static void
add_address(struct profile *p, const char *text)
{
	p->http_address_texts[p->http_address_count] = text;
	p->http_addresses[p->http_address_count++] = apam_str(text);
}

static void
read_addresses(struct profile *p, struct problems *all)
{
	const struct apam_value *v = &p->values.values[HTTP_ADDRESSES];
	char host[URL_HOST_MAX + 1];
	const char *why, *copy;

	p->http_addresses = arena_alloc(
	    &p->values.arena, v->count, sizeof(*p->http_addresses));
	p->http_address_texts = arena_alloc(
	    &p->values.arena, v->count, sizeof(*p->http_address_texts));
	for (size_t i = 0; i < v->count; i++) {
		why = url_address(v->items[i], host);
		copy = why == NULL && p->http_addresses != NULL &&
			p->http_address_texts != NULL ?
		    arena_copy(&p->values.arena, apam_str(host)) :
		    NULL;
		if (why != NULL)
			problems_add(all, APAM_E_CONFIG, p->file,
			    line_of_item(p, HTTP_ADDRESSES, i), "%s: %s",
			    options[HTTP_ADDRESSES].name, why);
		else if (copy == NULL)
			(void)refuse_profile_memory(p, all);
		else
			add_address(p, copy);
	}
}

/* ---- The file --------------------------------------------------------- */

static void
take_profile_values(struct profile *p, const struct settings *settings)
{
	const struct apam_value *v = p->values.values;

	p->description = v[DESCRIPTION].set ? v[DESCRIPTION].str.p : "";
	p->allow_http = v[ALLOW_HTTP].num != 0;
	p->share_credentials = v[SHARE_CREDENTIALS].num != 0;
	p->agent = v[AGENT].set ? (enum agent_use)v[AGENT].num :
				  settings->agent;
	p->ca_file = v[CA_FILE].set ? v[CA_FILE].str.p : settings->ca_file;
	p->ca_file_line = v[CA_FILE].set ? p->values.lines[CA_FILE] : 0;
	p->proxy = v[PROXY].set ? v[PROXY].str.p : settings->proxy;
	p->deadline = v[DEADLINE].set ? v[DEADLINE].num : settings->deadline;
	p->body_max = shared_body_max(&v[LIMITS], settings->body_max);
}

static bool
read_profile_tree(
    struct profile *p, const struct settings *settings, struct problems *all)
{
	const struct option_source source = { .file = p->file,
		.what = "the profile",
		.elsewhere = &auth_table,
		.problems = all };
	const struct option_check check = { p->file, &table, &p->values, all };

	(void)option_read(
	    config_root_setting(&p->conf->tree), &source, &table, &p->values);
	if (p->values.count == 0)
		return false;
	take_profile_values(p, settings);
	/* A draft continues without what was refused. */
	if (!option_check_path(&check, CA_FILE))
		p->ca_file = NULL;
	(void)option_check_proxy(&check, PROXY);
	read_origins(p, all);
	read_addresses(p, all);
	allow_read(p, &p->values.values[ALLOW], all);
	run_conf_read(p, &p->values.values[RUN], all);
	return profile_entries_read(p, settings, all);
}

struct profile *
profile_from_conf(const char *name, struct conf **conf,
    const struct settings *settings, struct problems *all)
{
	struct profile *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		problems_add(
		    all, APAM_E_MEMORY, (*conf)->file, 0, "out of memory");
		conf_free(conf);
		return NULL;
	}
	p->conf = *conf; /* the profile owns it from here on */
	*conf = NULL;
	p->name = str_dup(apam_str(name));
	p->file = str_dup(apam_str(p->conf->file));
	if (p->name == NULL || p->file == NULL) {
		problems_add(
		    all, APAM_E_MEMORY, p->conf->file, 0, "out of memory");
		profile_free(&p);
		return NULL;
	}
	if (!read_profile_tree(p, settings, all))
		profile_free(&p);
	return p;
}

struct profile *
profile_draft(const char *name, const char *file,
    const struct settings *settings, struct problems *all)
{
	struct conf *conf;

	if (!profile_name_ok(name)) {
		problems_add(all, APAM_E_CONFIG, file, 0,
		    "a profile's name has only letters, digits, '.', '_' and "
		    "'-', at most 64, and starts with a letter or digit");
		return NULL;
	}
	conf = conf_new(file, settings->user, all);
	if (conf == NULL)
		return NULL;
	return profile_from_conf(name, &conf, settings, all);
}

struct profile *
profile_new(const char *name, const char *file, const struct settings *settings,
    struct problems *all)
{
	const unsigned before = all->count;
	struct profile *p = profile_draft(name, file, settings, all);

	if (all->count != before)
		profile_free(&p);
	return p;
}

void
profile_free(struct profile **profile)
{
	struct profile *p = *profile;

	if (p == NULL)
		return;
	for (size_t i = 0; i < p->entry_count; i++)
		option_values_free(&p->entries[i].common);
	option_values_free(&p->values);
	conf_free(&p->conf);
	free(p->file);
	free(p->name);
	free(p);
	*profile = NULL;
}
