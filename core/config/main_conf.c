/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main file.  Everything in it has a default, but a file that sets nothing
 * has probably been cut off.  Directories are checked as text here, and as
 * files when they are used.
 */
#include "config/main_conf.h"

#include <stdlib.h>

#include "base/str.h"
#include "config/rules.h"
#include "text/encode.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { PIN_SCHEME, PIN_SHA256, PIN_OPTIONS };

static const struct apam_option pin_options[] = {
	[PIN_SCHEME] = { .name = "scheme",
	    .help = "the module's scheme",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
	[PIN_SHA256] = { .name = "sha256",
	    .help = "SHA-256 of the module's file, in hex",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
};

static const char *const audits[] = {
	[SETTINGS_AUDIT_AUTO] = "auto",
	[SETTINGS_AUDIT_FILE] = "file",
	[SETTINGS_AUDIT_OFF] = "off",
	NULL,
};

enum {
	MODULE_DIR,
	PROFILE_DIR,
	STATE_DIR,
	CA_FILE,
	PROXY,
	DEADLINE,
	TTL,
	AUDIT,
	TLS_ENVIRONMENT,
	AGENT,
	AGENT_SOCKET,
	AGENT_USER,
	LIMITS,
	PINS
};

static const struct apam_option options[] = {
	[MODULE_DIR] = { .name = "module_dir",
	    .help = "the directory of modules, one <scheme>.so each",
	    .type = APAM_OPT_STRING,
	    .default_value = APAM_MODULE_DIR },
	[PROFILE_DIR] = { .name = "profile_dir",
	    .help = "the directory of profiles, one <profile>.conf each",
	    .type = APAM_OPT_STRING,
	    .default_value = APAM_PROFILE_DIR },
	[STATE_DIR] = { .name = "state_dir",
	    .help = "the directory for registered keys and shared credentials",
	    .type = APAM_OPT_STRING,
	    .default_value = APAM_STATE_DIR },
	[CA_FILE] = SHARED_CA_FILE,
	[PROXY] = SHARED_PROXY,
	[DEADLINE] = { .name = "deadline",
	    .help = "time for one call, all exchanges included",
	    .type = APAM_OPT_DURATION,
	    .default_value = "30s",
	    .min = SETTINGS_DEADLINE_MIN,
	    .max = SETTINGS_DEADLINE_MAX },
	[TTL] = { .name = "ttl",
	    .help = "lifetime of a credential if the provider does not state "
		    "one",
	    .type = APAM_OPT_DURATION,
	    .default_value = "5m",
	    .min = 1,
	    .max = SETTINGS_TTL_MAX },
	[AUDIT] = { .name = "audit",
	    .help = "where changes of keys, and refusals, are logged",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "auto",
	    .choices = audits },
	[TLS_ENVIRONMENT] = { .name = "tls_environment",
	    .help = "the program apam follows SSLKEYLOGFILE and variables "
		    "that name CAs",
	    .type = APAM_OPT_BOOLEAN,
	    .default_value = "false" },
	[AGENT] = { SHARED_AGENT, .default_value = "off" },
	[AGENT_SOCKET] = { .name = "agent_socket",
	    .help = "the agent's socket",
	    .type = APAM_OPT_STRING,
	    .default_value = "/run/apam/agent" },
	[AGENT_USER] = { .name = "agent_user",
	    .help = "the user as whom the agent runs, if not as root",
	    .type = APAM_OPT_STRING,
	    .default_value = "apam" },
	[LIMITS] = SHARED_LIMITS,
	[PINS] = { .name = "pins",
	    .help = "hashes that modules must have",
	    .type = APAM_OPT_GROUPS,
	    .members = pin_options,
	    .member_count = COUNT(pin_options) },
};

static const struct option_table table = { options, sizeof(options[0]),
	COUNT(options) };

/* ---- Pins ------------------------------------------------------------- */

static bool
read_pin(const struct option_check *check, const struct apam_value *members,
    struct settings *s)
{
	struct module_pin *pin = &s->pins[s->pin_count];

	pin->scheme = members[PIN_SCHEME].str;
	if (!scheme_name_ok(pin->scheme))
		return option_check_refuse(check, PINS,
		    "a scheme's name has only lower-case letters, digits and "
		    "'-'");
	if (!decode_hex(
		members[PIN_SHA256].str, pin->sha256, sizeof(pin->sha256)))
		return option_check_refuse(
		    check, PINS, "a sha256 is 64 hex digits");
	for (size_t i = 0; i < s->pin_count; i++) {
		if (str_equal(s->pins[i].scheme, pin->scheme))
			return option_check_refuse(
			    check, PINS, "a scheme is pinned twice");
	}
	s->pin_count++;
	return true;
}

static bool
read_pins(const struct option_check *check, struct settings *s)
{
	const struct apam_value *pins = &s->values.values[PINS];

	s->pins = arena_alloc(&s->values.arena, pins->count, sizeof(*s->pins));
	if (s->pins == NULL) {
		problems_add(check->problems, APAM_E_MEMORY, s->file, 0,
		    "out of memory");
		return false;
	}
	for (size_t i = 0; i < pins->count; i++) {
		if (!read_pin(check, pins->members + i * PIN_OPTIONS, s))
			return false;
	}
	return true;
}

/* ---- The file --------------------------------------------------------- */

static void
take_main_values(struct settings *s)
{
	const struct apam_value *v = s->values.values;

	s->module_dir = v[MODULE_DIR].str.p;
	s->profile_dir = v[PROFILE_DIR].str.p;
	s->state_dir = v[STATE_DIR].str.p;
	s->ca_file = v[CA_FILE].str.p;
	s->proxy = v[PROXY].str.p;
	s->deadline = v[DEADLINE].num;
	s->ttl = v[TTL].num;
	s->audit = (enum settings_audit)v[AUDIT].num;
	s->tls_environment = v[TLS_ENVIRONMENT].num != 0;
	s->agent = (enum agent_use)v[AGENT].num;
	s->agent_socket = v[AGENT_SOCKET].str.p;
	s->agent_user = v[AGENT_USER].str.p;
	s->body_max = shared_body_max(&v[LIMITS], SETTINGS_BODY_DEFAULT);
}

/* What sockaddr_un has room for. */
static bool
check_socket(const struct option_check *check)
{
	const struct apam_str path = check->values->values[AGENT_SOCKET].str;

	if (!option_check_path(check, AGENT_SOCKET))
		return false;
	return path.n <= AGENT_SOCKET_MAX ||
	    option_check_refuse(check, AGENT_SOCKET,
		"a socket's path has at most %d bytes", AGENT_SOCKET_MAX);
}

static void
check_values(struct settings *s, struct problems *all)
{
	const struct option_check check = { s->file, &table, &s->values, all };

	(void)option_check_path(&check, MODULE_DIR);
	(void)option_check_path(&check, PROFILE_DIR);
	(void)option_check_path(&check, STATE_DIR);
	(void)option_check_path(&check, CA_FILE);
	(void)option_check_proxy(&check, PROXY);
	(void)check_socket(&check);
	(void)read_pins(&check, s);
}

static void
read_main_tree(
    struct settings *s, const struct conf *conf, struct problems *all)
{
	const config_setting_t *root = config_root_setting(&conf->tree);
	const struct option_source source = {
		.file = s->file, .what = "the main file", .problems = all
	};

	if (config_setting_length(root) == 0) {
		problems_add(all, APAM_E_CONFIG, s->file, 0,
		    "the file sets nothing: profile_dir is missing");
		return;
	}
	(void)option_read(root, &source, &table, &s->values);
	if (s->values.count == 0)
		return;
	check_values(s, all);
	take_main_values(s);
}

struct settings *
settings_from_conf(const struct conf *conf, bool user, struct problems *all)
{
	const unsigned before = all->count;
	struct settings *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->file = str_dup(apam_str(conf->file));
	if (s == NULL || s->file == NULL) {
		problems_add(
		    all, APAM_E_MEMORY, conf->file, 0, "out of memory");
	} else {
		s->user = user;
		read_main_tree(s, conf, all);
	}
	if (all->count != before)
		settings_free(&s);
	return s;
}

struct settings *
settings_new(const char *path, bool user, struct problems *all)
{
	struct conf *conf = conf_new(path, user, all);
	struct settings *s;

	if (conf == NULL)
		return NULL;
	s = settings_from_conf(conf, user, all);
	conf_free(&conf);
	return s;
}

void
settings_free(struct settings **settings)
{
	if (*settings == NULL)
		return;
	option_values_free(&(*settings)->values);
	free((*settings)->file);
	free(*settings);
	*settings = NULL;
}
