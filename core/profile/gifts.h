/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the rules of a profile give what its entries send.  Which that is,
 * each module says of its entry when that is opened, so that no scheme is known
 * here by its name.
 */
#ifndef CORE_PROFILE_GIFTS_H
#define CORE_PROFILE_GIFTS_H

#include "profile/stack.h"

/* What whoever is to sign with the entry must be given. */
enum apam_give gift_needed(const struct entry *entry);

/*
 * Add each rule that gives less than some entry of the open stack needs, but
 * something.  False if there is one.
 */
bool gifts_check(const struct stack *stack, struct problems *all);

/* Warn of rules that give more than any entry needs, and of idle ones. */
void gifts_lint(const struct stack *stack, struct problems *all);

#endif
