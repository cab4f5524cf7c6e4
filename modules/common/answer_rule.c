/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holding an answer against what a profile says of answers: see answer_rule.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "answer_rule.h"

#define NUMBER_MAX 24

/* ---- Options ---------------------------------------------------------- */

/* Group number `group` of the option `option`. */
struct rule_source {
	const struct apam_services *svc;
	const struct apam_options *options;
	size_t option, group;
};

static const struct apam_value *
rule_member(const struct rule_source *from, enum answer_rule_option i)
{
	return apam_value_at(from->options,
	    apam_option_value(from->options, from->option)->members,
	    from->group * RULE_COUNT + i);
}

static int32_t
rule_refuse(
    const struct rule_source *from, enum answer_rule_option i, const char *why)
{
	const size_t path[] = { from->option, from->group, i };

	return from->svc->refuse_option(from->svc, path, 3, apam_str(why));
}

/* A rule that every good answer meets, or a server in trouble, is a slip. */
static int32_t
rule_check(const struct rule_source *from)
{
	const int64_t status = rule_member(from, RULE_STATUS)->num;
	const bool pointer = rule_member(from, RULE_POINTER)->set;

	if (status / 100 == 3 || status == 429)
		return rule_refuse(from, RULE_STATUS,
		    "is a redirect's or 429, which never refuse a key");
	if (status / 100 == 2 && !pointer)
		return rule_refuse(from, RULE_STATUS,
		    "is a success: say by pointer and value which one");
	if (pointer != (bool)rule_member(from, RULE_VALUE)->set)
		return rule_refuse(from, pointer ? RULE_VALUE : RULE_POINTER,
		    "is missing: pointer and value are given together");
	if (pointer && !scheme_is_pointer(rule_member(from, RULE_POINTER)->str))
		return rule_refuse(from, RULE_POINTER,
		    "is not a JSON pointer: write \"/error/code\"");
	return APAM_OK;
}

static struct answer_rule
rule_read(const struct rule_source *from)
{
	struct answer_rule rule = { rule_member(from, RULE_STATUS)->num,
		rule_member(from, RULE_POINTER)->str,
		rule_member(from, RULE_VALUE)->str };

	if (!rule_member(from, RULE_POINTER)->set)
		rule.pointer.p = NULL;
	return rule;
}

int32_t
answer_rules_open(const struct apam_services *svc,
    const struct apam_options *values, size_t i, struct answer_rules *to)
{
	const size_t count = apam_option_value(values, i)->count;
	struct rule_source from = { svc, values, i, 0 };
	int32_t status = APAM_OK;

	if (count == 0)
		return APAM_OK;
	to->rules = calloc(count, sizeof(*to->rules));
	if (to->rules == NULL)
		return APAM_E_MEMORY;
	while (to->count < count && status == APAM_OK) {
		from.group = to->count;
		status = rule_check(&from);
		to->rules[to->count++] = rule_read(&from);
	}
	return status;
}

/* ---- Answers ---------------------------------------------------------- */

/*
 * A string is compared as it is; a whole number and a truth value as written.
 */
static bool
rule_is_value(const struct apam_json *found, struct apam_str value)
{
	char number[NUMBER_MAX];

	switch (found->type) {
	case APAM_JSON_STRING:
		return scheme_same(found->str, value);
	case APAM_JSON_INTEGER:
		(void)snprintf(
		    number, sizeof(number), "%lld", (long long)found->num);
		return scheme_same(apam_str(number), value);
	case APAM_JSON_BOOLEAN:
		return scheme_same(
		    apam_str(found->num ? "true" : "false"), value);
	default:
		return false;
	}
}

static enum rule_match
rule_meets(const struct apam_services *svc, const struct answer_rule *rule,
    const struct apam_response *r)
{
	struct apam_json found;

	if (rule->status != r->status)
		return RULE_OTHER;
	if (rule->pointer.p == NULL)
		return RULE_MEETS;
	if (svc->json(svc, r, rule->pointer.p, &found, NULL) != APAM_OK)
		return RULE_UNREADABLE;
	return rule_is_value(&found, rule->value) ? RULE_MEETS : RULE_OTHER;
}

enum rule_match
answer_rules_meet(const struct apam_services *svc,
    const struct answer_rules *rules, const struct apam_response *r)
{
	enum rule_match one, all = RULE_OTHER;
	size_t i;

	for (i = 0; i < rules->count; i++) {
		one = rule_meets(svc, &rules->rules[i], r);
		if (one == RULE_MEETS)
			return one;
		if (one == RULE_UNREADABLE)
			all = one;
	}
	return all;
}
