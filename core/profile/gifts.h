/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the rules of a profile give what its entries send.  Which that is,
 * each module says of its entry when that is opened, so that no scheme is known
 * here by its name.
 */
#ifndef CORE_PROFILE_GIFTS_H
#define CORE_PROFILE_GIFTS_H

#include "base/problems.h"
#include "config/profile_conf.h"
#include "entry/entry.h"

/* The entries of a profile, which are open. */
struct gifts {
	const struct profile *profile;
	const struct entry *entries;
	size_t count;
};

/*
 * Add each rule that gives less than some entry needs, but something.  False if
 * there is one.
 */
bool gifts_check(const struct gifts *gifts, struct problems *all);

/* Warn of rules that give more than any entry needs, and of idle ones. */
void gifts_lint(const struct gifts *gifts, struct problems *all);

#endif
