/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The origins of all profiles, sorted, so that equal ones are neighbours.  They
 * are equal if profile/origin_index.h finds no better one: same scheme, host,
 * port and path.
 */
#include "admin/lint_origins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"

#define KEY_SIZE (URL_HOST_MAX + URL_MAX + 32)

struct lint_claim {
	char *origin; /* in its normal spelling */
	char *profile, *file;
	unsigned line;
};

static void
free_claim(struct lint_claim *claim)
{
	free(claim->origin);
	free(claim->profile);
	free(claim->file);
}

static bool
add_claim(struct lint_origins *origins, const struct profile *profile, size_t i)
{
	const struct url *url = &profile->origins[i];
	struct lint_claim claim = { .line = profile_origin_line(profile, i) };
	char origin[KEY_SIZE];

	if (!array_grow(&origins->all, origins->count, &origins->room,
		sizeof(*origins->all)))
		return false;
	(void)snprintf(origin, sizeof(origin), "%s://%s:%u%.*s",
	    url->https ? "https" : "http", url->host, (unsigned)url->port,
	    (int)url->path.n, url->path.p);
	claim.origin = str_dup(apam_str(origin));
	claim.profile = str_dup(apam_str(profile->name));
	claim.file = str_dup(apam_str(profile->file));
	if (claim.origin == NULL || claim.profile == NULL ||
	    claim.file == NULL) {
		free_claim(&claim);
		return false;
	}
	origins->all[origins->count++] = claim;
	return true;
}

bool
lint_origins_add(struct lint_origins *origins, const struct profile *profile)
{
	for (size_t i = 0; i < profile->origin_count; i++)
		if (!add_claim(origins, profile, i))
			return false;
	return true;
}

static int
compare_claims(const void *a, const void *b)
{
	const struct lint_claim *x = a, *y = b;
	int order = strcmp(x->origin, y->origin);

	return order != 0 ? order : strcmp(x->profile, y->profile);
}

void
lint_origins_warn(struct lint_origins *origins, struct problems *all)
{
	const struct lint_claim *first = origins->all;

	if (origins->count > 0)
		qsort(origins->all, origins->count, sizeof(*first),
		    compare_claims);
	for (size_t i = 1; i < origins->count; i++) {
		const struct lint_claim *claim = &origins->all[i];

		if (strcmp(first->origin, claim->origin) != 0) {
			first = claim;
			continue;
		}
		problems_warn(all, claim->file, claim->line,
		    "origins: profile %s claims this origin, too, so its URLs "
		    "find neither; remove it from one of them, or let every "
		    "program name its profile",
		    first->profile);
	}
}

void
lint_origins_free(struct lint_origins *origins)
{
	for (size_t i = 0; i < origins->count; i++)
		free_claim(&origins->all[i]);
	free(origins->all);
	memset(origins, 0, sizeof(*origins));
}
