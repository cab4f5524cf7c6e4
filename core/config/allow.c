/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deciding, and saying why not.
 */
#include "config/allow.h"

#include <stdio.h>

#include "base/account.h"
#include "base/error.h"
#include "base/str.h"
#include "text/path_rule.h"

/* ---- Who and what ----------------------------------------------------- */

static bool
has_number(const uint32_t *all, size_t count, uint32_t number)
{
	for (size_t i = 0; i < count; i++)
		if (all[i] == number)
			return true;
	return false;
}

static bool
has_text(const struct apam_str *all, size_t count, struct apam_str text)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(all[i], text))
			return true;
	return false;
}

bool
allow_names(const struct allow_rule *rule, const struct caller *caller)
{
	if (has_number(rule->users, rule->user_count, caller->user))
		return true;
	for (size_t i = 0; i < caller->group_count; i++)
		if (has_number(
			rule->groups, rule->group_count, caller->groups[i]))
			return true;
	return caller->unit.n > 0 &&
	    has_text(rule->units, rule->unit_count, caller->unit);
}

bool
allow_is_gateway(const struct allow *allow, const struct caller *caller)
{
	for (size_t i = 0; i < allow->count; i++)
		if (allow->rules[i].gateway &&
		    allow_names(&allow->rules[i], caller))
			return true;
	return false;
}

bool
allow_needs_unit(const struct allow *allow)
{
	for (size_t i = 0; i < allow->count; i++)
		if (allow->rules[i].unit_count > 0)
			return true;
	return false;
}

bool
allow_needs_groups(const struct allow *allow)
{
	for (size_t i = 0; i < allow->count; i++)
		if (allow->rules[i].group_count > 0)
			return true;
	return false;
}

/* `unsure` is what path_unsure says of the path. */
static bool
fits_request(const struct allow_rule *rule, const struct allow_request *request,
    const char *unsure)
{
	if (rule->method_count > 0 &&
	    !has_text(rule->methods, rule->method_count, request->method))
		return false;
	if (rule->path_count == 0)
		return true;
	for (size_t i = 0; unsure == NULL && i < rule->path_count; i++)
		if (path_rule_fits(rule->paths[i], request->path))
			return true;
	return false;
}

struct allow_verdict
allow_decide(const struct allow *allow, const struct caller *caller,
    const struct allow_request *request)
{
	struct allow_verdict v = { .give = APAM_GIVE_NOTHING };
	const char *unsure = path_unsure(request->path);

	for (size_t i = 0; i < allow->count; i++) {
		const struct allow_rule *rule = &allow->rules[i];

		if (!allow_names(rule, caller))
			continue;
		v.gateway |= rule->gateway;
		if (rule->gateway)
			continue;
		v.named = true;
		if (rule->path_count > 0)
			v.unsure = unsure;
		if (!fits_request(rule, request, unsure))
			continue;
		if (!v.fits || rule->give > v.give) {
			v.rule = i;
			v.give = rule->give;
		}
		v.fits = true;
	}
	return v;
}

/* ---- Idle rules ------------------------------------------------------- */

static bool
numbers_cover(const uint32_t *wide, size_t wide_count, const uint32_t *narrow,
    size_t narrow_count)
{
	for (size_t i = 0; i < narrow_count; i++)
		if (!has_number(wide, wide_count, narrow[i]))
			return false;
	return true;
}

static bool
texts_cover(const struct apam_str *wide, size_t wide_count,
    const struct apam_str *narrow, size_t narrow_count)
{
	for (size_t i = 0; i < narrow_count; i++)
		if (!has_text(wide, wide_count, narrow[i]))
			return false;
	return true;
}

static bool
covers_path(const struct allow_rule *wide, struct apam_str path)
{
	for (size_t i = 0; i < wide->path_count; i++)
		if (path_rule_covers(wide->paths[i], path))
			return true;
	return false;
}

static bool
covers_requests(const struct allow_rule *wide, const struct allow_rule *narrow)
{
	if (wide->method_count > 0 &&
	    (narrow->method_count == 0 ||
		!texts_cover(wide->methods, wide->method_count, narrow->methods,
		    narrow->method_count)))
		return false;
	if (wide->path_count == 0)
		return true;
	for (size_t i = 0; i < narrow->path_count; i++)
		if (!covers_path(wide, narrow->paths[i]))
			return false;
	return narrow->path_count > 0;
}

static bool
covers(const struct allow_rule *wide, const struct allow_rule *narrow)
{
	return wide->gateway == narrow->gateway && wide->give >= narrow->give &&
	    covers_requests(wide, narrow) &&
	    numbers_cover(wide->users, wide->user_count, narrow->users,
		narrow->user_count) &&
	    numbers_cover(wide->groups, wide->group_count, narrow->groups,
		narrow->group_count) &&
	    texts_cover(wide->units, wide->unit_count, narrow->units,
		narrow->unit_count);
}

size_t
allow_idle(const struct allow *allow, size_t i)
{
	const struct allow_rule *rule = &allow->rules[i];

	for (size_t k = 0; k < allow->count; k++)
		if (k != i && covers(&allow->rules[k], rule) &&
		    (k < i || !covers(rule, &allow->rules[k])))
			return k;
	return allow->count;
}

/* ---- Saying why ------------------------------------------------------- */

/* "rule 1 (line 9), rule 3 (line 21)", of those that name the caller. */
static void
put_rules(const struct allow *allow, const struct caller *caller, char *to,
    size_t size)
{
	size_t n = 0, shown = 0;

	to[0] = '\0';
	for (size_t i = 0; i < allow->count && n < size; i++) {
		const struct allow_rule *rule = &allow->rules[i];

		if (!allow_names(rule, caller))
			continue;
		if (shown++ == 4) {
			(void)snprintf(to + n, size - n, " and others");
			return;
		}
		n += (size_t)snprintf(to + n, size - n, "%srule %zu (line %u)",
		    n > 0 ? ", " : "", i + 1, rule->line);
	}
}

void
allow_refusal(const struct allow *allow, const struct caller *caller,
    const struct allow_verdict *v, char *to, size_t size)
{
	char user[ACCOUNT_TEXT_SIZE], rules[160];

	account_describe(caller->user, user);
	put_rules(allow, caller, rules, sizeof(rules));
	if (v->fits)
		(void)snprintf(to, size,
		    "allow gives %s nothing to send itself (%s): send it "
		    "through the gateway, or have the profile give more",
		    user, rules);
	else if (!v->named && v->gateway)
		(void)snprintf(to, size,
		    "allow has %s ask for others alone, as a gateway "
		    "(%s): add a rule for it if it may sign for itself, too",
		    user, rules);
	else if (!v->named)
		(void)snprintf(to, size,
		    "allow has no rule for %s, nor for its groups or "
		    "unit: add one to the profile if it may sign",
		    user);
	else if (v->unsure != NULL)
		(void)snprintf(to, size,
		    "allow compares paths for %s (%s), and %s, so that "
		    "it fits none: write it in the one plain way",
		    user, rules, v->unsure);
	else
		(void)snprintf(to, size,
		    "allow lets %s send other methods or paths alone "
		    "(%s): add this one to a rule of the profile if it may",
		    user, rules);
}

void
allow_none_for_agent(uint32_t user, struct apam_error *why)
{
	char who[ACCOUNT_TEXT_SIZE];

	account_describe(user, who);
	(void)error_set(why, APAM_E_POLICY,
	    "the profile has no rules (allow), so the agent signs for root and "
	    "its own user alone: give it a rule for %s",
	    who);
}
