/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/placeholder.h"

#include <stdlib.h>
#include <string.h>

#include "run/say.h"

static const struct placeholder *
find(const struct placeholders *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->all[i].name, name) == 0)
			return &all->all[i];
	return NULL;
}

/* There is room for it. */
static bool
add(struct placeholders *to, const char *name, const char *value)
{
	struct placeholder *p = &to->all[to->count++];

	p->name = strdup(name);
	p->value = strdup(value);
	return p->name != NULL && p->value != NULL;
}

static bool
take(struct placeholders *to, const struct apam_profile_info *profile, size_t i)
{
	const char *name = profile->run_names[i];
	const char *value = profile->run_values[i];
	const struct placeholder *other = find(to, name);

	if (other == NULL)
		return add(to, name, value);
	if (strcmp(other->value, value) != 0)
		say("%s: another profile has another placeholder for %s, which "
		    "stays; name the profiles that are meant with -p",
		    profile->name, name);
	return true;
}

bool
placeholders_take(
    struct placeholders *to, const struct apam_profile_info *profile)
{
	struct placeholder *all;
	bool ok = true;

	if (profile->run_count == 0)
		return true;
	all = realloc(to->all, (to->count + profile->run_count) * sizeof(*all));
	if (all == NULL)
		return false;
	to->all = all;
	for (size_t i = 0; ok && i < profile->run_count; i++)
		ok = take(to, profile, i);
	return ok;
}
