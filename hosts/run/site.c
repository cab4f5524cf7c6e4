/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run/say.h"

#define HTTPS "https://"
#define HTTPS_PORT ":443"

/* ---- Reading ------------------------------------------------------------- */

/* Copy a host in lower case; false where it is empty or too long. */
static bool
take_host(const char *from, size_t n, char to[SITE_HOST_MAX + 1])
{
	if (n == 0 || n > SITE_HOST_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char c = from[i];

		if (c <= ' ' || c >= 0x7f || strchr("/?#@[]%", c) != NULL)
			return false;
		to[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	to[n] = '\0';
	return true;
}

static bool
take_port(const char *text, unsigned *port)
{
	*port = 0;
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] < '0' || text[i] > '9' || i == 5)
			return false;
		*port = *port * 10 + (unsigned)(text[i] - '0');
	}
	return *port > 0 && *port <= 65535;
}

bool
site_read(const char *text, struct site *site)
{
	const bool brackets = text[0] == '[';
	const char *host = text + brackets;
	const size_t n = strcspn(host, brackets ? "]" : ":");
	const char *rest = host + n;

	if (brackets && *rest++ != ']')
		return false;
	return *rest == ':' && take_host(host, n, site->host) &&
	    take_port(rest + 1, &site->port);
}

void
site_url_host(const struct site *site, char to[SITE_HOST_MAX + 3])
{
	const bool six = strchr(site->host, ':') != NULL;

	snprintf(to, SITE_HOST_MAX + 3, "%s%s%s", six ? "[" : "", site->host,
	    six ? "]" : "");
}

bool
site_read_usual(const char *authority, size_t n, struct site *site)
{
	char text[SITE_HOST_MAX + 16];

	if (n + sizeof(HTTPS_PORT) > sizeof(text))
		return false;
	memcpy(text, authority, n);
	text[n] = '\0';
	if (site_read(text, site))
		return true;
	strcpy(text + n, HTTPS_PORT);
	return site_read(text, site);
}

/* The site of an origin, "https://host[:port][/path]"; false: not by https. */
static bool
site_of_origin(const char *origin, struct site *site)
{
	const char *host = origin + sizeof(HTTPS) - 1;

	return strncmp(origin, HTTPS, sizeof(HTTPS) - 1) == 0 &&
	    site_read_usual(host, strcspn(host, "/"), site);
}

/* ---- Collecting ---------------------------------------------------------- */

size_t
sites_find(const struct sites *sites, const char *host, unsigned port)
{
	size_t i = 0;

	while (i < sites->count &&
	    (sites->all[i].port != port ||
		strcasecmp(sites->all[i].host, host) != 0))
		i++;
	return i;
}

/* A place for one more, or the one of a profile in error; NULL: out of memory. */
static struct site *
place_for(struct sites *sites, size_t at)
{
	struct site *all;

	if (at < sites->count)
		return &sites->all[at];
	all = realloc(sites->all, (at + 1) * sizeof(*all));
	if (all == NULL)
		return NULL;
	sites->all = all;
	return &all[at];
}

/* One that another profile has is as that profile says, if it can be used. */
static bool
add_site(struct sites *sites, const struct site *site, const char *ca_file)
{
	const size_t at = sites_find(sites, site->host, site->port);
	struct site *to;
	char *copy = NULL;

	if (at < sites->count && (site->in_error || !sites->all[at].in_error))
		return true;
	if (ca_file != NULL && (copy = strdup(ca_file)) == NULL)
		return false;
	to = place_for(sites, at);
	if (to == NULL) {
		free(copy);
		return false;
	}
	*to = *site;
	to->ca_file = copy;
	sites->count += at == sites->count;
	return true;
}

struct collecting {
	struct sites *sites;
	const struct wanted *wanted;
	bool *seen; /* each of the names */
	size_t unread; /* profiles that this user may not read */
	size_t served; /* origins of profiles that can be read */
	bool wrong; /* one that is named */
	bool no_memory;
};

