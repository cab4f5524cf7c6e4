/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of a profile: who may send what, and what they are given for it.
 *
 * Rules are a set, and only add.  A rule fits a caller that it names, and a
 * request of its methods and paths; what is given is the greatest gift of the
 * rules that fit.  So their order means nothing.
 *
 * Who calls, and for what, is given: the system is asked for nothing but the name
 * of a user who is refused.
 */
#ifndef CORE_CONFIG_ALLOW_H
#define CORE_CONFIG_ALLOW_H

#include <stdbool.h>

#include <apam/admin.h>

struct allow_rule {
	const uint32_t *users; /* their numbers */
	size_t user_count;
	const uint32_t *groups;
	size_t group_count;
	const struct apam_str *units;
	size_t unit_count;
	/* None: all. */
	const struct apam_str *methods;
	size_t method_count;
	const struct apam_str *paths; /* text/path_rule.h */
	size_t path_count;
	enum apam_give give;
	unsigned line;
	/* Whom it names may ask for others, whom the other rules then name; for
	   itself it gives nothing. */
	bool gateway;
};

/* No rules: the profile does not say who may use it. */
struct allow {
	const struct allow_rule *rules;
	size_t count;
};

/* Who asks. */
struct caller {
	uint32_t user;
	const uint32_t *groups; /* the effective one and the others */
	size_t group_count;
	struct apam_str unit; /* empty: none */
};

/* For what. */
struct allow_request {
	struct apam_str method;
	struct apam_str path; /* as it will be sent, without the query */
};

/* What the rules say. */
struct allow_verdict {
	bool gateway; /* a rule lets the caller ask for others */
	bool named; /* another rule names the caller */
	bool fits; /* and fits the request: */
	size_t rule; /* the first of those with the greatest gift */
	enum apam_give give;
	const char *unsure; /* the path fits no rule with paths, as this says */
};

/* What the rules say; where there are none, nothing fits. */
struct allow_verdict allow_decide(const struct allow *allow,
    const struct caller *caller, const struct allow_request *request);

/* True if a rule names the caller. */
bool allow_names(const struct allow_rule *rule, const struct caller *caller);

/* True if a rule lets the caller say for whom it asks. */
bool allow_is_gateway(const struct allow *allow, const struct caller *caller);

/* True if a rule names a unit: only then is it asked which one a caller is of. */
bool allow_needs_unit(const struct allow *allow);

/* The same, of groups. */
bool allow_needs_groups(const struct allow *allow);

/*
 * The rule that makes rule `i` idle: it names all whom that names, fits all
 * that it fits, and gives as much.  Of two that are the same, the later one is
 * idle.  The count: there is no such rule.
 */
size_t allow_idle(const struct allow *allow, size_t i);

/*
 * Write why a caller does not get what it needs to sign, and what to do, in one
 * line.  `to` is cut to `size`.
 */
void allow_refusal(const struct allow *allow, const struct caller *caller,
    const struct allow_verdict *verdict, char *to, size_t size);

/* The same, where there are no rules and the agent signs. */
void allow_none_for_agent(uint32_t user, struct apam_error *why);

#endif
