/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a profile: first the options that all schemes share, then,
 * when the module is known, those of its own table.  Each of the two readings
 * knows the other's names, so that nothing is reported twice and nothing is
 * missed.
 */
#include "config/entry_conf.h"

#include "base/str.h"
#include "config/rules.h"
#include "text/duration.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* In the order of enum control. */
static const char *const controls[] = { "sufficient", "required", "optional",
	NULL };
_Static_assert(COUNT(controls) == CONTROL_OPTIONAL + 2, "a gap");

/* Index 1 is `deny`, so the index doubles as the boolean. */
static const char *const unknowns[] = { "allow", "deny", NULL };

/* So does this one: index 1 is `strict`. */
static const char *const reuses[] = { "grace", "strict", NULL };

#define CHECK_LEAST 1 /* seconds */

enum {
	SCHEME,
	CONTROL,
	TTL,
	PROBE,
	FALLBACK_ON,
	REVOCATION_CHECK,
	REVOCATION_TTL,
	ON_UNKNOWN,
	KEEP,
	REUSE
};

static const struct apam_option options[] = {
	[SCHEME] = { .name = "scheme",
	    .help = "how to authenticate: the name of a module",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED },
	[CONTROL] = { .name = "control",
	    .help = "what the entry means for the entries after it",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "sufficient",
	    .choices = controls },
	[TTL] = { .name = "ttl",
	    .help = "lifetime of a credential if the provider does not state "
		    "one",
	    .type = APAM_OPT_DURATION,
	    .min = 1,
	    .max = SETTINGS_TTL_MAX },
	[PROBE] = { .name = "probe",
	    .help = "a request that shows whether the key works: \"GET /x\"",
	    .type = APAM_OPT_STRING },
	[FALLBACK_ON] = { .name = "fallback_on",
	    .help = "go on to the next entry for \"unavailable\", too",
	    .type = APAM_OPT_LIST },
	[REVOCATION_CHECK] = { .name = "revocation_check",
	    .help = "when to ask whether the key is good: \"never\","
		    " \"on_reject\", or how often, as \"5m\"",
	    .type = APAM_OPT_STRING,
	    .default_value = "on_reject" },
	[REVOCATION_TTL] = { .name = "revocation_ttl",
	    .help = "how long a key counts as good after it was found good",
	    .type = APAM_OPT_DURATION,
	    .default_value = "1h",
	    .min = 0,
	    .max = SETTINGS_TTL_MAX },
	[ON_UNKNOWN] = { .name = "on_unknown",
	    .help = "whether a key whose state is unknown may sign after that",
	    .type = APAM_OPT_CHOICE,
	    .choices = unknowns },
	[KEEP] = { .name = "keep",
	    .help = "how long secrets that are not files are kept before they "
		    "are read anew",
	    .type = APAM_OPT_DURATION,
	    .min = 1,
	    .max = SETTINGS_TTL_MAX },
	[REUSE] = { .name = "reuse",
	    .help = "when a durable secret whose answer was lost is sent "
		    "again: \"grace\", soon, as without this; \"strict\", when "
		    "the credential before it has ended",
	    .type = APAM_OPT_CHOICE,
	    .choices = reuses },
};

static const struct option_table table = { options, sizeof(options[0]),
	COUNT(options) };

const struct option_table *
entry_conf_options(void)
{
	return &table;
}

bool
profile_entry_reserves(const char *name)
{
	return option_find(&table, name) != NULL;
}

/* ---- Common members --------------------------------------------------- */

static bool
check_scheme(struct profile_entry *entry, const struct option_check *check)
{
	const struct apam_value *scheme = &entry->common.values[SCHEME];

	if (!scheme->set)
		return false;
	if (!scheme_name_ok(scheme->str))
		return option_check_refuse(check, SCHEME,
		    "must be lower-case letters, digits and '-', 64 at most");
	entry->scheme = scheme->str.p;
	return true;
}

