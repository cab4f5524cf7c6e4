/* SPDX-License-Identifier: BSD-2-Clause */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "say.h"

#define HTTPS "https://"
#define HTTPS_PORT 443U

/* ---- Reading ------------------------------------------------------------- */

/* Copy a host in lower case; false where it is empty or too long. */
static bool
take_host(const char *from, size_t n, char to[PLACE_HOST_MAX + 1])
{
	if (n == 0 || n > PLACE_HOST_MAX)
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
place_read(const char *text, struct place *place)
{
	const bool brackets = text[0] == '[';
	const char *host = text + brackets;
	const size_t n = strcspn(host, brackets ? "]" : ":");
	const char *rest = host + n;

	if (brackets && *rest++ != ']')
		return false;
	return *rest == ':' && take_host(host, n, place->host) &&
	    take_port(rest + 1, &place->port);
}

/* The place of an origin, "https://host[:port][/path]"; false: not by https. */
static bool
place_of_origin(const char *origin, struct place *place)
{
	char text[PLACE_HOST_MAX + 16];
	const char *host = origin + sizeof(HTTPS) - 1;
	size_t n;

	if (strncmp(origin, HTTPS, sizeof(HTTPS) - 1) != 0)
		return false;
	n = strcspn(host, "/");
	if (n + 5 > sizeof(text))
		return false;
	memcpy(text, host, n);
	text[n] = '\0';
	if (place_read(text, place))
		return true;
	snprintf(text + n, sizeof(text) - n, ":%u", HTTPS_PORT);
	return place_read(text, place);
}

/* ---- Collecting ---------------------------------------------------------- */

size_t
places_find(const struct places *places, const char *host, unsigned port)
{
	size_t i = 0;

	while (i < places->count &&
	    (places->all[i].port != port ||
		strcasecmp(places->all[i].host, host) != 0))
		i++;
	return i;
}

static bool
add_place(struct places *places, const struct place *place)
{
	struct place *all;

	if (places_find(places, place->host, place->port) < places->count)
		return true;
	all = realloc(places->all, (places->count + 1) * sizeof(*all));
	if (all == NULL)
		return false;
	all[places->count++] = *place;
	places->all = all;
	return true;
}

struct collecting {
	struct places *places;
	char *const *names;	/* of those that are wanted; all if none */
	size_t name_count;
	size_t seen;		/* of these */
	bool no_memory;
};

static bool
is_wanted(struct collecting *c, const char *name)
{
	for (size_t i = 0; i < c->name_count; i++)
		if (strcmp(c->names[i], name) == 0) {
			c->seen++;
			return true;
		}
	return c->name_count == 0;
}

static bool
collect_profile(void *arg, const struct apam_profile_info *info)
{
	struct collecting *c = arg;
	struct place place;

	if (!is_wanted(c, info->name))
		return true;
	if (info->why != NULL) {
		say("%s: the profile cannot be used: %s", info->name,
		    info->why->text);
		return true;
	}
	for (size_t i = 0; i < info->origin_count; i++)
		if (place_of_origin(info->origins[i], &place) &&
		    !add_place(c->places, &place))
			c->no_memory = true;
	return !c->no_memory;
}

int
places_collect(struct places *places, struct apam *ctx, char *const *profiles,
    size_t profile_count)
{
	struct collecting c = { places, profiles, profile_count, 0, false };
	struct apam_error err = APAM_ERROR_INIT;
	const enum apam_status status = apam_profiles(
	    ctx, collect_profile, &c, &err);

	if (status != APAM_OK) {
		say("%s", err.text);
		return SAY_CONFIG;
	}
	if (c.no_memory) {
		say("out of memory");
		return SAY_INTERNAL;
	}
	if (c.seen < profile_count) {
		say("there is no profile of one of these names; `apam list` "
		    "shows them");
		return SAY_USAGE;
	}
	if (places->count > 0)
		return 0;
	say("no profile has an https origin, so there is nothing to sign for; "
	    "`apam profile new` makes one");
	return SAY_CONFIG;
}

void
places_free(struct places *places)
{
	free(places->all);
	*places = (struct places){ NULL, 0 };
}
