/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A rule is about the whole profile, so that its entry that needs most decides.
 */
#include "profile/gifts.h"

/* What somebody who signs with the entry must be given. */
static enum apam_give
gift_needed(const struct entry *e)
{
	if (!e->services.short_lived)
		return APAM_GIVE_SECRET;
	return e->module->abi.traits & APAM_TRAIT_STATIC ? APAM_GIVE_HEADERS :
							   APAM_GIVE_SIGNATURE;
}

/* The first entry that needs most. */
static const struct entry *
neediest(const struct gifts *g)
{
	const struct entry *most = &g->entries[0];

	for (size_t i = 1; i < g->count; i++)
		if (gift_needed(&g->entries[i]) > gift_needed(most))
			most = &g->entries[i];
	return most;
}

static void
refuse_gift(const struct gifts *g, size_t rule, const struct entry *e,
    struct problems *all)
{
	const struct allow_rule *r = &g->profile->allow.rules[rule];
	const bool secret = gift_needed(e) == APAM_GIVE_SECRET;

	problems_add(all, APAM_E_CONFIG, g->profile->file, r->line,
	    "allow[%zu].give: \"%s\" is too little: what entry %zu, %s, sends "
	    "is %s; write give = \"%s\" if that is meant, without methods and "
	    "paths",
	    rule + 1, apam_give_name(r->give), entry_number(e), e->conf->scheme,
	    secret ? "the secret itself, for any use and for ever" :
		     "the same for each request, for any use until it ends",
	    apam_give_name(gift_needed(e)));
}

bool
gifts_check(const struct gifts *g, struct problems *all)
{
	const struct allow *allow = &g->profile->allow;
	const struct entry *most;
	bool ok = true;

	if (allow->count == 0 || g->count == 0)
		return true;
	most = neediest(g);
	for (size_t i = 0; i < allow->count; i++) {
		if (allow->rules[i].give == APAM_GIVE_NOTHING ||
		    allow->rules[i].give >= gift_needed(most))
			continue;
		refuse_gift(g, i, most, all);
		ok = false;
	}
	return ok;
}

static void
warn_of_rule(const struct gifts *g, size_t i, struct problems *all)
{
	const struct allow *allow = &g->profile->allow;
	const enum apam_give needed = gift_needed(neediest(g));
	const size_t by = allow_idle(allow, i);

	if (by < allow->count)
		problems_warn(all, g->profile->file, allow->rules[i].line,
		    "allow[%zu]: it never decides anything: rule %zu (line %u) "
		    "gives all whom it names as much or more; take one of them "
		    "out",
		    i + 1, by + 1, allow->rules[by].line);
	else if (allow->rules[i].give > needed)
		problems_warn(all, g->profile->file, allow->rules[i].line,
		    "allow[%zu].give: \"%s\" is more than any entry of the "
		    "profile needs: \"%s\" is enough",
		    i + 1, apam_give_name(allow->rules[i].give),
		    apam_give_name(needed));
}

void
gifts_lint(const struct gifts *g, struct problems *all)
{
	for (size_t i = 0; g->count > 0 && i < g->profile->allow.count; i++)
		warn_of_rule(g, i, all);
}
