/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contents of a profile file, as its readers pass them on: profile_conf.h
 * for the file, entry_conf.h for the entries.
 */
#ifndef CORE_CONFIG_PROFILE_VALUES_H
#define CORE_CONFIG_PROFILE_VALUES_H

#include "config/allow.h"
#include "config/main_conf.h"
#include "text/url.h"

#define PROFILE_NAME_MAX (APAM_NAME_SIZE - 1)

enum control { CONTROL_SUFFICIENT, CONTROL_REQUIRED, CONTROL_OPTIONAL };

/* When the provider is asked whether the key is good. */
enum revocation_check { CHECK_ON_REJECT, CHECK_NEVER, CHECK_PERIODIC };

/* What the entries of all schemes have. */
struct profile_entry {
	const char *scheme; /* NULL in a draft without one */
	enum control control;
	bool fallback_unavailable; /* fallback_on = [ "unavailable" ] */
	int64_t ttl; /* seconds */
	/* seconds for which what was read is a secret still; 0: not */
	int64_t keep;
	const char *probe_method, *probe_target; /* NULL: no probe */
	struct apam_str probe; /* both, as "GET /eyes" */
	unsigned probe_line;
	enum revocation_check revocation_check;
	int64_t check_every; /* seconds, for CHECK_PERIODIC */
	int64_t revocation_ttl; /* seconds for which "good" counts */
	bool deny_unknown; /* on_unknown = "deny" */
	bool allow_unknown; /* on_unknown = "allow", set explicitly */
	bool reuse_strict; /* reuse = "strict" */
	unsigned reuse_line; /* 0: reuse is not set */
	unsigned line;
	const config_setting_t *group; /* for the module's options */
	struct option_values common; /* owns the strings */
};

/* What `apam run` sets for programs: placeholders for keys; each a NUL text. */
struct run_environment {
	const char *const *names;
	const char *const *values;
	size_t count;
};

struct profile {
	char *name, *file;
	const char *description; /* "" if there is none */
	struct url *origins;
	const char **origin_texts; /* as the file has them */
	const char **origin_names; /* as url_origin writes them */
	size_t origin_count;
	bool allow_http;
	struct apam_str *http_addresses; /* as url_address writes them */
	const char **http_address_texts; /* the same */
	size_t http_address_count;
	bool share_credentials; /* by entry/share_file.h */
	enum agent_use agent; /* who signs */
	struct allow allow;
	struct run_environment run;
	const char *ca_file, *proxy; /* NULL: the system's; none */
	unsigned ca_file_line; /* 0: the main file has it, or nobody */
	int64_t deadline; /* seconds */
	int64_t body_max; /* bytes */
	struct profile_entry *entries;
	size_t entry_count;
	struct conf *conf;
	struct option_values values;
};

#endif