/* A path and perhaps a query, of visible ASCII without what URLs lack. */
static bool
is_target(struct apam_str target)
{
	if (!str_starts(target, APAM_STR("/")))
		return false;
	for (size_t i = 0; i < target.n; i++) {
		if (target.p[i] <= ' ' || target.p[i] > '~' ||
		    strchr("#\\\"<>^`{|}", target.p[i]) != NULL)
			return false;
	}
	return true;
}

static bool
read_probe(struct profile_entry *entry, const struct option_check *check)
{
	const struct apam_value *probe = &entry->common.values[PROBE];
	struct apam_str method, target;

	if (!probe->set)
		return true;
	method = str_cut(probe->str, str_find(probe->str, ' '));
	target = str_skip(probe->str, method.n);
	if (target.n > 0)
		target = str_skip(target, 1);
	if ((!str_equal(method, APAM_STR("GET")) &&
		!str_equal(method, APAM_STR("HEAD"))) ||
	    !is_target(target))
		return option_check_refuse(check, PROBE,
		    "must be GET or HEAD and a path, as in \"GET /version\"");
	entry->probe_method = method.n == 3 ? "GET" : "HEAD";
	entry->probe_target = target.p;
	entry->probe = probe->str;
	entry->probe_line = entry->common.lines[PROBE];
	return true;
}

void
profile_probe_url(const struct profile *profile,
    const struct profile_entry *entry, struct buf *url)
{
	buf_put(url, profile->origins[0].origin);
	buf_put(url, apam_str(entry->probe_target));
}

/*
 * True if an origin contains the probe or none is valid; also if memory runs
 * out, because that is not a reason for a warning.
 */
static bool
probe_is_inside(const struct profile *p, const struct profile_entry *entry)
{
	struct url url;
	struct buf text;
	bool inside = p->origin_count == 0;

	if (inside)
		return true;
	buf_init_plain(&text, URL_MAX);
	profile_probe_url(p, entry, &text);
	inside = text.no_memory;
	if (url_parse(buf_view(&text), &url) == NULL)
		for (size_t i = 0; i < p->origin_count; i++)
			inside = inside ||
			    url_outside(&p->origins[i], &url) == NULL;
	buf_free(&text);
	return inside;
}

static void
warn_of_probe(const struct profile *p, const struct profile_entry *entry,
    struct problems *all)
{
	if (entry->probe_target != NULL && !probe_is_inside(p, entry))
		problems_warn(all, p->file, entry->common.lines[PROBE],
		    "probe: its path is not below any of the profile's "
		    "origins, so it is never sent; write the whole path, as in "
		    "\"GET %.*s/version\"",
		    (int)p->origins[0].path.n, p->origins[0].path.p);
}

static bool
read_fallback(struct profile_entry *entry, const struct option_check *check)
{
	const struct apam_value *list = &entry->common.values[FALLBACK_ON];

	for (size_t i = 0; i < list->count; i++) {
		if (!str_equal(list->items[i], APAM_STR("unavailable")))
			return option_check_refuse(check, FALLBACK_ON,
			    "may only contain \"unavailable\"");
		entry->fallback_unavailable = true;
	}
	return true;
}

static bool
read_revocation(struct profile_entry *entry, const struct option_check *check)
{
	const struct apam_value *values = entry->common.values;
	struct apam_str when = values[REVOCATION_CHECK].str;

	entry->revocation_ttl = values[REVOCATION_TTL].num;
	/* Neither is the default; see apam.conf(5). */
	entry->deny_unknown = values[ON_UNKNOWN].num == 1;
	entry->allow_unknown = values[ON_UNKNOWN].set && !entry->deny_unknown;
	entry->revocation_check = CHECK_PERIODIC;
	if (str_equal(when, APAM_STR("on_reject")))
		entry->revocation_check = CHECK_ON_REJECT;
	else if (str_equal(when, APAM_STR("never")))
		entry->revocation_check = CHECK_NEVER;
	else if (!duration_parse(when, &entry->check_every) ||
	    entry->check_every < CHECK_LEAST ||
	    entry->check_every > SETTINGS_TTL_MAX)
		return option_check_refuse(check, REVOCATION_CHECK,
		    "must be \"never\", \"on_reject\" or a duration from 1s to "
		    "365d, such as \"5m\"");
	return true;
}