static bool
is_wanted(struct collecting *c, const char *name)
{
	bool found = c->wanted->count == 0;

	for (size_t i = 0; i < c->wanted->count; i++)
		if (strcmp(c->wanted->names[i], name) == 0)
			found = c->seen[i] = true;
	return found;
}

/*
 * Tell that a profile cannot be used.  Those of others are none of this user's
 * business: false.
 */
static bool
tell_wrong(struct collecting *c, const char *name, const struct apam_error *why,
    bool refused)
{
	const bool of_others = why->status == APAM_E_ACCESS;
	char line[16] = "";

	c->wrong = c->wrong || c->wanted->count > 0;
	c->unread += of_others;
	if (of_others && !c->wrong && !c->wanted->verbose)
		return false;
	if (why->line > 0)
		snprintf(line, sizeof(line), ":%u", why->line);
	say("%s: the profile cannot be used%s: %s%s%s%s", name,
	    of_others || !refused ?
		"" :
		", and what is sent to its hosts is refused",
	    why->file, line, why->file[0] == '\0' ? "" : ": ", why->text);
	return !of_others;
}

/* Take the site of one origin; false: there is none. */
static bool
collect_origin(struct collecting *c, const struct apam_profile_info *info,
    const char *origin)
{
	struct site site = { .in_error = info->entry_count == 0 };

	if (!site_of_origin(origin, &site))
		return false;
	if (!add_site(c->sites, &site, info->ca_file))
		c->no_memory = true;
	c->served += !site.in_error;
	return true;
}

static bool
collect_profile(void *arg, const struct apam_profile_info *info)
{
	struct collecting *c = arg;
	bool served = false;

	if (!is_wanted(c, info->name))
		return true;
	if (info->why != NULL &&
	    !tell_wrong(c, info->name, info->why, info->origin_count > 0))
		return true;
	if (info->proxy != NULL) {
		say("%s: the profile has a proxy, which nginx cannot use: what "
		    "is sent there is not signed",
		    info->name);
		return true;
	}
	for (size_t i = 0; i < info->origin_count; i++)
		served = collect_origin(c, info, info->origins[i]) || served;
	/* A text of one that is wrong may be its secret. */
	if (served && info->why == NULL &&
	    !placeholders_take(&c->sites->placeholders, info))
		c->no_memory = true;
	return !c->no_memory;
}

/* False: one of the names is nobody's; it is told. */
static bool
names_are_right(const struct collecting *c)
{
	bool right = true;

	for (size_t i = 0; i < c->wanted->count; i++) {
		if (c->seen[i])
			continue;
		say("there is no profile %s; `apam list` shows the profiles",
		    c->wanted->names[i]);
		right = false;
	}
	return right;
}

static int
no_site(const struct collecting *c)
{
	if (c->wanted->count > 0)
		say("no profile that -p names has an https origin that can be "
		    "signed for");
	else if (c->unread > 0 && c->wanted->verbose)
		say("no profile that this user may use has an https origin; "
		    "the lines above say why others are left out");
	else if (c->unread > 0)
		say("no profile that this user may use has an https origin; "
		    "`apam run --verbose` says why others are left out");
	else
		say("no profile has an https origin that can be signed for; "
		    "`apam profile new` makes one");
	return SAY_CONFIG;
}

/* What has come of it. */
static int
conclude(const struct collecting *c)
{
	if (c->no_memory) {
		say("out of memory");
		return SAY_INTERNAL;
	}
	if (!names_are_right(c))
		return SAY_USAGE;
	if (c->wrong)
		return SAY_CONFIG;
	return c->served > 0 ? 0 : no_site(c);
}

int
sites_collect(
    struct sites *sites, struct apam *ctx, const struct wanted *wanted)
{
	struct collecting c = { .sites = sites, .wanted = wanted };
	struct apam_error err = APAM_ERROR_INIT;
	int code = SAY_CONFIG;

	c.seen = calloc(wanted->count + 1, sizeof(*c.seen));
	c.no_memory = c.seen == NULL;
	if (!c.no_memory &&
	    apam_profiles(ctx, collect_profile, &c, &err) != APAM_OK)
		say("%s", err.text);
	else
		code = conclude(&c);
	free(c.seen);
	return code;
}
