/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One profile file, checked as far as that goes without its modules, and then
 * with them.
 */
#ifndef CORE_PROFILE_H
#define CORE_PROFILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/main_conf.h"
#include "text/url.h"

#define PROFILE_NAME_MAX (APAM_NAME_SIZE - 1)

enum control { CONTROL_SUFFICIENT, CONTROL_REQUIRED, CONTROL_OPTIONAL };

/* When the provider is asked whether the key is good. */
enum revocation_check { CHECK_ON_REJECT, CHECK_NEVER, CHECK_PERIODIC };

/* What every scheme's entry has. */
struct profile_entry {
	const char *scheme; /* NULL in a draft that lacks it */
	enum control control;
	bool fallback_unavailable; /* fallback_on = [ "unavailable" ] */
	int64_t ttl; /* seconds */
	const char *probe_method, *probe_target; /* NULL: no probe */
	unsigned probe_line;
	enum revocation_check revocation_check;
	int64_t check_every; /* seconds, where that is periodic */
	int64_t revocation_ttl; /* seconds that "good" holds */
	bool deny_unknown; /* on_unknown = "deny" */
	bool allow_unknown; /* on_unknown = "allow", in so many words */
	unsigned line;
	const config_setting_t *group; /* for the module's options */
	struct option_values common; /* owns the strings */
};

struct profile {
	char *name, *file;
	const char *description; /* "" where none */
	struct url *origins;
	const char **origin_texts;
	size_t origin_count;
	bool allow_http;
	bool share_credentials; /* by entry/share_file.h */
	const char *ca_file, *proxy; /* NULL: the system's; none */
	int64_t deadline; /* seconds */
	int64_t body_max; /* bytes */
	struct profile_entry *entries;
	size_t entry_count;
	struct conf *conf;
	struct option_values values;
};

/* A letter or digit, then letters, digits, '.', '_' and '-', 64 at most. */
bool profile_name_ok(const char *name);

/*
 * Read a profile file.  An entry's own members are not looked at yet, except
 * the common ones: call profile_entry_options with the module's table.  NULL
 * with problems added where anything is wrong.  `settings` must outlive it.
 */
struct profile *profile_new(const char *name, const char *file,
    const struct settings *settings, struct problems *all);

/*
 * For tools that report everything in one pass: the same, but NULL only where
 * the file cannot be parsed at all.  Where problems were added the draft is
 * good for profile_entry_options and profile_free and nothing else.
 */
struct profile *profile_draft(const char *name, const char *file,
    const struct settings *settings, struct problems *all);

/* A draft from a parsed file, which it takes over: *conf is then NULL. */
struct profile *profile_from_conf(const char *name, struct conf **conf,
    const struct settings *settings, struct problems *all);

/* Append the URL of an entry's probe: its target at the first origin. */
void profile_probe_url(const struct profile *profile,
    const struct profile_entry *entry, struct buf *url);

/* The line of origin `i` in the profile's file. */
unsigned profile_origin_line(const struct profile *profile, size_t i);

/* Free and set *profile to NULL; fine on NULL. */
void profile_free(struct profile **profile);

/*
 * Check entry `i` against its module's table and give the values.  False with
 * problems added where anything is wrong.
 */
bool profile_entry_options(const struct profile *profile, size_t i,
    const struct option_table *table, struct option_values *values,
    struct problems *all);

#endif
