/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an entry's module makes of an answer, as a host and as a check ask it.
 */
#ifndef TESTS_JUDGED_H
#define TESTS_JUDGED_H

#include "entry/entry.h"

/* The verdict on the answer to a GET of the entry's origin. */
static inline enum apam_verdict
judged(struct entry *e, const struct response *r, const char **reason)
{
	const struct apam_answer_view view = { .size = sizeof(view),
		.response = &r->pub,
		.method = APAM_STR("GET"),
		.origin = APAM_STR("https://api.example"),
		.now_ms = 1700000000000 };

	return entry_judge(e, &view, 0, reason);
}

/*
 * What a check finds by the entry's probe, if that is what it asks for first.
 * False if it asks for something else, or for nothing.
 */
static inline bool
probed(struct entry *e, const struct response *r, struct key_finding *found)
{
	enum apam_step step;
	struct op op;
	bool probes;

	entry_init_op(e, &op, OP_CHECK, NULL);
	step = op_step(&op, &e->module->abi, e->state, NULL);
	probes = step == APAM_STEP_EXCHANGE && op.probes;
	if (probes)
		(void)op_step(&op, &e->module->abi, e->state, r);
	found->state = op.key_state;
	memcpy(found->evidence, op.evidence, sizeof(found->evidence));
	op_free(&op);
	return probes;
}

#endif