static void
read_reuse(struct profile_entry *entry)
{
	const struct option_values *common = &entry->common;

	entry->reuse_strict = common->values[REUSE].num == 1;
	if (common->values[REUSE].set)
		entry->reuse_line = common->lines[REUSE];
}

/* False when out of memory. */
static bool
read_entry(const struct profile *p, const struct settings *settings,
    struct profile_entry *entry, struct problems *all)
{
	const struct option_source source = { .file = p->file,
		.what = "the entry",
		.partial = true,
		.problems = all };
	const struct option_check check = { p->file, &table, &entry->common,
		all };
	const struct apam_value *v;

	(void)option_read(entry->group, &source, &table, &entry->common);
	if (entry->common.count == 0)
		return false;
	v = entry->common.values;
	entry->control = (enum control)v[CONTROL].num;
	entry->keep = v[KEEP].set ? v[KEEP].num : 0;
	entry->ttl = v[TTL].set ? v[TTL].num : settings->ttl;
	(void)check_scheme(entry, &check);
	read_reuse(entry);
	if (read_probe(entry, &check))
		warn_of_probe(p, entry, all);
	(void)read_fallback(entry, &check);
	(void)read_revocation(entry, &check);
	return true;
}

/* ---- The list --------------------------------------------------------- */

static const char *
list_problem(const config_setting_t *auth)
{
	if (auth == NULL)
		return "auth is missing in the profile: the keys to sign with, as "
		       "in auth = ( { scheme = \"NAME\"; ... } );";
	if (!config_setting_is_list(auth))
		return "auth: must be a list of groups, ( { ... } )";
	if (config_setting_length(auth) == 0)
		return "auth: is an empty list";
	if (config_setting_length(auth) > APAM_ENTRIES_MAX)
		return "auth: has more than 32 entries";
	return NULL;
}

static bool
add_entry(struct profile *p, const struct settings *settings,
    const config_setting_t *group, struct problems *all)
{
	struct profile_entry *entry = &p->entries[p->entry_count];

	entry->line = config_setting_source_line(group);
	if (!config_setting_is_group(group)) {
		problems_add(all, APAM_E_CONFIG, p->file, entry->line,
		    "auth: must hold groups in braces, { ... }");
		return true;
	}
	entry->group = group;
	p->entry_count++;
	return read_entry(p, settings, entry, all);
}

bool
profile_entries_read(
    struct profile *p, const struct settings *settings, struct problems *all)
{
	const config_setting_t *root = config_root_setting(&p->conf->tree);
	const config_setting_t *auth = config_setting_get_member(root, "auth");
	const char *why = list_problem(auth);
	unsigned count;

	if (why != NULL) {
		problems_add(all, APAM_E_CONFIG, p->file,
		    config_setting_source_line(auth == NULL ? root : auth),
		    "%s", why);
		return true;
	}
	count = (unsigned)config_setting_length(auth);
	p->entries = arena_alloc(&p->values.arena, count, sizeof(*p->entries));
	if (p->entries == NULL) {
		problems_add(all, APAM_E_MEMORY, p->file, 0, "out of memory");
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		if (!add_entry(
			p, settings, config_setting_get_elem(auth, i), all))
			return false;
	}
	return true;
}

/* ---- The module's members --------------------------------------------- */

bool
profile_entry_options(const struct profile *profile, size_t i,
    const struct option_table *module, struct option_values *values,
    struct problems *all)
{
	const struct option_source source = { .file = profile->file,
		.what = "the entry",
		.allow_http = profile->allow_http,
		.http_addresses = profile->http_addresses,
		.http_address_count = profile->http_address_count,
		.elsewhere = &table,
		.problems = all };

	return option_read(profile->entries[i].group, &source, module, values);
}
