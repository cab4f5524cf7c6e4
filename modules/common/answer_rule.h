/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that mean something with one provider alone, as its profile says: this
 * status and, where the rule has a pointer, exactly this value at exactly this
 * place of a body of JSON.
 */
#ifndef ANSWER_RULE_H
#define ANSWER_RULE_H

#include <apam/scheme.h>

/* The members of a group that is a rule; pointer and value may be optional. */
enum answer_rule_option { RULE_STATUS, RULE_POINTER, RULE_VALUE, RULE_COUNT };

struct answer_rule {
	int64_t status;
	struct apam_str pointer; /* ends in NUL; p is NULL: there is none */
	struct apam_str value;
};

/* Allocated with calloc; `close` frees them. */
struct answer_rules {
	struct answer_rule *rules;
	size_t count;
};

/*
 * Read the rules of the option `i`, which is GROUPS of such members.  Returns
 * APAM_OK, what refuse_option returned, or MEMORY; *to is to be freed in any
 * case.
 */
int32_t answer_rules_open(const struct apam_services *svc,
    const struct apam_options *values, size_t i, struct answer_rules *to);

/* A host gives as much of a body as it has: it may lack what a rule reads. */
enum rule_match { RULE_OTHER, RULE_MEETS, RULE_UNREADABLE };

/*
 * Whether the answer is what any of the rules says; UNREADABLE where none does,
 * and one could not be read.
 */
enum rule_match answer_rules_meet(const struct apam_services *svc,
    const struct answer_rules *rules, const struct apam_response *r);

#endif
